"""The reader's part of the store: pages in order, each from one partition of the table or of an index."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from fleet.model.account import TrackedAccount
from fleet.model.catalog import InstanceType, OfferedVersion, Region
from fleet.model.cluster import Cluster
from fleet.model.integration import Integration
from fleet.model.node import Node
from fleet.model.operation import Operation
from fleet.model.rate_limit import Budget
from fleet.model.spend import MOST_STATEMENTS, Statement
from fleet.model.subscription import MOST_PLANS, OfferedPlan
from fleet.model.tracking import Tracked, TrackedCluster
from fleet.ports.clock import Clock
from fleet.ports.reader import FleetOrder, Ref
from fleet.ports.store import ItemT
from infra.store.account_rows import account_named_span, accounts_span, to_account
from infra.store.budgets import Budgets
from infra.store.bundles import MOST, Bundles, decode, may_have
from infra.store.indexes import ATTENTION, LISTING, sort_key
from infra.store.item_rows import (
    attention_spans,
    item_key,
    items_span,
    named_span,
    nodes_span,
    to_cluster,
    to_fleet_order,
    to_item,
)
from infra.store.names import SEPARATOR, Span, join
from infra.store.operation_rows import (
    all_operations_order,
    all_operations_span,
    holder_of,
    lock_key,
    operation_key,
    operations_span,
    to_operation,
)
from infra.store.operations import read_operations
from infra.store.pages import read_newest, read_page
from infra.store.rows import account_key, is_live
from infra.store.table import Table
from infra.store.writes import Row, key_of_row, text

T = TypeVar("T")

MOST_STATEMENTS_READ = 4 * MOST_STATEMENTS
"""Statements of an account: those of a period are as many as it has currencies."""

AT_ONCE = 8
"""How many accounts are read at once where each takes a request of its own: a client has few connections."""


class TableReader:
    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    @property
    def _bundles(self) -> Bundles:
        return Bundles(self._table, self._clock)

    async def accounts(
        self, *, after: tuple[str, str] | None, limit: int, provider: str | None = None
    ) -> list[TrackedAccount]:
        """The index has their order, the table what was observed of them: it would cost a write an observation to have
        that in the index.
        """
        span, found = accounts_span(provider).after(after and join(*after)), list[TrackedAccount]()
        while len(found) < limit:
            wanted = limit - len(found)
            rows = await self._table.query_whole(span, limit=wanted)
            found += [one for row in rows if (one := to_account(row)) is not None]
            if len(rows) < wanted:
                break
            span = span.after(text(rows[-1], sort_key(LISTING)))
        return found

    async def accounts_by_id(self, ids: Iterable[str]) -> Mapping[str, TrackedAccount]:
        rows = await self._table.get_many(account_key(account_id) for account_id in ids)
        found = (to_account(row) for row in rows.values())
        return {tracked.account.id: tracked for tracked in found if tracked is not None}

    async def account_named(self, provider: str, name: str) -> TrackedAccount | None:
        entries = await self._table.query(account_named_span(provider, name), limit=1)
        rows = await self._table.get_many(map(key_of_row, entries))
        return next((one for row in rows.values() if (one := to_account(row)) is not None), None)

    async def clusters_by_ref(self, refs: Iterable[Ref]) -> Mapping[Ref, TrackedCluster]:
        return await self._by_ref(Cluster, refs, to_cluster)

    async def nodes_by_ref(self, refs: Iterable[Ref]) -> Mapping[Ref, Tracked[Node]]:
        return await self._by_ref(Node, refs, partial(to_item, Node))

    async def integrations_by_ref(self, refs: Iterable[Ref]) -> Mapping[Ref, Tracked[Integration]]:
        return await self._by_ref(Integration, refs, partial(to_item, Integration))

    async def clusters_of(
        self, account_id: str, *, after: tuple[str, str] | None, limit: int
    ) -> list[TrackedCluster]:
        span = named_span(Cluster, account_id).after(after and join(*after))
        return await self._read(span, to_cluster, limit)

    async def all_clusters(
        self, accounts: Iterable[TrackedAccount]
    ) -> Mapping[str, Sequence[TrackedCluster]]:
        asked = {account.account.id: account for account in accounts}
        bundles = self._bundles
        found: dict[str, Sequence[TrackedCluster]] = {**await bundles.clusters(asked.values())}
        missing = [account for account_id, account in asked.items() if account_id not in found]
        read = await _in_turn([self._cluster_rows(account) for account in missing])
        to_bundle: list[tuple[TrackedAccount, Sequence[str]]] = []
        for account, rows in zip(missing, read, strict=True):
            bodies = [text(row, "body") for row in rows]
            clusters = decode(Cluster, bodies)
            if clusters is not None:
                to_bundle.append((account, bodies))
            found[account.account.id] = [to_cluster(row) for row in rows] if clusters is None else clusters
        await bundles.make(Cluster, to_bundle)
        return found

    async def _cluster_rows(self, account: TrackedAccount) -> list[Row]:
        return sorted(await self._rows(Cluster, account), key=lambda row: text(row, sort_key(LISTING)))

    async def first_clusters(self, account: TrackedAccount, *, limit: int) -> Sequence[TrackedCluster]:
        now = self._clock.now()
        bundled, is_whole = await self._bundles.first_clusters(account)
        live = [row for row in bundled if row.expires_at is None or row.expires_at > now]
        if is_whole or len(live) >= limit:
            return live[:limit]
        return await self.clusters_of(account.account.id, after=None, limit=limit)

    async def clusters_named(self, account_id: str, name: str) -> list[TrackedCluster]:
        return await self._read(named_span(Cluster, account_id, name), to_cluster, None)

    async def attention(
        self, *, after: FleetOrder | None, limit: int
    ) -> list[tuple[FleetOrder, TrackedCluster]]:
        """Reads as many rows from every shard as the page can need."""
        pages = await asyncio.gather(
            *(self._page(span.after(after and join(*after)), to_cluster, limit) for span in attention_spans())
        )
        found = sorted(
            (one for page in pages for one in page), key=lambda one: text(one[0], sort_key(ATTENTION))
        )
        return [(to_fleet_order(row, tracked), tracked) for row, tracked in found[:limit]]

    async def nodes_of(self, cluster: Ref, *, after: str | None, limit: int) -> list[Tracked[Node]]:
        return await self._items(Node, nodes_span(cluster), cluster.account_id, after, limit)

    async def first_nodes(
        self, wanted: Iterable[tuple[TrackedAccount, frozenset[str]]], *, limit: int
    ) -> Mapping[Ref, Sequence[Tracked[Node]]]:
        asked = {account.account.id: (account, keys) for account, keys in wanted}
        bundles = self._bundles
        bundled = await bundles.nodes(account for account, _ in asked.values())
        missing = [account for account_id, (account, _) in asked.items() if account_id not in bundled]
        read = await _in_turn([self._rows(Node, account) for account in missing])
        found: dict[Ref, Sequence[Tracked[Node]]] = {}
        to_bundle: list[tuple[TrackedAccount, Sequence[str]]] = []
        for account, rows in zip(missing, read, strict=True):
            account_id = account.account.id
            if may_have(account) and len(rows) <= MOST[Node]:
                bodies = [text(row, "body") for row in rows]
                nodes = decode(Node, bodies)
                if nodes is not None:
                    to_bundle.append((account, bodies))
                    bundled[account_id] = nodes
                    continue
            found |= _first_of(account_id, asked[account_id][1], rows, limit)
        for account_id, nodes in bundled.items():
            found |= _by_cluster(account_id, asked[account_id][1], nodes, limit)
        await bundles.make(Node, to_bundle)
        return found

    async def _rows(self, kind: type[Cluster] | type[Node], account: TrackedAccount) -> list[Row]:
        """In the table's own order. Of what makes a bundle, they are as new as the account."""
        now = self._clock.now()
        return await self._table.query(
            items_span(kind, account.account.id),
            consistent=may_have(account),
            wanted=lambda row: is_live(row, now),
        )

    async def integrations_of(
        self, account_id: str, *, after: tuple[str, str] | None, limit: int
    ) -> list[Tracked[Integration]]:
        span = named_span(Integration, account_id).after(after and join(*after))
        return await self._read(span, partial(to_item, Integration), limit)

    async def regions_of(self, account_id: str, *, after: str | None, limit: int) -> list[Tracked[Region]]:
        return await self._items(Region, items_span(Region, account_id), account_id, after, limit)

    async def instance_types_of(
        self, account_id: str, *, after: str | None, limit: int
    ) -> list[Tracked[InstanceType]]:
        span = items_span(InstanceType, account_id)
        return await self._items(InstanceType, span, account_id, after, limit)

    async def versions_of(
        self, account_id: str, *, after: str | None, limit: int
    ) -> list[Tracked[OfferedVersion]]:
        span = items_span(OfferedVersion, account_id)
        return await self._items(OfferedVersion, span, account_id, after, limit)

    async def plans_of(self, account_id: str) -> list[Tracked[OfferedPlan]]:
        return await self._items(
            OfferedPlan, items_span(OfferedPlan, account_id), account_id, None, MOST_PLANS
        )

    async def statements_of(self, account_id: str) -> list[Tracked[Statement]]:
        return await self._items(
            Statement, items_span(Statement, account_id), account_id, None, MOST_STATEMENTS_READ
        )

    async def budget(self, key: str) -> Budget:
        return await Budgets(self._table, self._clock).read(key)

    async def operations_by_ref(self, refs: Iterable[Ref]) -> Mapping[Ref, Operation]:
        return await read_operations(self._table, refs, self._clock.now())

    async def operations(self, *, before: tuple[str, str] | None, limit: int) -> list[Operation]:
        last_order = None if before is None else all_operations_order(*before)
        span, order = all_operations_span().up_to(last_order), sort_key(LISTING)
        found = await read_newest(
            self._table,
            span,
            to_operation,
            now=self._clock.now(),
            limit=limit,
            is_further=lambda row: row[order] != last_order,
        )
        return [operation for _, operation in found]

    async def operations_of(self, account_id: str, *, before: str | None, limit: int) -> list[Operation]:
        last_order = None if before is None else operation_key(Ref(account_id, before))[1]
        span = operations_span(account_id).up_to(last_order)
        found = await read_newest(
            self._table,
            span,
            to_operation,
            now=self._clock.now(),
            limit=limit,
            is_further=lambda row: row["sk"] != last_order,
        )
        return [operation for _, operation in found]

    async def open_operations_by_lock(self, locks: Iterable[Ref]) -> Mapping[Ref, Operation]:
        now = self._clock.now()
        keys = {lock: lock_key(lock) for lock in locks}
        rows = await self._table.get_many(keys.values())
        refs = {
            lock: Ref(lock.account_id, holder)
            for lock, key in keys.items()
            if key in rows and (holder := holder_of(rows[key]))
        }
        found = await read_operations(self._table, refs.values(), now)
        return {lock: found[ref] for lock, ref in refs.items() if ref in found and not found[ref].is_final}

    async def _by_ref(
        self, kind: type[Cluster] | type[ItemT], refs: Iterable[Ref], read: Callable[[Row], T | None]
    ) -> dict[Ref, T]:
        now = self._clock.now()
        keys = {ref: item_key(kind, ref) for ref in refs}
        rows = await self._table.get_many(keys.values())
        return {
            ref: one
            for ref, key in keys.items()
            if key in rows and is_live(rows[key], now) and (one := read(rows[key])) is not None
        }

    async def _items(
        self, kind: type[ItemT], span: Span, account_id: str, after: str | None, limit: int
    ) -> list[Tracked[ItemT]]:
        last_order = None if after is None else item_key(kind, Ref(account_id, after))[1]
        return await self._read(span.after(last_order), partial(to_item, kind), limit)

    async def _read(self, span: Span, read: Callable[[Row], T | None], limit: int | None) -> list[T]:
        return [one for _, one in await self._page(span, read, limit)]

    async def _page(
        self, span: Span, read: Callable[[Row], T | None], limit: int | None
    ) -> list[tuple[Row, T]]:
        return await read_page(self._table, span, read, now=self._clock.now(), limit=limit)


