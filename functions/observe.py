"""Queue -> observe(account) -> store, and the next observation while something moves; or queue -> what a webhook sends.

A record that cannot be read, or whose observation fails by our fault, returns to the queue alone. An unreadable record
becomes a dead letter after a few tries. A fault of ours postpones the account, so that its message is stale when it
returns and is dropped; the metric FailedMessages and its alarm show it. An error of a provider is not a failure here:
it is stored with the account.
"""

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from functools import cache
from typing import Any

import adapters  # noqa: F401 - every observation needs them, so they are imported at INIT
from fleet.observing.observer import Observation, Observer
from fleet.observing.schedule import Pace
from fleet.ports.clock import Clock, SystemClock
from fleet.ports.store import Schedule
from fleet.webhooks.deliver import TURN_SECONDS, Deliverer
from functions import start_collecting
from functions.plan import AHEAD, send_observation_request
from functions.process import Context, Process, seconds_left
from functions.settings import read_pace, read_settings, read_webhook_addresses
from functions.wiring import wire
from infra import queue
from infra.dynamodb.table import DynamoTable, open_client
from infra.queue import DeliveryRequest, Queue, UnreadableMessage, read_message
from infra.secrets.ssm import SsmVault
from infra.telemetry import adopt_loggers, count_throttles, logger_of, measure

RESERVE_SECONDS = 10
"""The seconds for the writes at the end of an observation, and for the next message."""

logger = logger_of("observe")


async def observe_records(
    records: Sequence[Mapping[str, Any]],
    *,
    observer: Observer,
    deliverer: Deliverer,
    schedule: Schedule,
    messages: Queue,
    fallback_correlation_id: str,
) -> dict[str, list[dict[str, str]]]:
    """Handles all records at once, because each mostly waits for its provider. Returns those that must return to the
    queue.
    """
    done = await asyncio.gather(
        *(
            _observe(record, observer, deliverer, schedule, messages, fallback_correlation_id)
            for record in records
        )
    )
    failed = [record["messageId"] for record, is_done in zip(records, done, strict=True) if not is_done]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


async def _observe(
    record: Mapping[str, Any],
    observer: Observer,
    deliverer: Deliverer,
    schedule: Schedule,
    messages: Queue,
    fallback: str,
) -> bool:
    sender = record.get("messageAttributes", {}).get(queue.CORRELATION_ID, {})
    correlation_id = sender.get("stringValue", fallback)
    # Each record has its own task and its own log keys.
    logger.thread_safe_append_keys(correlation_id=correlation_id, message_id=record["messageId"])
    try:
        request = read_message(record["body"])
        if isinstance(request, DeliveryRequest):
            await _deliver(request, deliverer)
            return True
        logger.thread_safe_append_keys(account_id=request.account_id)
        observation = await observer.observe(request.account_id, due_at=request.due_at)
        logger.info("observed", observation=asdict(observation))
        if observation.provider is not None:
            measure(
                {"Observations": 1, "ProviderRequests": observation.requests},
                provider=observation.provider,
                outcome=observation.outcome,
            )
        if observation.is_token_refused:
            measure({"RefusedTokens": 1})
        await follow_up(observation, schedule, messages, observer.clock, correlation_id)
    except UnreadableMessage as error:
        logger.error("unreadable message: %s", error)
    except Exception:
        logger.exception("observing failed on our side")
    else:
        return True
    measure({"FailedMessages": 1})
    return False


async def _deliver(request: DeliveryRequest, deliverer: Deliverer) -> None:
    logger.thread_safe_append_keys(webhook_id=request.webhook_id)
    turn = await deliverer.deliver(request.webhook_id)
    if turn is None:
        logger.debug("somebody else delivers")
        return
    measure({"WebhookDeliveries": turn.delivered, "WebhookFailures": turn.failed})
    if turn.delivered or turn.failed:
        logger.info("delivered", turn=asdict(turn))


async def follow_up(
    observation: Observation, schedule: Schedule, messages: Queue, clock: Clock, correlation_id: str
) -> bool:
    """Sends the next observation itself if the planner, which runs once a minute, would be late."""
    now = clock.now()
    if observation.due_at is None or observation.due_at - now >= AHEAD - queue.JITTER:
        return False
    return await send_observation_request(
        observation.account_id,
        observation.due_at,
        schedule=schedule,
        messages=messages,
        now=now,
        correlation_id=correlation_id,
    )


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
                observer=replace(self._parts.observer, seconds=seconds),
                deliverer=replace(self._parts.deliverer, seconds=min(TURN_SECONDS, seconds)),
                schedule=self._parts.store,
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


start_collecting()
