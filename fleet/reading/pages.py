"""Pages over the whole fleet, walked account by account.

Every listing has a total order and a cursor that is an order key, so that rows which come and go between pages neither
repeat nor skip another. A filter examines a bounded number of rows a page; the cursor is then the last row examined, so
a page may be short, even empty, while there is more.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from fleet.model.account import TrackedAccount
from fleet.model.cloud import Cloud
from fleet.model.cluster import QUIET, Cluster, Engine, Phase
from fleet.model.integration import Integration
from fleet.model.money import SpendLimitState
from fleet.model.tracking import Tracked, TrackedCluster
from fleet.ports.reader import FleetOrder, Reader
from fleet.reading.account_reads import AccountReads
from fleet.reading.snapshot import Snapshots

EXAMINED_ROWS = 1000
"""How many rows one page may examine before it answers short."""
OPENING_AN_ACCOUNT = 5
"""What opening an account counts for among them: it is a query even where it finds nothing."""
_CHUNK = 251
"""A page of the largest size, and the row that tells whether there is another."""
WHOLE = 1000
"""How many accounts are read at once by whoever needs all of them."""

RowT = TypeVar("RowT", bound=Tracked[Cluster] | Tracked[Integration])
RowT_co = TypeVar("RowT_co", bound=Tracked[Cluster] | Tracked[Integration], covariant=True)


@dataclass(frozen=True, kw_only=True)
class Page(Generic[RowT]):
    """`rows` are items with their order keys. `end` is where the next page goes on; null when this page is the last.
    `examined` counts the rows that were read for it, and what opening accounts took.
    """

    rows: Sequence[tuple[FleetOrder, RowT]]
    end: FleetOrder | None
    examined: int


@dataclass(frozen=True, kw_only=True)
class ClusterFilter:
    """Null members do not filter. A cluster matches when it matches every member that is given."""

    providers: frozenset[str] | None = None
    account_ids: frozenset[str] | None = None
    phases: frozenset[Phase] | None = None
    clouds: frozenset[Cloud] | None = None
    regions: frozenset[str] | None = None
    name_contains: str | None = None
    integration_external_id: str | None = None
    needs_attention: bool | None = None
    include_inactive: bool = False
    versions: frozenset[str] | None = None
    plans: frozenset[str] | None = None
    engines: frozenset[Engine] | None = None
    labels: Mapping[str, str | None] | None = None
    """Each label that a cluster has to have, with its value; null for any value."""
    limit_states: frozenset[SpendLimitState] | None = None
    created_since: datetime | None = None
    changed_since: datetime | None = None

    def wants(self, account: TrackedAccount) -> bool:
        return (self.providers is None or account.account.provider in self.providers) and (
            self.account_ids is None or account.account.id in self.account_ids
        )

    @property
    def is_of_the_fleet(self) -> bool:
        """Whether its pages come from the accounts in their order, and not from others that are named or an index."""
        return self.account_ids is None and self.needs_attention is not True

    def matches(self, tracked: TrackedCluster) -> bool:
        cluster = tracked.item
        named = self.phases is not None and cluster.phase in self.phases
        return (
            (self.include_inactive or named or self.needs_attention is True or cluster.is_active)
            and (self.providers is None or cluster.provider in self.providers)
            and (self.account_ids is None or cluster.account_id in self.account_ids)
            and (self.phases is None or named)
            and (self.clouds is None or cluster.cloud in self.clouds)
            and (self.regions is None or not self.regions.isdisjoint(cluster.regions))
            and (self.name_contains is None or self.name_contains.casefold() in cluster.name.casefold())
            and (
                self.integration_external_id is None
                or tracked.integration_external_id == self.integration_external_id
            )
            and (self.needs_attention is None or self.needs_attention is (cluster.phase not in QUIET))
            and (self.versions is None or cluster.version in self.versions)
            and (self.plans is None or cluster.plan in self.plans)
            and (self.engines is None or cluster.engine in self.engines)
            and (self.labels is None or _has_labels(cluster, self.labels))
            and (self.limit_states is None or cluster.spend_limit.state in self.limit_states)
            and (self.created_since is None or _is_since(cluster.created_at, self.created_since))
            and (self.changed_since is None or _is_since(tracked.since, self.changed_since))
        )


def _has_labels(cluster: Cluster, wanted: Mapping[str, str | None]) -> bool:
    labels = cluster.labels or {}
    return all(key in labels and value in (None, labels[key]) for key, value in wanted.items())


def _is_since(instant: datetime | None, since: datetime) -> bool:
    return instant is not None and instant >= since


@dataclass(frozen=True, kw_only=True)
class IntegrationFilter:
    account_ids: frozenset[str] | None = None
    providers: frozenset[str] | None = None
    clouds: frozenset[Cloud] | None = None
    name_contains: str | None = None

    def wants(self, account: TrackedAccount) -> bool:
        return (self.account_ids is None or account.account.id in self.account_ids) and (
            self.providers is None or account.account.provider in self.providers
        )

    def matches(self, tracked: Tracked[Integration]) -> bool:
        return (self.clouds is None or tracked.item.cloud in self.clouds) and (
            self.name_contains is None or self.name_contains.casefold() in tracked.item.name.casefold()
        )


def nobody_is_told(account: TrackedAccount) -> None:
    """Of the accounts that a page comes from."""


async def clusters(
    reader: Reader,
    where: ClusterFilter,
    *,
    after: FleetOrder | None,
    first: int,
    snapshots: Snapshots | None = None,
    accounts: AccountReads | None = None,
    tell: Callable[[TrackedAccount], None] = nobody_is_told,
) -> Page[TrackedCluster]:
    """A page of the fleet in its order. Clusters that need attention come from an index of their own. What `snapshots`
    keep is not read again, nor accounts that the request has read. `tell` is given each account that the page comes
    from, as it was read.
    """

    def of_account(
        account: TrackedAccount, *, after: tuple[str, str] | None, limit: int
    ) -> Awaitable[Sequence[TrackedCluster]]:
        if snapshots is None:
            return reader.clusters_of(account.account.id, after=after, limit=limit)
        return snapshots.clusters_of(account, after=after, limit=limit)

    async def prepare(found: Sequence[TrackedAccount]) -> int:
        return await (
            _nothing_is_prepared(found) if snapshots is None else snapshots.prepare(found, first + 1)
        )

    stream = (
        _attention(reader, after, first)
        if where.needs_attention is True
        else _fleet(accounts or AccountReads(reader), of_account, where, after, first, tell, prepare)
    )
    return await _take(stream, where.matches, first)


async def integrations(
    reader: Reader,
    where: IntegrationFilter,
    *,
    after: FleetOrder | None,
    first: int,
    accounts: AccountReads | None = None,
) -> Page[Tracked[Integration]]:
    def of_account(
        account: TrackedAccount, *, after: tuple[str, str] | None, limit: int
    ) -> Awaitable[Sequence[Tracked[Integration]]]:
        return reader.integrations_of(account.account.id, after=after, limit=limit)

    stream = _fleet(
        accounts or AccountReads(reader),
        of_account,
        where,
        after,
        first,
        nobody_is_told,
        _nothing_is_prepared,
    )
    return await _take(stream, where.matches, first)


async def _nothing_is_prepared(found: Sequence[TrackedAccount]) -> int:
    return len(found)


async def every_account(accounts: AccountReads) -> list[TrackedAccount]:
    """In their order."""
    chunks = _accounts(accounts, lambda account: True, after=None, step=WHOLE)
    return [account async for chunk in chunks for account in chunk]


async def _accounts(
    accounts: AccountReads,
    wants: Callable[[TrackedAccount], bool],
    *,
    after: tuple[str, str] | None,
    ids: frozenset[str] | None = None,
    step: int = _CHUNK,
) -> AsyncIterator[Sequence[TrackedAccount]]:
    if ids is not None:
        named = (await accounts.reader.accounts_by_id(ids)).values()
        wanted = [one for one in named if wants(one) and (after is None or one.account.order > after)]
        yield sorted(wanted, key=lambda one: one.account.order)
        return
    while True:
        found = await accounts.after(after, step)
        yield [account for account in found if wants(account)]
        if len(found) < step:
            return
        after = found[-1].account.order


class _ListOf(Protocol[RowT_co]):
    def __call__(
        self, account: TrackedAccount, *, after: tuple[str, str] | None, limit: int
    ) -> Awaitable[Sequence[RowT_co]]: ...


@dataclass(frozen=True, kw_only=True)
class _Chunk(Generic[RowT]):
    """Rows that come next, and the place of each by its number. Of an account that is opened, -1 is its beginning."""

    rows: Sequence[RowT]
    order: Callable[[int], FleetOrder]
    is_opened: bool = False


async def _take(
    chunks: AsyncIterator[_Chunk[RowT]], matches: Callable[[RowT], bool], first: int
) -> Page[RowT]:
    rows: list[tuple[FleetOrder, RowT]] = []
    examined = 0
    async for chunk in chunks:
        if chunk.is_opened:
            examined += OPENING_AN_ACCOUNT
            if examined >= EXAMINED_ROWS:
                return Page(rows=rows, end=chunk.order(-1), examined=examined)
        for place, row in enumerate(chunk.rows):
            examined += 1
            if matches(row):
                if len(rows) == first:
                    return Page(rows=rows, end=rows[-1][0], examined=examined)
                rows.append((chunk.order(place), row))
            if examined >= EXAMINED_ROWS:
                return Page(rows=rows, end=chunk.order(place), examined=examined)
    return Page(rows=rows, end=None, examined=examined)


async def _fleet(
    accounts: AccountReads,
    rows_of: _ListOf[RowT],
    where: ClusterFilter | IntegrationFilter,
    after: FleetOrder | None,
    first: int,
    tell: Callable[[TrackedAccount], None],
    prepare: Callable[[Sequence[TrackedAccount]], Awaitable[int]],
) -> AsyncIterator[_Chunk[RowT]]:
    """Rows of every wanted account. `prepare` is given the accounts to come, reads together what a page needs of the
    first of them, and answers how many these are.
    """
    opened = None
    if after is not None:
        opened = (after.provider, after.account_name)
        account = await accounts.reader.account_named(*opened)
        if account is not None and where.wants(account):
            tell(account)
            async for chunk in _account(rows_of, account, (after.name, after.key), first):
                yield chunk
    async for found in _accounts(accounts, where.wants, after=opened, ids=where.account_ids):
        prepared = 0
        for place, account in enumerate(found):
            if place == prepared:
                prepared += await prepare(found[place:])
            tell(account)
            async for chunk in _account(rows_of, account, None, first):
                yield chunk


async def _account(
    rows_of: _ListOf[RowT], account: TrackedAccount, after: tuple[str, str] | None, first: int
) -> AsyncIterator[_Chunk[RowT]]:
    """`after` is null where the account is opened."""
    begin = FleetOrder(*account.account.order, "", "")

    def order(place: int) -> FleetOrder:
        row = rows[place].item
        return FleetOrder(begin.provider, begin.account_name, row.name, row.key)

    limit = min(first + 1, _CHUNK)  # what an unfiltered page needs; a filter goes on in larger steps
    if after is None:
        yield _Chunk(rows=(), order=lambda _: begin, is_opened=True)
    after = None if after == ("", "") else after
    while True:
        rows = await rows_of(account, after=after, limit=limit)
        yield _Chunk(rows=rows, order=order)
        if len(rows) < limit:
            return
        after, limit = (rows[-1].item.name, rows[-1].item.key), _CHUNK


async def _attention(
    reader: Reader, after: FleetOrder | None, first: int
) -> AsyncIterator[_Chunk[TrackedCluster]]:
    def order(place: int) -> FleetOrder:
        return rows[place][0]

    limit = min(first + 1, _CHUNK)
    while True:
        rows = await reader.attention(after=after, limit=limit)
        yield _Chunk(rows=[row for _, row in rows], order=order)
        if len(rows) < limit:
            return
        after, limit = rows[-1][0], _CHUNK
