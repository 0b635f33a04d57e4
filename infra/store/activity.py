"""Reading the feed from either end: week by week, a bounded number of rows a page."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from fleet.reading.pages import EXAMINED_ROWS
from infra.store.names import stamp
from infra.store.pages import read_page
from infra.store.table import Table
from infra.store.transition_rows import HELD_BACK, HISTORY_KEPT, feed_order, feed_span, order_instant, week_of
from infra.store.writes import Row

T = TypeVar("T")

_CHUNK = 100
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, kw_only=True)
class Walk:
    """`after` is an order key, or the instant that one begins with: good in both directions."""

    after: str | None
    is_newest_first: bool
    since: datetime
    now: datetime

    async def page(
        self, table: Table, read: Callable[[Row], T | None], wanted: Callable[[T], bool], limit: int
    ) -> tuple[list[tuple[str, T]], str | None]:
        """What `read` reads and is wanted, each with its order key, and where to go on.

        A page ends early only between two instants, so that its cursor is an instant and does not name a row that the
        caller cannot read.
        """
        found: list[tuple[str, T]] = []
        examined, instant = 0, ""
        async for order, one in self._all(table, read, max(limit, _CHUNK)):
            this = order_instant(order)
            if examined >= EXAMINED_ROWS and this != instant:
                return found, instant if self.is_newest_first else this
            examined, instant = examined + 1, this
            if wanted(one):
                found.append((order, one))
                if len(found) == limit:
                    return found, order
        return found, None

    async def _all(
        self, table: Table, read: Callable[[Row], T | None], chunk: int
    ) -> AsyncIterator[tuple[str, T]]:
        low, high = stamp(max(self.since, self.now - HISTORY_KEPT)), stamp(self.now - HELD_BACK)
        if self.after is not None:
            week_of(self.after)  # refuses an invalid order key
            low, high = (low, min(high, self.after)) if self.is_newest_first else (max(low, self.after), high)
        first, last = week_of(low), week_of(high)
        week = last if self.is_newest_first else first
        last_order = self.after
        while first <= week <= last:
            span = feed_span(week).after(low).up_to(high)
            rows = await read_page(
                table, span, read, now=self.now, limit=chunk, newest_first=self.is_newest_first
            )
            for row, one in rows:
                order = feed_order(row)
                if order != last_order:  # backwards, a span includes what it goes on from
                    last_order = order
                    yield order, one
            if len(rows) < chunk:
                week += -_WEEK if self.is_newest_first else _WEEK
            elif self.is_newest_first:
                high = feed_order(rows[-1][0])
            else:
                low = feed_order(rows[-1][0])
