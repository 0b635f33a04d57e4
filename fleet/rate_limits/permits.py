"""The permits of one observation or change: it gets a first grant from its budget when it begins, draws more when it
needs them, and gives back at its end what it did not send.
"""

import asyncio
from datetime import datetime

from fleet.model.account import Account, TrackedAccount
from fleet.model.plan import Outgoing
from fleet.model.provider import Provider
from fleet.model.rate_limit import (
    Budget,
    BudgetExhausted,
    Draw,
    Grant,
    RateFacts,
    RateLimit,
    RateScope,
    RequestUse,
    Share,
    Spent,
)
from fleet.ports.clock import Clock
from fleet.ports.store import Observations, Store
from fleet.rate_limits import budget

PATIENCE_SECONDS = 3.0
"""An observation waits this long for its budget. When it takes longer, the next observation goes on."""
_DRAW = 10
_SHORT_DRAW = 4
"""Of a window of seconds: no more than is sent while the permits are good, since what lapses counts all the same."""
_NEWS_PERCENT = 2
"""A change of what others sent that is smaller, as part of the limit, is not worth a write."""


def budget_key(account: Account, rate: RateLimit, *, shares_address: bool) -> str:
    """What a provider counts an account's requests by. Where it goes by addresses and our processes share none, as the
    functions on AWS do not, a refusal of one account says nothing about another.
    """
    if rate.scope is RateScope.ADDRESS and not shares_address:
        return f"{account.budget_key}:{account.id}"
    return account.budget_key


