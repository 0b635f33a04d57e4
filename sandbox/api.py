"""The base of every fake provider: accounts, reading requests, refusals, and faults in its own format."""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from tomllib import loads
from typing import Any, ClassVar, Generic, TypeVar

from starlette.datastructures import Headers, QueryParams
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.clock import Clock
from sandbox.faults import Fault, FaultKind, Json
from sandbox.limits import Allowance, RateLimit

MISBEHAVIOURS_OF = "sandbox.misbehaviours"
"""The member of a scope that holds the faults of a request which its endpoint carries out."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account: what a person types to connect it."""

    provider: str
    name: str
    external_id: str | None
    token: str
    api_version: str | None = None


class Refusal(Exception):
    """An error answer in the provider's own format."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        headers: Mapping[str, str] | None = None,
        fields: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = dict(headers or {})
        self.fields = fields
        """The error of each member of the request, for providers that send it."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One authenticated request."""

    account: Account
    params: Mapping[str, str]
    query: QueryParams
    headers: Headers
    body: bytes
    now: datetime
    misbehaviours: Mapping[FaultKind, Fault]
    """How this request is done otherwise than it asks."""

    def seconds_of(self, kind: FaultKind) -> float:
        """How long the misbehaviour lasts. 0 without it."""
        fault = self.misbehaviours.get(kind)
        return 0 if fault is None else fault.seconds

    def json(self) -> Json:
        """The JSON object in the body. Raises a Refusal (400) if there is none."""
        try:
            body = json.loads(self.body)
        except ValueError:
            raise Refusal(400, "the request body is not JSON") from None
        if not isinstance(body, dict):
            raise Refusal(400, "the request body is not a JSON object")
        return body

    def integer(self, name: str, *, default: int, minimum: int = 1, maximum: int) -> int:
        """A whole number in the query. Raises a Refusal (400) if it is invalid or out of bounds."""
        text = self.query.get(name, str(default))
        if not text.isdecimal() or not minimum <= int(text) <= maximum:
            text = f"must be a whole number from {minimum} to {maximum}"
            raise Refusal(400, f"{name} {text}", fields={name: [text]})
        return int(text)


Endpoint = Callable[[Call], Response]


@dataclass(frozen=True, kw_only=True)
class Said:
    """What is said over a WebSocket: a message, if there is one, and then the code and the reason of closing. A stream
    says it again and again until the other side closes.
    """

    body: Json | None = None
    is_stream: bool = False
    code: int = 1000
    reason: str = ""


Socket = Callable[[Call], Said]

World = TypeVar("World")
"""The state of one provider, which its endpoints change and tests examine."""


class Api(ABC, Generic[World]):
    """One fake provider. Endpoints are functions of a call and the world. They do not await, so each is atomic."""

    provider: ClassVar[str]
    rate_limit: ClassVar[RateLimit]
    scheme: ClassVar[str] = "Bearer"
    """The scheme of the authorization header."""
    identity: ClassVar[Collection[str]]
    """The members that identify an item of a listing."""
    has_pages: ClassVar[bool] = True
    misbehaviours: ClassVar[frozenset[FaultKind]] = frozenset()
    """Those of `MISBEHAVIOURS` that it is able to."""

    def __init__(self, *, clock: Clock, seed: int) -> None:
        self.clock = clock
        self.world = self.new_world(seed)

    @abstractmethod
    def new_world(self, seed: int) -> World: ...

    # ------------------------------------------------------------------ what a provider is asked

    @abstractmethod
    def accounts(self) -> list[Account]: ...

    @abstractmethod
    def routes(self) -> list[Route]: ...

    def sockets(self) -> Mapping[str, Socket]:
        """The WebSockets, by path."""
        return {}

    # ------------------------------------------------------------------ how it lets in and refuses

    def authenticate(self, headers: Headers, params: Mapping[str, str]) -> Account:
        """The account of a request. Raises a Refusal for an unknown one, or one without permission."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        account = next((account for account in self.accounts() if account.token == token), None)
        if scheme != self.scheme or account is None:
            raise self.unauthorized()
        self.admit(account, params)
        return account

    def admit(self, account: Account, params: Mapping[str, str]) -> None:
        """Raises a Refusal (403) if the path names something of another account."""
        return

    def admit_change(self, account: Account) -> None:
        """Raises a Refusal (403) for a token that may only read. Asked before everything that is no GET."""
        return

    @abstractmethod
    def unauthorized(self) -> Refusal: ...

    @abstractmethod
    def refuse(self, refusal: Refusal) -> Response: ...

    def budget_key(self, connection: HTTPConnection) -> str:
        """The key of the rate limit of a request."""
        return connection.headers.get("authorization", "")

    def rate_headers(self, allowance: Allowance) -> dict[str, str]:
        """The headers of every answer."""
        return {}

    @abstractmethod
    def rate_limited(self, allowance: Allowance) -> Refusal: ...

    # ------------------------------------------------------------------ how its answers are spoilt

    @abstractmethod
    def replace_items(self, body: Json, change: Callable[[Json], Json], *, only_first: bool = False) -> Json:
        """The answer with its items changed, or with its single item changed."""

    @abstractmethod
    def with_unknown_phase(self, item: Json) -> Json:
        """The item in an undocumented phase."""

    def with_repeated_page(self, body: Json, query: QueryParams) -> Json:
        """The answer with a page token of the same page. Called only for answers with pages."""
        return body

    # ------------------------------------------------------------------ plumbing

    def route(self, method: str, path: str, endpoint: Endpoint) -> Route:
        async def answer(request: Request) -> Response:
            try:
                call = Call(
                    account=self.authenticate(request.headers, request.path_params),
                    params=request.path_params,
                    query=request.query_params,
                    headers=request.headers,
                    body=await request.body(),
                    now=self.clock.now(),
                    misbehaviours=request.scope.get(MISBEHAVIOURS_OF, {}),
                )
                if method != "GET":
                    self.admit_change(call.account)
                return endpoint(call)
            except Refusal as refusal:
                return self.refuse(refusal)

        return Route(path, answer, methods=[method])

    def say(self, connection: HTTPConnection) -> Said:
        """What is said to whoever opens a WebSocket. Raises a Refusal of the handshake."""
        socket = self.sockets().get(connection.scope["path"])
        if socket is None:
            raise Refusal(404, "not found")
        return socket(
            Call(
                account=self.authenticate(connection.headers, {}),
                params={},
                query=connection.query_params,
                headers=connection.headers,
                body=b"",
                now=self.clock.now(),
                misbehaviours={},
            )
        )


def answer(body: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse(body, status_code=status, headers=headers)


def read_table(package: str, name: str) -> dict[str, Any]:
    """A data file beside a provider's modules. The caller can change the result."""
    return deepcopy(_parse_table(package, name))


@cache
def _parse_table(package: str, name: str) -> dict[str, Any]:
    """Read once in a process, because tests start hundreds of sandboxes."""
    return loads(resources.files(package).joinpath(name).read_text(encoding="utf-8"))


def changed_items(items: list[Json], change: Callable[[Json], Json], *, only_first: bool) -> list[Json]:
    first, rest = items[:1], items[1:]
    return [change(item) for item in first] + (rest if only_first else [change(item) for item in rest])
