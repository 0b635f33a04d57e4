"""The schedule of the runner: it does what functions/plan and functions/observe do on AWS, without a queue."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from fleet.observing.observer import Observer
from fleet.observing.outcome import Outcome
from fleet.ports.clock import Clock
from fleet.ports.schedule import Schedule
from infra.store.table import TableUnavailable
from local.health import Health

logger = logging.getLogger(__name__)

AT_ONCE = 4
"""The observations in flight. Each mostly waits for its provider."""
AFTER_A_FAULT_SECONDS = 5
"""How long an account waits that could not be observed, by a fault of ours or because another observes it."""


class ObservationLoop:
    """Plans every second and observes accounts that are due. `probe` raises while the store cannot write."""

    def __init__(
        self,
        schedule: Schedule,
        observer: Observer,
        clock: Clock,
        health: Health,
        probe: Callable[[], Awaitable[None]],
    ) -> None:
        self._schedule = schedule
        self._observer = observer
        self._clock = clock
        self._health = health
        self._probe = probe
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._under_way: set[str] = set()

    async def run(self) -> None:
        """Runs until it is cancelled. A fault of an observation or a plan does not end it."""
        async with asyncio.TaskGroup() as group:
            while True:
                try:
                    if self._health.is_failing:
                        await self._probe()
                    planned = await self._plan()
                except Exception as error:  # noqa: BLE001 - whatever it is, it is said by /health
                    self._health.failed(error)
                else:
                    self._health.answered()
                    for account_id, due_at in planned:
                        group.create_task(self._observe(account_id, due_at))
                await self._clock.sleep(self._health.pause_seconds)

    async def _plan(self) -> list[tuple[str, datetime]]:
        due = await self._schedule.due(self._clock.now(), 50, but=frozenset(self._under_way))
        self._under_way.update(account_id for account_id, _ in due)
        return due

    async def _observe(self, account_id: str, due_at: datetime) -> None:
        try:
            if not await self._is_done(account_id, due_at):
                await self._clock.sleep(AFTER_A_FAULT_SECONDS)
        finally:
            self._under_way.discard(account_id)

    async def _is_done(self, account_id: str, due_at: datetime) -> bool:
        """False where it is still due."""
        async with self._slots:
            try:
                observation = await self._observer.observe(account_id, due_at=due_at)
            except TableUnavailable as error:
                self._health.failed(error)
            except Exception:
                logger.exception("observing account %s failed on our side", account_id)
                self._health.tried(account_id)
            else:
                logger.debug("%s", observation)
                waits_until = observation.put_off_until
                if observation.outcome is not Outcome.SKIPPED or waits_until is not None:
                    self._health.tried(account_id, waits_until=waits_until)
                    return True
        return False
