"""`make deploy` before anything is built: who, where, and what is in the way; and what it asks where it is to ask."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from infra.stack import Identity, Stack
from local import deploy
from local.deploy import CannotDeploy, ask_for_all, check, fault_of, overrides
from local.region import settle_region

ROOT = Path(__file__).parent.parent.parent
NOW = datetime(2026, 11, 29, tzinfo=UTC)
PARAMETERS: dict[str, dict[str, Any]] = {
    "Documents": {
        "Description": "Which run",
        "Type": "String",
        "Default": "any",
        "AllowedValues": ["any", "trusted"],
    },
    "LagSeconds": {"Description": "How late", "Type": "Number", "Default": 300, "MinValue": 60},
    "AlarmTopic": {
        "Description": "Who hears",
        "Type": "String",
        "Default": "",
        "AllowedPattern": "^(arn:.+)?$",
        "ConstraintDescription": "an ARN, or empty",
    },
    "CanaryKey": {"Description": "A key", "Type": "String", "Default": "", "NoEcho": True},
}


@pytest.fixture
def somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    who = Identity(account="1", arn="arn:aws:iam::1:user/a", region="eu-north-1", clock_seconds=0)
    monkeypatch.setattr(deploy, "identity", lambda: who)


def stack(state: str) -> Stack:
    return Stack(name="fleet", state=state, changed_at=NOW)


@pytest.mark.usefixtures("somebody")
@pytest.mark.parametrize(
    ("state", "sentence"),
    [("ROLLBACK_COMPLETE", "delete-stack"), ("UPDATE_IN_PROGRESS", "Wait")],
)
def test_a_stack_that_cannot_be_deployed_to_is_said_to_be_one(
    state: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deploy, "find_stack", lambda _: stack(state))
    with pytest.raises(CannotDeploy, match=sentence):
        check("fleet")


@pytest.mark.usefixtures("somebody")
def test_who_deploys_what_to_where_is_said_first(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(deploy, "find_stack", lambda _: None)
    assert check("fleet") is None
    assert "Creates the stack fleet in eu-north-1, account 1" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["", "1fleet", "fleet_graph", "x" * 101])
def test_what_is_no_name_of_a_stack_is_refused_before_aws_is_asked(name: str) -> None:
    with pytest.raises(CannotDeploy, match="no name of a stack"):
        check(name)


def test_a_new_account_of_aws_gets_as_much_observing_as_leaves_room_for_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(deploy, "concurrency", lambda: 10)
    assert overrides("fleet", None, {}) == {"ObserveConcurrency": "2"}
    assert overrides("fleet", None, {"ObserveConcurrency": "5"}) == {"ObserveConcurrency": "5"}
    assert overrides("fleet", stack("CREATE_COMPLETE"), {}) == {}
    monkeypatch.setattr(deploy, "concurrency", lambda: 1000)
    assert overrides("fleet", None, {}) == {}


@pytest.mark.parametrize("name", ["aws-fleet", "SSMfleet"])
def test_a_name_that_ssm_keeps_for_itself_gets_another_path_for_its_tokens(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deploy, "concurrency", lambda: 1000)
    assert overrides(name, None, {}) == {"TokenPath": f"/fleetgraph/{name}/tokens/"}


def test_every_parameter_is_asked_for_with_its_sentence_and_a_fault_is_said_at_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    answers = iter(["sometimes", "trusted", "", "nobody", "-"])
    asked: list[str] = []

    def ask(prompt: str) -> str:
        asked.append(prompt)
        return next(answers)

    given = ask_for_all(PARAMETERS, {"LagSeconds": "120"}, ask, lambda _: "fg_key")
    assert given == {"Documents": "trusted", "AlarmTopic": "", "CanaryKey": "fg_key"}
    assert "LagSeconds [120]: " in asked
    said = capsys.readouterr().out
    assert "Which run (any, trusted)" in said
    assert "One of any, trusted." in said
    assert "An arn, or empty." in said


@pytest.mark.parametrize(("value", "is_well"), [("60", True), ("59", False), ("many", False), ("-1", False)])
def test_a_number_is_held_to_its_bounds(value: str, is_well: bool) -> None:
    assert (fault_of(PARAMETERS["LagSeconds"], value) is None) == is_well


def test_the_region_is_that_of_the_environment_or_of_the_latest_guided_deployment(tmp_path: Path) -> None:
    file = tmp_path / "samconfig.toml"
    file.write_text('[default.deploy.parameters]\nregion = "eu-west-1"\n', encoding="utf-8")
    for given, settled in (
        ({"AWS_REGION": "us-east-1"}, "us-east-1"),
        ({"AWS_DEFAULT_REGION": "us-east-2"}, "us-east-2"),
        ({}, "eu-west-1"),
    ):
        environment = dict(given)
        settle_region(environment, file)
        assert environment == {"AWS_REGION": settled, "AWS_DEFAULT_REGION": settled}
    nothing: dict[str, str] = {}
    settle_region(nothing, tmp_path / "none.toml")
    assert nothing == {}
