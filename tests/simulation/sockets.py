"""WebSockets without sockets, in whatever time a test has: the handshake goes the way of a request, through what stands
before a provider, and is answered with the first message.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import httpx

from adapters.http import Answer
from adapters.websocket import NOT_FOUND, WebSocket

HANDSHAKE = {"upgrade": "websocket"}


@contextmanager
def in_process() -> Iterator[None]:
    with patch.object(WebSocket, "attempt", _attempt):
        yield


async def _attempt(self: WebSocket, request: httpx.Request) -> Answer:
    request.headers.update(HANDSHAKE)
    return await self.http.attempt(request)


def is_handshake(request: httpx.Request) -> bool:
    return HANDSHAKE.items() <= dict(request.headers).items()


async def heard(app: Any, request: httpx.Request) -> httpx.Response:
    """What an ASGI application refuses a handshake with, or the first message after it. One that closes the connection
    without a message has nothing to show, or is out of order.
    """
    scope = {
        "type": "websocket",
        "path": request.url.path,
        "query_string": request.url.query,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
    }
    said = asyncio.Event()
    response, message = httpx.Response(200), None

    async def receive() -> dict[str, Any]:
        """Nothing more is heard after the first message, or after a refusal."""
        return {"type": "websocket.disconnect" if said.is_set() else "websocket.connect"}

    async def send(event: dict[str, Any]) -> None:
        nonlocal response, message
        match event["type"]:
            case "websocket.accept":
                response = httpx.Response(200, headers=event["headers"])
            case "websocket.http.response.start":
                response = httpx.Response(event["status"], headers=event["headers"])
                said.set()
            case "websocket.http.response.body":
                message = event["body"]
            case "websocket.send":
                message = event["text"].encode()
                said.set()
            case "websocket.close" if message is None:
                status = 404 if event["reason"].lower().startswith(NOT_FOUND) else 503
                response, message = httpx.Response(status, headers=response.headers), b""

    await app(scope, receive, send)
    return httpx.Response(response.status_code, headers=response.headers, content=message or b"")
