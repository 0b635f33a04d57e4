"""What the accounts of the fleet hold, kept in the memory of a process as it was after their latest observations.

A listing that is sorted, searched or counted has to look at every cluster, and a page is asked for again and again
while nothing has changed. A process keeps what it has read of an account, and reads it again only when an observation
has changed a row of it since: the accounts themselves are read at every question, and tell it. Clusters, nodes and
integrations change in observations and nowhere else.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fleet.model.account import Collection, TrackedAccount
from fleet.model.integration import Integration
from fleet.model.node import Node
from fleet.model.tracking import Tracked, TrackedCluster
from fleet.ports.clock import Clock
from fleet.ports.store import Reader, Ref

MOST_WEIGHT = 80_000
"""Kept by one process: a cluster weighs 4, anything else 1. That is about 180 MB, measured as 88 MB for 10,000
clusters. The account that was not asked for for the longest time makes room.
"""
CLUSTER_WEIGHT = 4
AT_ONCE = 8
"""How many accounts are read at once: a client of DynamoDB has few connections."""
READ_WHOLE = 250
"""An account with up to so many clusters is read whole for a page of it: they fit one answer of the table."""
WORTH_ALL = 3
"""An account's nodes are read at once where a page shows every third of its clusters, or more."""
_CHUNK = 1000

Version = tuple[object, ...]


@dataclass(frozen=True, kw_only=True)
class AccountSnapshot:
    """An account, and its clusters as they were after its latest observation. Tombstones are included."""

    account: TrackedAccount
    clusters: Sequence[TrackedCluster]


@dataclass(kw_only=True)
class _Kept:
    """What was read of an account at one version. `nodes` has, for each cluster, those up to a limit, and the limit;
    `integrations` null for one that there is not. `clusters` are in the order of their listing, null until all are
    read.
    """

    version: Version
    clusters: Sequence[TrackedCluster] | None = None
    places: Mapping[tuple[str, str], int] = field(default_factory=dict)
    nodes: dict[str, tuple[int, Sequence[Tracked[Node]]]] = field(default_factory=dict)
    integrations: dict[str, Tracked[Integration] | None] = field(default_factory=dict)

    @property
    def weight(self) -> int:
        nodes = sum(len(rows) for _, rows in self.nodes.values())
        return CLUSTER_WEIGHT * len(self.clusters or ()) + nodes + len(self.nodes) + len(self.integrations)


