"""What template.yaml promises, before anything is deployed."""

import re
import tomllib
from typing import Any

import pytest

from bench.aws_cost import ALARMS
from fleet.observing.schedule import Pace
from functions.api_settings import ApiSettings, read_api_settings
from functions.observe import RESERVE_SECONDS
from functions.plan import AHEAD, QUEUED_FOR
from functions.plan import RESERVE_SECONDS as PLAN_RESERVE_SECONDS
from functions.settings import read_pace, read_settings
from gateway.http.headers import CORS_METHODS, CORS_REQUEST_HEADERS, CORS_RESPONSE_HEADERS, CORS_SECONDS
from infra.dynamodb.schema import SCHEMA, TIME_TO_LIVE
from infra.queue import JITTER
from local.deploy import fault_of
from local.deployment import deployed
from tests.template.conftest import ROOT

NAMESPACE = "Fleetgraph/${AWS::StackName}"
WRITTEN = [
    ("ObservationLag", "functions/plan.py"),
    ("PlansCutShort", "functions/plan.py"),
    ("FailedMessages", "functions/observe.py"),
    ("RefusedTokens", "functions/observe.py"),
    ("DeadDeliveries", "functions/observe.py"),
    ("Refusals", "functions/api.py"),
    ("Throttled", "infra/telemetry.py"),
]
"""The metrics of ours that alarms watch, and who writes them."""


def of_type(template: dict[str, Any], kind: str) -> dict[str, Any]:
    return {name: one["Properties"] for name, one in template["Resources"].items() if one["Type"] == kind}


def test_the_table_is_the_one_that_the_store_was_written_for(written: dict[str, Any]) -> None:
    (table,) = of_type(written, "AWS::DynamoDB::Table").values()
    assert {name: table[name] for name in SCHEMA} == dict(SCHEMA)
    assert table["TimeToLiveSpecification"] == dict(TIME_TO_LIVE)


