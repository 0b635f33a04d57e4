"""The functions as Lambda runs them, against AWS in memory and a provider that listens on this machine."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import botocore.client
import pytest
from pydantic import SecretStr

from fleet.accounts.new_account import make_account
from fleet.model.account import Account
from fleet.ports.clock import SystemClock
from infra.dynamodb.table import DynamoTable, open_client
from infra.queue import read_message
from infra.store.store import TableStore
from sandbox import Server, serve
from tests.aws import aws_in_memory, empty_aws
from tests.tables import MotoTables

# A client takes longer to make than most of these tests.
SECRETS_MANAGER = cache(lambda: boto3.client("secretsmanager"))
SQS = cache(lambda: boto3.client("sqs"))
SSM = cache(lambda: boto3.client("ssm"))

EVENTS = Path(__file__).parent.parent.parent / "local" / "events"
ADMIN_KEY = "made-up-key-of-a-test"


class SteppedClock:
    """Stands at a whole second until it is advanced."""

    def __init__(self) -> None:
        self._now = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self._now

    async def sleep(self, seconds: float) -> None:
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


class StillClock:
    """Begins at the machine's time, and moves when something is waited for: not while this machine is at work, which
    may be busy.
    """

    def __init__(self) -> None:
        self._began = SystemClock().now()
        self.skipped = timedelta()

    def now(self) -> datetime:
        return self._began + self.skipped

    def advance(self, seconds: float) -> None:
        self.skipped += timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        self.advance(seconds)


@dataclass(frozen=True)
class Invocation:
    """Lambda's second argument."""

    milliseconds: int = 60_000
    aws_request_id: str = "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa"
    function_name: str = "fleetgraph"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:eu-central-1:123456789012:function:fleetgraph"

    def get_remaining_time_in_millis(self) -> int:
        return self.milliseconds


def event(name: str) -> dict[str, Any]:
    """An event as AWS sends it; the same files are what a person feeds to a function by hand."""
    loaded: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def batch(*bodies: str) -> dict[str, Any]:
    """An event of the queue with a record for each body; record n is named m<n>."""
    (record,) = event("observe")["Records"]
    return {
        "Records": [{**record, "messageId": f"m{number}", "body": body} for number, body in enumerate(bodies)]
    }


def observation_request(account: Account, due_at: datetime) -> str:
    return json.dumps({"account_id": account.id, "due_at": due_at.isoformat()})


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """What the template makes: its names in the environment of every function, and the store behind the table."""

    environment: Mapping[str, str]
    store: TableStore
    calls: list[tuple[str, Mapping[str, Any]]]

    def sent(self) -> list[dict[str, Any]]:
        """Every account for which a message was sent to the queue, with its delay."""
        return [
            {**one.model_dump(mode="json"), "delay": entry["DelaySeconds"]}
            for entry in self.messages()
            for one in read_message(entry["MessageBody"])
        ]

    def messages(self) -> list[Mapping[str, Any]]:
        return [
            entry
            for name, parameters in self.calls
            if name == "SendMessageBatch"
            for entry in parameters["Entries"]
        ]

    async def connect(self, server: Server, due_at: datetime) -> Account:
        """The fake provider's first account, its token where the functions look for it."""
        known = server.accounts[0]
        account = make_account(
            provider=known.provider,
            name=known.name,
            external_id=known.external_id,
            base_url=server.url,
            token=SecretStr(known.token),
            now=due_at,
        )
        SSM().put_parameter(
            Name=self.environment["TOKEN_PREFIX"] + account.id, Value=known.token, Type="SecureString"
        )
        await self.store.connect(account, due_at=due_at)
        return account


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture(scope="session")
def tables() -> Iterator[MotoTables]:
    with aws_in_memory():
        client = open_client()
        yield MotoTables(client)
        client.close()


@pytest.fixture
def deployment(
    clock: SteppedClock, tables: MotoTables, kupe: Server, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Deployment]:
    calls: list[tuple[str, Mapping[str, Any]]] = []
    send = botocore.client.BaseClient._make_api_call  # type: ignore[attr-defined]

    def noting(client: object, name: str, parameters: Mapping[str, Any]) -> object:
        calls.append((name, parameters))
        return send(client, name, parameters)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", noting)
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Fleetgraph/test")
    with empty_aws(), tables.open(clock) as opened:
        assert isinstance(opened.table, DynamoTable)
        secret = SECRETS_MANAGER().create_secret(Name="admin", SecretString=ADMIN_KEY)
        yield Deployment(
            environment={
                "TABLE_NAME": opened.table.name,
                "QUEUE_URL": SQS().create_queue(QueueName="observations")["QueueUrl"],
                "TOKEN_PREFIX": "/fleetgraph/tokens/",
                "ADMIN_KEY_ID": secret["ARN"],
                "BASE_URLS": kupe.url,
            },
            store=TableStore(opened.table, clock),
            calls=calls,
        )


@pytest.fixture
def kupe() -> Iterator[Server]:
    with serve("kupe") as server:
        yield server
