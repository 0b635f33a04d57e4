"""Everything between somebody who asks for a change and the provider: real parts, and a fuse that can end them all.

A fuse that blows is the death of a process as everybody else sees it: what it had sent and kept stays, and nothing that
comes after it, not even a `finally`, reaches the table or the provider any more.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast

import httpx
from pydantic import SecretStr

from adapters import open_adapter
from fleet.accounts.new_account import make_account
from fleet.changing.changer import Changer
from fleet.model.account import Account, Collection
from fleet.model.caller import trusted
from fleet.model.change import OperationKind
from fleet.model.cluster import Cluster, Phase
from fleet.model.integration import Integration
from fleet.model.node import Node
from fleet.model.operation import Operation
from fleet.observing.observer import Observer
from fleet.observing.schedule import Pace
from fleet.ports.reader import Ref
from fleet.ports.store import Store
from infra.secrets.memory import MemoryVault
from infra.store.store import TableStore
from sandbox import ManualClock, Server

ADA = trusted("ada")
PACE = Pace(
    every_seconds=dict.fromkeys(Collection, 86_400) | {Collection.CLUSTERS: 15, Collection.INTEGRATIONS: 15}
)


class Killed(BaseException):
    """The process died here."""


@dataclass
class Fuse:
    """Blows at a point of its choice, once; from then on everything that passes it is dead."""

    blows_at: str | None = None
    is_blown: bool = False
    passed: list[str] = field(default_factory=list)

    def reach(self, point: str) -> None:
        if self.is_blown:
            raise Killed(point)
        self.passed.append(point)
        if point == self.blows_at:
            self.is_blown = True
            raise Killed(point)


class FusedStore:
    """The store of a process that may die. Its points are named for what a change does there."""

    def __init__(self, store: TableStore, fuse: Fuse) -> None:
        self._store = store
        self._fuse = fuse

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)

        async def call(*args: Any, **kwargs: Any) -> Any:
            what = _named(name, args)
            self._fuse.reach(f"before the {what}")
            answer = await method(*args, **kwargs)
            self._fuse.reach(f"after the {what}")
            return answer

        return call


def _named(method: str, args: tuple[Any, ...]) -> str:
    if method == "begin_change":
        return "intent"
    if method == "save_change":
        operation: Operation = args[0]
        return "announcement" if operation.sent_at is not None and operation.failure is None else "record"
    return method


class FusedTransport(httpx.AsyncBaseTransport):
    def __init__(self, fuse: Fuse, meanwhile: Callable[[], Awaitable[object]] | None = None) -> None:
        self._inner = httpx.AsyncHTTPTransport()
        self._fuse = fuse
        self._meanwhile = meanwhile

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            self._fuse.reach("before a reading")
            return await self._inner.handle_async_request(request)
        self._fuse.reach("before the bytes")
        meanwhile, self._meanwhile = self._meanwhile, None
        if meanwhile is not None:
            await meanwhile()
        response = await self._inner.handle_async_request(request)
        self._fuse.reach("after the bytes")
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


class LineClock:
    """The sandbox's time. Whoever sleeps turns it."""

    def __init__(self, sandbox: ManualClock) -> None:
        self._sandbox = sandbox

    def now(self) -> Any:
        return self._sandbox.now()

    async def sleep(self, seconds: float) -> None:
        self._sandbox.advance(seconds)


@dataclass(kw_only=True)
class Line:
    """One account at one fake provider, and processes that work on it one after the other."""

    server: Server
    store: TableStore
    clock: LineClock
    sandbox_clock: ManualClock
    vault: MemoryVault = field(default_factory=MemoryVault)

    async def connect(self, number: int = 0) -> Account:
        there = self.server.accounts[number]
        account = make_account(
            provider=there.provider,
            name=there.name,
            external_id=there.external_id,
            api_version=there.api_version,
            base_url=self.server.url,
            token=SecretStr(there.token),
            now=self.clock.now(),
        )
        await self.vault.keep(account.id, SecretStr(there.token))
        await self.store.connect(account, due_at=self.clock.now())
        await self.observe(account)
        return account

    @asynccontextmanager
    async def process(
        self, fuse: Fuse | None = None, meanwhile: Callable[[], Awaitable[object]] | None = None
    ) -> AsyncIterator[tuple[Changer, Observer]]:
        fuse = fuse or Fuse()
        store = cast(Store, FusedStore(self.store, fuse))
        async with httpx.AsyncClient(transport=FusedTransport(fuse, meanwhile)) as client:
            opening = partial(open_adapter, client=client, clock=self.clock)
            yield (
                Changer(
                    store=store,
                    vault=self.vault,
                    open_adapter=opening,
                    clock=self.clock,
                    request_observation=store.request_observation,
                ),
                Observer(store=store, vault=self.vault, open_adapter=opening, clock=self.clock, pace=PACE),
            )

    async def observe(self, account: Account, *, after_seconds: float = 0) -> None:
        self.sandbox_clock.advance(after_seconds)
        async with self.process() as (_, observer):
            await observer.observe(account.id)

    async def settle(self, account: Account, *, observations: int = 10) -> None:
        """Observations until nothing of the account is under way."""
        for _ in range(observations):
            await self.observe(account, after_seconds=65)
            if not await self.store.open_changes(account.id):
                return

    async def operations(self, account: Account, kind: OperationKind | None = None) -> list[Operation]:
        """Newest first."""
        found = await self.store.operations_of(account.id, before=None, limit=100)
        return [one for one in found if kind in (None, one.kind)]

    async def living(self, account: Account, name: str) -> list[str]:
        """Keys of the clusters of a name that the provider has, whoever made them."""
        async with httpx.AsyncClient() as client:
            token = await self.vault.token(account.id)
            adapter = open_adapter(account, token, _Free(), client=client, clock=self.clock)
            clusters = (await adapter.clusters()).items
        return [one.key for one in clusters if one.name == name and one.phase is not Phase.DELETED]

    async def names(self, account: Account) -> dict[tuple[str, str], str]:
        """Of what is known, by provider and identifier."""
        items: list[Cluster | Integration | Node] = [
            *(row.item for row in await self.store.clusters(account.id)),
            *(row.item for row in await self.store.items(account.id, Integration)),
            *(row.item for row in await self.store.items(account.id, Node)),
        ]
        return {(account.provider, one.external_id): one.name for one in items}

    async def refs(self, account: Account) -> dict[str, Ref]:
        return {row.item.name: Ref(account.id, row.item.key) for row in await self.store.clusters(account.id)}


class _Free:
    async def take(self, change: object = None) -> None:
        pass

    def learn(self, facts: object) -> None:
        pass
