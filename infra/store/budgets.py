"""Request budgets: one row for each budget key, changed by compare-and-swap of its version."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from fleet.model.rate_limit import Budget, Grant, RateFacts, RateLimit, RequestUse, Share, Spent
from fleet.ports.clock import Clock
from fleet.rate_limits import budget
from infra.store.budget_rows import BUDGET_KEPT, budget_key, from_budget
from infra.store.conditions import version_is
from infra.store.rows import is_live, read_whole_body
from infra.store.table import ConditionFailed, Contended, Table, tries
from infra.store.writes import Row, Write, put, text

CONTENTION_PAUSE = timedelta(seconds=1)
"""When to try again, in seconds, after other processes took permits at the same time."""


class VersionedBudget:
    """A budget as read, and the write that replaces it if it is unchanged."""

    def __init__(self, key: str, row: Row | None, now: datetime) -> None:
        self._key = key
        self._now = now
        self._version = int(row["version"]) if row is not None else None
        self.budget = _read(row) if row is not None and is_live(row, now) else Budget()

    def replaced_by(self, budget: Budget) -> Write:
        row = from_budget(self._key, budget, version=(self._version or 0) + 1, now=self._now)
        return put(row, version_is(self._version))


def _read(row: Row) -> Budget:
    """What was sent is never forgotten: where some of it does not read, the budget is used up until it has left every
    window.
    """
    stored = read_whole_body(Budget, row)
    if stored is not None and (stored.is_whole or not _lacks_something(stored.record, text(row, "body"))):
        return stored.record
    known = Budget() if stored is None else stored.record
    kept_from = datetime.fromtimestamp(int(row["expires_at"]), UTC) - BUDGET_KEPT
    until = kept_from + budget.LONGEST_BLOCK
    return known.model_copy(update={"blocked_until": max(until, known.blocked_until or until)})


def _lacks_something(read: Budget, stored: str) -> bool:
    """Whether members, or entries of lists, are lost that were stored."""
    loaded = json.loads(stored)
    return any(
        loaded.get(name)
        and (not value or (isinstance(loaded[name], list) and len(loaded[name]) > len(value)))
        for name, value in read
    )


class Budgets:
    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    async def read(self, key: str) -> Budget:
        """The budget for display. It can be a moment old."""
        return VersionedBudget(key, await self._table.get(budget_key(key)), self._clock.now()).budget

    async def spend(
        self,
        key: str,
        rate: RateLimit,
        share: Share,
        requests: int,
        now: datetime,
        *,
        use: RequestUse = RequestUse.CLUSTERS,
        account_id: str | None = None,
    ) -> Grant:
        held = await self._latest(key, now)
        async for _ in tries(self._clock):
            drawn = budget.grant(held.budget, rate, share, requests, now, use=use, account_id=account_id)
            if not counts(drawn, rate):
                return drawn
            try:
                await self._table.write(held.replaced_by(drawn.budget))
            except (ConditionFailed, Contended):
                held = await self._latest(key, now)
            else:
                return drawn
        return Grant(budget=held.budget, granted=0, retry_at=now + CONTENTION_PAUSE)

    async def learn(
        self, key: str, rate: RateLimit, facts: RateFacts, now: datetime, *, unsent: Sequence[Spent] = ()
    ) -> None:
        async for _ in tries(self._clock):
            held = await self._latest(key, now)
            learnt = budget.learn(budget.give_back(held.budget, unsent), rate, facts, now)
            if learnt == held.budget:
                return
            try:
                await self._table.write(held.replaced_by(learnt))
            except (ConditionFailed, Contended):
                continue
            return
        raise Contended("others kept writing the same budget")

    async def _latest(self, key: str, now: datetime) -> VersionedBudget:
        return VersionedBudget(key, await self._table.get(budget_key(key), consistent=True), now)


def counts(drawn: Grant, rate: RateLimit) -> bool:
    """Whether permits must be stored: not for a refusal, and not without a known limit."""
    if drawn.granted == 0 or drawn.draw is None:
        return False
    return budget.limit_of(drawn.budget, rate) is not None or drawn.draw.is_try
