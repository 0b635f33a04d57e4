"""The clusters of the whole fleet, kept in the memory of a process.

Sorting, searching and counting have to read every cluster. A process keeps the clusters of each account as its
latest observation left them. Only observations change clusters, and each of them changes its account's state too.
So every question reads the accounts, and the clusters of only those accounts that were observed since.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fleet.model.account import Collection, TrackedAccount
from fleet.model.tracking import TrackedCluster
from fleet.ports.store import Reader

MOST_CLUSTERS = 20_000
"""Kept by one process: about 180 MB, measured as 88 MB for 10,000. The account that was not asked for for the longest
time makes room.
"""
AT_ONCE = 8
"""How many accounts are read at once: a client of DynamoDB has few connections."""
_CHUNK = 1000

Version = tuple[datetime | None, ...]


@dataclass(frozen=True, kw_only=True)
class AccountSnapshot:
    """An account, and its clusters as they were after its latest observation. Tombstones are included."""

    account: TrackedAccount
    clusters: Sequence[TrackedCluster]


class Snapshots:
    """Shared by the requests of a process. What a caller may see is decided by the accounts that it asks for."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._kept: OrderedDict[str, tuple[Version, Sequence[TrackedCluster]]] = OrderedDict()
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def of(self, accounts: Sequence[TrackedAccount]) -> list[AccountSnapshot]:
        """In the order of `accounts`."""
        return list(await asyncio.gather(*map(self._snapshot, accounts)))

    async def _snapshot(self, account: TrackedAccount) -> AccountSnapshot:
        account_id, version = account.account.id, _version(account)
        kept = self._kept.get(account_id)
        if kept is None or kept[0] != version:
            async with self._turns:
                kept = version, await self._read(account_id)
            self._kept[account_id] = kept
            self._make_room()
        self._kept.move_to_end(account_id)
        return AccountSnapshot(account=account, clusters=kept[1])

    async def _read(self, account_id: str) -> Sequence[TrackedCluster]:
        rows: list[TrackedCluster] = []
        after: tuple[str, str] | None = None
        while True:
            found = await self._reader.clusters_of(account_id, after=after, limit=_CHUNK)
            rows += found
            if len(found) < _CHUNK:
                return tuple(rows)
            after = (found[-1].item.name, found[-1].item.key)

    def _make_room(self) -> None:
        while len(self._kept) > 1 and sum(len(rows) for _, rows in self._kept.values()) > MOST_CLUSTERS:
            self._kept.popitem(last=False)


def _version(account: TrackedAccount) -> Version:
    """Equal as long as no observation wrote a cluster: each that does ends with another of these times."""
    collections = account.state.collections
    return tuple(
        state.observed_at if (state := collections.get(collection)) is not None else None
        for collection in Collection
    )
