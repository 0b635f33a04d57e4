"""The schedule of the runner: it does what functions/plan and functions/observe do on AWS, without a queue."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from fleet.observing.observer import Observer, Outcome
from fleet.observing.schedule import due_messages
from fleet.ports.clock import Clock
from fleet.ports.store import Schedule
from infra.store.table import TableUnavailable
from local.health import Health

logger = logging.getLogger(__name__)

AT_ONCE = 4
"""The observations in flight. Each mostly waits for its provider."""


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
        queued_for = timedelta(seconds=self._observer.seconds)
        due = await due_messages(
            self._schedule, now=self._clock.now(), ahead=timedelta(), queued_for=queued_for, limit=50
        )
        return due or []

    async def _observe(self, account_id: str, due_at: datetime) -> None:
        async with self._slots:
            try:
                observation = await self._observer.observe(account_id, due_at=due_at)
            except TableUnavailable as error:
                self._health.failed(error)
            except Exception:
                logger.exception("observing account %s failed on our side", account_id)
                self._health.tried(account_id)
            else:
                if observation.outcome is not Outcome.SKIPPED or observation.put_off_until is not None:
                    self._health.tried(account_id, waits_until=observation.put_off_until)
                logger.debug("%s", observation)
