"""The command as a test runs it: in this process, against a real server, with a clock that jumps."""

import io
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import uvicorn
from starlette.types import ASGIApp

from cli.main import Surroundings, main

NOON = datetime(2026, 4, 6, 12, tzinfo=UTC)


class JumpingClock:
    """Time passes only by sleeping, and `on_sleep` can let something happen meanwhile."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at
        self.slept_seconds = 0.0
        self.naps: list[float] = []
        self.on_sleep: Callable[[], None] = lambda: None

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.slept_seconds

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.slept_seconds += seconds
        self.at += timedelta(seconds=seconds)
        self.on_sleep()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@dataclass(frozen=True, kw_only=True)
class Ended:
    status: int
    out: str
    err: str


@dataclass(kw_only=True)
class Command:
    """Runs `fleetgraph` and keeps what it left."""

    url: str
    clock: JumpingClock = field(default_factory=JumpingClock)
    environment: Mapping[str, str] = field(default_factory=dict)
    is_terminal: bool = False

    def __call__(self, *arguments: str, stdin: str = "") -> Ended:
        out, err = (Terminal(), Terminal()) if self.is_terminal else (io.StringIO(), io.StringIO())
        around = Surroundings(
            environment={
                "FLEETGRAPH_URL": self.url,
                "XDG_CONFIG_HOME": "/there/is/no/such/folder",
                **self.environment,
            },
            input=io.StringIO(stdin),
            out=out,
            err=err,
            clock=self.clock,
        )
        status = main(arguments, around)
        return Ended(status=status, out=out.getvalue(), err=err.getvalue())


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """The URL of an app that real uvicorn serves on loopback."""
    config = uvicorn.Config(app, lifespan="off", ws="none", log_config=None, access_log=False)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        thread = threading.Thread(target=server.run, args=([listener],), name="served")
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/graphql"
        finally:
            server.should_exit = True
            thread.join()
