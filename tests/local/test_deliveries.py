"""The runner sends what webhooks want, each at its own pace, and neither a fault nor an outage of the store ends it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from fleet.model.webhook import KnownWebhook
from fleet.webhooks.service import MadeWebhook
from infra.sqlite.table import SqliteTable
from infra.store.table import TableUnavailable
from local.deliveries import DeliveryLoop
from tests.fleet.webhooks.receiving import ADMIN, Received, Subscribed
from tests.infra.samples import SetClock


class TickingClock:
    """The loop's clock: a pause of it lasts until a test ends it."""

    def __init__(self, of: SetClock) -> None:
        self._of = of
        self.ticks: asyncio.Queue[None] = asyncio.Queue()

    def now(self) -> object:
        return self._of.now()

    async def sleep(self, seconds: float) -> None:
        await self.ticks.get()
        self._of.advance(seconds)

    async def tick(self) -> None:
        """Ends a pause, and waits for the next."""
        self.ticks.put_nowait(None)
        await until(lambda: self.ticks.empty() and bool(self.ticks._getters))  # type: ignore[attr-defined]

    async def tick_until(self, condition: Callable[[], bool]) -> None:
        """Who still has a turn at a tick gets the next one: the loop looks again and again, and so does this."""
        async with asyncio.timeout(20):
            while not condition():
                await self.tick()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - what it waits for is told nobody
            await asyncio.sleep(0.002)


@pytest.fixture
async def fleet() -> AsyncIterator[Subscribed]:
    table = SqliteTable()
    yield Subscribed(table, SetClock())
    table.close()


@asynccontextmanager
async def delivering(fleet: Subscribed) -> AsyncIterator[TickingClock]:
    clock = TickingClock(fleet.clock)
    loop = asyncio.create_task(DeliveryLoop(fleet.webhooks, fleet.deliverer, clock).run())  # type: ignore[arg-type]
    try:
        yield clock
        assert not loop.done(), "the loop goes on"
    finally:
        loop.cancel()
        await asyncio.gather(loop, return_exceptions=True)


async def test_what_happens_is_sent_with_the_next_look(fleet: Subscribed) -> None:
    await fleet.subscribe()
    async with delivering(fleet) as clock:
        await fleet.become("c1 FAILED")
        await clock.tick()
        await clock.tick_until(lambda: fleet.receiver.became == ["c1 FAILED"])
        await fleet.become("c1 READY")
        await clock.tick()
        await clock.tick_until(lambda: fleet.receiver.became == ["c1 FAILED", "c1 READY"])


async def test_a_webhook_that_is_made_or_paused_meanwhile_is_met_at_the_next_look(fleet: Subscribed) -> None:
    async with delivering(fleet) as clock:
        made = await fleet.subscribe()
        await fleet.become("c1 FAILED")
        await clock.tick()
        await clock.tick_until(lambda: fleet.receiver.became == ["c1 FAILED"])
        await fleet.service.update(ADMIN, made.known.webhook.id, {"is_paused": True})
        await fleet.become("c1 READY")
        for _ in range(3):
            await clock.tick()
        assert fleet.receiver.became == ["c1 FAILED"]


async def test_a_slow_receiver_keeps_nobody_up_and_has_one_turn_at_a_time(fleet: Subscribed) -> None:
    slow, answered = 0, asyncio.Event()
    deliver = fleet.deliverer.deliver
    held = await fleet.subscribe(name="slow", url="https://slow.example/hook")
    await fleet.subscribe(name="quick")

    async def slowly(webhook_id: str) -> object:
        nonlocal slow
        if webhook_id == held.known.webhook.id:
            slow += 1
            await answered.wait()
        return await deliver(webhook_id)

    object.__setattr__(fleet.deliverer, "deliver", slowly)
    async with delivering(fleet) as clock:
        for name in ("c1", "c2", "c3"):
            await fleet.become(f"{name} FAILED")
            await clock.tick()
        await clock.tick_until(lambda: fleet.receiver.became == ["c1 FAILED", "c2 FAILED", "c3 FAILED"])
        assert slow == 1
        answered.set()
        await clock.tick_until(lambda: len(fleet.receiver.received) == 6)


async def test_a_fault_of_a_turn_is_logged_and_the_next_turn_comes(
    fleet: Subscribed, caplog: pytest.LogCaptureFixture
) -> None:
    made = await fleet.subscribe()

    def break_down(message: Received) -> None:
        raise RuntimeError("a bug of ours")

    fleet.receiver.refuse = break_down
    async with delivering(fleet) as clock:
        await fleet.become("c1 FAILED")
        await clock.tick()
        await clock.tick_until(lambda: "failed on our side" in caplog.text)
        assert made.known.webhook.id in caplog.text
        fleet.receiver.refuse = lambda message: None
        fleet.clock.advance(120)  # its lease is over
        await clock.tick()
        await clock.tick_until(lambda: fleet.receiver.became == ["c1 FAILED"])


async def test_a_store_that_does_not_answer_is_waited_for(
    fleet: Subscribed, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """In silence: /health says it."""
    made: MadeWebhook = await fleet.subscribe()

    async def away(**_: object) -> list[KnownWebhook]:
        raise TableUnavailable("the disk is full")

    caplog.set_level(logging.WARNING)
    async with delivering(fleet) as clock:
        with monkeypatch.context() as broken:
            broken.setattr(fleet.webhooks, "page", away)
            for _ in range(3):
                await clock.tick()
        await fleet.become("c1 FAILED")
        await clock.tick()
        await clock.tick_until(lambda: fleet.receiver.became == ["c1 FAILED"])
    assert caplog.text == ""
    assert (await fleet.known(made)).state.failure is None