class Snapshots:
    """Shared by the requests of a process. What a caller may see is decided by the accounts that it asks for, each as
    the caller has just read it.
    """

    def __init__(self, reader: Reader, clock: Clock) -> None:
        self._reader = reader
        self._clock = clock
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._weights: dict[str, int] = {}
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def of(self, accounts: Sequence[TrackedAccount]) -> list[AccountSnapshot]:
        """In the order of `accounts`."""
        return list(await asyncio.gather(*map(self._snapshot, accounts)))

    async def _snapshot(self, account: TrackedAccount) -> AccountSnapshot:
        clusters = await self._clusters(account)
        return AccountSnapshot(account=account, clusters=self._live(clusters))

    async def clusters_of(
        self, account: TrackedAccount, *, after: tuple[str, str] | None, limit: int
    ) -> Sequence[TrackedCluster]:
        """As `Reader.clusters_of`. An account that is larger than `READ_WHOLE` and not kept is read page by page."""
        kept = self._current(account)
        if kept.clusters is None and account.state.summary.cluster_count > READ_WHOLE:
            return await self._reader.clusters_of(account.account.id, after=after, limit=limit)
        clusters = await self._clusters(account)
        start = 0 if after is None else self._current(account).places.get(after, -1) + 1
        if after is not None and start == 0:  # the row of the cursor is gone: only the table knows its place
            return await self._reader.clusters_of(account.account.id, after=after, limit=limit)
        return self._live(clusters[start : start + limit])

    async def first_nodes_of(
        self, account: TrackedAccount, cluster_keys: Sequence[str], *, limit: int
    ) -> Mapping[str, Sequence[Tracked[Node]]]:
        """The first `limit` nodes of each of these clusters."""
        kept = self._current(account)
        missing = [key for key in cluster_keys if not _suffices(kept.nodes.get(key), limit)]
        if missing:
            kept.nodes.update(
                {
                    key: (limit, rows)
                    for key, rows in (await self._read_nodes(account, missing, limit)).items()
                }
            )
            self._weigh(account.account.id, kept)
        return {key: kept.nodes[key][1][:limit] for key in cluster_keys}

    async def _read_nodes(
        self, account: TrackedAccount, keys: Sequence[str], limit: int
    ) -> Mapping[str, Sequence[Tracked[Node]]]:
        """One read for an account of which a page shows a good part, else one for each cluster."""
        account_id = account.account.id
        if len(keys) > 1 and len(keys) * WORTH_ALL >= account.state.summary.cluster_count:
            return await self._reader.nodes_of_many(account_id, frozenset(keys), limit=limit)
        rows = await asyncio.gather(
            *(self._reader.nodes_of(Ref(account_id, key), after=None, limit=limit) for key in keys)
        )
        return dict(zip(keys, rows, strict=True))

    async def integrations(
        self, wanted: Sequence[tuple[TrackedAccount, str]]
    ) -> Mapping[Ref, Tracked[Integration]]:
        """By their refs, those that there are. All that are not kept are read at once."""
        missing = {
            Ref(account.account.id, key): self._current(account)
            for account, key in wanted
            if key not in self._current(account).integrations
        }
        found = await self._reader.integrations_by_ref(missing) if missing else {}
        for ref, kept in missing.items():
            kept.integrations[ref.key] = found.get(ref)
            self._weigh(ref.account_id, kept)
        known = {
            Ref(account.account.id, key): self._current(account).integrations.get(key)
            for account, key in wanted
        }
        return {ref: row for ref, row in known.items() if row is not None}

    async def _clusters(self, account: TrackedAccount) -> Sequence[TrackedCluster]:
        kept = self._current(account)
        if kept.clusters is None:
            async with self._turns:
                rows = await self._read(account.account.id)
            kept.clusters = rows
            kept.places = {(row.item.name, row.item.key): place for place, row in enumerate(rows)}
            self._weigh(account.account.id, kept)
            return rows
        return kept.clusters

    async def _read(self, account_id: str) -> Sequence[TrackedCluster]:
        rows: list[TrackedCluster] = []
        after: tuple[str, str] | None = None
        while True:
            found = await self._reader.clusters_of(account_id, after=after, limit=_CHUNK)
            rows += found
            if len(found) < _CHUNK:
                return tuple(rows)
            after = (found[-1].item.name, found[-1].item.key)

    def _live(self, rows: Sequence[TrackedCluster]) -> Sequence[TrackedCluster]:
        """Without tombstones that have expired since they were read."""
        if not any(row.expires_at is not None for row in rows):
            return rows
        now = self._clock.now()
        return [row for row in rows if row.expires_at is None or row.expires_at > now]

    def _current(self, account: TrackedAccount) -> _Kept:
        """What is kept of this version of the account: nothing yet, where it changed."""
        account_id, version = account.account.id, _version(account)
        kept = self._kept.get(account_id)
        if kept is None or kept.version != version:
            kept = self._kept[account_id] = _Kept(version=version)
        self._kept.move_to_end(account_id)
        return kept

    def _weigh(self, account_id: str, kept: _Kept) -> None:
        """What a request of another version read meanwhile is not kept."""
        if self._kept.get(account_id) is not kept:
            return
        self._weights[account_id] = kept.weight
        while len(self._kept) > 1 and sum(self._weights.values()) > MOST_WEIGHT:
            gone, _ = self._kept.popitem(last=False)
            self._weights.pop(gone, None)


def _suffices(known: tuple[int, Sequence[Tracked[Node]]] | None, limit: int) -> bool:
    """Whether what was read up to another limit has the first `limit`."""
    return known is not None and (known[0] >= limit or len(known[1]) < known[0])


def _version(account: TrackedAccount) -> Version:
    """Equal as long as no observation wrote a row. Version 0.1 counts no changes, and says no fence: its observations
    end with other times.
    """
    state = account.state
    if state.fence is not None:
        return (state.changes,)
    collections = state.collections
    return tuple(
        observed.observed_at if (observed := collections.get(collection)) is not None else None
        for collection in Collection
    )
