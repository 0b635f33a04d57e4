from datetime import timedelta

import pytest

from fleet.model.rate_limit import (
    Budget,
    BudgetExhausted,
    Grant,
    RateFacts,
    RateLimit,
    RateScope,
    RequestUse,
    Share,
)
from fleet.providers import PROVIDERS
from fleet.rate_limits.permits import BudgetPermits, budget_key, interactive_permits
from tests.fleet import things
from tests.fleet.things import NOON
from tests.fleet.world import World
from tests.tables import writes

PER_MINUTE = RateLimit(requests=10, window_seconds=60, scope=RateScope.TOKEN)
PER_SECOND = RateLimit(requests=10, window_seconds=1, scope=RateScope.TOKEN)
UNKNOWN = RateLimit(requests=None, window_seconds=60, scope=RateScope.TOKEN)


async def draw(world: World, rate: RateLimit, granted: int = 0) -> BudgetPermits:
    """An allowance that begins with `granted` requests of a budget that nobody else has used."""
    grant = Grant(budget=Budget(), granted=0)
    if granted and rate.requests is not None:
        grant = await world.store.spend("key", rate, Share.POLLING, granted, world.clock.now())
    return BudgetPermits(
        world.store, key="key", rate=rate, share=Share.POLLING, grant=grant, clock=world.clock
    )


async def test_what_was_granted_at_the_beginning_is_used_first(world: World) -> None:
    permits = await draw(world, PER_MINUTE, granted=3)
    with world.table.calls_meanwhile() as sent:
        for _ in range(3):
            await permits.take()
    assert (sum(sent.values()), permits.sent) == (0, 3)


async def test_more_is_drawn_when_the_grant_is_used_up(world: World) -> None:
    permits = await draw(world, PER_MINUTE, granted=3)
    with world.table.calls_meanwhile() as sent:
        for _ in range(8):
            await permits.take()
    assert (writes(sent), permits.sent) == (2, 8), "four at a time, in a window of a minute"


async def test_a_budget_that_is_back_in_a_moment_is_waited_for(world: World) -> None:
    permits = await draw(world, PER_SECOND, granted=8)
    for _ in range(9):
        await permits.take()
    assert permits.sent == 9
    assert sum(world.clock.slept) == pytest.approx(1 + 1 / 12 + 0.25, abs=1 / 12)


async def test_a_budget_that_is_back_later_ends_the_asking(world: World) -> None:
    permits = await draw(world, PER_MINUTE, granted=8)
    for _ in range(8):
        await permits.take()
    with pytest.raises(BudgetExhausted) as exhausted:
        await permits.take()
    assert exhausted.value.retry_at == NOON + timedelta(seconds=71)
    assert (permits.sent, world.clock.slept) == (8, [])


async def test_an_unknown_limit_asks_no_budget(world: World) -> None:
    permits = await draw(world, UNKNOWN)
    with world.table.calls_meanwhile() as sent:
        for _ in range(50):
            await permits.take()
    assert (sum(sent.values()), permits.sent) == (0, 50)


@pytest.mark.parametrize("rate", [PER_MINUTE, UNKNOWN])
async def test_nothing_more_is_sent_once_the_provider_has_refused(world: World, rate: RateLimit) -> None:
    permits = await draw(world, rate, granted=5)
    await permits.take()
    permits.learn(RateFacts(retry_at=NOON + timedelta(minutes=2)))
    with pytest.raises(BudgetExhausted) as exhausted:
        await permits.take()
    assert exhausted.value.retry_at == NOON + timedelta(minutes=2)
    world.clock.move(minutes=2)
    await permits.take()
    assert permits.sent == 2


async def test_facts_that_are_no_news_are_not_written(world: World) -> None:
    permits = await draw(world, PER_MINUTE, granted=1)
    await permits.take()
    permits.learn(RateFacts(limit=10, remaining=9))
    with world.table.calls_meanwhile() as sent:
        await permits.settle()
    assert sum(sent.values()) == 0


async def test_nothing_is_written_where_answers_stated_no_limit(world: World) -> None:
    permits = await draw(world, PER_MINUTE, granted=1)
    await permits.take()
    with world.table.calls_meanwhile() as sent:
        await permits.settle()
    assert sum(sent.values()) == 0


async def test_what_was_drawn_and_not_sent_is_given_back_in_one_write(world: World) -> None:
    permits = await draw(world, PER_MINUTE, granted=3)
    await permits.take()
    with world.table.calls_meanwhile() as sent:
        await permits.settle()
        await permits.settle()
    assert writes(sent) == 1
    assert [one.requests for one in (await world.store.budget("key")).spent] == [1]


