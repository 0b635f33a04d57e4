"""A plan sends each due account one message, wherever the one before ended, and whatever was hidden or lost."""

import random
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import pytest

from fleet.model.account import AccountState
from fleet.model.rate_limit import RateLimit, RateScope, Share
from fleet.observing import planning
from fleet.observing.planning import NotSent, Planned, plan
from fleet.ports.schedule import DueAccount
from fleet.ports.store import Lease
from infra.store.store import TableStore
from tests.fleet import things
from tests.fleet.world import World

MINUTE = timedelta(minutes=1)
LOST_AFTER = timedelta(minutes=8)
NO_LIMIT = RateLimit(scope=RateScope.ADDRESS, requests=None, window_seconds=60)


class Planning:
    """Plans of a world, and what they sent. `takes` is how many pages one has time for."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.sent: list[str] = []
        self.refuses = False

    async def run(self, *, pages: int | None = None) -> Planned:
        clock, left = self.world.clock, pages

        async def send(due: Sequence[DueAccount]) -> None:
            nonlocal left
            assert [one.due_at for one in due] == sorted(one.due_at for one in due)
            self.sent += [one.account_id for one in due]
            left = None if left is None else left - 1
            if left == 0:
                clock.move(seconds=5)
            if self.refuses:
                raise NotSent("the queue refuses")

        return await plan(self.world.store, clock, send, ahead=MINUTE, lost_after=LOST_AFTER, seconds=5)

    async def connect(self, name: str, *, in_seconds: float = 0) -> str:
        account = things.account(name=name)
        due_at = self.world.clock.now() + timedelta(seconds=in_seconds)
        await self.world.store.connect(account, due_at=due_at)
        return account.id

    async def observe(self, account_id: str, *, next_in_seconds: float) -> None:
        store, now = self.world.store, self.world.clock.now()
        tracked = await store.account(account_id)
        assert tracked is not None
        lease = await store.begin(
            tracked.account,
            rate=NO_LIMIT,
            share=Share.POLLING,
            requests=1,
            now=now,
            lease_seconds=60,
            due_at=None,
        )
        assert isinstance(lease, Lease)
        await store.end(lease, AccountState(), due_at=now + timedelta(seconds=next_in_seconds))


@pytest.fixture
def planning_(world: World) -> Planning:
    return Planning(world)


async def test_an_account_is_sent_once_by_the_plan_before_it_is_due(planning_: Planning) -> None:
    soon, later = (
        await planning_.connect("soon", in_seconds=50),
        await planning_.connect("later", in_seconds=100),
    )
    planning_.world.clock.move(seconds=10)
    assert (await planning_.run()).accounts == 1
    assert planning_.sent == [soon]
    planning_.world.clock.move(seconds=60)
    assert await planning_.run() == Planned(accounts=1, lag_seconds=20, is_complete=True)
    assert planning_.sent == [soon, later]


async def test_what_is_written_behind_the_place_of_the_last_plan_is_sent_by_the_next(
    planning_: Planning,
) -> None:
    """Somebody connects an account, or one is put off for a moment."""
    await planning_.run()
    planning_.world.clock.move(seconds=20)
    connected = await planning_.connect("connected")
    planning_.world.clock.move(seconds=40)
    await planning_.run()
    await planning_.observe(connected, next_in_seconds=3)
    planning_.world.clock.move(seconds=60)
    await planning_.run()
    assert planning_.sent == [connected, connected]
    planning_.world.clock.move(seconds=60)
    await planning_.run()
    assert planning_.sent == [connected, connected]


async def test_an_index_that_lags_costs_nobody_a_turn(
    planning_: Planning, monkeypatch: pytest.MonkeyPatch
) -> None:
    account_id = await planning_.connect("hidden", in_seconds=30)
    planning_.world.clock.move(seconds=4)
    pages = TableStore.due_pages

    async def nothing_yet(store: TableStore, places: dict[int, str | None], *_: object) -> object:
        return {shard: ([], None) for shard in places}

    monkeypatch.setattr(TableStore, "due_pages", nothing_yet)
    await planning_.run()
    monkeypatch.setattr(TableStore, "due_pages", pages)
    planning_.world.clock.move(seconds=60)
    await planning_.run()
    assert planning_.sent == [account_id]


async def test_an_account_whose_message_is_lost_gets_another_each_time_that_one_must_be(
    planning_: Planning,
) -> None:
    await planning_.connect("lost")
    planning_.world.clock.move(seconds=10)
    for _ in range(30):
        await planning_.run()
        planning_.world.clock.move(seconds=60)
    assert len(planning_.sent) == 1 + 30 // 8


@pytest.mark.parametrize("pages", [1, 2, 5])
async def test_a_plan_that_could_not_finish_is_gone_on_with_and_misses_and_repeats_nobody(
    planning_: Planning, monkeypatch: pytest.MonkeyPatch, pages: int
) -> None:
    monkeypatch.setattr(planning, "PAGE", 3)
    chance = random.Random(pages)
    ids = {await planning_.connect(f"a{number}", in_seconds=chance.uniform(0, 40)) for number in range(120)}
    planning_.world.clock.move(seconds=30)
    assert not (await planning_.run(pages=pages)).is_complete
    for _ in range(2 * len(ids) // pages // planning.PAGE):
        await planning_.run(pages=pages)
    assert Counter(planning_.sent) == Counter(ids)


async def test_what_a_queue_refuses_is_sent_by_the_next_plan(planning_: Planning) -> None:
    account_id = await planning_.connect("refused")
    planning_.refuses = True
    with pytest.raises(NotSent):
        await planning_.run()
    planning_.refuses = False
    planning_.world.clock.move(seconds=60)
    await planning_.run()
    assert planning_.sent == [account_id, account_id]


async def test_what_a_queue_refuses_keeps_nothing_else_from_being_sent(
    planning_: Planning, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "PAGE", 1)
    ids = {await planning_.connect(f"a{number}") for number in range(40)}
    planning_.world.clock.move(seconds=10)
    planning_.refuses = True
    with pytest.raises(NotSent):
        await planning_.run()
    assert set(planning_.sent) == ids


async def test_of_two_plans_from_one_place_the_second_leaves_the_rest_to_the_first(
    planning_: Planning, monkeypatch: pytest.MonkeyPatch
) -> None:
    await planning_.connect("one")
    planning_.world.clock.move(seconds=10)
    other = Planning(planning_.world)
    keep = TableStore.keep_schedule

    async def after_the_other(store: TableStore, state: object) -> object:
        monkeypatch.setattr(TableStore, "keep_schedule", keep)
        await other.run()
        return await keep(store, state)  # type: ignore[arg-type]

    monkeypatch.setattr(TableStore, "keep_schedule", after_the_other)
    await planning_.run()
    assert planning_.sent == other.sent
    planning_.world.clock.move(seconds=60)
    assert (await planning_.run()).accounts == 0
