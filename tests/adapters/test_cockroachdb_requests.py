"""What is asked of CockroachDB Cloud in each version of its API, and what is refused before it is asked."""

from typing import Any

import pytest

from adapters.cockroachdb.convert import to_cluster
from adapters.cockroachdb.request import to_create_request, to_update_request
from adapters.cockroachdb.versions import BOTH_LIMITS, OLDEST, SPEND_LIMITS, USAGE_LIMITS
from adapters.cockroachdb.wire import WireCluster
from fleet.model.cluster import Cluster
from fleet.model.refusal import InvalidInput, Refused, Unsupported
from fleet.providers.cockroachdb import CockroachdbClusterPatch, CockroachdbClusterSpec
from tests.adapters.replay import fixture

VERSIONS = (OLDEST, SPEND_LIMITS, BOTH_LIMITS, USAGE_LIMITS)

NO_MONEY = {"money": {"minor_units": 0, "currency": "USD"}}
ADVANCED = {
    "region_nodes": [{"region": "us-east1", "nodes": 3}, {"region": "us-west2", "nodes": 5}],
    "vcpus": 8,
    "storage_gib": 100,
}


def spec(plan: Any, **more: Any) -> CockroachdbClusterSpec:
    return CockroachdbClusterSpec.model_validate({"cloud": "GCP", "plan": plan, **more})


def patch(**given: Any) -> CockroachdbClusterPatch:
    return CockroachdbClusterPatch.model_validate(given)


def cluster(name: str = "cluster-standard", **more: Any) -> Cluster:
    body = fixture(f"cockroachdb/{name}.json") | {"regions": [{"name": "us-central1"}]} | more
    return to_cluster(WireCluster.model_validate(body), "account")


def basic(*regions: str, **more: Any) -> Any:
    return {"basic": {"regions": regions or ("us-east1",), **more}}


# ---------------------------------------------------------------------- creating


def test_today_the_plan_stands_in_the_specification() -> None:
    wanted = spec(
        basic("us-east1", "us-west2", primary_region="us-west2"),
        labels={"env": "test"},
        is_deletion_protected=True,
    )
    assert to_create_request("notorious-moose", wanted, USAGE_LIMITS) == {
        "name": "notorious-moose",
        "provider": "GCP",
        "spec": {
            "plan": "BASIC",
            "serverless": {"regions": ["us-east1", "us-west2"], "primary_region": "us-west2"},
            "labels": {"env": "test"},
            "delete_protection": "ENABLED",
        },
    }


@pytest.mark.parametrize(
    ("version", "serverless"),
    [
        (OLDEST, {"regions": ["us-east1"], "spendLimit": 0}),
        (SPEND_LIMITS, {"regions": ["us-east1"], "spend_limit": 0}),
        (BOTH_LIMITS, {"regions": ["us-east1"], "spend_limit": 0}),
    ],
)
def test_before_there_were_plans_none_is_sent(version: str, serverless: Any) -> None:
    wanted = spec(basic(spend_limit=NO_MONEY))
    assert to_create_request("notorious-moose", wanted, version) == {
        "name": "notorious-moose",
        "provider": "GCP",
        "spec": {"serverless": serverless},
    }


@pytest.mark.parametrize("version", VERSIONS)
def test_machines_of_ones_own_are_asked_for_alike_in_every_version(version: str) -> None:
    wanted = spec({"advanced": {**ADVANCED, "version": "v25.2"}})
    plan = {"plan": "ADVANCED"} if version == USAGE_LIMITS else {}
    assert to_create_request("notorious-moose", wanted, version)["spec"] == {
        **plan,
        "dedicated": {
            "region_nodes": {"us-east1": 3, "us-west2": 5},
            "hardware": {"machine_spec": {"num_virtual_cpus": 8}, "storage_gib": 100},
            "cockroach_version": "v25.2",
        },
    }


def test_machines_can_be_named_by_their_type_and_have_the_least_storage() -> None:
    wanted = spec(
        {"advanced": {**ADVANCED, "vcpus": None, "machine_type": "n2-standard-4", "storage_gib": 0}}
    )
    request: Any = to_create_request("notorious-moose", wanted, USAGE_LIMITS)
    assert request["spec"]["dedicated"]["hardware"] == {
        "machine_spec": {"machine_type": "n2-standard-4"},
        "storage_gib": 0,
    }


@pytest.mark.parametrize(
    ("wanted", "version", "path", "word"),
    [
        (spec({"standard": {"regions": ["r"]}}), BOTH_LIMITS, ("plan", "standard"), "Standard"),
        (spec(basic(), labels={}), BOTH_LIMITS, ("labels",), "Labels"),
        (
            spec(basic(spend_limit=NO_MONEY), is_deletion_protected=False),
            SPEND_LIMITS,
            ("is_deletion_protected",),
            "Protection",
        ),
        (
            spec(basic("a", "b", primary_region="a", spend_limit=NO_MONEY)),
            SPEND_LIMITS,
            ("plan", "basic", "regions"),
            "several regions",
        ),
        (spec({"advanced": ADVANCED}, cloud="AZURE"), SPEND_LIMITS, ("cloud",), "AZURE"),
    ],
    ids=["standard", "labels", "protection", "regions", "azure"],
)
def test_what_a_version_is_too_old_for_is_refused_with_the_version_that_is_not(
    wanted: CockroachdbClusterSpec, version: str, path: tuple[str, ...], word: str
) -> None:
    with pytest.raises(Unsupported) as raised:
        to_create_request("notorious-moose", wanted, version)
    assert raised.value.path == ("spec", *path)
    assert raised.value.capability is None
    assert word in raised.value.message
    newer = VERSIONS[VERSIONS.index(version) + 1]
    assert f"since version {newer}" in raised.value.message
    to_create_request("notorious-moose", wanted, newer)


