"""What a provider can do wrong, as a transport between an adapter and its fake provider: by account and by route.

Times are virtual, so that an answer that takes a minute takes none.
"""

import asyncio
import json
import random
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from sandbox.faults import malformed

Answer = Callable[[httpx.Request], Awaitable[httpx.Response]]
Act = Callable[[httpx.Request, Answer], Awaitable[httpx.Response]]

_ID = re.compile(r"/[^/]*\d[^/]*|/[^/]{20,}")
_DATE = re.compile(r"20\d\d(-\d\d-\d\dT)")
LARGE_BYTES = 200_000_000
_CHUNK = b" " * 1_000_000
_PAGE = "page-of-a-fault-"
"""Begins the cursors that are made up here."""


def route_of(request: httpx.Request) -> str:
    """A path without identifiers. Versions stay."""
    path = request.url.path
    return "/".join(
        part if re.fullmatch(r"v\d", part) else _ID.sub("/*", f"/{part}")[1:] for part in path.split("/")
    )


@dataclass(kw_only=True)
class Faulty(httpx.AsyncBaseTransport):
    """Lets `act` have the requests of one token on one route, where there is one."""

    inner: httpx.AsyncBaseTransport
    token: str = ""
    route: str = ""
    act: Act | None = None
    routes: dict[str, int] = field(default_factory=dict)
    """Of the token, with how often each was asked."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        is_ours = any(self.token in value for value in request.headers.values())
        route = route_of(request)

        async def answer(asked: httpx.Request) -> httpx.Response:
            response = await self.inner.handle_async_request(asked)
            await response.aread()
            return response

        if is_ours:
            self.routes[route] = self.routes.get(route, 0) + 1
        if self.act is None or not is_ours or route != self.route:
            return await self.inner.handle_async_request(request)
        return await self.act(request, answer)


# ------------------------------------------------------------------------------------------------------- no answer


def raising(error: Callable[[str], Exception]) -> Act:
    async def act(request: httpx.Request, answer: Answer) -> httpx.Response:
        raise error("made up")

    return act


async def times_out(request: httpx.Request, answer: Answer) -> httpx.Response:
    await asyncio.sleep(600)
    raise AssertionError("nobody waits so long")


async def _dripping() -> AsyncIterator[bytes]:
    while True:
        await asyncio.sleep(1)
        yield b" "


async def _large() -> AsyncIterator[bytes]:
    for _ in range(LARGE_BYTES // len(_CHUNK)):
        yield _CHUNK


def streaming(chunks: Callable[[], AsyncIterator[bytes]]) -> Act:
    async def act(request: httpx.Request, answer: Answer) -> httpx.Response:
        return httpx.Response(200, content=chunks(), headers={"content-type": "application/json"})

    return act


# ------------------------------------------------------------------------------------------------- another answer


def status(code: int, **headers: str) -> Act:
    async def act(request: httpx.Request, answer: Answer) -> httpx.Response:
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx.Response(code, json={"message": "made up"}, headers=told)

    return act


def body(content: bytes, kind: str = "application/json") -> Act:
    async def act(request: httpx.Request, answer: Answer) -> httpx.Response:
        return httpx.Response(200, content=content, headers={"content-type": kind})

    return act


def changed(change: Callable[[Any], Any]) -> Act:
    """The provider's own answer, as JSON, changed."""

    async def act(request: httpx.Request, answer: Answer) -> httpx.Response:
        response = await answer(request)
        if response.status_code != 200 or not response.content:
            return response
        return httpx.Response(200, json=change(json.loads(response.content)))

    return act


