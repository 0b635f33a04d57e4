"""From a schedule to a GraphQL answer, by what goes to Lambda and nothing else of ours.

The environment and the events are those of `make sam-local`, and those of docs/aws.md for invoking a function by hand.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest

from local.deployment import DUE_AT, deployed
from local.sam import read_env_file, write_env_file
from tests.artefact.conftest import serve

pytestmark = [pytest.mark.apart, pytest.mark.timeout(900)]

EVENTS = Path(__file__).parent.parent.parent / "local" / "events"


def event(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[Mapping[str, str]]:
    """AWS on this machine, with an account at one provider that was never observed: as the file for sam names it."""
    with deployed() as made:
        write_env_file(tmp_path / "env.json", made)
        yield read_env_file(tmp_path / "env.json")


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
    began = datetime.now(UTC)
    with serve("plan", environment) as plan:
        planned = plan.invoke(event("plan"))
        assert planned["accounts"] == 1
        assert planned["lag_seconds"] >= (began - DUE_AT).total_seconds()
        again = plan.invoke(event("plan"))
        assert again["accounts"] <= 1, "what was connected seconds before may have been hidden by the index"
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


def test_every_event_does_by_itself_what_the_readme_says(environment: Mapping[str, str]) -> None:
    with serve("observe", environment) as observe:
        assert observe.invoke(event("observe")) == {"batchItemFailures": []}
    with serve("api", environment) as api:
        assert json.loads(api.invoke(event("api"))["body"])["data"]["fleet"]["clusterCount"] > 3
    with serve("plan", environment) as plan:
        assert plan.invoke(event("plan"))["accounts"] in (0, 1), "whether a minute has passed meanwhile"


def test_the_message_in_the_event_is_the_one_that_a_plan_sends(environment: Mapping[str, str]) -> None:
    with serve("plan", environment) as plan:
        plan.invoke(event("plan"))
    (record,) = event("observe")["Records"]
    assert received(environment)["body"] == record["body"]


def test_a_wrong_environment_is_said_in_one_sentence(environment: Mapping[str, str]) -> None:
    with serve("plan", {**environment, "QUEUE_URL": "observations", "TABLE_NAME": ""}) as plan:
        failed = plan.invoke(event("plan"))
    assert failed["errorType"] == "SettingsError"
    assert failed["errorMessage"] == "TABLE_NAME is not set; QUEUE_URL is not a URL: 'observations'"
