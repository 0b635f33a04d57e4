"""Authentication: every request is given a caller before it is handled, or is refused."""

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from fleet.access.authentication import Authenticate, NotAuthenticated
from fleet.model.caller import Caller
from fleet.ports.pages import wants_page

NOBODY = Caller(id="nobody", name="nobody")
"""The caller of a page, without scopes. Pages contain no data of a fleet."""


def is_for_page(request: Request) -> bool:
    return wants_page(request.method, request.headers.get("accept", ""), request.query_params.keys())


def caller_of(request: Request) -> Caller:
    caller: Caller = request.scope["caller"]
    return caller


class RequireCaller:
    """Wraps an endpoint. With `shows_page`, its page needs no authentication, because a browser needs the page to send
    a key.
    """

    def __init__(self, app: ASGIApp, authenticate: Authenticate, *, shows_page: bool = False) -> None:
        self._app = app
        self._authenticate = authenticate
        self._shows_page = shows_page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._shows_page and is_for_page(Request(scope)):
            caller = NOBODY
        else:
            try:
                caller = await self._authenticate(Headers(scope=scope).get("authorization"))
            except NotAuthenticated as refused:
                answer = JSONResponse(refused.body, refused.status, refused.headers)
                await answer(scope, receive, send)
                return
        await self._app({**scope, "caller": caller}, receive, send)
