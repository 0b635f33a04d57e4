"""`python -m local.engine`: which container engine answers, and how its containers reach this machine.

`sam local` runs functions in containers, and a container cannot reach the loopback address of who started it.
"""

import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

NO_ENGINE = 3
"""The exit code that says so."""

_SECONDS = 20

# How each names the address of its bridge, which is an address of this machine unless containers run in a machine of
# their own; and what containers then call the machine outside, whose loopback they reach by that name.
_BRIDGE = {
    "docker": ("network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Gateway}}"),
    "podman": ("network", "inspect", "podman", "--format", "{{(index .Subnets 0).Gateway}}"),
}
_OUTSIDE = {"docker": "host.docker.internal", "podman": "host.containers.internal"}


class NoEngine(Exception):
    """The message says what is missing and what does without."""


@dataclass(frozen=True, kw_only=True)
class Engine:
    """`listen_on` is the address of this machine for what containers are to reach, `host` what they call it."""

    name: str
    listen_on: str
    host: str
    environment: Mapping[str, str] = field(default_factory=dict)


def find_engine() -> Engine:
    """The first that answers. Raises `NoEngine`."""
    for name, bridge in _BRIDGE.items():
        if _ask(name, "info") is None:
            continue
        address = _ask(name, *bridge)
        listen_on, host = ("127.0.0.1", _OUTSIDE[name])
        if address and _is_ours(address):
            listen_on = host = address
        return Engine(name=name, listen_on=listen_on, host=host, environment=_environment(name))
    raise NoEngine(
        "`sam local` runs functions in containers, and neither Docker nor Podman answers here"
        " (`docker info`, `podman info`).\n"
        "Without containers, `make run` serves the same API with everything behind it, and `make artefact-test`\n"
        "runs what was built with AWS's own runtime client."
    )


def _environment(name: str) -> Mapping[str, str]:
    """sam talks to Docker's socket, which Podman offers under another name."""
    path = _ask(name, "info", "--format", "{{.Host.RemoteSocket.Path}}") if name == "podman" else None
    return {"DOCKER_HOST": f"unix://{path.removeprefix('unix://')}"} if path else {}


def _ask(*command: str) -> str | None:
    """What a command says, null where it does not exist, fails or hangs."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _is_ours(address: str) -> bool:
    try:
        with socket.socket() as probe:
            probe.bind((address, 0))
    except OSError:
        return False
    return True


def main() -> int:
    try:
        engine = find_engine()
    except NoEngine as error:
        print(f"fleetgraph: {error}", file=sys.stderr)
        return NO_ENGINE
    print(f"Containers run by {engine.name}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
