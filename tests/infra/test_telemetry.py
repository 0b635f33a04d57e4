"""What AWS says of throttling is counted, whoever asked and whatever botocore then did about it."""

from collections.abc import Mapping
from typing import Any

import pytest

from infra.aws import forget_credentials, open_client
from infra.telemetry import _count_throttle, count_throttles


@pytest.fixture(autouse=True)
def _namespace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Fleetgraph/test")
    forget_credentials()


@pytest.mark.parametrize(
    ("answer", "is_counted"),
    [
        ({"Error": {"Code": "ThrottlingException"}}, True),
        ({"Error": {"Code": "ProvisionedThroughputExceededException"}}, True),
        (
            {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": [{"Code": "None"}]},
            False,
        ),
        (
            {
                "Error": {"Code": "TransactionCanceledException"},
                "CancellationReasons": [{"Code": "None"}, {"Code": "ThrottlingError"}],
            },
            True,
        ),
        ({"Error": {"Code": "ConditionalCheckFailedException"}}, False),
        ({"Item": {}}, False),
        (None, False),
    ],
)
def test_a_throttle_is_counted_and_nothing_else(
    answer: Mapping[str, Any] | None, is_counted: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    _count_throttle(answer, event_name="response-received.dynamodb.PutItem")
    assert ('"Throttled":[1.0]' in capsys.readouterr().out) == is_counted


def test_clients_that_are_opened_later_are_listened_to() -> None:
    count_throttles()
    client = open_client("ssm", region_name="eu-central-1")
    heard = client.meta.events.emit(
        "response-received.ssm.GetParameter",
        parsed_response={"Error": {"Code": "ThrottlingException"}},
        response_dict={},
        context={},
        exception=None,
    )
    assert _count_throttle in [handler for handler, _ in heard]
