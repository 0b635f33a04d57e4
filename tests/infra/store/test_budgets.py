"""What the budgets of a provider's limit may be relied on for: together, nobody sends more than it allows."""

import asyncio
from datetime import timedelta

from fleet.model.account import AccountState
from fleet.model.rate_limit import Budget, RateFacts, Share
from fleet.ports.store import Lease, NotBegun, Store
from infra.store.budget_rows import BUDGET_KEPT
from tests.infra.samples import NO_KNOWN_LIMIT, RATE, SetClock, begin, make_account, must_begin
from tests.infra.traffic import Traffic


async def test_a_budget_shared_by_two_accounts_is_never_overdrawn(store: Store, clock: SetClock) -> None:
    """Everybody draws at once, under one key; eight of the ten requests are for polling."""
    accounts = [make_account("one"), make_account("two")]
    for account in accounts:
        await store.connect(account, due_at=clock.now())
    now = clock.now()
    beginnings = asyncio.gather(*(begin(store, account, now, rate=RATE, requests=3) for account in accounts))
    draws = asyncio.gather(*(store.spend("key", RATE, Share.POLLING, 2, now) for _ in range(6)))
    granted = [one.grant.granted for one in await beginnings if isinstance(one, Lease)]
    granted += [one.granted for one in await draws]
    granted.append((await store.spend("key", RATE, Share.POLLING, 99, now)).granted)
    assert sum(granted) == 8
    assert (await store.spend("key", RATE, Share.INTERACTIVE, 9, now)).granted == 2
    budget = await store.budget("key")
    assert sum(spent.requests for spent in budget.spent) == 10


async def test_a_budget_comes_back_when_its_window_has_passed(store: Store, clock: SetClock) -> None:
    assert (await store.spend("key", RATE, Share.POLLING, 99, clock.now())).granted == 8
    refused = await store.spend("key", RATE, Share.POLLING, 1, clock.now())
    assert refused.granted == 0
    assert refused.retry_at is not None
    clock.time = refused.retry_at
    assert (await store.spend("key", RATE, Share.POLLING, 99, clock.now())).granted == 8


async def test_budgets_of_different_keys_are_apart(store: Store, clock: SetClock) -> None:
    assert (await store.spend("key", RATE, Share.POLLING, 99, clock.now())).granted == 8
    assert (await store.spend("key\x00", RATE, Share.POLLING, 99, clock.now())).granted == 8


async def test_a_refusal_by_a_provider_without_a_known_limit_holds_everybody_under_its_key(
    store: Store, clock: SetClock
) -> None:
    one, two = make_account("one"), make_account("two")
    for account in (one, two):
        await store.connect(account, due_at=clock.now())
    lease = await must_begin(store, one, clock.now(), rate=NO_KNOWN_LIMIT)
    retry_at = clock.now() + timedelta(seconds=30)
    await store.learn("key", NO_KNOWN_LIMIT, RateFacts(retry_at=retry_at), clock.now())
    await store.end(lease, AccountState(), due_at=clock.now())

    refused = await begin(store, two, clock.now(), rate=NO_KNOWN_LIMIT)
    assert isinstance(refused, NotBegun)
    assert refused.retry_at == retry_at
    clock.time = retry_at
    await must_begin(store, two, clock.now(), rate=NO_KNOWN_LIMIT)


async def test_what_is_learnt_at_once_is_all_kept(store: Store, clock: SetClock) -> None:
    ends = [clock.now() + timedelta(seconds=seconds) for seconds in (10, 40, 20)]
    await asyncio.gather(
        *(store.learn("key", RATE, RateFacts(retry_at=retry_at), clock.now()) for retry_at in ends)
    )
    assert (await store.budget("key")).blocked_until == max(ends)


async def test_what_is_no_news_costs_no_write(store: Store, clock: SetClock, traffic: Traffic) -> None:
    await store.learn("key", RATE, RateFacts(), clock.now())
    await store.spend("key", NO_KNOWN_LIMIT, Share.POLLING, 5, clock.now())
    assert traffic.writes == []


async def test_a_budget_that_nobody_uses_expires(store: Store, clock: SetClock) -> None:
    await store.spend("key", RATE, Share.POLLING, 5, clock.now())
    clock.advance(BUDGET_KEPT.total_seconds())
    assert await store.budget("key") == Budget()
    assert (await store.spend("key", RATE, Share.POLLING, 9, clock.now())).granted == 8
