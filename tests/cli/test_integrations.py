"""Integrations and their credentials: flags become what the graph takes, and secrets come from elsewhere."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from cli.errors import Exit
from tests.cli.command import Command
from tests.cli.contract import Keeper
from tests.cli.things import INTEGRATION, payload


def test_integrations_are_listed_and_shown_with_what_uses_them(following: Command, keeper: Keeper) -> None:
    keeper.root["node"] = INTEGRATION
    assert "acme     aws-main  AWS" in following("integrations").out
    shown = following("integration", "aws-main").out
    facts = dict(line.split(maxsplit=1) for line in shown.splitlines() if "  " in line)
    assert facts["role"] == "arn:aws:iam::123456789012:role/fleet"
    assert re.search(r"^cloud account +123456789012$", shown, re.MULTILINE)
    assert re.search(r"^used by +acme/production$", shown, re.MULTILINE)
    assert "service account" not in shown
    assert (
        json.loads(following("integration", "acme/aws-main", "--json").out)["usedBy"][0]["name"]
        == "production"
    )


@pytest.mark.parametrize(
    ("flags", "credentials"),
    [
        (["aws-role", "--set", "role-arn=arn"], {"awsRole": {"roleArn": "arn"}}),
        (
            ["aws-keys", "--secret", "access-key-id=env:ONE", "--secret", "secret-access-key=@{file}"],
            {"awsKeys": {"accessKeyId": "first", "secretAccessKey": "second"}},
        ),
        (
            ["api-key", "--set", "cloud=digital-ocean", "--secret", "api-key=@-"],
            {"apiKey": {"cloud": "DIGITAL_OCEAN", "apiKey": "third"}},
        ),
        (["on-premises"], {"onPremises": {"isOnPremises": True}}),
        (
            ["keyless", "--set", "cloud=gcp", "--set", "project-id=shop-prod"],
            {"keyless": {"cloud": "GCP", "projectId": "shop-prod"}},
        ),
    ],
)
def test_secrets_come_from_variables_and_files(
    following: Command, keeper: Keeper, tmp_path: Path, flags: list[str], credentials: dict[str, Any]
) -> None:
    file = tmp_path / "secret"
    file.write_text("second\n", encoding="utf-8")
    following.environment = {"ONE": "first"}
    keeper.on("createIntegration", payload("CREATE_INTEGRATION"))
    wanted = [
        "--account",
        "acme",
        "--name",
        "lab",
        "--credentials",
        *(flag.format(file=file) for flag in flags),
    ]
    ended = following("integrations", "create", *wanted, "--idempotency-key", "mine", stdin="third\n")
    assert ended.status == Exit.OK, ended
    (call,) = keeper.asked("createIntegration")
    assert call["input"] == {
        "accountId": "an-account",
        "name": "lab",
        "credentials": credentials,
        "idempotencyKey": "mine",
    }


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (
            ["aws-keys", "--set", "access-key-id=hush"],
            "access-key-id is secret, and others can see arguments.",
        ),
        (["aws-keys", "--secret", "access-key-id=hush"], "takes no value itself"),
        (["aws-keys"], "--secret access-key-id=SOURCE and --secret secret-access-key=SOURCE"),
        (
            ["aws-role", "--set", "rolearn=x"],
            "rolearn is not part of aws-role. There are: role-arn, external-id.",
        ),
        (["api-key", "--set", "cloud=awz", "--secret", "api-key=@-"], "Did you mean aws?"),
        (["aws-keys", "--secret", "access-key-id=env:NOT_SET"], "NOT_SET is empty"),
    ],
)
def test_credentials_that_cannot_be_used_are_said_and_not_repeated(
    following: Command, keeper: Keeper, flags: list[str], sentence: str
) -> None:
    wanted = ["--account", "acme", "--name", "lab", "--credentials", *flags]
    ended = following("integrations", "create", *wanted, stdin="x")
    assert (ended.status, ended.out) == (Exit.USAGE, "")
    assert sentence in ended.err
    assert "hush" not in ended.err
    assert keeper.asked("createIntegration") == []


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (["update", "aws-main", "--description", "Ours."], "updateIntegration"),
        (["delete", "aws-main", "--account", "acme"], "deleteIntegration"),
    ],
)
def test_integrations_are_changed(
    following: Command, keeper: Keeper, arguments: list[str], field: str
) -> None:
    keeper.on(field, payload("UPDATE_INTEGRATION"))
    assert following("integrations", *arguments).status == Exit.OK
    assert keeper.asked(field)[0]["id"] == "a-link"
