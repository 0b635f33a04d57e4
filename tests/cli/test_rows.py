"""The rows of any list can be searched and sorted, in a table as in JSON."""

import json
from typing import Any

import pytest

from cli.errors import Exit
from tests.cli.command import Command
from tests.cli.contract import Keeper, page
from tests.cli.things import ACME
from tests.cli.whole import whole


def account(name: str, observed_at: str | None) -> dict[str, Any]:
    return {
        **ACME,
        "id": f"id-of-{name}",
        "name": name,
        "externalId": None,
        "apiVersion": None,
        "freshness": {"state": "CURRENT", "ageSeconds": 3, "observedAt": observed_at},
        "requestBudget": None,
        "deletionGuard": None,
    }


@pytest.fixture
def accounts(following: Command, keeper: Keeper) -> Command:
    keeper.on(
        "accounts",
        page(
            account("team-10", "2026-04-06T11:58:00Z"),
            account("team-9", None),
            account("Other", "2026-04-06T09:00:00Z"),
        ),
    )
    return following


def names(command: Command, *arguments: str) -> list[str]:
    ended = command("accounts", "list", *arguments, "-o", "name")
    assert ended.status == Exit.OK, ended.err
    return [line.partition("/")[2] for line in ended.out.splitlines()]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--sort", "name"], ["Other", "team-9", "team-10"]),
        (["--sort", "name:desc"], ["team-10", "team-9", "Other"]),
        (["--sort", "seen"], ["Other", "team-10", "team-9"]),
        (["--sort", "seen:desc"], ["team-10", "Other", "team-9"]),
        (["--sort", "provider", "--sort", "name:desc"], ["team-10", "team-9", "Other"]),
        (["--search", "TEAM"], ["team-10", "team-9"]),
        (["--search", "team kupe 10"], ["team-10"]),
        (["--search", "nobody"], []),
        ([], ["team-10", "team-9", "Other"]),
    ],
)
def test_a_list_is_sorted_and_searched(accounts: Command, arguments: list[str], expected: list[str]) -> None:
    assert names(accounts, *arguments) == expected
    document = json.loads(accounts("accounts", "list", *arguments, "--json").out)
    assert [one["name"] for one in document["accounts"]] == expected


@pytest.mark.parametrize(
    ("order", "sentence"),
    [
        ("nmae", "Did you mean name?"),
        ("size", "There are: provider, name, "),
        ("name:up", "has no direction: name:asc or name:desc."),
    ],
)
def test_what_cannot_be_sorted_by_is_said(accounts: Command, order: str, sentence: str) -> None:
    ended = accounts("accounts", "list", "--sort", order)
    assert (ended.status, ended.out) == (Exit.USAGE, "")
    assert sentence in ended.err


def test_every_list_of_the_sandbox_takes_both_or_chooses_at_the_api() -> None:
    with whole(kupe="Acme Tools", northflank="Tidewater Studio") as everything:
        fleetgraph = everything.command()
        for arguments in (
            ("nodes", "list", "Tidewater Studio/Staging", "--sort", "age:desc", "--search", "running"),
            ("integrations", "list", "--provider", "northflank", "--sort", "cloud", "--search", "aws"),
            ("regions", "list", "--account", "Tidewater Studio", "--sort", "name:desc"),
            ("machine-types", "list", "--account", "Tidewater Studio", "--sort", "memory"),
            ("providers", "list", "--sort", "provider"),
            ("versions", "list", "--sort", "name:desc"),
            ("versions", "running", "--sort", "clusters:desc"),
        ):
            ended = fleetgraph(*arguments)
            assert ended.status == Exit.OK, (arguments, ended.err)
        memory = json.loads(
            fleetgraph(
                "machine-types", "list", "--account", "Tidewater Studio", "--sort", "memory:desc", "--json"
            ).out
        )["instanceTypes"]
        sizes = [int(one["memoryMiB"]) for one in memory if one["memoryMiB"] is not None]
        assert sizes == sorted(sizes, reverse=True)
        assert len(set(sizes)) > 1


def test_operations_are_chosen_by_the_api() -> None:
    create = "clusters", "create", "kupe", "--account", "Acme Tools", "--type", "shared", "--wait"
    with whole(kupe="Acme Tools") as everything:
        fleetgraph = everything.command()
        for name in ("first", "second"):
            assert fleetgraph(*create, "--name", name).status == Exit.OK
        assert fleetgraph("accounts", "refresh", "Acme Tools", "--wait").status == Exit.OK
        listing = "operations", "list", "-o", "name"
        assert len(fleetgraph(*listing).out.splitlines()) == 3
        for flags, count in (
            (["--kind", "create-cluster"], 2),
            (["--kind", "create-cluster", "--name", "SEC"], 1),
            (["--account", "Acme Tools", "--kind", "refresh-account"], 1),
            (["--by", "nobody"], 0),
            (["--since", "1h"], 3),
        ):
            assert len(fleetgraph(*listing, *flags).out.splitlines()) == count, flags
        named = "operations", "list", "--jq", ".operations[].targetName", "--kind", "create-cluster", "--sort"
        assert fleetgraph(*named, "name").out.splitlines() == ["first", "second"]
        assert fleetgraph(*named, "name:desc").out.splitlines() == ["second", "first"]
