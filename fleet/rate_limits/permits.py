"""How one observation draws from its budget: what it was granted at its beginning first, then more by the piece."""

import asyncio
from datetime import datetime

from fleet.model.account import TrackedAccount
from fleet.model.provider import Provider
from fleet.model.rate_limit import Budget, BudgetExhausted, Grant, RateFacts, RateLimit, Share
from fleet.ports.clock import Clock
from fleet.ports.store import Observations, Store
from fleet.rate_limits import budget

PATIENCE_SECONDS = 3.0
"""An observation waits this long for its budget. When it takes longer, the next observation goes on."""
_DRAW = 10


class BudgetPermits:
    """Implements `fleet.ports.permits.Permits`. `sent` counts the requests of this observation."""

    def __init__(
        self, store: Observations, *, key: str, rate: RateLimit, share: Share, grant: Grant, clock: Clock
    ) -> None:
        self.sent = 0
        self._turn = asyncio.Lock()
        self._store = store
        self._key = key
        self._rate = rate
        self._share = share
        self._budget = grant.budget
        self._left = grant.granted
        self._clock = clock
        self._facts: RateFacts | None = None

    async def take(self) -> None:
        if self._facts is not None and self._facts.retry_at is not None:
            await self._wait_until(self._facts.retry_at)
        if self._rate.requests is not None:
            async with self._turn:  # several at once would each draw, and only the latest draw would count
                while self._left == 0:
                    await self._draw()
                self._left -= 1
        self.sent += 1

    def learn(self, facts: RateFacts) -> None:
        self._facts = facts

    async def settle(self) -> None:
        """Keeps what answers told of the limit, where it is news: a refusal, or requests that were not ours."""
        if self._facts is None:
            return
        now = self._clock.now()
        learned = budget.learn(self._budget, self._rate, self._facts, now)
        if (
            learned.blocked_until != self._budget.blocked_until
            or learned.foreign_requests > self._budget.foreign_requests
        ):
            await self._store.learn(self._key, self._rate, self._facts, now)

    async def _draw(self) -> None:
        now = self._clock.now()
        grant = await self._store.spend(self._key, self._rate, self._share, _DRAW, now)
        self._budget, self._left = grant.budget, grant.granted
        if grant.granted or grant.retry_at is None:
            return
        await self._wait_until(grant.retry_at)

    async def _wait_until(self, retry_at: datetime) -> None:
        wait_seconds = (retry_at - self._clock.now()).total_seconds()
        if wait_seconds > PATIENCE_SECONDS:
            raise BudgetExhausted(retry_at)
        if wait_seconds > 0:
            await self._clock.sleep(wait_seconds)


def interactive_permits(
    store: Store, clock: Clock, provider: Provider, account: TrackedAccount
) -> BudgetPermits:
    """What a person's request may send: drawn from the share that polling never touches."""
    return BudgetPermits(
        store,
        key=account.account.budget_key,
        rate=provider.rate_limit,
        share=Share.INTERACTIVE,
        grant=Grant(budget=Budget(), granted=0),
        clock=clock,
    )
