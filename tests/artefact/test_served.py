"""From a schedule to a GraphQL answer, by what goes to Lambda and nothing else of ours."""

import asyncio
import json
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from pydantic import SecretStr

from fleet.clock import SystemClock
from fleet.connect import make_account
from infra.schema import create_table
from infra.store import DynamoStore
from infra.table import Table, open_client
from local.ministack import PYTHON, ministack
from sandbox import serve as stand_in
from tests.artefact.conftest import emulator, serve

pytestmark = pytest.mark.timeout(180)

EVENTS = Path(__file__).parent.parent.parent / "events"
KEY = "the-key-that-the-deployment-made-up"
"""The one in events/api.json."""


def event(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def environment() -> Iterator[Mapping[str, str]]:
    """AWS on this machine, with a fleet at one provider that was never observed."""
    emulator()
    if not PYTHON.exists():
        pytest.skip("the emulator of AWS is not installed: make setup")
    with ministack(services="dynamodb,secretsmanager,sqs,ssm") as endpoint, stand_in("kupe") as kupe:
        os.environ["AWS_ENDPOINT_URL"] = endpoint
        try:
            dynamodb, clock = open_client(), SystemClock()
            create_table(dynamodb, "fleet")
            known = kupe.accounts[0]
            account = make_account(
                provider="kupe",
                name=known.name,
                external_id=known.external_id,
                base_url=kupe.url,
                token=SecretStr(known.token),
                now=clock.now(),
            )
            boto3.client("ssm").put_parameter(
                Name=f"/stack/tokens/{account.id}", Value=known.token, Type="SecureString"
            )
            secret = boto3.client("secretsmanager").create_secret(Name="admin", SecretString=KEY)
            table = Table(dynamodb, "fleet", clock)
            due_at = datetime.now(UTC) - timedelta(minutes=10)
            asyncio.run(DynamoStore(table, clock).connect(account, due_at=due_at))
            table.close()
            yield {
                "AWS_ENDPOINT_URL": endpoint,
                "TABLE_NAME": "fleet",
                "QUEUE_URL": boto3.client("sqs").create_queue(QueueName="looks")["QueueUrl"],
                "TOKEN_PREFIX": "/stack/tokens/",
                "ADMIN_KEY_ID": secret["ARN"],
                "POWERTOOLS_METRICS_NAMESPACE": "Fleetgraph/stack",
            }
        finally:
            del os.environ["AWS_ENDPOINT_URL"]


def received(environment: Mapping[str, str]) -> dict[str, Any]:
    """The next message as Lambda would hand it over."""
    answer = boto3.client("sqs").receive_message(
        QueueUrl=environment["QUEUE_URL"], MessageAttributeNames=["All"], WaitTimeSeconds=15
    )
    (message,) = answer["Messages"]
    (record,) = event("observe")["Records"]
    sender = message["MessageAttributes"]["correlation_id"]["StringValue"]
    record["messageAttributes"]["correlation_id"]["stringValue"] = sender
    return {**record, "messageId": message["MessageId"], "body": message["Body"]}


def test_a_schedule_becomes_a_graphql_answer(environment: Mapping[str, str]) -> None:
    with serve("plan", environment) as plan:
        planned = plan.invoke(event("plan"))
        assert planned["accounts"] == 1
        assert 600 <= planned["lag_seconds"] < 700
        assert plan.invoke(event("plan"))["accounts"] == 0
    record = received(environment)
    poison = {**record, "messageId": "poison", "body": "Hello from SQS!"}
    with serve("observe", environment) as observe:
        answer = observe.invoke({"Records": [poison, record]})
        assert answer == {"batchItemFailures": [{"itemIdentifier": "poison"}]}
    with serve("api", environment) as api:
        asked = event("api")
        answer = api.invoke(asked)
        assert answer["statusCode"] == 200
        assert answer["headers"]["content-type"].startswith("application/graphql-response+json")
        data = json.loads(answer["body"])["data"]
        assert data["fleet"]["clusterCount"] > 3
        assert all(cluster["status"]["phase"] for cluster in data["clusters"]["nodes"])
        asked["headers"]["authorization"] = "Bearer guessed"
        assert api.invoke(asked)["statusCode"] == 401


def test_a_wrong_environment_is_said_in_one_sentence(environment: Mapping[str, str]) -> None:
    with serve("plan", {**environment, "QUEUE_URL": "looks", "TABLE_NAME": ""}) as plan:
        failed = plan.invoke(event("plan"))
    assert failed["errorType"] == "SettingsError"
    assert failed["errorMessage"] == "TABLE_NAME is not set; QUEUE_URL is no URL: 'looks'"
