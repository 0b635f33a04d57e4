"""`fleetgraph wait` for several clusters, for any field, for what comes to be, and as events for a program."""

import json
from typing import Any

import pytest

from cli.errors import Exit
from tests.cli.command import Command
from tests.cli.contract import Keeper, page
from tests.cli.things import ACME, CURRENT, PRODUCTION, STATUS, operation

CAPACITY = {"total": {}, "perNode": {}, "nodeCount": 3}


def cluster(name: str = "production", phase: str = "READY", **more: Any) -> dict[str, Any]:
    return {
        **PRODUCTION,
        "id": f"id-of-{name}",
        "name": name,
        "externalId": name,
        "displayName": name,
        "engine": "KUBERNETES",
        "regions": ["eu-west-1", "us-east-1"],
        "capacity": CAPACITY,
        "labels": [{"key": "env", "value": "prod"}],
        "isDeletionProtected": True,
        "capabilities": [],
        "status": STATUS | {"phase": phase},
        **more,
    }


@pytest.fixture
def named(keeper: Keeper) -> Keeper:
    """Clusters are found by their IDs."""
    keeper.root["cluster"] = lambda _, **given: cluster(given["id"].removeprefix("id-of-"), "PROVISIONING")
    return keeper


def test_several_clusters_are_waited_for_until_all_are_there(following: Command, named: Keeper) -> None:
    named.on("nodes", [cluster("a"), cluster("b", "UPDATING")], [cluster("a"), cluster("b")])
    ended = following("wait", "id-of-a", "id-of-b")
    assert ended.status == Exit.OK
    assert ended.out.splitlines()[-2:] == [
        "2026-04-06T12:00:10Z acme/a READY (Running) after 10s",
        "2026-04-06T12:00:10Z acme/b READY (Running) after 10s",
    ]
    assert named.asked("nodes") == [{"ids": ["id-of-a", "id-of-b"]}] * 2


def test_a_wait_for_several_ends_as_soon_as_one_cannot(following: Command, named: Keeper) -> None:
    named.on("nodes", [cluster("a", "FAILED"), cluster("b", "UPDATING")])
    ended = following("wait", "id-of-a", "id-of-b")
    assert ended.status == Exit.FAILED
    assert "acme/a FAILED (Running) after 5s: A cluster that is FAILED does not become ready." in ended.out
    assert "acme/b UPDATING (Running): left after 5s" in ended.out


def test_clusters_that_match_are_waited_for(following: Command, named: Keeper) -> None:
    named.on("clusters", page(cluster("a"), cluster("b")))
    named.on("nodes", [cluster("a"), cluster("b")])
    assert following("wait", "--account", "acme", "--phase", "updating").status == Exit.OK
    assert named.asked("clusters")[0]["filter"]["accountIds"] == ["an-account"]
    assert following("wait", "--all").status == Exit.OK


@pytest.mark.parametrize("which", [["--all"], ["--account", "acme", "--for", "phase=ready,deleted"]])
def test_filters_that_nothing_matches_are_no_success(
    following: Command, named: Keeper, which: list[str]
) -> None:
    named.on("clusters", page())
    ended = following("wait", *which)
    assert (ended.status, ended.out) == (Exit.NOT_FOUND, "")
    assert "there is nothing to wait for" in ended.err


def test_where_nothing_matches_all_of_it_is_deleted(following: Command, named: Keeper) -> None:
    named.on("clusters", page())
    ended = following("wait", "--account", "acme", "--for", "deleted")
    assert (ended.status, ended.out) == (Exit.OK, "")
    assert "there is nothing to wait for" in ended.err


@pytest.mark.parametrize(
    "goal",
    [
        "version=v25.4",
        "capacity.nodeCount=3",
        "isDeletionProtected=true",
        "regions=us-east-1",
        "labels=env=prod",
        "PHASE=ready,stopped",
        "status.isConverged=true",
    ],
)
def test_any_field_is_waited_for(following: Command, named: Keeper, goal: str) -> None:
    named.on("nodes", [cluster(version="v25.4", availableVersion=None)])
    ended = following("wait", "id-of-production", "--for", goal)
    assert ended.status == Exit.OK, ended