def test_the_table_outlives_mistakes(written: dict[str, Any]) -> None:
    resource = written["Resources"]["Table"]
    assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"
    assert resource["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    _, with_own_key, without = resource["Properties"]["SSESpecification"]["Fn::If"]
    assert without == {"SSEEnabled": True}
    assert with_own_key == {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": {"Ref": "KmsKeyArn"}}
    assert written["Parameters"]["DeletionProtection"]["Default"] == "true"


def test_the_environment_of_every_function_has_all_that_it_asks_for(written: dict[str, Any]) -> None:
    told = written["Globals"]["Function"]["Environment"]["Variables"]
    shapes = {"QUEUE_URL": "https://queue.invalid", "TOKEN_PREFIX": "/stack/tokens/"}
    read_settings({name: shapes.get(name, "name") for name in told})
    assert told["TOKEN_PREFIX"] == written["Outputs"]["TokenPrefix"]["Value"]
    assert told["TABLE_NAME"] == written["Outputs"]["TableName"]["Value"]
    assert told["POWERTOOLS_METRICS_NAMESPACE"]["Fn::Sub"].startswith("Fleetgraph/")


def test_a_message_is_hidden_for_six_timeouts_and_planned_again_only_after_that(
    written: dict[str, Any],
) -> None:
    timeout = written["Resources"]["Observe"]["Properties"]["Timeout"]
    hidden = written["Resources"]["Observations"]["Properties"]["VisibilityTimeout"]
    assert hidden >= 6 * timeout
    assert QUEUED_FOR.total_seconds() > AHEAD.total_seconds() + JITTER.total_seconds() + hidden
    assert timeout > RESERVE_SECONDS


def test_a_plan_that_cannot_finish_goes_on_until_the_next_begins(written: dict[str, Any]) -> None:
    plan = written["Resources"]["Plan"]["Properties"]
    assert plan["Events"]["EveryMinute"]["Properties"]["ScheduleExpression"] == "rate(1 minute)"
    assert plan["Timeout"] - PLAN_RESERVE_SECONDS == 60


def test_the_api_answers_before_its_gateway_gives_up(written: dict[str, Any]) -> None:
    assert written["Resources"]["Api"]["Properties"]["Timeout"] < 30


def test_pages_may_do_on_aws_what_they_may_do_elsewhere(written: dict[str, Any]) -> None:
    _, cors, otherwise = written["Resources"]["HttpApi"]["Properties"]["CorsConfiguration"]["Fn::If"]
    assert otherwise == {"Ref": "AWS::NoValue"}
    assert cors == {
        "AllowOrigins": {"Ref": "AllowedOrigins"},
        "AllowMethods": list(CORS_METHODS),
        "AllowHeaders": list(CORS_REQUEST_HEADERS),
        "ExposeHeaders": list(CORS_RESPONSE_HEADERS),
        "MaxAge": CORS_SECONDS,
    }


def test_every_queue_and_the_schedule_have_a_name_of_the_stack(written: dict[str, Any]) -> None:
    for queue in of_type(written, "AWS::SQS::Queue").values():
        assert queue["QueueName"]["Fn::Sub"].startswith("${AWS::StackName}-")
    schedule = written["Resources"]["Plan"]["Properties"]["Events"]["EveryMinute"]["Properties"]
    assert schedule["Name"] == {"Fn::Sub": "${AWS::StackName}-plan"}


def test_what_cannot_be_handled_is_kept_for_two_weeks(written: dict[str, Any]) -> None:
    queues = of_type(written, "AWS::SQS::Queue")
    assert queues["Observations"]["RedrivePolicy"]["deadLetterTargetArn"] == {
        "Fn::GetAtt": ["DeadObservations", "Arn"]
    }
    assert {queues[name]["MessageRetentionPeriod"] for name in ("DeadObservations", "DeadPlans")} == {
        14 * 86_400
    }
    plan = written["Resources"]["Plan"]["Properties"]
    dead = {"Fn::GetAtt": ["DeadPlans", "Arn"]}
    assert plan["DeadLetterQueue"]["TargetArn"] == dead
    assert plan["Events"]["EveryMinute"]["Properties"]["DeadLetterConfig"]["Arn"] == dead


def test_every_alarm_tells_the_topic_and_watches_what_there_is(written: dict[str, Any]) -> None:
    alarms = of_type(written, "AWS::CloudWatch::Alarm")
    topic = [{"Fn::If": ["HasAlarmTopic", {"Ref": "AlarmTopic"}, {"Ref": "AWS::NoValue"}]}]
    for alarm in alarms.values():
        assert alarm["AlarmActions"] == alarm["OKActions"] == topic
    ours = {one["MetricName"] for one in alarms.values() if one.get("Namespace") == {"Fn::Sub": NAMESPACE}}
    assert ours == set(dict(WRITTEN))
    assert written["Globals"]["Function"]["Environment"]["Variables"]["POWERTOOLS_METRICS_NAMESPACE"] == {
        "Fn::Sub": NAMESPACE
    }
    assert all(f'"{metric}"' in (ROOT / file).read_text(encoding="utf-8") for metric, file in WRITTEN)
    always = [name for name in alarms if "Condition" not in written["Resources"][name]]
    assert len(always) == ALARMS, "what docs/aws.md says that they cost"


def test_a_fault_of_ours_is_heard_of_however_rarely_its_account_is_tried(written: dict[str, Any]) -> None:
    alarm = written["Resources"]["FailedMessagesAlarm"]["Properties"]
    assert alarm["Threshold"] == 0
    assert alarm["Period"] >= Pace().latest_seconds
    assert '"FailedMessages"' in written["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]


def test_the_environment_of_functions_on_this_machine_is_the_one_of_the_template(
    written: dict[str, Any],
) -> None:
    """sam passes nothing on that the template does not name; the endpoint is named, and on AWS has no value."""
    told = written["Globals"]["Function"]["Environment"]["Variables"]
    assert told["AWS_ENDPOINT_URL"] == {"Ref": "AWS::NoValue"}
    with deployed() as environment:
        assert environment.keys() == told.keys()
        read_settings(environment)


def statements(written: dict[str, Any], role: str) -> list[dict[str, Any]]:
    """All that a role may, whatever the parameters are."""
    listed = [
        node["Fn::If"][1] if "Fn::If" in node else node
        for policy in written["Resources"][role]["Properties"]["Policies"]
        for node in policy["PolicyDocument"]["Statement"]
    ]
    return [
        {**one, "Action": [one["Action"]] if isinstance(one["Action"], str) else one["Action"]}
        for one in listed
    ]


def test_no_role_may_do_everything_or_reach_everything(written: dict[str, Any]) -> None:
    for name, role in of_type(written, "AWS::IAM::Role").items():
        assert "ManagedPolicyArns" not in role
        for statement in statements(written, name):
            assert not any("*" in action for action in statement["Action"])
            if statement["Resource"] == "*":
                assert {action.partition(":")[0] for action in statement["Action"]} == {"xray"}


def may(written: dict[str, Any], role: str) -> set[str]:
    return {action for statement in statements(written, role) for action in statement["Action"]}


def test_only_who_asks_providers_reads_tokens_and_only_who_answers_writes_them_and_reads_the_key(
    written: dict[str, Any],
) -> None:
    roles = ("PlanRole", "ObserveRole", "ApiRole")
    assert {role for role in roles if "ssm:GetParameter" in may(written, role)} == {"ObserveRole", "ApiRole"}
    assert {role for role in roles if "ssm:PutParameter" in may(written, role)} == {"ApiRole"}
    assert "secretsmanager:GetSecretValue" in may(written, "ApiRole")
    assert "secretsmanager:GetSecretValue" not in may(written, "ObserveRole") | may(written, "PlanRole")
    assert not any(
        action.startswith("dynamodb:Scan")
        for role in ("PlanRole", "ApiRole")
        for action in may(written, role)
    )
    assert not {"dynamodb:UpdateItem", "dynamodb:DeleteItem"} & may(written, "PlanRole")


def test_every_parameter_and_output_says_what_it_is(written: dict[str, Any]) -> None:
    assert all(one["Description"] for one in written["Parameters"].values())
    assert all(one["Description"] for one in written["Outputs"].values())
    (groups,) = [written["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]]
    assert {name for group in groups for name in group["Parameters"]} == set(written["Parameters"])


def test_every_suppression_has_a_reason(written: dict[str, Any]) -> None:
    for resource in written["Resources"].values():
        for skip in resource.get("Metadata", {}).get("checkov", {}).get("skip", []):
            assert len(skip["comment"]) > 20


def test_no_alias_of_yaml_because_cloudformation_reads_none() -> None:
    text = (ROOT / "template.yaml").read_text(encoding="utf-8")
    assert re.findall(r"(?:^|[\s\[{,])[&*][A-Za-z]", text) == []


@pytest.mark.parametrize("name", ["plan", "observe", "api"])
def test_every_handler_exists(written: dict[str, Any], name: str) -> None:
    module, _, function = written["Resources"][name.title()]["Properties"]["Handler"].rpartition(".")
    assert module == f"functions.{name}"
    assert (ROOT / "functions" / f"{name}.py").read_text(encoding="utf-8").count(f"def {function}(") == 1


def test_parameters_set_all_of_the_api_that_can_be_set(written: dict[str, Any]) -> None:
    told = dict(written["Resources"]["Api"]["Properties"]["Environment"]["Variables"])
    assert told.pop("TOKEN_KEY_ID") == {"Fn::If": ["HasKey", {"Ref": "KmsKeyArn"}, ""]}
    assert told.pop("ORIGIN_SECRET_DIGESTS") == {"Ref": "OriginSecretDigests"}  # of functions/origin.py
    # A deployment that set the former parameter keeps what it set, until it sets the new one.
    either = [{"Ref": "CreditsPerMinute"}, {"Ref": "PointsPerMinute"}]
    assert told["CREDITS_PER_MINUTE"] == {"Fn::If": ["HasCredits", *either]}
    assert written["Parameters"]["CreditsPerMinute"]["Default"] == 0
    told["CREDITS_PER_MINUTE"] = {"Ref": "PointsPerMinute"}
    defaults = {name: str(written["Parameters"][value["Ref"]]["Default"]) for name, value in told.items()}
    assert read_api_settings(defaults) == ApiSettings()
    unlike = {
        "OIDC_ISSUER": "https://issuer.example",
        "OIDC_AUDIENCE": "fleet",
        "OIDC_SCOPE_CLAIM": "permissions",
        "OIDC_ACCOUNTS_CLAIM": "accounts",
        "OIDC_CLIENT_ID": "the-page",
        "INTROSPECTION": "off",
        "DOCUMENTS": "trusted",
        "MANIFESTS": "page,ours",
        "PAGE": "off",
        "CREDITS_PER_MINUTE": "1",
    }
    assert unlike.keys() == told.keys()
    settings = read_api_settings(unlike)
    assert settings.oidc is not None
    assert settings.oidc.accounts_claim == "accounts"
    assert (settings.shows_schema, settings.only_trusted, settings.credits_per_minute) == (False, True, 1)
    assert (settings.has_page, settings.client_id) == (False, "the-page")


def test_parameters_set_the_paces_of_observe_and_their_defaults_are_its_own(written: dict[str, Any]) -> None:
    told = written["Resources"]["Observe"]["Properties"]["Environment"]["Variables"]
    assert told == {"QUIET_PACE": {"Ref": "QuietPace"}, "MOVING_PACE": {"Ref": "MovingPace"}}
    parameters = {name: written["Parameters"][value["Ref"]] for name, value in told.items()}
    defaults = {name: str(one["Default"]) for name, one in parameters.items()}
    assert read_pace(defaults) == read_pace({})
    for bound in ("MinValue", "MaxValue"):
        read_pace({name: str(one[bound]) for name, one in parameters.items()})


def test_a_function_that_feeds_its_own_queue_is_not_taken_for_a_loop(written: dict[str, Any]) -> None:
    """Lambda ends a chain of sixteen invocations by one queue unless the function says that it is meant."""
    for name, function in of_type(written, "AWS::Serverless::Function").items():
        fed_by = [
            event["Properties"]["Queue"]
            for event in function.get("Events", {}).values()
            if event["Type"] == "SQS"
        ]
        role = function["Role"]["Fn::GetAtt"][0]
        feeds = [one["Resource"] for one in statements(written, role) if "sqs:SendMessage" in one["Action"]]
        if any(queue in feeds for queue in fed_by):
            assert function["RecursiveLoop"] == "Allow", name
            alarm = written["Resources"]["RecursionAlarm"]["Properties"]
            assert alarm["MetricName"] == "RecursiveInvocationsDropped"
            assert alarm["Dimensions"] == [{"Name": "FunctionName", "Value": {"Ref": name}}]
            break
    else:
        raise AssertionError("observe feeds its own queue")


def test_a_message_is_given_up_only_after_as_many_tries_as_aws_advises(written: dict[str, Any]) -> None:
    """A try that Lambda throttles counts as one, though nothing of ours saw the message."""
    queue = written["Resources"]["Observations"]["Properties"]
    assert queue["RedrivePolicy"]["maxReceiveCount"] >= 5
    assert (
        queue["RedrivePolicy"]["maxReceiveCount"] * queue["VisibilityTimeout"]
        <= queue["MessageRetentionPeriod"]
    )


def test_every_alarm_leads_to_its_runbook(written: dict[str, Any]) -> None:
    page = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    headings = set(re.findall(r"^### (\w+)$", page, re.MULTILINE))
    assert headings == set(of_type(written, "AWS::CloudWatch::Alarm"))
    for alarm in of_type(written, "AWS::CloudWatch::Alarm").values():
        assert "docs/operate.md" in alarm["AlarmDescription"]


def test_the_stack_says_which_version_it_is(written: dict[str, Any]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert written["Outputs"]["Version"]["Value"] == project["version"]


def test_no_output_bears_the_name_of_a_parameter(written: dict[str, Any]) -> None:
    """`sam build` takes one for the other, and fails at a parameter that is a list."""
    assert written["Outputs"].keys().isdisjoint(written["Parameters"])


def test_every_parameter_has_a_default_so_that_a_deployment_asks_nothing(written: dict[str, Any]) -> None:
    assert [name for name, one in written["Parameters"].items() if "Default" not in one] == []
    for name, one in written["Parameters"].items():
        if one["Type"] != "CommaDelimitedList":
            assert fault_of(one, str(one["Default"])) is None, name


def test_with_a_domain_of_ones_own_the_address_that_aws_generated_does_not_answer(
    written: dict[str, Any],
) -> None:
    api = written["Resources"]["HttpApi"]["Properties"]
    assert api["DisableExecuteApiEndpoint"] == {"Fn::If": ["HasDomain", True, False]}


def test_requests_are_limited_by_the_parameter_that_says_so(written: dict[str, Any]) -> None:
    limited = written["Resources"]["HttpStage"]["Properties"]["DefaultRouteSettings"]
    by_parameter = {"Ref": "RequestsPerSecond"}
    assert limited == {"ThrottlingRateLimit": by_parameter, "ThrottlingBurstLimit": by_parameter}


def test_a_key_of_ones_own_encrypts_the_admin_key_too(written: dict[str, Any]) -> None:
    _, with_own_key, without = written["Resources"]["AdminKey"]["Properties"]["KmsKeyId"]["Fn::If"]
    assert with_own_key == {"Ref": "KmsKeyArn"}
    assert without == {"Ref": "AWS::NoValue"}
