"""A provider that does wrong, as a server in front of a fake one: what tests/simulation/faults.py does in a transport,
over a connection of this machine.
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SO_LINGER, SOL_SOCKET
from struct import pack

import httpx

from tests.simulation.faults import Act, route_of

_OF_THE_CONNECTION = {"connection", "content-length", "date", "host", "server", "transfer-encoding"}


class FaultyServer(ThreadingHTTPServer):
    """Passes requests on, and lets `act` have those of `route`, where there is one. `routes` are those asked so far."""

    daemon_threads = True
    act: Act | None = None
    route = ""

    def __init__(self, upstream: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = upstream
        self.routes: set[str] = set()
        self.acted = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FaultyServer

    def do_GET(self) -> None:
        asyncio.run(self._answer())

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - it is called so
        """Nobody reads it."""

    async def _answer(self) -> None:
        headers = {
            name: value for name, value in self.headers.items() if name.lower() not in _OF_THE_CONNECTION
        }
        request = httpx.Request("GET", self.server.upstream + self.path, headers=headers)

        async def from_upstream(asked: httpx.Request) -> httpx.Response:
            async with httpx.AsyncClient() as client:
                return await client.send(asked)

        route = route_of(request)
        self.server.routes.add(route)
        if self.server.act is None or route != self.server.route:
            await self._send(await from_upstream(request))
            return
        self.server.acted += 1
        try:
            await self._send(await self.server.act(request, from_upstream))
        except httpx.TransportError:
            self._reset()
        except OSError:
            self.close_connection = True  # who asked has heard enough

    async def _send(self, response: httpx.Response) -> None:
        """Of what was decoded on its way, the coding is told no more."""
        self.send_response(response.status_code)
        for name, value in response.headers.items():
            if name.lower() not in _OF_THE_CONNECTION | {"content-encoding"}:
                self.send_header(name, value)
        if response.is_stream_consumed:
            self.send_header("Content-Length", str(len(response.content)))
            self.end_headers()
            self.wfile.write(response.content)
            return
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        async for chunk in response.aiter_bytes():
            self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
        self.wfile.write(b"0\r\n\r\n")

    def _reset(self) -> None:
        """The connection ends as that of a process that was killed."""
        self.connection.setsockopt(SOL_SOCKET, SO_LINGER, pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()


@contextmanager
def faulty(upstream: str) -> Iterator[FaultyServer]:
    with FaultyServer(upstream) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
