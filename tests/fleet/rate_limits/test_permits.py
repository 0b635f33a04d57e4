from datetime import timedelta

import pytest

from fleet.model.rate_limit import Budget, BudgetExhausted, Grant, RateFacts, RateLimit, RateScope, Share
from fleet.rate_limits.permits import BudgetPermits
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
    assert (writes(sent), permits.sent) == (1, 8)


async def test_a_budget_that_is_back_in_a_moment_is_waited_for(world: World) -> None:
    permits = await draw(world, PER_SECOND, granted=8)
    for _ in range(9):
        await permits.take()
    assert permits.sent == 9
    assert sum(world.clock.slept) == pytest.approx(1.05)


async def test_a_budget_that_is_back_later_ends_the_asking(world: World) -> None:
    permits = await draw(world, PER_MINUTE, granted=8)
    for _ in range(8):
        await permits.take()
    with pytest.raises(BudgetExhausted) as exhausted:
        await permits.take()
    assert exhausted.value.retry_at == NOON + timedelta(seconds=63)
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
    permits = await draw(world, PER_MINUTE, granted=3)
    await permits.take()
    permits.learn(RateFacts(limit=10, remaining=9))
    with world.table.calls_meanwhile() as sent:
        await permits.settle()
    assert sum(sent.values()) == 0


async def test_nothing_is_written_where_answers_told_nothing(world: World) -> None:
    permits = await draw(world, PER_MINUTE, granted=3)
    with world.table.calls_meanwhile() as sent:
        await permits.settle()
    assert sum(sent.values()) == 0


async def test_requests_that_were_not_ours_are_remembered_for_the_next(world: World) -> None:
    permits = await draw(world, PER_MINUTE, granted=3)
    permits.learn(RateFacts(limit=10, remaining=4))
    await permits.settle()
    assert (await world.store.budget("key")).foreign_requests == 3


async def test_a_refusal_is_remembered_for_the_next(world: World) -> None:
    permits = await draw(world, UNKNOWN)
    permits.learn(RateFacts(retry_at=NOON + timedelta(minutes=2)))
    await permits.settle()
    assert (await world.store.budget("key")).blocked_until == NOON + timedelta(minutes=2)
