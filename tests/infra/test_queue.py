import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from fleet.observing.planning import NotSent
from infra.queue import (
    ACCOUNTS_PER_MESSAGE,
    JITTER,
    ObservationRequest,
    Queue,
    UnreadableMessage,
    read_message,
)
from tests.aws import empty_aws

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


class StoppedClock:
    def now(self) -> datetime:
        return NOW

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("nothing here waits")


class Recorder:
    """Stands before the client of a queue: keeps what is sent, and refuses what it is told to."""

    def __init__(self, refuse: list[set[str]] | None = None) -> None:
        self.batches: list[list[Any]] = []
        self._refuse = refuse or []

    def send_message_batch(self, *, QueueUrl: str, Entries: list[Any]) -> dict[str, Any]:  # noqa: N803
        self.batches.append(list(Entries))
        refused = self._refuse.pop(0) if self._refuse else set()
        return {"Failed": [{"Id": entry["Id"]} for entry in Entries if entry["Id"] in refused]}


def queue(client: Any) -> Queue:
    return Queue(client, "https://queue.invalid/observations", StoppedClock(), chance=random.Random(7))


def requests(count: int, due_at: datetime = NOW, *, apart_seconds: int = 60) -> list[ObservationRequest]:
    return [
        ObservationRequest(account_id=str(number), due_at=due_at + timedelta(seconds=number * apart_seconds))
        for number in range(count)
    ]


async def test_messages_go_out_ten_at_a_time() -> None:
    recorder = Recorder()
    await queue(recorder).send(requests(23), correlation_id="c")
    assert sorted(len(batch) for batch in recorder.batches) == [3, 10, 10]


async def test_what_is_due_together_is_spread_but_never_early() -> None:
    recorder = Recorder()
    due_at = NOW + timedelta(seconds=30)
    await queue(recorder).send(requests(50, due_at, apart_seconds=0), correlation_id="c")
    delays = {entry["DelaySeconds"] for entry in recorder.batches[0]}
    assert len(delays) > 2
    assert min(delays) >= 30
    assert max(delays) <= 30 + JITTER.total_seconds() + 1


async def test_accounts_that_are_due_together_share_a_message_that_comes_when_all_of_them_are_due() -> None:
    recorder = Recorder()
    due = [
        *requests(7, NOW - timedelta(hours=1)),
        *requests(3, NOW + timedelta(seconds=30), apart_seconds=2),
        *requests(1, NOW + timedelta(seconds=36)),
    ]
    await queue(recorder).send(reversed(due), correlation_id="c")
    (entries,) = recorder.batches
    shared = [read_message(entry["MessageBody"]) for entry in entries]
    assert [len(one) for one in shared] == [ACCOUNTS_PER_MESSAGE, 2, 3, 1]
    assert [one for message in shared for one in message] == due
    assert entries[2]["DelaySeconds"] >= 34
    assert len({entry["Id"] for entry in entries}) == 4


async def test_a_delay_is_never_longer_than_the_queue_takes() -> None:
    recorder = Recorder()
    await queue(recorder).send(requests(1, NOW + timedelta(hours=2)), correlation_id="c")
    assert recorder.batches[0][0]["DelaySeconds"] == 900


async def test_only_what_was_refused_is_sent_again() -> None:
    recorder = Recorder(refuse=[{"1", "2"}, {"2"}])
    await queue(recorder).send(requests(4), correlation_id="c")
    assert [[entry["Id"] for entry in batch] for batch in recorder.batches] == [
        ["0", "1", "2", "3"],
        ["1", "2"],
        ["2"],
    ]


async def test_what_the_queue_never_takes_is_reported() -> None:
    recorder = Recorder(refuse=[{"1"}] * 9)
    with pytest.raises(NotSent, match="1 of 2"):
        await queue(recorder).send(requests(2), correlation_id="c")
    assert len(recorder.batches) == 3


@pytest.fixture
def url() -> Iterator[str]:
    with empty_aws():
        yield boto3.client("sqs").create_queue(QueueName="observations")["QueueUrl"]


async def test_a_message_reads_back_as_it_was_sent(url: str) -> None:
    client = boto3.client("sqs")
    sent = ObservationRequest(account_id="a", due_at=NOW + timedelta(microseconds=-5))
    await Queue(client, url, StoppedClock()).send([sent], correlation_id="c", jitter=timedelta())
    (received,) = client.receive_message(QueueUrl=url, MessageAttributeNames=["All"])["Messages"]
    assert read_message(received["Body"]) == [sent]
    assert received["MessageAttributes"]["correlation_id"]["StringValue"] == "c"


@pytest.mark.parametrize("body", ["", "null", "{}", '{"account_id": "a", "due_at": "soon"}'])
def test_a_message_that_cannot_be_read_says_why(body: str) -> None:
    with pytest.raises(UnreadableMessage):
        read_message(body)
