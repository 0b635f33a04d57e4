"""DynamoDB on this machine: ministack, an emulator that keeps its tables, in an environment of its own."""

import fcntl
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

PYTHON = Path(__file__).parent.parent / ".venv-ministack" / "bin" / "python"

START_SECONDS = 30
STOP_SECONDS = 30
"""It writes its tables when it stops."""

# The emulator lives as long as its standard input is open. It then ends in order, and keeps its tables, however its
# parent came to an end; and Ctrl-C in a terminal, which reaches a whole group of processes, reaches it last.
_PROGRAM = """
import os, signal, sys, threading

def end_with_parent():
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)

threading.Thread(target=end_with_parent, daemon=True).start()
from ministack.app import main
main()
"""


class MinistackError(Exception):
    """The emulator cannot be had; the message says what to do."""


@contextmanager
def ministack(
    state: Path | None = None,
    *,
    services: str = "dynamodb",
    python: Path = PYTHON,
    host: str = "127.0.0.1",
) -> Iterator[str]:
    """Runs DynamoDB on a free port of `host` and gives its URL. Tables are kept in `state` over a clean stop.

    `services` are those of AWS to run, separated by commas, all when empty; `python` is an interpreter that has it.
    """
    if not python.exists():
        raise MinistackError("the emulator of DynamoDB is not installed: `make setup` makes its environment.")
    with TemporaryDirectory(prefix="fleetgraph-") as scratch, ExitStack() as stack:
        kept = () if state is None else (stack.enter_context(_locked(state)),)
        port = _free_port(host)
        log = stack.enter_context(Path(scratch, "log").open("w+b"))
        process = subprocess.Popen(
            [python, "-c", _PROGRAM],
            env=_environment(host, port, state, scratch, services),
            cwd=scratch,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=kept,  # the lock is let go once both processes are gone
        )
        try:
            _await_ready(process, host, port, log)
            yield f"http://{host}:{port}"
        finally:
            _stop(process)


@contextmanager
def _locked(state: Path) -> Iterator[int]:
    """Two emulators over one folder would each overwrite what the other kept."""
    state.mkdir(parents=True, exist_ok=True)
    with (state / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise MinistackError(f"{state} is in use by another Fleetgraph: end it first.") from error
        yield lock.fileno()


def _environment(host: str, port: int, state: Path | None, scratch: str, services: str) -> dict[str, str]:
    """Nothing of ours is inherited: no keys of AWS, no proxies."""
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "TMPDIR": scratch,
        "BIND_HOST": host,
        "GATEWAY_PORT": str(port),
        "SERVICES": services,
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
    }
    if state is not None:
        environment |= {"PERSIST_STATE": "1", "STATE_DIR": str(state.resolve())}
    return environment


def _free_port(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


def _await_ready(process: "subprocess.Popen[bytes]", host: str, port: int, log: BinaryIO) -> None:
    give_up_at = time.monotonic() + START_SECONDS
    while not _is_ready(host, port):
        if process.poll() is not None or time.monotonic() > give_up_at:
            log.seek(0)
            told = log.read().decode(errors="replace").strip()
            raise MinistackError(f"the emulator of DynamoDB did not start:\n{told}")
        time.sleep(0.05)


def _is_ready(host: str, port: int) -> bool:
    connection = HTTPConnection(host, port, timeout=START_SECONDS)
    try:
        connection.request("GET", "/_ministack/ready")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """Closes its standard input, and waits until it has kept its tables."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise MinistackError(
            f"the emulator of DynamoDB did not end within {STOP_SECONDS} seconds; its tables are as at its start."
        ) from None
