"""The queue of observations (which account, and when it is due) and of webhooks that may have something to send. A
message can arrive twice, late or never.
"""

import asyncio
import math
import random
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import boto3
from pydantic import TypeAdapter, ValidationError

from fleet.model.record import Instant, Record
from fleet.ports.clock import Clock
from infra.aws import CONFIG

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient
    from types_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef as Entry

CORRELATION_ID = "correlation_id"
"""The message attribute with the trace, which connects an observation with its plan."""

JITTER = timedelta(seconds=5)
"""The longest random delay of an observation, in seconds, so that accounts that are due together do not start together.
"""

_LONGEST_DELAY = timedelta(minutes=15)
_MESSAGES_PER_BATCH = 10
_ATTEMPTS = 3


class NotSent(Exception):
    """The queue did not accept some messages after all retries."""


class UnreadableMessage(ValueError):
    """A message is invalid. The text says why. Reading it again does not help."""


class ObservationRequest(Record):
    account_id: str
    due_at: Instant


class DeliveryRequest(Record):
    webhook_id: str


Request = ObservationRequest | DeliveryRequest


def open_client() -> "SQSClient":
    return boto3.client("sqs", config=CONFIG)


_ANY: TypeAdapter[Request] = TypeAdapter(Request)


def read_message(body: str) -> Request:
    try:
        return _ANY.validate_json(body)
    except ValidationError as error:
        raise UnreadableMessage(str(error.errors(include_input=False, include_url=False))) from error


class Queue:
    def __init__(
        self, client: "SQSClient", url: str, clock: Clock, *, chance: random.Random | None = None
    ) -> None:
        self._client = client
        self._url = url
        self._clock = clock
        # It spreads load and need not be unpredictable.
        self._chance = random.SystemRandom() if chance is None else chance

    async def send(
        self, requests: Iterable[Request], *, correlation_id: str, jitter: timedelta = JITTER
    ) -> None:
        """Sends messages. Each arrives when it is due or up to `jitter` later. Raises `NotSent` after it has sent all
        others.
        """
        now = self._clock.now()
        entries = [
            self._entry(request, number, now, jitter, correlation_id)
            for number, request in enumerate(requests)
        ]
        batches = [
            entries[start : start + _MESSAGES_PER_BATCH]
            for start in range(0, len(entries), _MESSAGES_PER_BATCH)
        ]
        left = sum(await asyncio.gather(*(self._send(batch) for batch in batches)))
        if left:
            raise NotSent(f"the queue did not accept {left} of {len(entries)} messages")

    def _entry(
        self, request: Request, number: int, now: datetime, jitter: timedelta, correlation_id: str
    ) -> "Entry":
        due_at = request.due_at if isinstance(request, ObservationRequest) else now
        wait = max(due_at - now, timedelta()) + self._chance.random() * jitter
        return {
            "Id": str(number),
            "MessageBody": request.model_dump_json(),
            "DelaySeconds": math.ceil(min(wait, _LONGEST_DELAY).total_seconds()),
            "MessageAttributes": {CORRELATION_ID: {"DataType": "String", "StringValue": correlation_id}},
        }

    async def _send(self, batch: Sequence["Entry"]) -> int:
        """The number of messages that could not be sent."""
        for _ in range(_ATTEMPTS):
            send = partial(self._client.send_message_batch, QueueUrl=self._url, Entries=batch)
            refused = {failure["Id"] for failure in (await asyncio.to_thread(send)).get("Failed", [])}
            batch = [entry for entry in batch if entry["Id"] in refused]
            if not batch:
                break
        return len(batch)