async def _in_turn(reads: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
    """A few at once, in their order."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def read(one: Coroutine[Any, Any, T]) -> T:
        async with turns:
            return await one

    return await asyncio.gather(*map(read, reads))


def _first_of(
    account_id: str, cluster_keys: frozenset[str], rows: Iterable[Row], limit: int
) -> dict[Ref, Sequence[Tracked[Node]]]:
    """Rows that are not shown are not decoded."""
    key_of = {nodes_span(Ref(account_id, key)).low.removesuffix(SEPARATOR): key for key in cluster_keys}
    found = {key: list[Tracked[Node]]() for key in cluster_keys}
    for row in rows:
        key = key_of.get(text(row, "sk").rpartition(SEPARATOR)[0])
        if key is not None and len(found[key]) < limit and (node := to_item(Node, row)) is not None:
            found[key].append(node)
    return {Ref(account_id, key): nodes for key, nodes in found.items()}


def _by_cluster(
    account_id: str, cluster_keys: frozenset[str], nodes: Iterable[Tracked[Node]], limit: int
) -> dict[Ref, Sequence[Tracked[Node]]]:
    found = {key: list[Tracked[Node]]() for key in cluster_keys}
    for node in nodes:
        rows = found.get(node.item.cluster_key)
        if rows is not None and len(rows) < limit:
            rows.append(node)
    return {Ref(account_id, key): rows for key, rows in found.items()}