def test_a_field_of_another_value_is_waited_for_and_shown(following: Command, named: Keeper) -> None:
    named.on("nodes", [cluster(version="v25.2")], [cluster(version="v25.4")])
    ended = following("wait", "id-of-production", "--for", "version=v25.4")
    assert "READY (version=v25.2, Running), seen" in ended.out
    assert "READY (version=v25.4, Running) after 5s" in ended.out


@pytest.mark.parametrize(
    ("goal", "sentence"),
    [
        ("redy", "Did you mean ready?"),
        ("degraded", "Did you mean phase=degraded?"),
        ("phase=redy", "Did you mean READY?"),
        ("versoin=1", "Did you mean version?"),
        ("x", "--for takes ready, stopped, deleted, phase=PHASE, FIELD=VALUE or operation=ID."),
    ],
)
def test_what_cannot_be_waited_for_is_said(following: Command, goal: str, sentence: str) -> None:
    ended = following("wait", "a-cluster", "--for", goal)
    assert (ended.status, ended.out) == (Exit.USAGE, "")
    assert sentence in ended.err


def test_stopping_what_cannot_stop_is_not_waited_for(following: Command, named: Keeper) -> None:
    cannot = {"capability": "STOP_CLUSTER", "isSupported": False, "reason": "It runs until it is deleted."}
    named.on("nodes", [cluster(capabilities=[cannot])])
    ended = following("wait", "id-of-production", "--for", "stopped")
    assert ended.status == Exit.FAILED
    assert "READY (Running) after 0s: It runs until it is deleted." in ended.out


def test_events_are_for_programs(following: Command, named: Keeper) -> None:
    named.on("nodes", [cluster()])
    ended = following("wait", "id-of-production", "--json")
    began, done = map(json.loads, ended.out.splitlines())
    assert (began["subject"], began["state"], began["outcome"]) == ("acme/production", "PROVISIONING", None)
    assert (done["state"], done["outcome"], done["elapsedSeconds"]) == ("READY", "REACHED", 5)
    assert done["at"] == "2026-04-06T12:00:05Z"


def test_a_name_that_is_not_there_is_said_with_the_one_that_may_be_meant(
    following: Command, keeper: Keeper
) -> None:
    keeper.root |= {"cluster": None, "clusterByName": None, "operations": page()}
    keeper.on("clusters", page(PRODUCTION))
    ended = following("wait", "acme/prodution")
    assert (ended.status, ended.out) == (Exit.NOT_FOUND, "")
    assert "There is no cluster acme/prodution. Did you mean acme/production? With --create," in ended.err


def test_a_cluster_that_is_being_created_is_waited_for(following: Command, keeper: Keeper) -> None:
    keeper.on("clusterByName", None, cluster())
    keeper.on("operations", page(operation("CREATE_CLUSTER")))
    ended = following("wait", "acme/production")
    assert ended.status == Exit.OK
    assert "acme/production not there yet, 0s elapsed" in ended.out


def test_an_operation_is_waited_for_as_a_goal(following: Command, keeper: Keeper) -> None:
    keeper.on("node", operation("STOP_CLUSTER", "SUCCEEDED"))
    assert following("wait", "--for", "operation=an-operation").status == Exit.OK


@pytest.mark.parametrize("arguments", [[], ["a", "--all"], ["a", "--operation", "b"], ["--all", "--create"]])
def test_what_is_waited_for_is_said_once(following: Command, arguments: list[str]) -> None:
    assert following("wait", *arguments).status == Exit.USAGE


def test_an_account_that_is_out_of_sight_makes_no_name_absent(following: Command, keeper: Keeper) -> None:
    away = {**ACME, "freshness": CURRENT | {"state": "UNREACHABLE"}}
    keeper.root |= {"accounts": page(away), "clusterByName": None, "operations": page()}
    keeper.on("clusters", page())
    ended = following("wait", "acme/other")
    assert ended.status == Exit.NOT_FOUND
    assert "Not all accounts could be seen." in ended.err
