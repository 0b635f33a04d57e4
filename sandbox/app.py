"""The ASGI application of one sandbox: a provider's routes with rate limit, faults and journal, and control routes."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.api import MISBEHAVIOURS_OF, Api, Refusal
from sandbox.faults import (
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
        arrived_at = self._api.clock.now()
        response = await self._respond(scope, receive)
        self._journal.record(
            RecordedRequest(
                method=scope["method"],
                path=scope["path"],
                query=scope["query_string"].decode(),
                status=response.status_code if response else None,
                at=arrived_at,
            )
        )
        if response is None:
            raise ConnectionReset
        await response(scope, receive, send)

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
        if allowance.is_exceeded:
            response = self._api.refuse(self._api.rate_limited(allowance))
        elif FaultKind.UNAUTHORIZED in faults:
            response = self._api.refuse(self._api.unauthorized())
        elif failure := faults.get(FaultKind.SERVER_ERROR):
            response = self._api.refuse(Refusal(failure.status, "something went wrong on our side"))
        else:
            response = self._spoilt(
                await captured(self._router, scope, receive), faults, request.query_params
            )
        if FaultKind.LOST_ANSWER in faults:
            return None
        response.headers.update(self._api.rate_headers(allowance))
        return response

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
