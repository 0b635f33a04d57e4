"""Spend limits are exact, and operations are listed."""

import json

import pytest

from cli.errors import Exit
from tests.cli.command import Command
from tests.cli.contract import Keeper, page
from tests.cli.things import FAILURE, PRODUCTION, operation, payload, refused


def test_a_limit_is_shown_with_what_the_provider_holds(following: Command) -> None:
    facts = dict(
        line.split("  ", 1) for line in following("spend-limit", "show", "a-cluster").out.splitlines()
    )
    assert {name.strip(): fact.strip() for name, fact in facts.items()} == {
        "cluster": "acme/production",
        "limit": "LIMITED",
        "money": "5.00 USD",
        "use": "20,000,000 RU, 2 GiB",
        "held": "in use; money, where given, is our conversion",
        "per": "calendar month",
        "when reached": "stop",
        "revision": "r1",
    }
    shown = json.loads(following("spend-limit", "show", "a-cluster", "--json").out)
    assert shown["spendLimit"]["limit"]["basis"] == "USAGE"


@pytest.mark.parametrize("flags", [[], ["--usd", "1", "--vcpus", "1"]])
def test_a_limit_needs_one_measure(following: Command, flags: list[str]) -> None:
    assert following("spend-limit", "set", "a-cluster", *flags).status == Exit.USAGE


@pytest.mark.parametrize("amount", ["1.234", "-1", "1e3", "NaN", "5,00", "٣"])
def test_money_is_exact_or_refused(following: Command, amount: str) -> None:
    ended = following("spend-limit", "set", "a-cluster", f"--usd={amount}")
    assert ended.status == Exit.USAGE
    assert "is not an amount" in ended.err


@pytest.mark.parametrize("flags", [["--free"], ["--usd", "0"]])
def test_a_refused_limit_is_refused_by_the_flag_that_was_typed(
    following: Command, keeper: Keeper, flags: list[str]
) -> None:
    keeper.on("setSpendLimit", refused("InvalidInputError", path=["limit", "money"]))
    assert (
        following("spend-limits", "set", "a-cluster", *flags).err
        == f"fleetgraph: {flags[0]}: It will not do.\n"
    )


def test_operations_are_a_table(following: Command, keeper: Keeper) -> None:
    keeper.on(
        "operations", page(operation("CREATE_CLUSTER"), operation("STOP_CLUSTER", "FAILED", failure=FAILURE))
    )
    ended = following("operations", "--state", "running", "--state", "failed", "--cluster", "a-cluster")
    _, first, second = ended.out.splitlines()
    assert " ".join(first.split()) == "create cluster acme/production RUNNING 1m 00s ago ci an-operation -"
    assert second.endswith("The quota is used up.")
    (call,) = keeper.asked("operations")
    assert call["filter"] == {"states": ["RUNNING", "FAILED"], "clusterId": "a-cluster"}


def test_a_narrow_terminal_cuts_what_was_changed_before_how_it_is(
    following: Command, keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    following.is_terminal, following.environment = True, {"NO_COLOR": "1"}
    keeper.on("operations", page({**operation("CREATE_CLUSTER", "UNCONFIRMED"), "targetName": "a" * 60}))
    title, row = following("operations").out.splitlines()
    assert len(row) <= 60
    assert "UNCONFIRMED" in row
    assert "FAILURE" in title


def test_no_more_operations_are_shown_than_wanted(following: Command, keeper: Keeper) -> None:
    keeper.on("operations", page(operation("CREATE_CLUSTER"), operation("STOP_CLUSTER")))
    assert len(json.loads(following("operations", "--limit", "1", "--json").out)["operations"]) == 1


@pytest.mark.parametrize(
    ("flags", "order"),
    [
        ([], None),
        (["--sort", "state"], [{"field": "STATE", "direction": "ASC"}]),
        (
            ["--sort", "by:desc", "--sort", "asked-for"],
            [
                {"field": "REQUESTED_BY", "direction": "DESC"},
                {"field": "REQUESTED_AT", "direction": "ASC"},
            ],
        ),
    ],
)
def test_operations_are_sorted_by_the_api(
    following: Command, keeper: Keeper, flags: list[str], order: list[dict[str, str]] | None
) -> None:
    keeper.on("operations", page(operation("CREATE_CLUSTER")))
    assert following("operations", "list", *flags).status == Exit.OK
    (call,) = keeper.asked("operations")
    assert call.get("orderBy") == order


def test_what_operations_cannot_be_sorted_by_is_said(following: Command) -> None:
    ended = following("operations", "list", "--sort", "acount")
    assert (ended.status, ended.out) == (Exit.USAGE, "")
    assert "'acount' is nothing to sort by. Did you mean account?" in ended.err


def test_one_operation_is_shown(following: Command, keeper: Keeper) -> None:
    keeper.on("node", operation("REFRESH_ACCOUNT", "FAILED", targetName="acme", failure=FAILURE))
    ended = following("operation", "an-operation")
    assert "refresh account acme" in ended.out
    assert "The quota is used up." in ended.out
    assert json.loads(following("operation", "an-operation", "--json").out)["id"] == "an-operation"


def test_clusters_that_an_unconfirmed_creation_may_have_made_are_shown(
    following: Command, keeper: Keeper
) -> None:
    twins = [PRODUCTION, {**PRODUCTION, "id": "another-cluster"}]
    keeper.on("node", operation("CREATE_CLUSTER", "UNCONFIRMED", candidates=twins))
    ended = following("operation", "an-operation")
    assert "acme/production READY a-cluster, acme/production READY another-cluster" in ended.out


def test_an_operation_that_waits_is_cancelled(following: Command, keeper: Keeper) -> None:
    keeper.on("cancelOperation", payload("STOP_CLUSTER", "FAILED"))
    ended = following("operations", "cancel", "an-operation")
    assert (ended.status, ended.out) == (
        Exit.OK,
        "stop cluster acme/production: cancelled. Nothing was sent.\n",
    )
    assert keeper.asked("cancelOperation") == [{"id": "an-operation"}]


def test_what_the_provider_warned_of_is_shown(following: Command, keeper: Keeper) -> None:
    warnings = [{"code": "RETIRING", "message": "Kubernetes 1.29 retires soon", "field": "version"}]
    keeper.on("node", operation("CREATE_CLUSTER", "SUCCEEDED", warnings=warnings))
    assert "Kubernetes 1.29 retires soon" in following("operations", "show", "an-operation").out


def test_an_operation_that_was_sent_is_not_cancelled(following: Command, keeper: Keeper) -> None:
    keeper.on("cancelOperation", refused("UnsupportedError", message="It was sent.", path=[]))
    ended = following("operations", "cancel", "an-operation")
    assert ended.status != Exit.OK
    assert "It was sent." in ended.err


def test_what_came_otherwise_than_it_was_asked_for_is_shown(following: Command, keeper: Keeper) -> None:
    differences = [{"field": "instanceType", "asked": "m5.xlarge", "got": "m6i.xlarge"}]
    keeper.on("node", operation("CREATE_CLUSTER", "SUCCEEDED", differences=differences))
    shown = following("operations", "show", "an-operation").out
    assert "instanceType is m6i.xlarge and not m5.xlarge" in shown
