"""Credits in the table: one counter for each caller and window, with one write for each request."""

from datetime import datetime

from fleet.ports.credits import WINDOW, CreditStatus, CreditsUsedUp, window_of
from infra.store.names import join, stamp
from infra.store.table import Table, TableUnavailable

KEPT = 2 * WINDOW


class TableCredits:
    """Implements `fleet.ports.credits.Credits`. `limit` is in credits in a window."""

    def __init__(self, table: Table, limit: int) -> None:
        self._table = table
        self._limit = limit
        self._window: datetime | None = None
        self._used_up: set[str] = set()
        """Who is known to have nothing left in `_window`."""

    async def spend(self, caller_id: str, cost: int, now: datetime) -> CreditStatus:
        began = window_of(now)
        key = join("points", caller_id), stamp(began)
        expires_at = int((began + KEPT).timestamp())
        try:
            is_counted, spent = await self._table.count(key, cost, most=self._limit, expires_at=expires_at)
        except TableUnavailable:
            # A full disk must not stop queries, which can still be answered.
            is_counted, spent = cost <= self._limit, min(cost, self._limit)
        else:
            if spent >= self._limit:
                self._remember(caller_id, began)
        credit_status = self._status(began, cost, self._limit - spent)
        if not is_counted:
            raise CreditsUsedUp(credit_status)
        return credit_status

    def used_up(self, caller_id: str, now: datetime) -> CreditStatus | None:
        began = window_of(now)
        is_known = began == self._window and caller_id in self._used_up
        return self._status(began, 1, 0) if is_known else None

    def _status(self, began: datetime, cost: int, remaining: int) -> CreditStatus:
        return CreditStatus(cost=cost, limit=self._limit, remaining=remaining, resets_at=began + WINDOW)

    def _remember(self, caller_id: str, began: datetime) -> None:
        if began != self._window:
            self._window, self._used_up = began, set()
        self._used_up.add(caller_id)
