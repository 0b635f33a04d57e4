"""Asking an application in this process, without a server and a socket, and the CPU time that it took."""

import json
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Application = Callable[[Any, Any, Any], Awaitable[None]]


async def ask(app: Application, document: str, variables: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The answer to a document. Raises `AssertionError` for an answer with errors: it would be no work at all."""
    return (await _measured(app, document, variables))[0]


async def cpu_of(app: Application, document: str, variables: Mapping[str, Any] | None = None) -> float:
    """Seconds of CPU of this process, with all of its threads, from the request to the bytes of its answer."""
    return (await _measured(app, document, variables))[1]


async def _measured(
    app: Application, document: str, variables: Mapping[str, Any] | None
) -> tuple[dict[str, Any], float]:
    body = json.dumps({"query": document, "variables": variables or {}}).encode()
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "query_string": b"",
        "root_path": "",
        "headers": [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    chunks: list[bytes] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.body":
            chunks.append(message.get("body", b""))

    began = time.process_time()
    await app(scope, receive, send)
    took = time.process_time() - began
    answer: dict[str, Any] = json.loads(b"".join(chunks))
    assert "errors" not in answer, answer["errors"]
    return answer, took
