"""The outermost layer. It adds an id to each request and headers to each answer, also after a fault."""

import logging
import re
from collections.abc import Iterator, Sequence
from uuid import uuid4

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.http.codes import MEANINGS, Code
from gateway.http.errors import FAULT
from gateway.http.headers import (
    CORS_METHODS,
    CORS_REQUEST_HEADERS,
    CORS_RESPONSE_HEADERS,
    CORS_SECONDS,
    EVERYWHERE,
    REQUEST_ID,
)

LOGGER = logging.getLogger("gateway")

SMALLEST_COMPRESSED = 1024
"""Bytes. Smaller answers fit into one packet as they are."""

_REFUSED = re.compile(r"q\s*=\s*0(\.0*)?")

COMPRESSION = 5
"""Of zlib: nearly as small as 9, in half the time."""


def layers(allowed_origins: Sequence[str]) -> list[Middleware]:
    """Pages of these origins may read answers. Without any, answers have no CORS headers."""
    always = [
        Middleware(Codings),
        Middleware(GZipMiddleware, minimum_size=SMALLEST_COMPRESSED, compresslevel=COMPRESSION),
        Middleware(Envelope),
    ]
    if not allowed_origins:
        return always
    cors = Middleware(
        CORSMiddleware,
        allow_origins=allowed_origins,
        allow_methods=CORS_METHODS,
        allow_headers=CORS_REQUEST_HEADERS,
        expose_headers=CORS_RESPONSE_HEADERS,
        max_age=CORS_SECONDS,
    )
    return [*always, cors]


class Codings:
    """Rewrites `Accept-Encoding` as plain names of codings: without those of quality 0, and with gzip in place of
    `*`. The middleware that compresses looks for the name gzip only.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = MutableHeaders(raw=list(scope["headers"]))
            if accepted := ",".join(headers.getlist("accept-encoding")):
                headers["accept-encoding"] = _plainly(accepted)
                scope = {**scope, "headers": headers.raw}
        await self._app(scope, receive, send)


def _plainly(accepted: str) -> str:
    """The codings that are accepted, without those that are refused by a quality of 0."""
    names = dict(_codings(accepted))
    if names.get("*", False):
        names = {"gzip": True, **names}
    return ", ".join(name for name, is_accepted in names.items() if is_accepted) or "identity"


def _codings(accepted: str) -> Iterator[tuple[str, bool]]:
    for part in accepted.split(","):
        name, _, quality = (piece.strip().lower() for piece in part.partition(";"))
        yield name, not _REFUSED.fullmatch(quality)


class Envelope:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = uuid4().hex
        is_answered = False

        async def send_enveloped(message: Message) -> None:
            nonlocal is_answered
            if message["type"] == "http.response.start":
                is_answered = True
                headers = MutableHeaders(scope=message)
                headers[REQUEST_ID] = request_id
                for name, value in EVERYWHERE.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app({**scope, "request_id": request_id}, receive, send_enveloped)
        except Exception:
            LOGGER.exception("request %s failed", request_id)
            if is_answered:
                raise
            extensions = {"code": Code.INTERNAL, "requestId": request_id}
            answer = {"errors": [{"message": FAULT, "extensions": extensions}]}
            await JSONResponse(answer, MEANINGS[Code.INTERNAL].status)(scope, receive, send_enveloped)
