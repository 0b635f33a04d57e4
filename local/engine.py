"""`python -m local.engine`: which container engine answers, and how its containers reach this computer.

`sam local` runs functions in containers, and a container cannot reach the loopback address of who started it. What it
reaches is the address of its bridge, where that is an address of this computer; where the engine runs in a virtual
computer of its own, it reaches our loopback by a name.
"""

import ipaddress
import json
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

NO_ENGINE = 3
"""The exit code that says so."""

_SECONDS = 20

_BRIDGE = {"docker": "bridge", "podman": "podman"}
"""What each calls the network in which containers run that ask for none."""

_OUTSIDE = {"docker": "host.docker.internal", "podman": "host.containers.internal"}
"""What containers of a virtual computer call the computer outside, whose loopback they reach by that name."""

_PROPERTIES = {
    "docker": ("info", "--format", "{{json .SecurityOptions}}"),
    "podman": (
        "info",
        "--format",
        "rootless={{.Host.Security.Rootless}} remote={{.Host.ServiceIsRemote}} socket={{.Host.RemoteSocket.Exists}}",
    ),
}

_INSTEAD = (
    "Without containers, `make run` serves the same API with everything behind it, and `make artefact-test`\n"
    "runs what was built with AWS's own runtime client."
)


class NoEngine(Exception):
    """The message says what is missing and what does without."""


@dataclass(frozen=True, kw_only=True)
class Engine:
    """`listen_on` is the address of this computer for what containers are to reach, `host` what they call it."""

    name: str
    listen_on: str
    host: str
    environment: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def open_engine() -> Iterator[Engine]:
    """The first that answers, its bridge up for as long. Raises `NoEngine`."""
    name = find_engine()
    with ExitStack() as stack:
        address = _bridge_address(name)
        if name == "podman" and address and not _is_remote() and not _is_ours(address):
            stack.enter_context(_held_up())
        listen_on, host = ("127.0.0.1", _OUTSIDE[name])
        if address and _is_ours(address):
            listen_on = host = address
        yield Engine(name=name, listen_on=listen_on, host=host, environment=_environment(name))


def find_engine() -> str:
    """The name of the first that answers and that sam can talk to. Raises `NoEngine`."""
    unfit: list[str] = []
    for name in _BRIDGE:
        if _ask(name, "info") is None:
            continue
        fault = _fault(_ask(name, *_PROPERTIES[name]) or "")
        if fault is None:
            return name
        unfit.append(f"{name.title()} answers, but {fault}.")
    if not unfit:
        unfit.append("Neither Docker nor Podman answers here (`docker info`, `podman info`).")
    raise NoEngine("\n".join(("`sam local` runs functions in containers.", *unfit, _INSTEAD)))


def _fault(properties: str) -> str | None:
    """What keeps `sam local` from an engine. A virtual computer reaches our loopback, rootless or not."""
    if "name=rootless" in properties or "rootless=true remote=false" in properties:
        return (
            "runs rootless, and its containers reach nothing that listens on this computer alone:"
            " one that runs as root or in a virtual computer will do"
        )
    if "socket=false" in properties:
        return "offers no socket for sam to talk to: `systemctl start podman.socket` opens it"
    return None


def _bridge_address(name: str) -> str | None:
    told = _ask(name, "network", "inspect", _BRIDGE[name])
    return next(_addresses(json.loads(told)), None) if told else None


def _addresses(told: Any) -> Iterator[str]:
    """The gateway of every subnet of IPv4, wherever it stands in what an engine tells of a network.

    Engines give a bridge the first address of its subnet, and Debian's Docker does so without telling.
    """
    if isinstance(told, list):
        for part in told:
            yield from _addresses(part)
    if isinstance(told, dict):
        named = {name.lower(): value for name, value in told.items()}
        if isinstance(named.get("subnet"), str):
            subnet = ipaddress.ip_network(named["subnet"], strict=False)
            if subnet.version == 4:
                yield named.get("gateway") or str(subnet[1])
        else:
            yield from _addresses(list(told.values()))


@contextmanager
def _held_up() -> Iterator[None]:
    """Podman makes its bridge for the first container and removes it after the last: an empty pod keeps it."""
    pod = _ask("podman", "pod", "create")
    if pod is None or _ask("podman", "pod", "start", pod) is None:
        if pod:
            _ask("podman", "pod", "rm", "--force", pod)
        raise NoEngine(
            f"Podman answers but runs no container: `podman pod create` and `start` fail.\n{_INSTEAD}"
        )
    try:
        yield
    finally:
        _ask("podman", "pod", "rm", "--force", pod)


def _is_remote() -> bool:
    return "remote=true" in (_ask("podman", *_PROPERTIES["podman"]) or "")


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
        name = find_engine()
    except NoEngine as error:
        print(f"fleetgraph: {error}", file=sys.stderr)
        return NO_ENGINE
    print(f"Containers run by {name}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
