"""AWS on this computer: the emulator ministack, in its own environment, accessible only to who started it.

By itself it answers every web page and every user of this computer. Here it answers only requests with the access key
that was created at its start and with a name of this computer as host, and never a web page. The API that is deployed
to it has its own keys.
"""

import fcntl
import os
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from infra.aws import forget_credentials

PYTHON = Path(__file__).parent.parent / ".venv-ministack" / "bin" / "python"

START_SECONDS = 30
STOP_SECONDS = 30
"""The seconds that it has to stop, because it writes its tables then."""

_READY = "/_ministack/ready"

# The emulator ends in order, and writes its tables, when its standard input is closed, so it also ends
# after its parent was killed. Ctrl-C in a terminal, which reaches a group of processes, reaches it last.
_PROGRAM = """
import hmac, os, re, signal, sys, threading

def end_with_parent():
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)

threading.Thread(target=end_with_parent, daemon=True).start()

import ministack.app as emulator

answer, key, names = emulator.app, os.environ["AWS_ACCESS_KEY_ID"], os.environ["HOSTS"].split(",")

def admits(scope):
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    host = headers.get("host", "").rpartition(":")[0]
    is_here = host in names or host.endswith(".localhost")
    if "origin" in headers or not is_here:
        return False
    if scope["path"] == "/_ministack/ready" or ".execute-api." in host:
        return True
    found = re.search(r"Credential=([^/]+)/", headers.get("authorization", ""))
    return found is not None and hmac.compare_digest(found[1].encode(), key.encode())

async def closed(scope, receive, send):
    if scope["type"] == "lifespan" or (scope["type"] == "http" and admits(scope)):
        await answer(scope, receive, send)
    elif scope["type"] == "http":
        headers = [(b"content-type", b"text/plain")]
        await send({"type": "http.response.start", "status": 403, "headers": headers})
        await send({"type": "http.response.body", "body": b"This emulator answers who started it.\\n"})
    else:
        await send({"type": "websocket.close"})

emulator.app = closed
emulator.main()
"""


class MinistackError(Exception):
    """The emulator cannot be used. The message says what to do."""


@dataclass(frozen=True, kw_only=True)
class Emulator:
    """A running emulator. It accepts `access_key_id`, which is also the account of everything in it."""

    url: str
    access_key_id: str = field(repr=False)

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment of its clients. It replaces the keys of a real account."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": "emulated",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }

    @contextmanager
    def as_aws(self, region: str) -> Iterator[None]:
        """Meanwhile, the process uses this emulator as AWS."""
        before = dict(os.environ)
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            del os.environ[name]
        os.environ |= {**self.environment, "AWS_REGION": region, "AWS_DEFAULT_REGION": region}
        forget_credentials()
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)
            forget_credentials()


@contextmanager
def ministack(
    state: Path | None = None,
    *,
    services: str = "dynamodb",
    python: Path = PYTHON,
    host: str = "127.0.0.1",
    called: str | None = None,
    access_key_id: str | None = None,
    port: int | None = None,
) -> Iterator[Emulator]:
    """Runs services of AWS on a free port of `host`. Their data is kept in `state` after a clean stop.

    `services` are the services to run, separated by commas, all if empty. `python` is an interpreter with ministack.
    `called` is the name of this computer for others, if it is not `host`. `access_key_id` and `port` are those of an
    earlier emulator with the same `state`: they stand in the names of what is there.
    """
    if not python.exists():
        raise MinistackError("the emulator of AWS is not installed: `make setup` makes its environment.")
    with TemporaryDirectory(prefix="fleetgraph-") as scratch, ExitStack() as stack:
        kept = () if state is None else (stack.enter_context(_locked(state)),)
        port = port or _free_port(host)
        key = access_key_id or str(secrets.randbelow(9 * 10**11) + 10**11)
        log = stack.enter_context(Path(scratch, "log").open("w+b"))
        process = subprocess.Popen(
            [python, "-c", _PROGRAM],
            env=_environment({host, called or host}, host, port, key, state, scratch, services),
            cwd=scratch,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=kept,  # the lock is released after both processes have ended
        )
        try:
            _await_ready(process, host, port, log)
            yield Emulator(url=f"http://{host}:{port}", access_key_id=key)
        finally:
            _stop(process)


@contextmanager
def _locked(state: Path) -> Iterator[int]:
    """Locks the folder, because two emulators would overwrite each other's data."""
    state.mkdir(parents=True, exist_ok=True)
    with (state / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise MinistackError(f"{state} is in use by another Fleetgraph: end it first.") from error
        yield lock.fileno()


def _environment(
    names: set[str], host: str, port: int, key: str, state: Path | None, scratch: str, services: str
) -> dict[str, str]:
    """The environment of the emulator. It inherits no keys of AWS and no proxies."""
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "TMPDIR": scratch,
        "AWS_ACCESS_KEY_ID": key,
        "MINISTACK_ACCOUNT_ID": key,  # of who presents no key, as callers of a deployed API do
        "HOSTS": ",".join(names | {"127.0.0.1", "localhost"}),
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
            output = log.read().decode(errors="replace").strip()
            raise MinistackError(f"the emulator of AWS did not start:\n{output}")
        time.sleep(0.05)


def _is_ready(host: str, port: int) -> bool:
    connection = HTTPConnection(host, port, timeout=START_SECONDS)
    try:
        connection.request("GET", _READY)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """Closes its standard input, and waits until it has written its tables."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise MinistackError(
            f"the emulator of AWS did not end within {STOP_SECONDS} seconds; its tables are as at its start."
        ) from None
