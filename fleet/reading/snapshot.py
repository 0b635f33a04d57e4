"""What the accounts of the fleet hold, kept in the memory of a process as it was after their latest observations.

A listing that is sorted, searched or counted has to look at every cluster, and a page is asked for again and again
while nothing has changed. A process keeps what it has read of an account, and reads it again only when an observation
has changed a row of it since: the accounts themselves are read at every question, and tell it. Clusters, nodes and
integrations change in observations and nowhere else.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from fleet.model.account import Collection, TrackedAccount
from fleet.model.integration import Integration
from fleet.model.node import Node
from fleet.model.tracking import Tracked, TrackedCluster
from fleet.ports.clock import Clock
from fleet.ports.reader import Reader, Ref

MOST_WEIGHT = 80_000
"""Kept by one process: a cluster weighs 4, anything else 1. That is about 180 MB, measured as 88 MB for 10,000
clusters. The account that was not asked for for the longest time makes room.
"""
CLUSTER_WEIGHT = 4
READ_WHOLE = 250
"""An account with up to so many clusters is read whole for a page of it: they fit one answer of the table."""
WORTH_ALL = 3
"""An account's nodes are read at once where a page shows every third of its clusters, or more."""
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

    async def of(self, accounts: Sequence[TrackedAccount]) -> list[AccountSnapshot]:
        """In the order of `accounts`."""
        read = await self._clusters(accounts)
        return [
            AccountSnapshot(account=account, clusters=self._live(clusters))
            for account, clusters in zip(accounts, read, strict=True)
        ]

    def have(self, account: TrackedAccount) -> bool:
        """Whether all clusters of it are kept."""
        return self._current(account).clusters is not None

    async def prepare(self, accounts: Sequence[TrackedAccount], rows: int) -> int:
        """Reads together what a page of so many rows that begins with these accounts needs of them. Answers how many of
        them that are.
        """
        whole, count = list[TrackedAccount](), 0
        while count < len(accounts) and rows > 0:
            account, count = accounts[count], count + 1
            rows -= account.state.summary.cluster_count
            if account.state.summary.cluster_count <= READ_WHOLE:
                whole.append(account)
        await self._clusters(whole)
        return count

    async def clusters_of(
        self, account: TrackedAccount, *, after: tuple[str, str] | None, limit: int
    ) -> Sequence[TrackedCluster]:
        """As `Reader.clusters_of`. An account that is larger than `READ_WHOLE` and not kept is read page by page."""
        kept = self._current(account)
        if kept.clusters is None and account.state.summary.cluster_count > READ_WHOLE:
            if after is None:
                return await self._reader.first_clusters(account, limit=limit)
            return await self._reader.clusters_of(account.account.id, after=after, limit=limit)
        (clusters,) = await self._clusters([account])
        start = 0
        if after is not None:
            places = ((row.item.name, row.item.key) for row in clusters)
            start = next((place for place, one in enumerate(places, 1) if one == after), 0)
            if start == 0:  # the row of the cursor is gone: only the table knows its place
                return await self._reader.clusters_of(account.account.id, after=after, limit=limit)
        return self._live(clusters[start : start + limit])

    async def first_nodes(
        self, wanted: Mapping[str, tuple[TrackedAccount, Sequence[str]]], *, limit: int
    ) -> Mapping[Ref, Sequence[Tracked[Node]]]:
        """The first `limit` nodes of each of these clusters, whose keys come with their account, by its id."""
        kept = {account_id: self._current(account) for account_id, (account, _) in wanted.items()}
        missing = {
            account_id: (account, unread)
            for account_id, (account, keys) in wanted.items()
            if (unread := [key for key in keys if not _suffices(kept[account_id].nodes.get(key), limit)])
        }
        if missing:
            for ref, nodes in (await self._read_nodes(missing.values(), limit)).items():
                kept[ref.account_id].nodes[ref.key] = limit, nodes
            for account_id in missing:
                self._weigh(account_id, kept[account_id])
        return {
            Ref(account_id, key): kept[account_id].nodes[key][1][:limit]
            for account_id, (_, keys) in wanted.items()
            for key in keys
        }

    def nodes_at_hand(
        self, account: TrackedAccount, cluster_key: str, *, limit: int
    ) -> Sequence[Tracked[Node]] | None:
        """The first `limit` nodes of a cluster, where they are kept."""
        known = self._current(account).nodes.get(cluster_key)
        return known[1][:limit] if known is not None and _suffices(known, limit) else None

    def integration_at_hand(self, account: TrackedAccount, key: str) -> Tracked[Integration] | None:
        """Null where it is not kept, too."""
        return self._current(account).integrations.get(key)

    async def _read_nodes(
        self, wanted: Iterable[tuple[TrackedAccount, Sequence[str]]], limit: int
    ) -> Mapping[Ref, Sequence[Tracked[Node]]]:
        """One look at an account of which a page shows a good part, else one for each cluster."""
        together, alone = list[tuple[TrackedAccount, frozenset[str]]](), list[Ref]()
        for account, keys in wanted:
            if len(keys) > 1 and len(keys) * WORTH_ALL >= account.state.summary.cluster_count:
                together.append((account, frozenset(keys)))
            else:
                alone += [Ref(account.account.id, key) for key in keys]
        found = dict(await self._reader.first_nodes(together, limit=limit)) if together else {}
        rows = await asyncio.gather(*(self._reader.nodes_of(ref, after=None, limit=limit) for ref in alone))
        return found | dict(zip(alone, rows, strict=True))

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

    async def _clusters(self, accounts: Sequence[TrackedAccount]) -> list[Sequence[TrackedCluster]]:
        """Of each of these accounts. All that are not kept are read together."""
        kept = [self._current(account) for account in accounts]
        missing = [
            (account, one) for account, one in zip(accounts, kept, strict=True) if one.clusters is None
        ]
        if missing:
            found = await self._reader.all_clusters([account for account, _ in missing])
            for account, one in missing:
                one.clusters = found.get(account.account.id, ())
                self._weigh(account.account.id, one)
        return [one.clusters or () for one in kept]

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


def hold_the_same(one: TrackedAccount, other: TrackedAccount) -> bool:
    """Whether it is the same account, and no observation has written a row between the two reads of it."""
    return one is other or (one.account == other.account and _version(one) == _version(other))


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
