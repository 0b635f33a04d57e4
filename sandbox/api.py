"""What every stand-in has in common: accounts, requests read to their end, refusals, faults in its own shape."""

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
from sandbox.faults import Json
from sandbox.limits import Allowance, RateLimit


@dataclass(frozen=True, kw_only=True)
class Account:
    """A way in: what a person would type to connect it."""

    provider: str
    name: str
    external_id: str | None
    token: str
    api_version: str | None = None


class Refusal(Exception):
    """Answered instead of what was asked, in the provider's own error body."""

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
        """What is wrong with which member of the request, for the provider that says so."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request by somebody we know."""

    account: Account
    params: Mapping[str, str]
    query: QueryParams
    headers: Headers
    body: bytes
    now: datetime

    def json(self) -> Json:
        """The JSON object in the body; a Refusal (400) when there is none."""
        try:
            body = json.loads(self.body)
        except ValueError:
            raise Refusal(400, "the request body is not JSON") from None
        if not isinstance(body, dict):
            raise Refusal(400, "the request body is not a JSON object")
        return body

    def integer(self, name: str, *, default: int, minimum: int = 1, maximum: int) -> int:
        """A whole number in the query; a Refusal (400) when it is none, or out of bounds."""
        text = self.query.get(name, str(default))
        if not text.isdecimal() or not minimum <= int(text) <= maximum:
            text = f"must be a whole number from {minimum} to {maximum}"
            raise Refusal(400, f"{name} {text}", fields={name: [text]})
        return int(text)


Endpoint = Callable[[Call], Response]

World = TypeVar("World")
"""The state of one provider, for its endpoints to change and for tests to look into."""


class Api(ABC, Generic[World]):
    """The stand-in for one provider. Endpoints are plain functions of a call and the world: nothing awaits in them,
    so each is one indivisible step."""

    provider: ClassVar[str]
    rate_limit: ClassVar[RateLimit]
    scheme: ClassVar[str] = "Bearer"
    """Of the authorization header."""
    identity: ClassVar[Collection[str]]
    """Members by which an item of any listing is recognised."""
    has_pages: ClassVar[bool] = True

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

    # ------------------------------------------------------------------ how it lets in and refuses

    def authenticate(self, headers: Headers, params: Mapping[str, str]) -> Account:
        """Who calls; a Refusal where nobody we know, or somebody who may not."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        account = next((account for account in self.accounts() if account.token == token), None)
        if scheme != self.scheme or account is None:
            raise self.unauthorized()
        self.admit(account, params)
        return account

    def admit(self, account: Account, params: Mapping[str, str]) -> None:
        """A Refusal (403) where the path names what is not this account's."""
        return

    @abstractmethod
    def unauthorized(self) -> Refusal: ...

    @abstractmethod
    def refuse(self, refusal: Refusal) -> Response: ...

    def budget_key(self, connection: HTTPConnection) -> str:
        """Whose rate limit a request counts against."""
        return connection.headers.get("authorization", "")

    def rate_headers(self, allowance: Allowance) -> dict[str, str]:
        """Sent with every answer."""
        return {}

    @abstractmethod
    def rate_limited(self, allowance: Allowance) -> Refusal: ...

    # ------------------------------------------------------------------ how its answers are spoilt

    @abstractmethod
    def replace_items(self, body: Json, change: Callable[[Json], Json], *, only_first: bool = False) -> Json:
        """The answer with its items changed, or the one item that it is."""

    @abstractmethod
    def with_unknown_phase(self, item: Json) -> Json:
        """The item in a phase by a word that no document knows."""

    def with_repeated_page(self, body: Json, query: QueryParams) -> Json:
        """The answer with a page token that leads back to the same page; asked only where there are pages."""
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
                )
                return endpoint(call)
            except Refusal as refusal:
                return self.refuse(refusal)

        return Route(path, answer, methods=[method])


def answer(body: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse(body, status_code=status, headers=headers)


def read_table(package: str, name: str) -> dict[str, Any]:
    """A data file that lies beside a provider's modules. The caller may change what it gets."""
    return deepcopy(_parse_table(package, name))


@cache
def _parse_table(package: str, name: str) -> dict[str, Any]:
    """Once a process: tests start a sandbox hundreds of times."""
    return loads(resources.files(package).joinpath(name).read_text(encoding="utf-8"))


def changed_items(items: list[Json], change: Callable[[Json], Json], *, only_first: bool) -> list[Json]:
    first, rest = items[:1], items[1:]
    return [change(item) for item in first] + (rest if only_first else [change(item) for item in rest])