async def truncated(request: httpx.Request, answer: Answer) -> httpx.Response:
    response = await answer(request)
    return httpx.Response(200, content=response.content[: len(response.content) // 2])


def _with_items(found: Any, change: Callable[[list[Any]], list[Any]]) -> Any:
    """The first list of objects in an answer, wherever it is."""
    if isinstance(found, list):
        return change(found) if found and isinstance(found[0], dict) else found
    if isinstance(found, dict):
        for name, value in found.items():
            after = _with_items(value, change)
            if after is not value:
                return {**found, name: after}
    return found


def items(change: Callable[[list[Any]], list[Any]]) -> Act:
    return changed(lambda found: _with_items(found, change))


def _in_the_future(found: Any) -> Any:
    return json.loads(_DATE.sub(r"2099\1", json.dumps(found)))


def _of_another_case(items: list[Any]) -> list[Any]:
    return [{**one, "id": str(one["id"]).swapcase()} if "id" in one else one for one in items]


# ------------------------------------------------------------------------------------------------------------ pages


def _is_of_a_page(request: httpx.Request) -> bool:
    return any(value.startswith(_PAGE) for value in request.url.params.values())


async def _whole(request: httpx.Request, answer: Answer) -> httpx.Response:
    """All that a page of ours is part of. Where there is nothing, it has no pages."""
    params = {name: value for name, value in request.url.params.items() if not value.startswith(_PAGE)}
    url = request.url.copy_with(params=params)
    return await answer(httpx.Request(request.method, url, headers=request.headers))


def _with_another_page(found: Any) -> Any:
    page = f"{_PAGE}{random.random()}"
    paging = {"hasNextPage": True, "cursor": page, "next_page": page}
    return {**found, "pagination": {**(found.get("pagination") or {}), **paging}}


async def endless(request: httpx.Request, answer: Answer) -> httpx.Response:
    """Every page has all items, and names another."""
    whole = await _whole(request, answer)
    return httpx.Response(200, json=_with_another_page(whole.json())) if whole.status_code == 200 else whole


async def moved_to_the_first_page(request: httpx.Request, answer: Answer) -> httpx.Response:
    """Half of the items, then the rest but its first, which stands on the first page by then: something was deleted."""
    whole, is_second = await _whole(request, answer), _is_of_a_page(request)
    if whole.status_code != 200:
        return whole

    def of_the_page(items: list[Any]) -> list[Any]:
        half = len(items) // 2
        return items[half + 1 :] if is_second else items[:half]

    page = _with_items(whole.json(), of_the_page)
    return httpx.Response(200, json=page if is_second else _with_another_page(page))


# ------------------------------------------------------------------------------------------------------- its limits


async def refused_as_it_does(request: httpx.Request, answer: Answer) -> httpx.Response:
    """With the headers that this provider has for it. What is asked for beside it is answered."""
    refused = {"method": request.method, "path": request.url.path}
    fault = httpx.Request(
        "POST",
        request.url.copy_with(path="/_sandbox/faults", params={}),
        json={"kind": "rate-limited", "times": 1, "seconds": 30, **refused},
    )
    assert (await answer(fault)).status_code == 201
    response = await answer(request)
    assert response.status_code == 429, f"{request.url.path} was answered with {response.status_code}"
    return response


async def nothing_left(request: httpx.Request, answer: Answer) -> httpx.Response:
    """An answer, and headers by which there is no other for a day."""
    response = await answer(request)
    told = {"x-ratelimit-limit": "1000", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "86400"}
    return httpx.Response(response.status_code, content=response.content, headers=told)


# ----------------------------------------------------------------------------------------------------- the matrix


@dataclass(frozen=True, kw_only=True)
class Fault:
    """`fails`: where the list of clusters does this, that is a failure of theirs. `times`: it happens to so many
    requests, null for all. `is_strange`: it tells of other things than there are, so that what is written of them is
    not judged. `needs_pages`: only who lists by the page can do it.
    """

    act: Act
    fails: bool = True
    times: int | None = None
    is_strange: bool = False
    needs_pages: bool = False


FAULTS: dict[str, Fault] = {
    "timeout": Fault(act=times_out),
    "slow drip": Fault(act=streaming(_dripping)),
    "reset": Fault(act=raising(httpx.ReadError)),
    "DNS": Fault(act=raising(httpx.ConnectError)),
    "TLS": Fault(act=raising(lambda text: httpx.ConnectError(str(ssl.SSLError(text))))),
    "401 once": Fault(act=status(401), times=1, fails=False),
    "401": Fault(act=status(401)),
    "403": Fault(act=status(403)),
    "404": Fault(act=status(404)),
    "429 for a moment": Fault(act=status(429, retry_after="2")),
    "429 with a date": Fault(act=status(429, retry_after="Wed, 01 Apr 2026 03:00:00 GMT")),
    "429 absurd": Fault(act=status(429, retry_after="1000000000")),
    "429 in the past": Fault(act=status(429, retry_after="-5", x_ratelimit_reset="0")),
    "429 garbled": Fault(act=status(429, retry_after="soon", x_ratelimit_remaining="many")),
    "429 of headers": Fault(
        act=status(429, x_ratelimit_limit="1000", x_ratelimit_remaining="0", x_ratelimit_reset="60")
    ),
    "429 of headers, as a time": Fault(
        act=status(429, x_ratelimit_limit="1000", x_ratelimit_remaining="0", x_ratelimit_reset="1775100000")
    ),
    "429 of the provider": Fault(act=refused_as_it_does),
    "500": Fault(act=status(500)),
    "503": Fault(act=status(503, retry_after="120")),
    "truncated": Fault(act=truncated),
    "mistyped": Fault(
        act=items(lambda found: [malformed(one, {"id", "name"}) for one in found]),
        fails=False,
        is_strange=True,
    ),
    "HTML": Fault(act=body(b"<!doctype html><title>Welcome</title>", "text/html")),
    "empty": Fault(act=body(b"")),
    "wrong type": Fault(act=body(b"[[]]")),
    "large": Fault(act=streaming(_large)),
    "endless": Fault(act=endless, needs_pages=True),
    "an item twice": Fault(act=items(lambda found: [*found, found[0]]), fails=False),
    "an item gone": Fault(act=items(lambda found: found[:-1]), fails=False, times=1),
    "an item gone from page two": Fault(act=moved_to_the_first_page, fails=False, times=2, needs_pages=True),
    "ids of another case": Fault(act=items(_of_another_case), fails=False, is_strange=True),
    "no items": Fault(act=items(lambda found: []), fails=False),
    "the future": Fault(act=changed(_in_the_future), fails=False, is_strange=True),
    "nothing left for a day": Fault(act=nothing_left, fails=False),
}
