"""What AWS makes of template.yaml, for every combination of the parameters that change its shape."""

import itertools
from typing import Any

import pytest

from tests.template.conftest import transform

pytestmark = pytest.mark.apart

COMBINATIONS = list(
    itertools.product(
        ["x86_64", "arm64"], ["", "https://fleet.example"], ["", "arn:aws:sns:eu-central-1:123456789012:a"]
    )
)


@pytest.fixture(
    scope="module", params=COMBINATIONS, ids=lambda given: "-".join(part[-12:] or "none" for part in given)
)
def transformed(request: pytest.FixtureRequest) -> dict[str, Any]:
    architecture, origins, topic = request.param
    return transform(Architecture=architecture, AllowedOrigins=origins, AlarmTopic=topic)


def of_type(template: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [one["Properties"] for one in template["Resources"].values() if one["Type"] == kind]


def test_nothing_serverless_is_left_and_nothing_is_added_silently(transformed: dict[str, Any]) -> None:
    kinds = sorted(one["Type"] for one in transformed["Resources"].values())
    assert not any(kind.startswith("AWS::Serverless") for kind in kinds)
    assert kinds.count("AWS::Lambda::Function") == 3
    assert kinds.count("AWS::IAM::Role") == 5, "one a function, one of the schedule, one of the canary"
    assert kinds.count("AWS::Lambda::Permission") == 2, "what answers with a key, and pages"


def test_functions_run_on_the_chosen_processor_and_are_traced_on_request(
    transformed: dict[str, Any],
) -> None:
    for function in of_type(transformed, "AWS::Lambda::Function"):
        assert function["Runtime"] == "python3.13"
        assert function["Architectures"] in ([{"Ref": "Architecture"}], ["x86_64"], ["arm64"])
        assert function["TracingConfig"] == {"Mode": {"Ref": "Tracing"}}
        assert set(function["LoggingConfig"]) == {"LogGroup"}


def test_a_deployment_leaves_no_version_behind(transformed: dict[str, Any]) -> None:
    """AWS charges for each version that starts from a snapshot, and counts the code of all."""
    versions = [one for one in transformed["Resources"].values() if one["Type"] == "AWS::Lambda::Version"]
    assert [one["DeletionPolicy"] for one in versions] == ["Delete"]


def test_the_api_is_asked_by_its_alias_only_where_it_starts_from_snapshots(
    transformed: dict[str, Any],
) -> None:
    """Snapshots are of published versions, to which the alias leads."""
    (alias,) = [name for name, one in transformed["Resources"].items() if one["Type"] == "AWS::Lambda::Alias"]
    (integration,) = of_type(transformed, "AWS::ApiGatewayV2::Integration")
    assert integration["IntegrationUri"] == {
        "Fn::If": ["HasSnapStart", {"Ref": alias}, {"Fn::GetAtt": ["Api", "Arn"]}]
    }
    for permission in of_type(transformed, "AWS::Lambda::Permission"):
        assert permission["FunctionName"] == {"Fn::If": ["HasSnapStart", {"Ref": alias}, {"Ref": "Api"}]}
    assert transformed["Resources"]["Api"]["Properties"]["SnapStart"] == {"ApplyOn": {"Ref": "SnapStart"}}


def test_the_queue_feeds_a_bounded_number_of_observers_and_takes_back_single_records(
    transformed: dict[str, Any],
) -> None:
    (source,) = of_type(transformed, "AWS::Lambda::EventSourceMapping")
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert source["ScalingConfig"]["MaximumConcurrency"] in (10, {"Ref": "ObserveConcurrency"})


def test_the_schedule_retries_for_a_minute_and_then_leaves_a_dead_letter(transformed: dict[str, Any]) -> None:
    (schedule,) = of_type(transformed, "AWS::Scheduler::Schedule")
    assert schedule["Name"] == {"Fn::Sub": "${AWS::StackName}-plan"}
    assert schedule["Target"]["RetryPolicy"] == {"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 60}
    assert schedule["Target"]["RoleArn"] == {"Fn::GetAtt": ["ScheduleRole", "Arn"]}
    assert schedule["Target"]["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": ["DeadPlans", "Arn"]}}


def test_origins_and_alarms_hang_on_conditions_that_the_template_defines(transformed: dict[str, Any]) -> None:
    (api,) = of_type(transformed, "AWS::ApiGatewayV2::Api")
    assert api["CorsConfiguration"]["Fn::If"][0] in transformed["Conditions"]
    for alarm in of_type(transformed, "AWS::CloudWatch::Alarm"):
        assert alarm["AlarmActions"][0]["Fn::If"][0] in transformed["Conditions"]
