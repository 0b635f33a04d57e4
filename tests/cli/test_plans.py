"""A dry run shows what would be sent, in every format, and `plans apply` sends it."""

import json
from typing import Any

import pytest
from graphql import parse, validate

from cli.documents import change
from cli.errors import Exit
from tests.cli.command import Command
from tests.cli.contract import CONTRACT, Keeper
from tests.cli.things import at, payload, refused

PLAN: dict[str, Any] = {
    "digest": "a-digest",
    "kind": "DELETE_CLUSTER",
    "targetName": "production",
    "revision": "r1",
    "requests": [
        {
            "method": "PATCH",
            "url": "https://api.provider.invalid/clusters/c1",
            "headers": ['If-Match: "7"'],
            "body": '{"name":"\\u001b[31mred","key":"***"}',
            "isMasked": True,
        },
        {
            "method": "POST",
            "url": "https://api.provider.invalid/clusters/c1/deploy",
            "headers": [],
            "body": None,
            "isMasked": False,
        },
    ],
    "warnings": ["Kupe Cloud may refuse nowhere-1."],
    "cost": {
        "minimum": {"decimal": "10.00", "currency": "USD"},
        "maximum": {"decimal": "12.50", "currency": "USD"},
    },
    "expiresAt": "2026-04-06T12:15:00Z",
    "isWhole": True,
}
DELETE = ("delete", "acme/production", "--confirm-name", "production", "--dry-run")


@pytest.fixture
def planned(keeper: Keeper) -> Keeper:
    keeper.on("deleteCluster", {"plan": PLAN, "userErrors": []})
    return keeper


def test_a_dry_run_shows_the_requests_and_how_to_send_them(following: Command, planned: Keeper) -> None:
    ended = following(*DELETE)
    assert ended.status == Exit.OK
    assert ended.out.splitlines() == [
        "PATCH https://api.provider.invalid/clusters/c1",
        '  If-Match: "7"',
        "  {",
        '    "name": "\\u001b[31mred",',
        '    "key": "***"',
        "  }",
        "POST https://api.provider.invalid/clusters/c1/deploy",
    ]
    assert "Kupe Cloud may refuse nowhere-1.\nNothing was changed." in ended.err
    assert "USD" in ended.err
    assert "fleetgraph plans apply a-digest" in ended.err
    (call,) = planned.asked("deleteCluster")
    assert call["dryRun"] is True


def test_a_plan_is_a_name_or_data_for_programs(following: Command, planned: Keeper) -> None:
    assert following(*DELETE, "-o", "name").out == "a-digest\n"
    assert json.loads(following(*DELETE, "--json").out) == {"plan": PLAN}


def test_a_plan_with_secrets_says_how_it_is_made_true(following: Command, planned: Keeper) -> None:
    planned.on("deleteCluster", {"plan": PLAN | {"isWhole": False}, "userErrors": []})
    ended = following(*DELETE)
    assert "plans apply" not in ended.err
    assert "--as-planned a-digest in the place of --dry-run" in ended.err


def test_a_plan_with_secrets_is_sent_with_the_same_flags(following: Command, keeper: Keeper) -> None:
    keeper.root["cluster"] = at("kupe")
    keeper.on("updateCluster", payload("UPDATE_CLUSTER"))
    ended = following("update", "a-cluster", "--memory", "40Gi", "--as-planned", "a-digest")
    assert ended.status == Exit.OK
    (call,) = keeper.asked("updateCluster")
    assert call["plan"] == "a-digest"
    assert "dryRun" not in call


@pytest.mark.parametrize(
    "document", change.bound.values(), ids=lambda text: text.split()[1].partition("(")[0]
)
def test_what_is_bound_to_a_plan_is_in_the_schema(document: str) -> None:
    assert validate(CONTRACT, parse(document)) == []
    assert "plan: $plan" in document


def test_without_the_flag_the_argument_is_not_sent(following: Command, keeper: Keeper) -> None:
    """A Fleetgraph of before takes the change."""
    keeper.on("deleteCluster", payload("DELETE_CLUSTER"))
    following(*DELETE[:-1])
    (call,) = keeper.asked("deleteCluster")
    assert "dryRun" not in call


def test_a_plan_is_applied_and_followed(following: Command, keeper: Keeper) -> None:
    keeper.on("applyPlan", payload("DELETE_CLUSTER"))
    ended = following("plans", "apply", "a-digest")
    assert (ended.status, ended.out) == (Exit.OK, "delete cluster acme/production: RUNNING\n")
    assert keeper.asked("applyPlan") == [{"digest": "a-digest"}]


def test_a_plan_that_has_moved_is_a_conflict(following: Command, keeper: Keeper) -> None:
    keeper.on("applyPlan", refused("ConflictError", message="production was changed since it was read."))
    ended = following("plans", "apply", "a-digest")
    assert ended.status == Exit.CONFLICT
    assert "was changed" in ended.err


@pytest.mark.parametrize(
    "document", change.plans.values(), ids=lambda text: text.split()[1].partition("(")[0]
)
def test_every_change_at_a_provider_has_a_dry_run(document: str) -> None:
    assert validate(CONTRACT, parse(document)) == []
    assert "dryRun: true" in document
