"""Queue -> observe(account) -> store, and the next observation while something moves; or queue -> what a webhook sends.

A record that cannot be read, or whose observation fails by our fault, returns to the queue alone. An unreadable record
becomes a dead letter after a few tries. A fault of ours postpones the account, so that its message is stale when it
returns and is dropped; the metric FailedMessages and its alarm show it. An error of a provider is not a failure here:
it is stored with the account.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from functools import cache
from typing import Any, TypeAlias

from adapters import ADAPTERS
from fleet.observing.observer import Observer
from fleet.observing.outcome import Observation, Outcome
from fleet.observing.schedule import Pace
from fleet.ports.clock import Clock, SystemClock
from fleet.webhooks.deliver import TURN_SECONDS, Deliverer
from functions import start_collecting
from functions.plan import is_sent_at_once, planned_after
from functions.process import Context, Process, seconds_left
from functions.settings import read_pace, read_settings, read_webhook_addresses
from functions.wiring import wire
from infra import queue
from infra.dynamodb.table import DynamoTable, open_client
from infra.queue import DeliveryRequest, ObservationRequest, Queue, Request, UnreadableMessage, read_message
from infra.secrets.ssm import SsmVault
from infra.telemetry import adopt_loggers, count_throttles, logger_of, measure

RESERVE_SECONDS = 10
"""The seconds for the writes at the end of an observation, and for the next message."""

Handled: TypeAlias = Observation | DeliveryRequest | None
"""What came of a request: null where a fault of ours kept it from being handled."""

logger = logger_of("observe")


async def observe_records(
    records: Sequence[Mapping[str, Any]],
    *,
    observer: Observer,
    deliverer: Deliverer,
    messages: Queue,
    fallback_correlation_id: str,
) -> dict[str, list[dict[str, str]]]:
    """Handles all records at once, because each mostly waits for its provider. Returns those that must return to the
    queue.
    """
    handled = await asyncio.gather(
        *(_observe(record, observer, deliverer, messages, fallback_correlation_id) for record in records)
    )
    _measure([one for of_a_record in handled for one in of_a_record])
    failed = [
        record["messageId"]
        for record, of_a_record in zip(records, handled, strict=True)
        if None in of_a_record
    ]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _measure(handled: Sequence[Handled]) -> None:
    """One line for each provider and outcome: what is logged costs by its length."""
    observations = [one for one in handled if isinstance(one, Observation)]
    counts: dict[tuple[str, str], Counter[str]] = {}
    for one in observations:
        if one.provider is not None:
            counted = counts.setdefault((one.provider, one.outcome), Counter())
            counted.update({"Observations": 1, "ProviderRequests": one.requests})
    for (provider, outcome), counted in counts.items():
        measure(counted, provider=provider, outcome=outcome)
    if refused := sum(one.is_token_refused for one in observations):
        measure({"RefusedTokens": refused})
    if failed := handled.count(None):
        measure({"FailedMessages": failed})


async def _observe(
    record: Mapping[str, Any],
    observer: Observer,
    deliverer: Deliverer,
    messages: Queue,
    fallback: str,
) -> Sequence[Handled]:
    """What was handled of a record. Accounts that were are not due when the record is delivered again."""
    sender = record.get("messageAttributes", {}).get(queue.CORRELATION_ID, {})
    correlation_id = sender.get("stringValue", fallback)
    try:
        requests = read_message(record["body"])
    except UnreadableMessage as error:
        logger.error("unreadable message: %s", error, extra={"message_id": record["messageId"]})
        return [None]
    return await asyncio.gather(
        *(
            _handle(request, record["messageId"], observer, deliverer, messages, correlation_id)
            for request in requests
        )
    )


async def _handle(
    request: Request,
    message_id: str,
    observer: Observer,
    deliverer: Deliverer,
    messages: Queue,
    correlation_id: str,
) -> Handled:
    # Each request has its own task and its own log keys.
    logger.thread_safe_append_keys(correlation_id=correlation_id, message_id=message_id)
    try:
        if isinstance(request, DeliveryRequest):
            await _deliver(request, deliverer)
            return request
        logger.thread_safe_append_keys(account_id=request.account_id)
        observation = await observer.observe(request.account_id, due_at=request.due_at)
        is_news = observation.changed or observation.outcome is not Outcome.OBSERVED
        (logger.info if is_news else logger.debug)("observed", observation=asdict(observation))
        await follow_up(observation, messages, observer.clock, correlation_id)
    except Exception:
        logger.exception("observing failed on our side")
        return None
    return observation


async def _deliver(request: DeliveryRequest, deliverer: Deliverer) -> None:
    logger.thread_safe_append_keys(webhook_id=request.webhook_id)
    turn = await deliverer.deliver(request.webhook_id)
    if turn is None:
        logger.debug("somebody else delivers")
        return
    counts = {
        "WebhookDeliveries": turn.delivered,
        "WebhookFailures": turn.failed,
        "DeadDeliveries": turn.given_up,
    }
    if happened := {name: count for name, count in counts.items() if count}:
        measure(happened)
        logger.info("delivered", turn=asdict(turn))


async def follow_up(observation: Observation, messages: Queue, clock: Clock, correlation_id: str) -> bool:
    """Sends the next observation itself if the planner would be late."""
    due_at = observation.due_at
    if due_at is None or not is_sent_at_once(due_at, clock.now()):
        return False
    request = ObservationRequest(account_id=observation.account_id, due_at=due_at)
    await messages.send([request], correlation_id=correlation_id, jitter=timedelta())
    return True


class Observing:
    def __init__(self, environment: Mapping[str, str], clock: Clock, pace: Pace | None = None) -> None:
        settings = read_settings(environment)
        self._process = Process()
        vault = SsmVault(settings.token_prefix, clock)
        wired = wire(
            rows=DynamoTable(open_client(), settings.table, clock),
            vault=vault,
            pace=pace or read_pace(environment),
            clock=clock,
            given_urls=settings.base_urls,
            shares_address=False,
            allows_private_webhooks=read_webhook_addresses(environment),
        )
        self._parts = self._process.open(wired)
        self._queue = Queue(queue.open_client(), settings.queue_url, clock)

    def __call__(self, event: Mapping[str, Any], context: Context) -> dict[str, Any]:
        seconds = max(1, int(seconds_left(context, reserve=RESERVE_SECONDS)))
        return self._process.run(
            observe_records(
                event["Records"],
                observer=replace(self._parts.observer, seconds=seconds, planned=planned_after),
                deliverer=replace(self._parts.deliverer, seconds=min(TURN_SECONDS, seconds)),
                messages=self._queue,
                fallback_correlation_id=context.aws_request_id,
            )
        )

    def close(self) -> None:
        self._process.close()


@cache
def _observing() -> Observing:
    adopt_loggers(logger)
    count_throttles()
    return Observing(os.environ, SystemClock())


@logger.inject_lambda_context(clear_state=True)
def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    return _observing()(event, context)


ADAPTERS.load()  # which every observation needs, so that they are imported at INIT
start_collecting()