async def test_permits_count_when_they_are_used_and_lapse_when_they_are_not(world: World) -> None:
    """Two hundred clusters of CockroachDB, answering slowly: no second, wherever it begins, has more than eight."""
    permits = await draw(world, PER_SECOND)
    sent_at = []
    for number in range(200):
        await permits.take()
        sent_at.append(world.clock.now())
        world.clock.move(seconds=(number % 7) / 50)
    for at in sent_at:
        assert sum(at <= one < at + timedelta(seconds=1) for one in sent_at) <= 8
    assert (sent_at[-1] - sent_at[0]).total_seconds() < 45


async def test_a_person_draws_what_is_sent(world: World) -> None:
    account, _ = await world.connect(provider="northflank")
    provider = PROVIDERS["northflank"]
    permits = interactive_permits(world.store, world.clock, provider, await world.tracked(account))
    await permits.take()
    await permits.take()
    await permits.settle()
    budget = await world.store.budget(account.budget_key)
    assert [(one.requests, one.use) for one in budget.spent] == [(2, RequestUse.PEOPLE)]


async def test_a_provider_whose_rest_is_peoples_is_not_asked_further(world: World) -> None:
    permits = await draw(world, PER_MINUTE, granted=8)
    await permits.take()
    permits.learn(RateFacts(limit=10, remaining=2, resets_at=NOON + timedelta(seconds=40)))
    with pytest.raises(BudgetExhausted) as exhausted:
        await permits.take()
    assert exhausted.value.retry_at == NOON + timedelta(seconds=40)


async def test_an_observation_that_a_person_asked_for_goes_on_with_pollings_share_and_a_change_does_not(
    world: World,
) -> None:
    await world.store.spend("key", PER_MINUTE, Share.INTERACTIVE, 10, NOON)

    def permits(use: RequestUse | None) -> BudgetPermits:
        grant = Grant(budget=Budget(), granted=0)
        return BudgetPermits(
            world.store,
            key="key",
            rate=PER_MINUTE,
            share=Share.INTERACTIVE,
            grant=grant,
            clock=world.clock,
            use=use,
        )

    observation = permits(RequestUse.CLUSTERS)
    await observation.take()
    assert observation.use is RequestUse.CLUSTERS
    with pytest.raises(BudgetExhausted):
        await permits(None).take()


async def test_a_reset_that_is_absurd_silences_nobody_for_longer_than_a_window_or_an_hour(
    world: World,
) -> None:
    permits = await draw(world, PER_MINUTE, granted=8)
    await permits.take()
    permits.learn(RateFacts(limit=10, remaining=0, resets_at=NOON + timedelta(days=1)))
    with pytest.raises(BudgetExhausted) as exhausted:
        await permits.take()
    assert exhausted.value.retry_at == NOON + timedelta(hours=1)


@pytest.mark.parametrize("rate", [PER_MINUTE, UNKNOWN])
async def test_a_person_tries_once_while_a_provider_refuses_and_an_answer_ends_it(
    world: World, rate: RateLimit
) -> None:
    until = NOON + timedelta(minutes=30)
    await world.store.learn("key", rate, RateFacts(retry_at=until, is_refused=True), NOON)

    async def person() -> BudgetPermits:
        grant = Grant(budget=await world.store.budget("key"), granted=0)
        return BudgetPermits(
            world.store, key="key", rate=rate, share=Share.INTERACTIVE, grant=grant, clock=world.clock
        )

    first, second = await person(), await person()
    await first.take()
    with pytest.raises(BudgetExhausted):
        await second.take()
    first.learn(RateFacts())
    await first.settle()
    assert (await world.store.budget("key")).blocked_until is None


def test_accounts_that_share_no_address_share_no_refusal() -> None:
    by_address = RateLimit(requests=None, window_seconds=60, scope=RateScope.ADDRESS)
    one, two = things.account("kupe", "one"), things.account("kupe", "two")
    assert budget_key(one, by_address, shares_address=True) == one.budget_key
    keys = {budget_key(each, by_address, shares_address=False) for each in (one, two)}
    assert len(keys) == 2
    assert budget_key(one, PER_MINUTE, shares_address=False) == one.budget_key


async def test_requests_that_were_not_ours_are_remembered_for_the_next(world: World) -> None:
    permits = await draw(world, PER_MINUTE, granted=3)
    for _ in range(3):
        await permits.take()
    permits.learn(RateFacts(limit=10, remaining=4))
    await permits.settle()
    assert (await world.store.budget("key")).foreign_requests == 3


async def test_a_refusal_is_remembered_for_the_next(world: World) -> None:
    permits = await draw(world, UNKNOWN)
    permits.learn(RateFacts(retry_at=NOON + timedelta(minutes=2)))
    await permits.settle()
    assert (await world.store.budget("key")).blocked_until == NOON + timedelta(minutes=2)
