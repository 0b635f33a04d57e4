"""What happened: the phases of one cluster, of the fleet, the activity feed, and the ledger of an account."""

from collections.abc import Callable
from datetime import datetime, timedelta

from fleet.model.event import Event
from fleet.model.ledger import LedgerEntry
from fleet.model.tracking import Transition
from fleet.ports.clock import Clock
from fleet.ports.reader import Ref
from infra.store.activity import Walk
from infra.store.event_rows import ledger_order, ledger_span, to_event, to_ledger
from infra.store.names import Span, stamp
from infra.store.pages import read_newest, read_page
from infra.store.table import Table
from infra.store.transition_rows import (
    HELD_BACK,
    HISTORY_KEPT,
    feed_order,
    feed_span,
    history_order,
    history_span,
    to_transition,
    week_of,
)
from infra.store.writes import Row


class TableHistory:
    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    async def history(self, cluster: Ref, *, before: str | None, limit: int) -> list[tuple[str, Transition]]:
        span = history_span(cluster, before=before)
        found = await read_newest(
            self._table,
            span,
            to_transition,
            now=self._clock.now(),
            limit=limit,
            is_further=lambda row: history_order(row) != before,
        )
        return [(history_order(row), change) for row, change in found]

    async def feed(
        self,
        *,
        after: str | None,
        since: datetime,
        now: datetime,
        limit: int,
        account_ids: frozenset[str] | None = None,
    ) -> tuple[list[tuple[str, Transition]], str | None]:
        """A page of the feed, in the order of writing, with which an order key begins. Raises `NotAnOrderKey` for an
        invalid `after`.
        """
        end = stamp(now - HELD_BACK)
        start = max(stamp(since) if after is None else after, stamp(now - HISTORY_KEPT))
        if account_ids is not None:
            walk = Walk(after=start, is_newest_first=False, since=now - HISTORY_KEPT, now=now)
            return await walk.page(
                self._table, to_transition, lambda change: change.account_id in account_ids, limit
            )
        week, last = week_of(start), week_of(end)
        page: list[tuple[str, Transition]] = []
        while week <= last and len(page) < limit:
            span = feed_span(week).after(start).up_to(end)
            page += [
                (feed_order(row), change) for row, change in await self._transitions(span, limit - len(page))
            ]
            week += timedelta(weeks=1)
        return page, page[-1][0] if len(page) >= limit else None

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
        walk = Walk(after=after, is_newest_first=is_newest_first, since=since, now=now)
        page, go_on_at = await walk.page(self._table, to_event, wanted, limit)
        return [event for _, event in page], go_on_at

    async def ledger(
        self, account_id: str, *, before: str | None, limit: int
    ) -> list[tuple[str, LedgerEntry]]:
        span = ledger_span(account_id, before=before)
        found = await read_newest(
            self._table,
            span,
            to_ledger,
            now=self._clock.now(),
            limit=limit,
            is_further=lambda row: ledger_order(row) != before,
        )
        return [(ledger_order(row), entry) for row, entry in found]

    async def _transitions(self, span: Span, limit: int) -> list[tuple[Row, Transition]]:
        return await read_page(self._table, span, to_transition, now=self._clock.now(), limit=limit)
