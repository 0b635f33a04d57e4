"""The schedule of one process: what functions/plan and functions/observe do on AWS, without a queue between them."""

import asyncio
import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from fleet.observing.observer import Observer, Outcome
from fleet.observing.schedule import due_messages
from fleet.ports.clock import Clock
from fleet.ports.store import Schedule

logger = logging.getLogger(__name__)

TICK_SECONDS = 1.0
AT_ONCE = 4
"""Observations in flight. Each mostly waits for its provider; the table serves them all."""


class ObservationLoop:
    """Plans every second and observes what is due. `untried` are the accounts that were not looked at yet."""

    def __init__(
        self, schedule: Schedule, observer: Observer, clock: Clock, account_ids: Iterable[str]
    ) -> None:
        self.untried = set(account_ids)
        self._schedule = schedule
        self._observer = observer
        self._clock = clock
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def run(self) -> None:
        """Until cancelled. A fault of one observation, or of one plan, is logged and ends nothing else."""
        async with asyncio.TaskGroup() as group:
            while True:
                try:
                    for account_id, due_at in await self._plan():
                        group.create_task(self._observe(account_id, due_at))
                except Exception:
                    logger.exception("planning failed on our side")
                await self._clock.sleep(TICK_SECONDS)

    async def _plan(self) -> list[tuple[str, datetime]]:
        queued_for = timedelta(seconds=self._observer.seconds)
        return await due_messages(
            self._schedule, now=self._clock.now(), ahead=timedelta(), queued_for=queued_for, limit=50
        )

    async def _observe(self, account_id: str, due_at: datetime) -> None:
        async with self._slots:
            try:
                observation = await self._observer.observe(account_id, due_at=due_at)
            except Exception:
                logger.exception("observing account %s failed on our side", account_id)
                self.untried.discard(account_id)
            else:
                if observation.outcome is not Outcome.SKIPPED:
                    self.untried.discard(account_id)
                logger.debug("%s", observation)
