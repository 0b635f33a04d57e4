"""`python -m bench.performance.gateways.upstream`: the four providers' lists of clusters, 250 each, from memory.

What a list holds is what the sandbox answers, over and over again under other names. The sandbox itself would be what
is measured: it makes every answer anew, and keeps the providers' rate limits. Prints its address as JSON, and ends with
its standard input.
"""

import asyncio
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

import httpx

from sandbox.server import serve

EACH = 250
"""Clusters of each provider."""


@dataclass(frozen=True, kw_only=True)
class List:
    """Where a provider lists the clusters of one of the sandbox's accounts, and by which members they are reached."""

    account: str
    path: str
    members: tuple[str, ...]
    identity: tuple[str, ...] = ("id", "name")
    scheme: str = "Bearer"
    beside: Mapping[str, Any] | None = None
    """The answer to what our adapter asks below that path, and no gateway."""

    def clusters_of(self, body: Any) -> list[Any]:
        for member in self.members:
            body = body[member]
        return list(body)


LISTS: Mapping[str, List] = {
    "kupe": List(
        account="Acme Tools", path="/api/v1/tenants/{}/clusters", members=("items",), identity=("name",)
    ),
    "northflank": List(
        account="Tidewater Studio",
        path="/v1/teams/{}/cloud-providers/clusters",
        members=("data", "clusters"),
    ),
    "qovery": List(
        account="Orchard Grocers",
        path="/organization/{}/cluster",
        members=("results",),
        scheme="Token",
        beside={"results": []},
    ),
    "cockroachdb": List(account="Meridian Freight", path="/api/v1/clusters", members=("clusters",)),
}


Listed = tuple[str, str | None, str, Any]
"""A provider, its account's external id, the path of its list, and the body."""


def lists() -> Iterator[Listed]:
    for provider, one in LISTS.items():
        with serve(provider) as server:
            account = next(account for account in server.accounts if account.name == one.account)
            path = one.path.format(account.external_id)
            token = {"Authorization": f"{one.scheme} {account.token}"}
            body = httpx.get(f"{server.url}{path}", headers=token).raise_for_status().json()
        yield provider, account.external_id, path, _larger(one, body)


def _larger(one: List, body: Any) -> Any:
    made = []
    for number, cluster in enumerate(islice(cycle(one.clusters_of(body)), EACH)):
        copy = deepcopy(cluster)
        for member in one.identity:
            copy[member] = f"{copy[member]}-{number:03}"
        made.append(copy)
    holder = body
    for member in one.members[:-1]:
        holder = holder[member]
    holder[one.members[-1]] = made
    return body


def _answer(body: Any) -> bytes:
    content = json.dumps(body).encode()
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(content)}\r\n\r\n"
    return head.encode() + content


NOT_FOUND = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"


class Connection(asyncio.Protocol):
    """HTTP/1.1 as far as GET without a body needs it."""

    def __init__(self, answers: Mapping[bytes, bytes]) -> None:
        self._answers = answers
        self._left = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        *requests, self._left = (self._left + data).split(b"\r\n\r\n")
        for request in requests:
            path = request.split(b" ", 2)[1].partition(b"?")[0]
            self._transport.write(self._answers.get(path, NOT_FOUND))


def answers_of(lists: Iterable[Listed]) -> Mapping[bytes, bytes]:
    """By path: the answers whole."""
    answers = {}
    for provider, _, path, body in lists:
        answers[path.encode()] = _answer(body)
        if (beside := LISTS[provider].beside) is not None:
            answers[f"{path}/status".encode()] = _answer(beside)
    return answers


async def listen(answers: Mapping[bytes, bytes]) -> asyncio.Server:
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: Connection(answers), "127.0.0.1", 0)


async def main() -> None:
    found = list(lists())
    async with await listen(answers_of(found)) as server:
        host, port = server.sockets[0].getsockname()
        said = {
            "url": f"http://{host}:{port}",
            "paths": {provider: path for provider, _, path, _ in found},
            "accounts": {provider: account for provider, account, _, _ in found},
        }
        print(json.dumps(said), flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
