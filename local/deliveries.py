"""What webhooks send, in the runner: it does what functions/plan and functions/observe do on AWS, without a queue."""

import asyncio
import logging

from fleet.ports.clock import Clock
from fleet.ports.webhooks import Webhooks
from fleet.webhooks.deliver import Deliverer
from fleet.webhooks.service import MOST_WEBHOOKS
from infra.store.table import TableUnavailable

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 2.0
"""Between two looks into the feed, which stays five seconds behind the present anyway."""


class DeliveryLoop:
    """Each webhook has its turn by itself, so that one whose receiver is slow keeps nobody up."""

    def __init__(self, webhooks: Webhooks, deliverer: Deliverer, clock: Clock) -> None:
        self._webhooks = webhooks
        self._deliverer = deliverer
        self._clock = clock
        self._going: set[str] = set()

    async def run(self) -> None:
        """Runs until it is cancelled. A fault of a turn does not end it."""
        async with asyncio.TaskGroup() as group:
            while True:
                try:
                    known = await self._webhooks.page(after=None, limit=MOST_WEBHOOKS)
                except TableUnavailable:
                    known = []  # /health says so: observing meets it, too
                for webhook_id in [one.webhook.id for one in known if one.webhook.is_active]:
                    if webhook_id not in self._going:
                        self._going.add(webhook_id)
                        group.create_task(self._turn(webhook_id))
                await self._clock.sleep(PAUSE_SECONDS)

    async def _turn(self, webhook_id: str) -> None:
        try:
            await self._deliverer.deliver(webhook_id)
        except Exception:
            logger.exception("delivering for webhook %s failed on our side", webhook_id)
        finally:
            self._going.discard(webhook_id)
