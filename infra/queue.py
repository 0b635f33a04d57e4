"""The queue of observations (which accounts, and when they are due) and of webhooks that may have something to send. A
message can arrive twice, late or never.

Accounts that are due together share a message, and so an invocation of `observe`.
"""

import asyncio
import math
import random
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache, partial
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from fleet.model.record import Instant, Record
from fleet.observing.planning import NotSent
from fleet.ports.clock import Clock
from infra import aws

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

ACCOUNTS_PER_MESSAGE = 5
"""How many accounts share a message, and so the memory of a process."""


class UnreadableMessage(ValueError):
    """A message is invalid. The text says why. Reading it again does not help."""


class ObservationRequest(Record):
    account_id: str
    due_at: Instant


class SharedMessage(Record):
    requests: tuple[ObservationRequest, ...]


class DeliveryRequest(Record):
    webhook_id: str


Request = ObservationRequest | DeliveryRequest


def open_client() -> "SQSClient":
    client: SQSClient = aws.open_client("sqs")
    return client


@cache
def _any() -> TypeAdapter[Request | SharedMessage]:
    return TypeAdapter(Request | SharedMessage)


def read_message(body: str) -> Sequence[Request]:
    try:
        read = _any().validate_json(body)
    except ValidationError as error:
        raise UnreadableMessage(str(error.errors(include_input=False, include_url=False))) from error
    return read.requests if isinstance(read, SharedMessage) else [read]


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
            self._entry(shared, number, now, jitter, correlation_id)
            for number, shared in enumerate(shared_messages(requests, now))
        ]
        batches = [
            entries[start : start + _MESSAGES_PER_BATCH]
            for start in range(0, len(entries), _MESSAGES_PER_BATCH)
        ]
        left = sum(await asyncio.gather(*(self._send(batch) for batch in batches)))
        if left:
            raise NotSent(f"the queue did not accept {left} of {len(entries)} messages")

    def _entry(
        self, shared: Sequence[Request], number: int, now: datetime, jitter: timedelta, correlation_id: str
    ) -> "Entry":
        wait = max(_due_at(shared[-1], now) - now, timedelta()) + self._chance.random() * jitter
        message = shared[0] if len(shared) == 1 else SharedMessage.model_validate({"requests": shared})
        return {
            "Id": str(number),
            "MessageBody": message.model_dump_json(),
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


def shared_messages(requests: Iterable[Request], now: datetime) -> list[list[Request]]:
    """Accounts that are due within `JITTER` of each other, by message. What is overdue is due now, and so are webhooks,
    each in a message of its own.
    """
    messages: list[list[Request]] = []
    for request in sorted(requests, key=lambda one: _due_at(one, now)):
        last = messages[-1] if messages else []
        first_at = max(_due_at(last[0], now), now) if last else now
        is_shared = isinstance(request, ObservationRequest) and all(
            isinstance(one, ObservationRequest) for one in last
        )
        is_near = max(_due_at(request, now), now) - first_at <= JITTER
        if is_shared and is_near and 0 < len(last) < ACCOUNTS_PER_MESSAGE:
            last.append(request)
        else:
            messages.append([request])
    return messages


def _due_at(request: Request, now: datetime) -> datetime:
    return request.due_at if isinstance(request, ObservationRequest) else now
