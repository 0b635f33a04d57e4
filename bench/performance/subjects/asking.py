"""Asking an application in this process, without a server and a socket, and the CPU time that it took."""

import json
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Application = Callable[[Any, Any, Any], Awaitable[None]]


async def ask(app: Application, document: str, variables: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The answer to a document. Raises `AssertionError` for an answer with errors: it would be no work at all."""
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

    await app(scope, receive, send)
    answer: dict[str, Any] = json.loads(b"".join(chunks))
    assert "errors" not in answer, answer["errors"]
    return answer


async def cpu_of(app: Application, document: str, variables: Mapping[str, Any] | None = None) -> float:
    """Seconds of CPU of this process, with all of its threads. Reading the answer back is a hundredth of it."""
    began = time.process_time()
    await ask(app, document, variables)
    return time.process_time() - began
