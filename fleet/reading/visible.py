"""The store for a caller who may see only some accounts: it reads as if the others did not exist."""

import asyncio
import heapq
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from fleet.model.account import TrackedAccount
from fleet.model.caller import Caller
from fleet.model.catalog import InstanceType, OfferedVersion, Region
from fleet.model.event import Event
from fleet.model.integration import Integration
from fleet.model.ledger import LedgerEntry
from fleet.model.node import Node
from fleet.model.operation import Operation
from fleet.model.rate_limit import Budget
from fleet.model.spend import Statement
from fleet.model.subscription import OfferedPlan
from fleet.model.tracking import Tracked, TrackedCluster, Transition
from fleet.ports.reader import FleetOrder, Reader, Ref


def visible_to(caller: Caller, reader: Reader) -> Reader:
    return reader if caller.account_ids is None else LimitedReader(reader, caller.account_ids)


class LimitedReader:
    """A `Reader`: no order key that it answers or takes reveals an account that the caller may not see."""

    def __init__(self, reader: Reader, account_ids: frozenset[str]) -> None:
        self._reader = reader
        self._account_ids = account_ids

    async def accounts(
        self, *, after: tuple[str, str] | None, limit: int, provider: str | None = None
    ) -> list[TrackedAccount]:
        """Few enough to be read by name: a key lists the accounts that it sees."""
        return [
            account
            for account in await self._visible_accounts()
            if (after is None or account.account.order > after)
            and (provider is None or account.account.provider == provider)
        ][:limit]

    async def accounts_by_id(self, ids: Iterable[str]) -> Mapping[str, TrackedAccount]:
        return await self._reader.accounts_by_id(self._account_ids.intersection(ids))

    async def account_named(self, provider: str, name: str) -> TrackedAccount | None:
        account = await self._reader.account_named(provider, name)
        return account if account is not None and account.account.id in self._account_ids else None

    async def clusters_by_ref(self, refs: Iterable[Ref]) -> Mapping[Ref, TrackedCluster]:
        return await self._reader.clusters_by_ref(self._of_visible(refs))

    async def nodes_by_ref(self, refs: Iterable[Ref]) -> Mapping[Ref, Tracked[Node]]:
        return await self._reader.nodes_by_ref(self._of_visible(refs))

    async def integrations_by_ref(self, refs: Iterable[Ref]) -> Mapping[Ref, Tracked[Integration]]:
        return await self._reader.integrations_by_ref(self._of_visible(refs))

    async def operations_by_ref(self, refs: Iterable[Ref]) -> Mapping[Ref, Operation]:
        return await self._reader.operations_by_ref(self._of_visible(refs))

    async def open_operations_by_lock(self, locks: Iterable[Ref]) -> Mapping[Ref, Operation]:
        return await self._reader.open_operations_by_lock(self._of_visible(locks))

    async def clusters_of(
        self, account_id: str, *, after: tuple[str, str] | None, limit: int
    ) -> list[TrackedCluster]:
        if account_id not in self._account_ids:
            return []
        return await self._reader.clusters_of(account_id, after=after, limit=limit)

    async def all_clusters(
        self, accounts: Iterable[TrackedAccount]
    ) -> Mapping[str, Sequence[TrackedCluster]]:
        return await self._reader.all_clusters(one for one in accounts if one.account.id in self._account_ids)

    async def first_clusters(self, account: TrackedAccount, *, limit: int) -> Sequence[TrackedCluster]:
        if account.account.id not in self._account_ids:
            return []
        return await self._reader.first_clusters(account, limit=limit)

    async def clusters_named(self, account_id: str, name: str) -> list[TrackedCluster]:
        if account_id not in self._account_ids:
            return []
        return await self._reader.clusters_named(account_id, name)

    async def attention(
        self, *, after: FleetOrder | None, limit: int
    ) -> list[tuple[FleetOrder, TrackedCluster]]:
        """Leaps from one account that is seen to the next, so that what lies between costs nothing."""
        rows: list[tuple[FleetOrder, TrackedCluster]] = []
        place = after
        for account in await self._visible_accounts():
            start = FleetOrder(*account.account.order, "", "")
            if place is not None and place[:2] > start[:2]:
                continue  # the last leap showed that nothing of it is left
            place = start if place is None else max(place, start)
            found = await self._reader.attention(after=place, limit=limit - len(rows))
            ours = [pair for pair in found if pair[1].item.account_id == account.account.id]
            rows += ours
            if len(rows) == limit or len(ours) == len(found):
                return rows
            place = FleetOrder(*found[len(ours)][0][:2], "", "")
        return rows

    async def nodes_of(self, cluster: Ref, *, after: str | None, limit: int) -> list[Tracked[Node]]:
        if cluster.account_id not in self._account_ids:
            return []
        return await self._reader.nodes_of(cluster, after=after, limit=limit)

    async def first_nodes(
        self, wanted: Iterable[tuple[TrackedAccount, frozenset[str]]], *, limit: int
    ) -> Mapping[Ref, Sequence[Tracked[Node]]]:
        visible = [pair for pair in wanted if pair[0].account.id in self._account_ids]
        return await self._reader.first_nodes(visible, limit=limit)

    async def integrations_of(
        self, account_id: str, *, after: tuple[str, str] | None, limit: int
    ) -> list[Tracked[Integration]]:
        if account_id not in self._account_ids:
            return []
        return await self._reader.integrations_of(account_id, after=after, limit=limit)

    async def regions_of(self, account_id: str, *, after: str | None, limit: int) -> list[Tracked[Region]]:
        if account_id not in self._account_ids:
            return []
        return await self._reader.regions_of(account_id, after=after, limit=limit)

    async def instance_types_of(
        self, account_id: str, *, after: str | None, limit: int
    ) -> list[Tracked[InstanceType]]:
        if account_id not in self._account_ids:
            return []
        return await self._reader.instance_types_of(account_id, after=after, limit=limit)

    async def versions_of(
        self, account_id: str, *, after: str | None, limit: int
    ) -> list[Tracked[OfferedVersion]]:
        if account_id not in self._account_ids:
            return []
        return await self._reader.versions_of(account_id, after=after, limit=limit)

    async def plans_of(self, account_id: str) -> list[Tracked[OfferedPlan]]:
        return await self._reader.plans_of(account_id) if account_id in self._account_ids else []

    async def statements_of(self, account_id: str) -> list[Tracked[Statement]]:
        return await self._reader.statements_of(account_id) if account_id in self._account_ids else []

    async def history(self, cluster: Ref, *, before: str | None, limit: int) -> list[tuple[str, Transition]]:
        if cluster.account_id not in self._account_ids:
            return []
        return await self._reader.history(cluster, before=before, limit=limit)

    async def feed(
        self,
        *,
        after: str | None,
        since: datetime,
        now: datetime,
        limit: int,
        account_ids: frozenset[str] | None = None,
    ) -> tuple[list[tuple[str, Transition]], str | None]:
        visible = self._account_ids if account_ids is None else self._account_ids & account_ids
        return await self._reader.feed(after=after, since=since, now=now, limit=limit, account_ids=visible)

    async def activity(
        self,
        wanted: Callable[[Event], bool],
        *,
        after: str | None,
        is_newest_first: bool,
        since: datetime,
        now: datetime,
        limit: int,
    ) -> tuple[list[Event], str | None]:
        return await self._reader.activity(
            lambda event: event.account_id in self._account_ids and wanted(event),
            after=after,
            is_newest_first=is_newest_first,
            since=since,
            now=now,
            limit=limit,
        )

    async def ledger(
        self, account_id: str, *, before: str | None, limit: int
    ) -> list[tuple[str, LedgerEntry]]:
        if account_id not in self._account_ids:
            return []
        return await self._reader.ledger(account_id, before=before, limit=limit)

    async def budget(self, key: str) -> Budget:
        """Asked for by the key that only the account itself tells."""
        return await self._reader.budget(key)

    async def operations(self, *, before: tuple[str, str] | None, limit: int) -> list[Operation]:
        """A page of each account that is seen, also of one that is disconnected by now, merged."""
        pages = await asyncio.gather(
            *(
                self._reader.operations_of(account_id, before=before and before[0], limit=limit)
                for account_id in self._account_ids
            )
        )
        newest = heapq.merge(*pages, key=lambda operation: (operation.id, operation.account_id), reverse=True)
        return list(newest)[:limit]

    async def operations_of(self, account_id: str, *, before: str | None, limit: int) -> list[Operation]:
        if account_id not in self._account_ids:
            return []
        return await self._reader.operations_of(account_id, before=before, limit=limit)

    async def _visible_accounts(self) -> list[TrackedAccount]:
        found = await self._reader.accounts_by_id(self._account_ids)
        return sorted(found.values(), key=lambda one: one.account.order)

    def _of_visible(self, refs: Iterable[Ref]) -> list[Ref]:
        return [ref for ref in refs if ref.account_id in self._account_ids]
