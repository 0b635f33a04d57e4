"""A running sandbox: uvicorn in a thread."""

import asyncio
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from sandbox.api import Account, Api
from sandbox.app import CONTROL, App, ConnectionReset
from sandbox.clock import Clock, SystemClock
from sandbox.control import Control, add_fault
from sandbox.faults import Fault, FaultKind, Faults
from sandbox.journal import Journal
from sandbox.limits import Limiter, RateLimit
from sandbox.registry import startable

RESET_ON_CLOSE = struct.pack("ii", 1, 0)
"""SO_LINGER with zero seconds: closing sends RST instead of FIN."""


class Server:
    """A running sandbox, for tests."""

    def __init__(self, *, api: Api[Any], url: str, faults: Faults, journal: Journal) -> None:
        self.url = url
        self.clock = api.clock
        self.faults = faults
        self.requests = journal
        self._api = api

    @property
    def world(self) -> Any:
        """The state of the provider, in its own type."""
        return self._api.world

    @property
    def accounts(self) -> list[Account]:
        return self._api.accounts()

    def fault(
        self,
        kind: FaultKind | str,
        *,
        method: str | None = None,
        path: str = "*",
        times: int | None = None,
        seconds: float = 1.0,
        status: int = 500,
    ) -> int:
        """Makes requests fail from now on. Returns the fault's id for `faults.remove`."""
        fault = Fault(
            kind=FaultKind(kind), method=method, path=path, times=times, seconds=seconds, status=status
        )
        return add_fault(self._api, self.faults, fault)


@contextmanager
def serve(
    provider: str | type[Api[Any]],
    *,
    clock: Clock | None = None,
    seed: int = 0,
    rate_limit: RateLimit | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
) -> Iterator[Server]:
    """Serves a fake provider on a free port. Raises OSError if the port is in use.

    By default the provider's own rate limit applies. Its window follows the sandbox's clock: if the clock stands still,
    a reached limit stays reached.
    """
    kind = startable()[provider] if isinstance(provider, str) else provider
    api = kind(clock=clock or SystemClock(), seed=seed)
    faults, journal = Faults(), Journal()
    app = App(
        api=api,
        limiter=Limiter(rate_limit or api.rate_limit, api.clock),
        faults=faults,
        journal=journal,
        control=Control(api=api, faults=faults, journal=journal).router(CONTROL),
    )
    with socket.create_server((host, port)) as listener, _Uvicorn(app).listening(listener):
        # It is not necessary to wait for uvicorn, because a listening socket queues early connections.
        # Connections inherit TCP_NODELAY, without which the kernel delays a body by 40 ms; asyncio sets it
        # only on its own sockets.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        address, bound_port = listener.getsockname()[:2]
        yield Server(api=api, url=f"http://{address}:{bound_port}", faults=faults, journal=journal)


class _Uvicorn(uvicorn.Server):
    """uvicorn in a thread. It ends at once, because tests start and end hundreds of them. uvicorn itself checks every
    tenth of a second whether it should end, and then waits for its clients.
    """

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(
            uvicorn.Config(
                self._answer,
                interface="asgi3",
                http=H11Protocol,
                ws="auto",
                ws_ping_interval=None,
                lifespan="off",
                proxy_headers=False,
                log_config=None,
                access_log=False,
            )
        )
        self._app = app
        self._stopped = asyncio.Event()

    @contextmanager
    def listening(self, listener: socket.socket) -> Iterator[None]:
        runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        loop = runner.get_loop()

        def run() -> None:
            with runner:
                runner.run(self.serve(sockets=[listener]))

        thread = threading.Thread(target=run, name="sandbox")
        thread.start()
        try:
            yield
        finally:
            loop.call_soon_threadsafe(self._stopped.set)
            thread.join()

    async def main_loop(self) -> None:
        await self._stopped.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except ConnectionReset:
            for connection in list(self.server_state.connections):
                if getattr(connection, "client", None) == scope["client"]:
                    connection.transport.get_extra_info("socket").setsockopt(
                        socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE
                    )
                    connection.transport.abort()
            while not (await receive())["type"].endswith(".disconnect"):
                pass
        except asyncio.CancelledError:
            if not self._stopped.is_set():
                raise