@pytest.mark.parametrize("version", [OLDEST, SPEND_LIMITS])
def test_the_first_versions_need_a_spend_limit(version: str) -> None:
    with pytest.raises(InvalidInput, match="zero keeps it inside its free allowance") as raised:
        to_create_request("notorious-moose", spec(basic()), version)
    assert raised.value.path == ("spec", "plan", "basic", "spend_limit")


# ---------------------------------------------------------------------- changing


@pytest.mark.parametrize(
    ("given", "body"),
    [
        ({"version": "v25.4"}, {"cockroach_version": "v25.4"}),
        ({"labels": {"env": "prod"}}, {"labels": {"env": "prod"}}),
        ({"labels": {}}, {"labels": {}}),
        ({"labels": None}, {"labels": {}}),
        ({"is_deletion_protected": True}, {"delete_protection": "ENABLED"}),
        ({"is_deletion_protected": False}, {"delete_protection": "DISABLED"}),
        (
            {"labels": {"a": "b"}, "is_deletion_protected": False},
            {"labels": {"a": "b"}, "delete_protection": "DISABLED"},
        ),
    ],
    ids=str,
)
def test_a_change_is_sent_without_a_wrapper_and_with_nothing_that_was_not_given(
    given: Any, body: Any
) -> None:
    assert to_update_request(patch(**given), cluster(), USAGE_LIMITS) == body


def test_regions_are_added_and_a_limit_with_them() -> None:
    own = cluster()
    regions = [*own.regions, "europe-west1"]
    wanted = {
        "regions": regions,
        "primary_region": regions[0],
        "spend_limit": {"usage": {"provisioned_vcpus": 8}},
    }
    assert to_update_request(patch(plan={"standard": wanted}), own, USAGE_LIMITS) == {
        "serverless": {
            "regions": regions,
            "primary_region": regions[0],
            "usage_limits": {"provisioned_virtual_cpus": "8"},
        }
    }


def test_regions_are_not_taken_away() -> None:
    with pytest.raises(InvalidInput, match="us-central1") as raised:
        to_update_request(
            patch(plan={"standard": {"regions": ["europe-west1"]}}),
            cluster(regions=[{"name": "us-central1"}, {"name": "europe-west1"}]),
            USAGE_LIMITS,
        )
    assert raised.value.path == ("patch", "plan", "standard", "regions")


def test_another_plan_is_named_and_the_same_is_not() -> None:
    own = cluster()
    same = to_update_request(patch(plan={"standard": {"regions": own.regions}}), own, USAGE_LIMITS)
    other = to_update_request(patch(plan={"basic": {"regions": own.regions}}), own, USAGE_LIMITS)
    assert same == {"serverless": {"regions": list(own.regions)}}
    assert other == {"plan": "BASIC", **same}


def test_a_plan_of_an_older_name_is_the_same_plan() -> None:
    own = cluster(plan="SERVERLESS")
    wanted = patch(plan={"basic": {"regions": own.regions}})
    assert to_update_request(wanted, own, BOTH_LIMITS) == {"serverless": {"regions": list(own.regions)}}


@pytest.mark.parametrize(
    ("name", "plan"), [("cluster-standard", {"advanced": ADVANCED}), ("cluster-advanced", basic())]
)
def test_shared_machines_do_not_become_ones_own_nor_the_reverse(name: str, plan: Any) -> None:
    with pytest.raises(InvalidInput) as raised:
        to_update_request(patch(plan=plan), cluster(name), USAGE_LIMITS)
    assert raised.value.path == ("patch", "plan", *plan)


@pytest.mark.parametrize("version", VERSIONS)
def test_machines_are_scaled_alike_in_every_version(version: str) -> None:
    assert to_update_request(patch(plan={"advanced": ADVANCED}), cluster("cluster-advanced"), version) == {
        "dedicated": {
            "region_nodes": {"us-east1": 3, "us-west2": 5},
            "hardware": {"machine_spec": {"num_virtual_cpus": 8}, "storage_gib": 100},
        }
    }


def test_zero_storage_is_left_as_it_is_in_a_change() -> None:
    wanted = patch(plan={"advanced": {**ADVANCED, "storage_gib": 0}})
    request: Any = to_update_request(wanted, cluster("cluster-advanced"), USAGE_LIMITS)
    assert request["dedicated"]["hardware"] == {"machine_spec": {"num_virtual_cpus": 8}}


@pytest.mark.parametrize(
    ("given", "version", "path"),
    [
        ({"version": "v25.4"}, BOTH_LIMITS, ("version",)),
        ({"labels": None}, BOTH_LIMITS, ("labels",)),
        ({"is_deletion_protected": False}, SPEND_LIMITS, ("is_deletion_protected",)),
        ({"plan": basic()}, SPEND_LIMITS, ("plan", "basic")),
        ({"plan": {"standard": {"regions": ["us-east1"]}}}, BOTH_LIMITS, ("plan", "standard")),
    ],
    ids=str,
)
def test_a_version_is_too_old_for_some_changes(given: Any, version: str, path: tuple[str, ...]) -> None:
    own = cluster(plan="SERVERLESS", regions=[])
    with pytest.raises(Unsupported) as raised:
        to_update_request(patch(**given), own, version)
    assert raised.value.path == ("patch", *path)
    to_update_request(patch(**given), own, VERSIONS[VERSIONS.index(version) + 1])


def test_a_refusal_has_a_sentence_that_ends() -> None:
    for wanted, version in ((spec(basic()), OLDEST), (spec(basic(), labels={}), BOTH_LIMITS)):
        with pytest.raises(Refused) as raised:
            to_create_request("notorious-moose", wanted, version)
        assert raised.value.message.endswith(".")
