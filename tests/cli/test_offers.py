"""What accounts, nodes and providers offer, and what is said where they do not."""

import re
from typing import Any

import pytest

from cli import currencies
from cli.errors import Exit
from fleet.model.money import MINOR_DIGITS
from tests.cli.command import Command
from tests.cli.contract import Keeper, page
from tests.cli.things import ACME, PRODUCTION, payload, refused

HOLDS = "plan holds +5 clusters, retention 14 days, for 99.50 a month"


def test_an_account_shows_its_plan_and_what_is_used_of_it(following: Command, keeper: Keeper) -> None:
    held = {
        "plan": "pro",
        "clusterCount": 3,
        "pool": {"cpuMillicores": "8000", "memoryMiB": "32768", "storageMiB": None},
        "meters": [{"name": "logs", "quantity": "12.50", "unit": "GB", "isCapped": False}],
    }
    plans: list[object] = [
        {"name": "starter", "monthlyFee": None, "mostClusters": None, "allowances": []},
        {
            "name": "pro",
            "monthlyFee": "99.50",
            "mostClusters": 5,
            "allowances": [{"name": "retention", "quantity": "14", "unit": "days"}],
        },
    ]
    keeper.root["node"] = {"__typename": "Account", **ACME, "subscription": held, "offeredPlans": plans}
    shown = following("accounts", "show", "acme").out
    for fact in (
        "plan +pro",
        "clusters +3",
        "pool +8 cores, 32 GiB memory",
        "used +logs 12.50 GB",
        HOLDS,
        "other plans +starter",
    ):
        assert re.search(f"^{fact}$", shown, re.MULTILINE), fact
    keeper.root["node"] = {"__typename": "Account", **ACME}
    assert "plan" not in following("accounts", "show", "acme").out
    keeper.root["node"] = None
    ended = following("accounts", "show", "acme")
    assert (ended.status, ended.out) == (Exit.NOT_FOUND, "")
    assert "The account acme is not there any more." in ended.err


@pytest.mark.parametrize("verb", ["cordon", "uncordon", "drain"])
def test_a_node_is_maintained_by_its_name(following: Command, keeper: Keeper, verb: str) -> None:
    node = {
        "id": "a-node",
        "name": "node-0",
        "phase": "READY",
        "providerPhase": "ok",
        "freshness": {"state": "CURRENT"},
    }
    keeper.root["cluster"] = {**PRODUCTION, "nodes": page(node)}
    keeper.on(f"{verb}Node", payload(f"{verb.upper()}_NODE"))
    assert following("nodes", verb, "acme/production", "node-0").status == Exit.OK
    assert keeper.asked(f"{verb}Node") == [{"id": "a-node"}]
    ended = following("nodes", verb, "acme/production", "node-1")
    assert ended.status == Exit.NOT_FOUND
    assert "The cluster acme/production has no node node-1. Did you mean node-0?" in ended.err


def test_regions_that_a_provider_does_not_list_are_explained(following: Command, keeper: Keeper) -> None:
    reason = "Kupe does not say where its clusters run."
    capability = {"capability": "LIST_REGIONS", "isSupported": False, "reason": reason}
    provider = {"name": "Kupe Cloud", "capabilities": [capability]}
    keeper.root["node"] = {"__typename": "Account", **ACME, "provider": provider, "regions": None}
    ended = following("regions", "--account", "acme")
    assert (ended.status, ended.out) == (Exit.FAILED, "")
    assert f"acme has no list of regions. {reason}" in ended.err
    ended = following("regions")
    assert ended.status == Exit.OK
    assert f"Kupe Cloud: {reason}" in ended.err


def test_versions_for_a_new_cluster_are_listed_and_their_absence_is_explained(
    following: Command, keeper: Keeper
) -> None:
    offer = {
        "name": "v25.4",
        "engine": "COCKROACHDB",
        "plans": ["ADVANCED"],
        "release": "REGULAR",
        "supportEndsAt": "2027-05-10T00:00:00Z",
        "upgradesTo": ["v26.1", "v26.2"],
    }
    listing = {"name": "CockroachDB Cloud", "capabilities": list[Any]()}
    keeper.root["node"] = {"__typename": "Account", **ACME, "provider": listing, "versions": page(offer)}
    title, row = following("versions", "list", "--account", "acme").out.splitlines()
    assert " ".join(title.split()) == "ACCOUNT NAME ENGINE PLANS RELEASE SUPPORTED UNTIL UPGRADES TO"
    assert " ".join(row.split()) == "acme v25.4 COCKROACHDB ADVANCED REGULAR 2027-05-10 v26.1, v26.2"
    assert following("versions", "-o", "name").out == "v25.4\n"
    reason = "Kupe lists no versions on offer."
    capability = {"capability": "LIST_VERSIONS", "isSupported": False, "reason": reason}
    provider = {"name": "Kupe Cloud", "capabilities": [capability]}
    keeper.root["node"] = {"__typename": "Account", **ACME, "provider": provider, "versions": None}
    ended = following("versions", "--account", "acme")
    assert (ended.status, ended.out) == (Exit.FAILED, "")
    assert f"acme has no list of versions. {reason}" in ended.err


def test_a_console_is_opened_where_it_is_known(following: Command, keeper: Keeper) -> None:
    keeper.root["cluster"] = PRODUCTION
    ended = following("open", "a-cluster", "--print")
    assert (ended.status, ended.out) == (Exit.FAILED, "")
    url = "https://console.example/c"
    keeper.root["cluster"] = {**PRODUCTION, "consoleUrl": url}
    assert following("open", "a-cluster", "--print").out == f"{url}\n"


@pytest.mark.parametrize(
    ("typed", "minor"), [("5 USD", "500"), ("5000 JPY", "5000"), ("1.25 KWD", "1250"), ("0.1000 CLF", "1000")]
)
def test_an_amount_goes_out_in_the_smallest_unit_of_its_currency(
    following: Command, keeper: Keeper, typed: str, minor: str
) -> None:
    keeper.on("setEnvelope", refused("InvalidInputError", path=["input", "name"]))
    following("envelopes", "set", "all", "--money", typed)
    (call,) = keeper.asked("setEnvelope")
    assert call["input"]["money"] == {"minorUnits": minor, "currency": typed.partition(" ")[2]}


def test_the_command_knows_the_digits_of_currencies_as_the_service_does() -> None:
    assert currencies.MINOR_DIGITS == MINOR_DIGITS


def test_a_cluster_without_an_allowlist_cannot_have_one_listed(following: Command, keeper: Keeper) -> None:
    why = {"capability": "ALLOWLIST", "isSupported": False, "reason": "Kupe keeps no list of networks."}
    keeper.root["cluster"] = {**PRODUCTION, "capabilities": [why], "allowlist": None}
    ended = following("allowlist", "list", "a-cluster")
    assert (ended.status, ended.out) == (Exit.FAILED, "")
    assert "Kupe keeps no list of networks." in ended.err


def test_the_oldest_version_comes_first_and_numbers_count_as_numbers(
    following: Command, keeper: Keeper
) -> None:
    cluster: dict[str, Any] = PRODUCTION | {
        "provider": ACME["provider"],
        "engine": "KUBERNETES",
        "upgrade": {"versions": ["v25.11", "v26.1"]},
    }
    versions = ["v25.10", "v25.9", "v25.9", None]
    keeper.on("clusters", page(*(cluster | {"name": str(one), "version": one} for one in versions)))
    assert following("versions", "running", "-o", "name").out.splitlines() == ["", "v25.9", "v25.10"]
    assert "v25.11, v26.1" in following("versions", "running").out
