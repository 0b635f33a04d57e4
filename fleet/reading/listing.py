"""Sorting, searching and counting the clusters of the whole fleet: everything that has to read all of them."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from fleet.model.account import TrackedAccount
from fleet.model.severity import Severity
from fleet.reading.ordering import Listed, Ordering, sort_key
from fleet.reading.pages import ClusterFilter
from fleet.reading.search import Search
from fleet.reading.snapshot import Snapshots
from fleet.reading.sorting import SortKey, read_key
from fleet.reading.timings import Timings


@dataclass(frozen=True, kw_only=True)
class ListingPage:
    """`rows` with their cursors. `end` is where the next page goes on; null when this page is the last. `total` counts
    the whole listing.
    """

    rows: Sequence[tuple[tuple[str, ...], Listed]]
    end: tuple[str, ...] | None
    total: int


@dataclass(frozen=True, kw_only=True)
class Question:
    """Which clusters are asked for."""

    where: ClusterFilter
    search: Search | None = None
    severities: frozenset[Severity] | None = None
    without: Sequence[ClusterFilter] = ()

    def matches(self, listed: Listed) -> bool:
        return (
            self.where.matches(listed.row)
            and not any(one.matches(listed.row) for one in self.without)
            and (self.severities is None or listed.severity in self.severities)
            and (self.search is None or self.search.matches(listed))
        )


async def find(
    snapshots: Snapshots, accounts: Sequence[TrackedAccount], question: Question, now: datetime
) -> list[Listed]:
    """Every match among the clusters of these accounts, in the fleet's order."""
    wanted = [account for account in accounts if question.where.wants(account)]
    timings, found = Timings(accounts), []
    for snapshot in await snapshots.of(wanted):
        for row in snapshot.clusters:
            listed = Listed(row=row, account=snapshot.account, now=now, timings=timings)
            if question.matches(listed):
                found.append(listed)
    return found


def page(
    listed: Sequence[Listed], ordering: Ordering, *, after: Sequence[str] | None, first: int
) -> ListingPage:
    key: Callable[[tuple[SortKey, Listed]], SortKey] = lambda pair: pair[0]  # noqa: E731
    placed = sorted(((sort_key(one, ordering), one) for one in listed), key=key)
    start = 0 if after is None else bisect_right(placed, read_key(after, ordering), key=key)
    kept = placed[start : start + first]
    rows = [(place.write(), one) for place, one in kept]
    is_last = start + first >= len(placed)
    return ListingPage(rows=rows, end=None if is_last or not rows else rows[-1][0], total=len(placed))
