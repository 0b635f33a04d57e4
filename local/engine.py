"""`python -m local.engine`: finds a container engine, and the address at which its containers reach this computer.

`sam local` runs functions in containers, and a container cannot reach the loopback address of this computer. It can
reach the address of its bridge, if that is an address of this computer. If the engine runs in a virtual machine, it can
reach our loopback by a name.
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
"""The exit code for a missing engine."""

_SECONDS = 20

_BRIDGE = {"docker": "bridge", "podman": "podman"}
"""The name of each engine's default network."""

_OUTSIDE = {"docker": "host.docker.internal", "podman": "host.containers.internal"}
"""The name of this computer in containers of a virtual machine. It reaches the loopback address."""

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
    """No engine can be used. The message says what is missing, and what works without it."""


@dataclass(frozen=True, kw_only=True)
class Engine:
    """`listen_on` is the address that containers can reach, `host` its name in containers."""

    name: str
    listen_on: str
    host: str
    environment: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def open_engine() -> Iterator[Engine]:
    """The first engine that answers. Its bridge is up meanwhile. Raises `NoEngine`."""
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
    """The name of the first engine that answers and that sam can use. Raises `NoEngine`."""
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
    """Why `sam local` cannot use an engine. A virtual machine reaches our loopback, rootless or not."""
    if "name=rootless" in properties or "rootless=true remote=false" in properties:
        return (
            "runs rootless, and its containers reach nothing that listens on this computer alone:"
            " one that runs as root or in a virtual computer will do"
        )
    if "socket=false" in properties:
        return "offers no socket for sam to talk to: `systemctl start podman.socket` opens it"
    return None


def _bridge_address(name: str) -> str | None:
    answer = _ask(name, "network", "inspect", _BRIDGE[name])
    return next(_addresses(json.loads(answer)), None) if answer else None


def _addresses(answer: Any) -> Iterator[str]:
    """The gateways of all IPv4 subnets in an engine's description of a network.

    By default it is the first address of the subnet: Debian's Docker does not show it.
    """
    if isinstance(answer, list):
        for part in answer:
            yield from _addresses(part)
    if isinstance(answer, dict):
        named = {name.lower(): value for name, value in answer.items()}
        if isinstance(named.get("subnet"), str):
            subnet = ipaddress.ip_network(named["subnet"], strict=False)
            if subnet.version == 4:
                yield named.get("gateway") or str(subnet[1])
        else:
            yield from _addresses(list(answer.values()))


@contextmanager
def _held_up() -> Iterator[None]:
    """Keeps Podman's bridge up with an empty pod. Podman creates the bridge for the first container and removes it
    after the last.
    """
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
    """The socket of Podman. sam uses Docker's socket, which Podman offers under another name."""
    path = _ask(name, "info", "--format", "{{.Host.RemoteSocket.Path}}") if name == "podman" else None
    return {"DOCKER_HOST": f"unix://{path.removeprefix('unix://')}"} if path else {}


def _ask(*command: str) -> str | None:
    """The output of a command. Null if it does not exist, fails or hangs."""
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
