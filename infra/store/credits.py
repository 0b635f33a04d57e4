"""Credits in the table: one counter for each caller and window, with one write for each request."""

from datetime import datetime

from fleet.ports.credits import WINDOW, CreditStatus, CreditsUsedUp, window_of
from infra.store.names import join, stamp
from infra.store.table import Table, TableUnavailable

KEPT = 2 * WINDOW


class TableCredits:
    """Implements `fleet.ports.credits.Credits`. `limit` is in points in a window."""

    def __init__(self, table: Table, limit: int) -> None:
        self._table = table
        self._limit = limit

    async def spend(self, caller_id: str, cost: int, now: datetime) -> CreditStatus:
        began = window_of(now)
        key = join("points", caller_id), stamp(began)
        expires_at = int((began + KEPT).timestamp())
        try:
            is_counted, spent = await self._table.count(key, cost, most=self._limit, expires_at=expires_at)
        except TableUnavailable:
            is_counted, spent = (
                cost <= self._limit,
                min(cost, self._limit),
            )  # a full disk must not stop queries, which can still be answered
        standing = CreditStatus(
            cost=cost, limit=self._limit, remaining=self._limit - spent, resets_at=began + WINDOW
        )
        if not is_counted:
            raise CreditsUsedUp(standing)
        return standing
