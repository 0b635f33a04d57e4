import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import pytest

from fleet.model.account import Account, Collection
from fleet.model.failure import Unavailable
from local.loop import AT_ONCE, TICK_SECONDS, ObservationLoop
from tests.fleet.conftest import world
from tests.fleet.things import HandClock, cluster
from tests.fleet.world import World, forever

__all__ = ["world"]


class TickingClock(HandClock):
    """The loop's clock: a second of it takes as long as a test lets it."""

    def __init__(self, of: HandClock) -> None:
        super().__init__()
        self._of = of
        self.ticks: asyncio.Queue[None] = asyncio.Queue()

    async def sleep(self, seconds: float) -> None:
        await self.ticks.get()
        self._of.move(seconds=seconds)
        self.at = self._of.at


@asynccontextmanager
async def running(world: World, *accounts: Account) -> AsyncIterator[tuple[ObservationLoop, TickingClock]]:
    clock = TickingClock(world.clock)
    loop = ObservationLoop(world.store, world.observer, clock, [one.id for one in accounts])
    task = asyncio.create_task(loop.run())
    try:
        yield loop, clock
        assert not task.done(), "the loop goes on"
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(40):
        while not condition():  # noqa: ASYNC110 - what it waits for is told nobody
            await asyncio.sleep(0.005)


async def test_every_account_is_tried_once_and_one_that_fails_ends_no_other(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    down, down_script = await world.connect(name="down")
    faulty, faulty_script = await world.connect(name="faulty")
    fine, fine_script = await world.connect(name="fine")
    down_script.wrong["clusters"] = Unavailable("It is down.")
    faulty_script.wrong["clusters"] = ZeroDivisionError("ours")
    fine_script.clusters = [cluster(of=fine)]
    caplog.set_level(logging.ERROR, logger="local")
    async with running(world, down, faulty, fine) as (loop, _):
        assert loop.untried == {down.id, faulty.id, fine.id}
        await until(lambda: not loop.untried)
    assert [script.asked[0] for script in (down_script, faulty_script, fine_script)] == ["clusters"] * 3
    assert set(await world.rows(fine)) == {"c1"}
    (logged,) = caplog.records
    assert faulty.id in logged.getMessage()
    assert logged.exc_info is not None


async def test_an_account_is_observed_again_when_it_is_due(world: World) -> None:
    account, script = await world.connect()
    async with running(world, account) as (loop, clock):
        await until(lambda: not loop.untried)
        for _ in range(59):
            clock.ticks.put_nowait(None)
        await until(clock.ticks.empty)
        assert script.asked.count("clusters") == 1
        for _ in range(3):
            clock.ticks.put_nowait(None)
        await until(lambda: script.asked.count("clusters") == 2)
    assert TICK_SECONDS == 1


async def test_no_more_than_a_few_are_observed_at_once(world: World) -> None:
    scripts = []
    accounts = []
    for number in range(AT_ONCE + 2):
        account, script = await world.connect(name=f"n{number}")
        script.meanwhile["clusters"] = forever
        accounts.append(account)
        scripts.append(script)
    async with running(world, *accounts) as (loop, clock):
        await until(lambda: sum(len(script.asked) for script in scripts) == AT_ONCE)
        for _ in range(3):
            clock.ticks.put_nowait(None)
        await until(clock.ticks.empty)
        assert sum(len(script.asked) for script in scripts) == AT_ONCE
        assert loop.untried == {account.id for account in accounts}


async def test_an_account_that_was_only_skipped_counts_as_untried(world: World) -> None:
    account, script = await world.connect()
    script.meanwhile["clusters"] = forever
    busy = asyncio.create_task(world.observe(account))
    await until(lambda: script.asked == ["clusters"])
    async with running(world, account) as (loop, clock):
        clock.ticks.put_nowait(None)
        await until(clock.ticks.empty)
        assert loop.untried == {account.id}
    busy.cancel()
    await asyncio.gather(busy, return_exceptions=True)
    assert (await world.state(account)).of(Collection.CLUSTERS).observed_at is None


async def test_a_plan_that_fails_is_logged_and_made_again(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, script = await world.connect()
    caplog.set_level(logging.ERROR, logger="local")
    due = world.store.due
    failures = [ConnectionError("the table is away")]

    async def due_once_it_is_back(before: datetime, limit: int) -> list[tuple[str, datetime]]:
        if failures:
            raise failures.pop()
        return await due(before, limit)

    monkeypatch.setattr(world.store, "due", due_once_it_is_back)
    async with running(world, account) as (loop, clock):
        clock.ticks.put_nowait(None)
        await until(lambda: not loop.untried)
    assert script.asked[0] == "clusters"
    assert "planning failed" in caplog.text
