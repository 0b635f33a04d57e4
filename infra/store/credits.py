"""Credits in the table: one counter for each caller and window, with one write for each request."""

from datetime import datetime

from fleet.ports.credits import WINDOW, CreditStatus, CreditsUsedUp, window_of
from infra.store.names import join, stamp
from infra.store.table import Table, TableUnavailable

KEPT = 2 * WINDOW
MOST_CALLERS = 10_000
"""Whose credits to give back are remembered. Those of further callers are lost."""


class TableCredits:
    """Implements `fleet.ports.credits.Credits`. `limit` is in credits in a window."""

    def __init__(self, table: Table, limit: int) -> None:
        self._table = table
        self._limit = limit
        self._window: datetime | None = None
        self._used_up: set[str] = set()
        """Who is known to have nothing left in `_window`."""
        self._given_back: dict[str, int] = {}
        """The credits that callers have beyond what the table says, because this process charged more in `_window` than
        was needed.
        """

    async def spend(self, caller_id: str, cost: int, now: datetime) -> CreditStatus:
        began = window_of(now)
        key = join("points", caller_id), stamp(began)
        expires_at = int((began + KEPT).timestamp())
        saved = self._take(caller_id, cost, began)
        try:
            is_counted, spent = await self._table.count(
                key, cost - saved, most=self._limit, expires_at=expires_at
            )
        except TableUnavailable:
            # A full disk must not stop queries, which can still be answered.
            is_counted, spent = cost <= self._limit, min(cost, self._limit)
        else:
            if spent >= self._limit and self._is_of(began):
                self._used_up.add(caller_id)
        if not is_counted:
            self.give_back(caller_id, saved, now)
        left = self._given_back.get(caller_id, 0) if began == self._window else 0
        credit_status = self._status(began, cost, self._limit - spent + left)
        if not is_counted:
            raise CreditsUsedUp(credit_status)
        return credit_status

    def give_back(self, caller_id: str, credits: int, now: datetime) -> None:
        if not self._is_of(window_of(now)) or credits < 1:
            return
        if caller_id in self._given_back or len(self._given_back) < MOST_CALLERS:
            self._given_back[caller_id] = self._given_back.get(caller_id, 0) + credits

    def _take(self, caller_id: str, cost: int, began: datetime) -> int:
        """Of `cost`, what was given back before. It is taken before the table is asked: no other gets it too."""
        known = self._given_back.pop(caller_id, 0) if self._is_of(began) else 0
        if known > cost:
            self._given_back[caller_id] = known - cost
        return min(known, cost)

    def used_up(self, caller_id: str, now: datetime) -> CreditStatus | None:
        began = window_of(now)
        is_known = began == self._window and caller_id in self._used_up and caller_id not in self._given_back
        return self._status(began, 1, 0) if is_known else None

    def _status(self, began: datetime, cost: int, remaining: int) -> CreditStatus:
        return CreditStatus(cost=cost, limit=self._limit, remaining=remaining, resets_at=began + WINDOW)

    def _is_of(self, began: datetime) -> bool:
        """Whether it is the window that is remembered. A later one takes its place."""
        if self._window is None or began > self._window:
            self._window, self._used_up, self._given_back = began, set(), {}
        return began == self._window
