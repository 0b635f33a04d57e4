"""The context of one request: its caller, the store, the time, and what it has loaded."""

import asyncio
from collections.abc import Awaitable, Callable, Generator, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar, cast

import strawberry
from strawberry.dataloader import DataLoader

from fleet.model.account import Collection, TrackedAccount
from fleet.model.api_key import ApiKey
from fleet.model.caller import Caller, Scope
from fleet.model.cluster import Cluster
from fleet.model.envelope import Envelope
from fleet.model.freshness import Freshness, freshness_of, is_missing
from fleet.model.integration import Integration
from fleet.model.node import Node
from fleet.model.operation import Operation
from fleet.model.rate_limit import Budget
from fleet.model.tracking import Tracked, TrackedCluster, Unread
from fleet.model.webhook import KnownWebhook
from fleet.ports.credits import CreditStatus
from fleet.ports.reader import FleetOrder, Ref
from fleet.reading import pages
from fleet.reading.account_reads import AccountReads
from fleet.reading.timings import Timings
from fleet.reading.visible import visible_to
from gateway.services import Policy, Services

if TYPE_CHECKING:
    from fleet.accounts.service import AccountService
    from fleet.changing.changer import Changer
    from fleet.webhooks.service import WebhookService

KeyT = TypeVar("KeyT", bound=Hashable)
ValueT = TypeVar("ValueT")
Maybe: TypeAlias = ValueT | Awaitable[ValueT]
"""What a resolver returns that mostly has its answer at hand."""

_LOADED = (
    "_fleet",
    "account_reads",
    "accounts",
    "clusters",
    "nodes",
    "integrations",
    "operations",
    "operations_by_lock",
    "first_nodes",
    "budgets",
)
"""What a context has loaded, by its name: made when it is first asked for, which most requests do for few."""

RowT = TypeVar("RowT", bound=Tracked[Cluster] | Tracked[Integration])


@dataclass(frozen=True, kw_only=True)
class Covered:
    """Accounts in order. `missing` holds those whose current state is unknown."""

    accounts: Sequence[TrackedAccount]
    missing: Sequence[TrackedAccount]

    @property
    def account_count(self) -> int:
        return len(self.accounts)

    @property
    def missing_count(self) -> int:
        return len(self.missing)

    @property
    def is_complete(self) -> bool:
        return not self.missing


