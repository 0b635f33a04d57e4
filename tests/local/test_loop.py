import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import pytest

from fleet.model.account import Account, Collection
from fleet.model.failure import Unavailable
from fleet.model.freshness import freshness_of
from fleet.model.rate_limit import Share
from fleet.providers import PROVIDERS
from infra.store.table import TableUnavailable
from local.health import LONGEST_PAUSE_SECONDS, Health
from local.loop import AFTER_A_FAULT_SECONDS, AT_ONCE, ObservationLoop
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
        self.pauses: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await self.ticks.get()
        self._of.move(seconds=seconds)
        self.at = self._of.at


async def fine() -> None:
    """The store keeps what it is given."""


@asynccontextmanager
async def running(
    world: World, *accounts: Account, probe: Callable[[], Awaitable[None]] = fine
) -> AsyncIterator[tuple[Health, TickingClock]]:
    clock = TickingClock(world.clock)
    health = Health({one.id: one.name for one in accounts})
    loop = ObservationLoop(world.store, world.observer, clock, health, probe)
    task = asyncio.create_task(loop.run())
    try:
        yield health, clock
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
    async with running(world, down, faulty, fine) as (health, _):
        assert health.untried == {down.id, faulty.id, fine.id}
        facts = await health.facts()
        assert (facts["status"], facts["notYetObserved"]) == ("starting", ["down", "faulty", "fine"])
        await until(lambda: not health.untried)
    assert [script.asked[0] for script in (down_script, faulty_script, fine_script)] == ["clusters"] * 3
    assert set(await world.rows(fine)) == {"c1"}
    (logged,) = caplog.records
    assert faulty.id in logged.getMessage()
    assert logged.exc_info is not None


async def test_an_account_is_observed_again_when_it_is_due(world: World) -> None:
    account, script = await world.connect()
    async with running(world, account) as (health, clock):
        await until(lambda: not health.untried)
        for _ in range(59):
            clock.ticks.put_nowait(None)
        await until(clock.ticks.empty)
        assert script.asked.count("clusters") == 1
        for _ in range(3):
            clock.ticks.put_nowait(None)
        await until(lambda: script.asked.count("clusters") == 2)
    assert set(clock.pauses) == {1.0}


async def test_no_more_than_a_few_are_observed_at_once(world: World) -> None:
    scripts = []
    accounts = []
    for number in range(AT_ONCE + 2):
        account, script = await world.connect(name=f"n{number}")
        script.meanwhile["clusters"] = forever
        accounts.append(account)
        scripts.append(script)
    async with running(world, *accounts) as (health, clock):
        await until(lambda: sum(len(script.asked) for script in scripts) == AT_ONCE)
        for _ in range(3):
            clock.ticks.put_nowait(None)
        await until(clock.ticks.empty)
        assert sum(len(script.asked) for script in scripts) == AT_ONCE
        assert health.untried == {account.id for account in accounts}


async def test_an_account_that_was_only_skipped_counts_as_untried(world: World) -> None:
    account, script = await world.connect()
    script.meanwhile["clusters"] = forever
    busy = asyncio.create_task(world.observe(account))
    await until(lambda: script.asked == ["clusters"])
    async with running(world, account) as (health, clock):
        clock.ticks.put_nowait(None)
        await until(lambda: AFTER_A_FAULT_SECONDS in clock.pauses)  # it is not asked for again at once
        assert health.untried == {account.id}
    busy.cancel()
    await asyncio.gather(busy, return_exceptions=True)
    assert (await world.state(account)).of(Collection.CLUSTERS).observed_at is None


async def test_a_store_that_does_not_answer_is_said_once_left_alone_longer_and_longer_and_missed_no_more(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, script = await world.connect()
    caplog.set_level(logging.WARNING, logger="local")
    due = world.store.due
    failures = [TableUnavailable("the disk is full")] * 7
    probed = 0

    async def due_once_it_is_back(
        before: datetime, limit: int, *, but: frozenset[str] = frozenset()
    ) -> list[tuple[str, datetime]]:
        if failures:
            raise failures.pop()
        return await due(before, limit)

    async def probe() -> None:
        nonlocal probed
        probed += 1

    monkeypatch.setattr(world.store, "due", due_once_it_is_back)
    async with running(world, account, probe=probe) as (health, clock):
        await until(lambda: health.is_failing)
        facts = await health.facts()
        assert facts["status"] == "failing"
        assert facts["reason"] == "The store does not answer: the disk is full"
        for _ in range(7):
            clock.ticks.put_nowait(None)
        await until(lambda: not health.untried)
        assert (await health.facts())["status"] == "ok"
    assert script.asked[0] == "clusters"
    assert clock.pauses == [2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0, 1.0]
    assert probed == 7
    assert [record.getMessage() for record in caplog.records] == [
        "the store does not answer: the disk is full",
        "the store answers again",
    ]


def test_a_store_that_does_not_answer_for_days_is_left_alone_no_longer() -> None:
    health = Health({})
    for _ in range(2000):
        health.failed(TableUnavailable("the disk is full"))
    assert health.pause_seconds == LONGEST_PAUSE_SECONDS


async def test_a_store_that_answers_and_cannot_keep_anything_goes_on_failing(world: World) -> None:
    full = True

    async def probe() -> None:
        if full:
            raise TableUnavailable("the disk is full")

    async with running(world, probe=probe) as (health, clock):
        health.failed(TableUnavailable("the disk is full"))
        for _ in range(3):
            clock.ticks.put_nowait(None)
        await until(clock.ticks.empty)
        assert health.is_failing
        full = False
        clock.ticks.put_nowait(None)
        await until(lambda: not health.is_failing)


async def test_a_fault_that_is_no_sentence_is_logged_whole(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(before: datetime, limit: int) -> list[tuple[str, datetime]]:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(world.store, "due", broken)
    async with running(world) as (health, _):
        await until(lambda: health.is_failing)
    assert caplog.records[0].exc_info is not None


async def test_an_account_that_waits_for_its_request_budget_keeps_nobody_from_serving(world: World) -> None:
    account, script = await world.connect(provider="northflank")
    rate = PROVIDERS["northflank"].rate_limit
    await world.store.spend(account.budget_key, rate, Share.POLLING, 10_000, world.clock.now())
    async with running(world, account) as (health, clock):
        clock.ticks.put_nowait(None)
        await until(lambda: not health.untried)
        facts = await health.facts()
        assert (facts["status"], script.asked) == ("ok", [])
        assert list(facts["waitingForRequestBudget"]) == ["acme"]  # type: ignore[call-overload]
        health.tried(account.id)
        assert "waitingForRequestBudget" not in await health.facts()
    tracked = await world.tracked(account)
    shown = freshness_of(tracked, Collection.CLUSTERS, world.clock.now())
    assert shown.next_attempt_at == tracked.due_at
    assert shown.reason == f"request budget until {tracked.due_at:%H:%M}"
