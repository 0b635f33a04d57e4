"""Schedule -> accounts that become due -> messages (`fleet/observing/planning.py`)."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from fleet.observing.planning import Planned, plan
from fleet.ports.clock import Clock, SystemClock
from fleet.ports.schedule import DueAccount, Schedule
from fleet.ports.webhooks import Webhooks
from fleet.webhooks.service import MOST_WEBHOOKS
from functions import start_collecting
from functions.process import Context, Process, seconds_left
from functions.settings import read_settings
from infra import queue
from infra.dynamodb.table import DynamoTable, open_client
from infra.queue import JITTER, DeliveryRequest, ObservationRequest, Queue
from infra.store.schedule import TableSchedule
from infra.store.webhooks import TableWebhooks
from infra.telemetry import adopt_loggers, count_throttles, logger_of, measure

AHEAD = timedelta(seconds=60)
"""The rate of the schedule. Accounts that become due before the next plan get a message now, which arrives when they
are due.
"""

QUEUED_FOR = timedelta(minutes=8)
"""How long a message of a plan can take: longer than its delay and one attempt to observe. See the queue in the
template.
"""

LOST_AFTER = AHEAD + JITTER
"""How long a message outside a plan can take before it is given up and its account is planned again.

It is shorter than a plan's, because the message can be the last of a chain that Lambda ends as a loop. It is not
shorter than the planner's horizon, which would otherwise send to every moving account in vain. If the queue is late, a
second message is sent and finds nothing to do.
"""

RESERVE_SECONDS = 5

logger = logger_of("plan")


async def plan_messages(
    schedule: Schedule, messages: Queue, clock: Clock, *, seconds: float, correlation_id: str
) -> Planned:
    async def send(due: Sequence[DueAccount]) -> None:
        await messages.send(map(_request, due), correlation_id=correlation_id)

    return await plan(schedule, clock, send, ahead=AHEAD, lost_after=QUEUED_FOR, seconds=seconds)


def _request(one: DueAccount) -> ObservationRequest:
    return ObservationRequest(account_id=one.account_id, due_at=one.due_at)


def is_sent_at_once(due_at: datetime, now: datetime) -> bool:
    """Whether who sets this time sends the message, because the planner, which runs once a minute, would be late."""
    return due_at - now < AHEAD - JITTER


def planned_after(due_at: datetime, now: datetime) -> datetime:
    """When the planner sends the message for a time that an observation has set."""
    return due_at + LOST_AFTER if is_sent_at_once(due_at, now) else due_at


async def plan_webhooks(webhooks: Webhooks, messages: Queue, *, correlation_id: str) -> int:
    """A message for each webhook: whether there is something to send stands in the feed, at which it looks itself."""
    known = await webhooks.page(after=None, limit=MOST_WEBHOOKS)
    requests = [DeliveryRequest(webhook_id=one.webhook.id) for one in known if one.webhook.is_active]
    if requests:
        await messages.send(requests, correlation_id=correlation_id, jitter=timedelta())
    return len(requests)


class Planner:
    def __init__(self, environment: Mapping[str, str], clock: Clock) -> None:
        settings = read_settings(environment)
        self._clock = clock
        self._process = Process()
        self._table = DynamoTable(open_client(), settings.table, clock)
        self._schedule = TableSchedule(self._table, clock)
        self._webhooks = TableWebhooks(self._table, clock)
        self._queue = Queue(queue.open_client(), settings.queue_url, clock)

    def __call__(self, event: object, context: Context) -> dict[str, Any]:
        self._plan_webhooks(context)
        planned = self._process.run(
            plan_messages(
                self._schedule,
                self._queue,
                self._clock,
                seconds=seconds_left(context, reserve=RESERVE_SECONDS),
                correlation_id=context.aws_request_id,
            )
        )
        measure({"AccountsPlanned": planned.accounts, "PlansCutShort": int(not planned.is_complete)})
        measure({"ObservationLag": planned.lag_seconds}, unit=MetricUnit.Seconds)
        logger.info("planned", **asdict(planned))
        return asdict(planned)

    def _plan_webhooks(self, context: Context) -> None:
        """Observing does not wait for it: a fault here is logged, and the next plan tries again."""
        try:
            work = plan_webhooks(self._webhooks, self._queue, correlation_id=context.aws_request_id)
            self._process.run(work)
        except Exception:
            logger.exception("planning webhooks failed on our side")

    def close(self) -> None:
        self._table.close()
        self._process.close()


@cache
def _planner() -> Planner:
    adopt_loggers(logger)
    count_throttles()
    return Planner(os.environ, SystemClock())


@logger.inject_lambda_context(clear_state=True)
def handler(event: object, context: Any) -> dict[str, Any]:
    logger.set_correlation_id(context.aws_request_id)
    return _planner()(event, context)


start_collecting()