class Context:
    """Each request has its own, so that requests do not share what they loaded. `now` is one instant for the whole
    answer. `reader` shows only what the caller may read. `operation_name` is from the request, once it is read, and
    `credit_status` the credits that it was charged, once they are known, of which `unused_credits` were given back.
    `mutations` and `refusals` are for the log: what the request asks for, and which of these were refused, each with
    the reason's name. `is_unusual`: the stock executor has to answer it. `examined` has, for each page whose filter was
    charged for, how many rows were read for it. `fields_of_accounts` are how many fields are made of nothing but what
    `account_reads` has read and `snapshots` keep.
    """

    def __init__(self, services: Services, policy: Policy, *, caller: Caller) -> None:
        self.reader = visible_to(caller, services.reader)
        self.snapshots = services.snapshots
        self._services = services
        self.keys = services.keys
        self.envelopes = services.envelopes
        self.credits = services.credits
        self.audit = services.audit
        self.policy = policy
        self.caller = caller
        self.operation_name: str | None = None
        self.now = services.clock.now()
        self.credit_status: CreditStatus | None = None
        self.unused_credits = 0
        self.examined: list[int] = []
        self.mutations: Sequence[str] = ()
        self.refusals: list[str] = []
        self.is_unusual = False
        self.fields_of_accounts = 0
        self.answers = services.answers
        self.forget()

    @property
    def changer(self) -> "Changer":
        return self._services.changer

    @property
    def account_service(self) -> "AccountService":
        return self._services.account_service

    @property
    def webhooks(self) -> "WebhookService":
        return self._services.webhooks

    def forget(self) -> None:
        """Drops what was loaded, because a change in the same request can make it old."""
        for name in _LOADED:
            self.__dict__.pop(name, None)
        self._timings: Timings | None = None
        self._known: dict[str, TrackedAccount] = {}
        self._freshness: dict[tuple[str, Collection], Freshness] = {}

    @cached_property
    def account_reads(self) -> AccountReads:
        return AccountReads(self.reader)

    @cached_property
    def accounts(self) -> DataLoader[str, TrackedAccount | None]:
        return _batch(self._read_accounts)

    @cached_property
    def clusters(self) -> DataLoader[Ref, TrackedCluster | None]:
        return _batch(self.reader.clusters_by_ref)

    @cached_property
    def nodes(self) -> DataLoader[Ref, Tracked[Node] | None]:
        return _batch(self.reader.nodes_by_ref)

    @cached_property
    def integrations(self) -> DataLoader[Ref, Tracked[Integration] | None]:
        return DataLoader(self._read_integrations)

    @cached_property
    def operations(self) -> DataLoader[Ref, Operation | None]:
        return _batch(self.reader.operations_by_ref)

    @cached_property
    def operations_by_lock(self) -> DataLoader[Ref, Operation | None]:
        return _batch(self.reader.open_operations_by_lock)

    @cached_property
    def first_nodes(self) -> DataLoader[tuple[Ref, int], Sequence[Tracked[Node]]]:
        return DataLoader(self._read_first_nodes)

    @cached_property
    def budgets(self) -> DataLoader[str, Budget]:
        return DataLoader(self._read_budgets)

    def know(self, account: TrackedAccount) -> None:
        """An account that was read just now, so that it is not loaded again."""
        self._known[account.account.id] = account
        self.accounts.prime(account.account.id, account)

    def known_account(self, account_id: str) -> TrackedAccount | None:
        """An account that is loaded already."""
        return self._known.get(account_id)

    def nodes_of(self, cluster: Ref, limit: int) -> Maybe[Sequence[Tracked[Node]]]:
        """The first `limit` nodes of a cluster."""
        account = self.known_account(cluster.account_id)
        known = None if account is None else self.snapshots.nodes_at_hand(account, cluster.key, limit=limit)
        return self.first_nodes.load((cluster, limit)) if known is None else known

    def integration(self, ref: Ref) -> Maybe[Tracked[Integration] | None]:
        account = self.known_account(ref.account_id)
        known = None if account is None else self.snapshots.integration_at_hand(account, ref.key)
        return at_once(self.integrations.load(ref)) if known is None else known

    async def _read_accounts(self, account_ids: Iterable[str]) -> Mapping[str, TrackedAccount]:
        found = await self.reader.accounts_by_id(account_ids)
        self._known.update(found)
        return found

    async def account(self, account_id: str) -> TrackedAccount:
        """The account of a row that is shown. `ids.find` and `of_known_accounts` have checked that it exists."""
        account = await self.accounts.load(account_id)
        if account is None:
            raise LookupError(f"account {account_id} was forgotten while rows of it were shown")
        return account

    def freshness(
        self,
        account: TrackedAccount,
        collection: Collection,
        unread: Unread | None = None,
        cluster_key: str | None = None,
    ) -> Freshness:
        """It is the same for every row of a collection that could be read, where all were asked for at once."""
        state = account.state.of(collection)
        if unread is not None or (cluster_key is not None and (state.parts or state.is_lacking)):
            return freshness_of(account, collection, self.now, unread=unread, cluster_key=cluster_key)
        key = account.account.id, collection
        found = self._freshness.get(key)
        if found is None:
            found = self._freshness[key] = freshness_of(account, collection, self.now)
        return found

    async def api_key(self, key_id: str) -> ApiKey | None:
        """The API keys. Only callers who can create keys can read them."""
        found = await self.keys.find(key_id) if self.caller.may(Scope.ADMIN) else None
        return None if found is None else found[0]

    async def envelope(self, name: str) -> Envelope | None:
        """An envelope of accounts that the caller sees."""
        visible_ids = self.caller.account_ids
        for one in await self.envelopes.all():
            if one.name == name and (
                visible_ids is None or (one.account_ids is not None and one.account_ids <= visible_ids)
            ):
                return one
        return None

    async def webhook(self, webhook_id: str) -> KnownWebhook | None:
        """A webhook. Only callers who can create them can read them."""
        return await self.webhooks.webhooks.find(webhook_id) if self.caller.may(Scope.ADMIN) else None

    async def fleet(self) -> Sequence[TrackedAccount]:
        """Every account, in order. They are read once for each request."""
        return await self._fleet

    async def timings(self) -> Timings:
        """Of every account that the caller sees."""
        if self._timings is None:
            self._timings = Timings(await self.fleet())
        return self._timings

    async def cover(self, wants: Callable[[TrackedAccount], bool] = lambda account: True) -> Covered:
        accounts = [account for account in await self.fleet() if wants(account)]
        missing = [account for account in accounts if is_missing(account, self.now)]
        return Covered(accounts=accounts, missing=missing)

    async def of_known_accounts(
        self, rows: Iterable[tuple[FleetOrder, RowT]]
    ) -> list[tuple[FleetOrder, RowT]]:
        """The rows whose account still exists. Loads those accounts."""
        found = list(rows)
        unknown = {row.item.account_id for _, row in found} - self._known.keys()
        if unknown:
            await self.accounts.load_many(unknown)
        return [pair for pair in found if pair[1].item.account_id in self._known]

    @cached_property
    def _fleet(self) -> "asyncio.Task[list[TrackedAccount]]":
        return asyncio.ensure_future(self._read_fleet())

    async def _read_fleet(self) -> list[TrackedAccount]:
        return await pages.every_account(self.account_reads)

    async def _read_integrations(self, refs: list[Ref]) -> list[Tracked[Integration] | None]:
        """Of an account that is loaded it may be known; of others it is read."""
        known, unknown = list[tuple[TrackedAccount, str]](), list[Ref]()
        for ref in refs:
            account = self.known_account(ref.account_id)
            if account is None:
                unknown.append(ref)
            else:
                known.append((account, ref.key))
        found = {**await self.snapshots.integrations(known)} if known else {}
        if unknown:
            found |= await self.reader.integrations_by_ref(unknown)
        return [found.get(ref) for ref in refs]

    async def _read_first_nodes(self, asked: list[tuple[Ref, int]]) -> list[Sequence[Tracked[Node]]]:
        accounts = await self.accounts.load_many({ref.account_id: None for ref, _ in asked})
        known = {account.account.id: account for account in accounts if account is not None}
        groups: dict[int, dict[str, tuple[TrackedAccount, list[str]]]] = {}
        for ref, limit in asked:
            account = known.get(ref.account_id)
            if account is not None:
                groups.setdefault(limit, {}).setdefault(ref.account_id, (account, []))[1].append(ref.key)
        read = await asyncio.gather(
            *(self.snapshots.first_nodes(wanted, limit=limit) for limit, wanted in groups.items())
        )
        found = dict(zip(groups, read, strict=True))
        return [found.get(limit, {}).get(ref, ()) for ref, limit in asked]

    async def _read_budgets(self, keys: list[str]) -> list[Budget]:
        return await asyncio.gather(*map(self.reader.budget, keys))


Info = strawberry.Info[Context, None]


class Later(Generic[ValueT]):
    """What is made of a value that is being loaded. A compiled plan waits for all such values together, without a task
    for each: for 100 of them that is 1.5 ms.
    """

    __slots__ = ("loading", "make")

    def __init__(self, loading: Awaitable[Any], make: Callable[[Any], ValueT]) -> None:
        self.loading = loading
        self.make = make

    def __await__(self) -> Generator[Any, Any, ValueT]:
        return self.make((yield from self.loading.__await__()))


def at_once(loading: Awaitable[ValueT]) -> Maybe[ValueT]:
    """The value itself, where it is loaded."""
    if isinstance(loading, asyncio.Future) and loading.done():
        return cast("asyncio.Future[ValueT]", loading).result()
    return loading


def _batch(
    read: Callable[[Iterable[KeyT]], Awaitable[Mapping[KeyT, ValueT]]],
) -> DataLoader[KeyT, ValueT | None]:
    async def load(keys: list[KeyT]) -> list[ValueT | None]:
        found = await read(keys)
        return [found.get(key) for key in keys]

    return DataLoader(load)