class BudgetPermits:
    """Implements `fleet.ports.permits.Permits`. `sent` counts the requests of this observation; `use` is what the next
    ones are for, and `expected` how many of them there will be. An observation that a person asked for says what
    polling would use them for: it goes on with polling's share where people's is used up.
    """

    def __init__(
        self,
        store: Observations,
        *,
        key: str,
        rate: RateLimit,
        share: Share,
        grant: Grant,
        clock: Clock,
        account_id: str | None = None,
        use: RequestUse | None = None,
    ) -> None:
        self.sent = 0
        self._polls_for = use
        self._turn_to(share, use or RequestUse.CLUSTERS)
        self.expected = 0
        self.budget = grant.budget
        self._turn = asyncio.Lock()
        self._store = store
        self._key = key
        self._rate = rate
        self._account_id = account_id
        self._is_counted = budget.limit_of(grant.budget, rate) is not None
        self._draw: Draw | None = None
        self._left = 0
        self._put_by: dict[RequestUse, Draw] = {}
        self._unsent: list[Spent] = []
        self._clock = clock
        self._facts: RateFacts | None = None
        self._hold(grant)

    def turn_to(self, use: RequestUse, expected: int, share: Share = Share.POLLING) -> None:
        """What the requests that follow are for, and whose they are."""
        self._polls_for = use
        self._turn_to(share, use)
        self.expected = expected

    async def take(self, change: Outgoing | None = None) -> None:
        self._heed_the_provider()
        if self._facts is not None and self._facts.retry_at is not None:
            await self._wait_until(self._facts.retry_at)
        if self._is_counted or self._must_try():
            async with self._turn:  # several at once would each draw, and only the latest draw would count
                while not self._may_send():
                    await self._draw_more()
                self._left -= 1
        self.sent += 1
        self.expected = max(0, self.expected - 1)

    def learn(self, facts: RateFacts) -> None:
        if self._draw is not None and self._draw.is_try:
            facts = facts.model_copy(update={"is_try": True})
        retry_at = budget.believed(facts.retry_at, self._rate, self._clock.now())
        resets_at = budget.believed(facts.resets_at, self._rate, self._clock.now())
        self._facts = facts.model_copy(update={"retry_at": retry_at, "resets_at": resets_at})

    async def settle(self) -> None:
        """Gives back what was not sent, and keeps what answers said of the limit where it is news."""
        self._let_go()
        for draw in self._put_by.values():
            self._unsent.append(draw.spent)
        self._put_by.clear()
        if self._unsent or self._is_news():
            unsent, self._unsent = self._unsent, []
            await self._store.learn(
                self._key, self._rate, self._facts or RateFacts(), self._clock.now(), unsent=unsent
            )

    def known(self) -> Budget:
        """The budget as far as this observation knows it by now."""
        if self._facts is None:
            return self.budget
        return budget.learn(self.budget, self._rate, self._facts, self._clock.now())

    # ------------------------------------------------------------------------------------------------------- parts

    def _is_news(self) -> bool:
        if self._facts is None:
            return False
        known = self.budget
        learned = budget.learn(known, self._rate, self._facts, self._clock.now())
        others = abs(learned.foreign_requests - known.foreign_requests)
        limit = budget.limit_of(learned, self._rate) or 0
        return (
            learned.blocked_until != known.blocked_until
            or learned.told_limit != known.told_limit
            or others > limit * _NEWS_PERCENT // 100
            or sum(one.requests for one in learned.spent) < sum(one.requests for one in known.spent)
        )

    def _turn_to(self, share: Share, use: RequestUse) -> None:
        self._share = share
        self.use = RequestUse.PEOPLE if share is Share.INTERACTIVE else use

    def _must_try(self) -> bool:
        """A person who found the provider refusing draws even where no limit is counted."""
        return self.budget.blocked_until is not None and self._share is Share.INTERACTIVE

    def _may_send(self) -> bool:
        if self._draw is not None and (
            self._draw.spent.use is not self.use or self._draw.valid_until < self._clock.now()
        ):
            self._let_go()
        if self._draw is None and (put_by := self._put_by.pop(self.use, None)) is not None:
            self._draw, self._left = put_by, put_by.spent.requests
            return self._may_send()
        return self._left > 0

    def _let_go(self) -> None:
        if self._draw is not None and self._left > 0 and self._is_counted:
            self._unsent.append(self._draw.spent.model_copy(update={"requests": self._left}))
        self._draw, self._left = None, 0

    def _hold(self, grant: Grant) -> None:
        self.budget = grant.budget
        self._draw, self._left = grant.draw, grant.granted
        self._put_by |= {draw.spent.use: draw for draw in grant.also}
        self._is_counted = budget.limit_of(grant.budget, self._rate) is not None

    async def _draw_more(self) -> None:
        grant = await self._store.spend(
            self._key,
            self._rate,
            self._share,
            self._wanted(),
            self._clock.now(),
            use=self.use,
            account_id=self._account_id,
        )
        self._hold(grant)
        if grant.granted > 0 or grant.retry_at is None:
            return
        if self._share is Share.INTERACTIVE and self._polls_for is not None:
            self._turn_to(Share.POLLING, self._polls_for)
        else:
            await self._wait_until(grant.retry_at)

    def _wanted(self) -> int:
        if self._share is Share.INTERACTIVE:
            return 1
        return min(self.expected or _DRAW, _SHORT_DRAW if budget.has_short_window(self._rate) else 50)

    def _heed_the_provider(self) -> None:
        """What an answer said a moment ago counts at once: others may be sending under the same key."""
        facts = self._facts
        if facts is None or facts.remaining is None or self._share is Share.INTERACTIVE:
            return
        limit = facts.limit or budget.limit_of(self.budget, self._rate)
        if limit is None or facts.remaining > budget.reserve_of(limit):
            return
        until = facts.resets_at
        if until is not None and until > self._clock.now():
            raise BudgetExhausted(until)

    async def _wait_until(self, retry_at: datetime) -> None:
        wait_seconds = (retry_at - self._clock.now()).total_seconds()
        if wait_seconds > PATIENCE_SECONDS:
            raise BudgetExhausted(retry_at)
        if wait_seconds > 0:
            await self._clock.sleep(wait_seconds)


def interactive_permits(
    store: Store, clock: Clock, provider: Provider, account: TrackedAccount, *, shares_address: bool = True
) -> BudgetPermits:
    """What a person's request may send: drawn from the share that polling never touches, request by request."""
    return BudgetPermits(
        store,
        key=budget_key(account.account, provider.rate_limit, shares_address=shares_address),
        rate=provider.rate_limit,
        share=Share.INTERACTIVE,
        grant=Grant(budget=Budget(), granted=0),
        clock=clock,
        account_id=account.account.id,
    )
