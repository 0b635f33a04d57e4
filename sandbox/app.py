"""The ASGI application of one sandbox: a provider's routes with rate limit, faults and journal, and control routes."""

import asyncio
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from starlette.datastructures import QueryParams
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.api import MISBEHAVIOURS_OF, Api, Refusal, Said, answer
from sandbox.faults import (
    HUGE_BYTES,
    MISBEHAVIOURS,
    REQUESTS_OF_OTHERS,
    Fault,
    FaultKind,
    Faults,
    Json,
    anonymous,
    malformed,
)
from sandbox.journal import Journal, RecordedRequest
from sandbox.limits import Allowance, Limiter

CONTROL = "/_sandbox"
STREAM_SECONDS = 10.0
"""After how long a stream says what it shows again."""


class ConnectionReset(Exception):
    """Raised instead of an answer. The server then breaks the connection."""


class App:
    def __init__(
        self,
        *,
        api: Api[Any],
        limiter: Limiter,
        faults: Faults,
        journal: Journal,
        control: ASGIApp,
    ) -> None:
        self._api = api
        self._limiter = limiter
        self._faults = faults
        self._journal = journal
        self._control = control
        self._router = Router(api.routes(), redirect_slashes=False, default=self._not_found)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith(f"{CONTROL}/"):
            await self._control(scope, receive, send)
            return
        if scope["type"] == "websocket":
            await self._speak(scope, receive, send)
            return
        arrived_at = self._api.clock.now()
        response = await self._respond(scope, receive)
        self._record(scope, arrived_at, response.status_code if response else None)
        if response is None:
            raise ConnectionReset
        await response(scope, receive, send)

    def _record(self, scope: Scope, arrived_at: datetime, status: int | None) -> None:
        self._journal.record(
            RecordedRequest(
                method=scope.get("method", "GET"),
                path=scope["path"],
                query=scope["query_string"].decode(),
                status=status,
                at=arrived_at,
            )
        )

    async def _speak(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A WebSocket: the handshake is a GET, with the faults and the limit of one, and may be refused as one."""
        connection, arrived_at = HTTPConnection(scope), self._api.clock.now()
        faults = self._faults.take("GET", scope["path"])
        allowance = self._draw(self._api.budget_key(connection), faults)
        await receive()
        if latency := faults.get(FaultKind.LATENCY):
            await asyncio.sleep(latency.seconds)
        if FaultKind.RESET in faults:
            self._record(scope, arrived_at, None)
            raise ConnectionReset
        rates = self._api.rate_headers(allowance)
        answered = self._refused(faults, allowance) or self._said(connection)
        if isinstance(answered, Response):
            self._record(scope, arrived_at, answered.status_code)
            answered.headers.update(rates)
            await answered(scope, receive, send)
            # uvicorn tells the end of a refused handshake twice, and until the second time it takes it for none.
            for _ in range(2):
                await receive()
            return
        self._record(scope, arrived_at, 101)
        headers = [(name.lower().encode(), value.encode()) for name, value in rates.items()]
        await send({"type": "websocket.accept", "headers": headers})
        if FaultKind.LOST_ANSWER in faults:
            raise ConnectionReset
        body = (
            b"" if answered.body is None else self._spoilt(answer(answered.body), faults, QueryParams()).body
        )
        await _tell(answered, bytes(body).decode(), receive, send)

    def _said(self, connection: HTTPConnection) -> Said | Response:
        try:
            return self._api.say(connection)
        except Refusal as refusal:
            return self._api.refuse(refusal)

    async def _respond(self, scope: Scope, receive: Receive) -> Response | None:
        """The answer. None if no answer is sent."""
        request = Request(scope, receive)
        faults = self._faults.take(request.method, request.url.path)
        scope[MISBEHAVIOURS_OF] = {kind: faults[kind] for kind in MISBEHAVIOURS & faults.keys()}
        allowance = self._draw(self._api.budget_key(request), faults)
        if latency := faults.get(FaultKind.LATENCY):
            # What has arrived is done, although the client may be gone by then.
            body = await request.body()
            receive = _replayed(body)
            await asyncio.sleep(latency.seconds)

        if FaultKind.RESET in faults:
            return None
        response = self._refused(faults, allowance)
        if response is None:
            response = self._spoilt(
                await captured(self._router, scope, receive), faults, request.query_params
            )
        if FaultKind.LOST_ANSWER in faults:
            return None
        response.headers.update(self._api.rate_headers(allowance))
        return response

    def _refused(self, faults: Mapping[FaultKind, Fault], allowance: Allowance) -> Response | None:
        """The refusal of a request that is not looked at. None if it is."""
        if allowance.is_exceeded:
            return self._api.refuse(self._api.rate_limited(allowance))
        if FaultKind.UNAUTHORIZED in faults:
            return self._api.refuse(self._api.unauthorized())
        if failure := faults.get(FaultKind.SERVER_ERROR):
            return self._api.refuse(Refusal(failure.status, "something went wrong on our side"))
        return None

    def _draw(self, key: str, faults: Mapping[FaultKind, Fault]) -> Allowance:
        if limited := faults.get(FaultKind.RATE_LIMITED):
            return self._limiter.exhausted(limited.seconds)
        for _ in range(REQUESTS_OF_OTHERS if FaultKind.SHARED_LIMIT in faults else 0):
            self._limiter.take(key)
        return self._limiter.take(key)

    def _spoilt(self, response: Response, faults: Mapping[FaultKind, Fault], query: QueryParams) -> Response:
        if not faults or response.status_code >= 300 or not response.body:
            return response
        content = bytes(response.body)
        if response.headers["content-type"] == "application/json":
            body = json.loads(content)
            for kind in faults:
                body = self._spoilt_body(kind, body, query)
            content = json.dumps(body).encode()
        if FaultKind.TRUNCATED in faults:
            content = content[: len(content) // 2]
        if FaultKind.HUGE in faults:
            content += b" " * HUGE_BYTES
        headers = {name: value for name, value in response.headers.items() if name != "content-length"}
        return Response(content, status_code=response.status_code, headers=headers)

    def _spoilt_body(self, kind: FaultKind, body: Json, query: QueryParams) -> Json:
        api = self._api
        match kind:
            case FaultKind.UNKNOWN_PHASE:
                return api.replace_items(body, api.with_unknown_phase)
            case FaultKind.MALFORMED_ITEM:
                return api.replace_items(body, lambda item: malformed(item, api.identity), only_first=True)
            case FaultKind.MISSING_IDENTITY:
                return api.replace_items(body, lambda item: anonymous(item, api.identity), only_first=True)
            case FaultKind.REPEATED_PAGE:
                return api.with_repeated_page(body, query)
            case _:
                return body

    async def _not_found(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._api.refuse(Refusal(404, "not found"))(scope, receive, send)


async def _tell(said: Said, text: str, receive: Receive, send: Send) -> None:
    if text:
        await send({"type": "websocket.send", "text": text})
    while said.is_stream:
        if await _hung_up(receive):
            return
        await send({"type": "websocket.send", "text": text})
    await send({"type": "websocket.close", "code": said.code, "reason": said.reason})


async def _hung_up(receive: Receive) -> bool:
    """Waits for the next turn of a stream. True if the other side closed it before."""
    try:
        async with asyncio.timeout(STREAM_SECONDS):
            while (await receive())["type"] != "websocket.disconnect":
                pass
    except TimeoutError:
        return False
    return True


def _replayed(body: bytes) -> Receive:
    """Receives a body that was received before."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def captured(app: ASGIApp, scope: Scope, receive: Receive) -> Response:
    """The answer of an application as an object that can be changed."""
    response = Response()
    body = bytearray()

    async def capture(message: Message) -> None:
        if message["type"] == "http.response.start":
            response.status_code = message["status"]
            response.raw_headers = list(message["headers"])
        else:
            body.extend(message.get("body", b""))

    await app(scope, receive, capture)
    response.body = bytes(body)
    return response
