"""What may be asked of CockroachDB Cloud, and how a cluster shows that it was done."""

from typing import Any

import pytest
from pydantic import ValidationError

from fleet.model.capability import Capability
from fleet.model.change import CreateCluster, UpdateCluster
from fleet.model.cloud import Cloud
from fleet.model.cluster import Capacity, Cluster, Resources
from fleet.model.money import (
    Money,
    SpendEnforcement,
    SpendLimit,
    SpendLimitBasis,
    SpendLimitState,
    SpendLimitStatus,
    UsageLimit,
)
from fleet.model.refusal import invalid_inputs
from fleet.providers import PROVIDERS
from fleet.providers.cockroachdb import (
    COCKROACHDB,
    CockroachdbClusterPatch,
    CockroachdbClusterSpec,
    CockroachdbDetails,
    CockroachdbRegion,
)
from tests.fleet.things import account, cluster

ADVANCED = {"region_nodes": [{"region": "a", "nodes": 3}], "vcpus": 4, "storage_gib": 15}


def spec(plan: Any, **more: Any) -> CockroachdbClusterSpec:
    return CockroachdbClusterSpec.model_validate({"cloud": "AWS", "plan": plan, **more})


def patch(**given: Any) -> CockroachdbClusterPatch:
    return CockroachdbClusterPatch.model_validate(given)


def refused(record: Any, given: Any) -> list[tuple[tuple[str, ...], str]]:
    with pytest.raises(ValidationError) as raised:
        record.model_validate(given)
    return [(one.path, one.message) for one in invalid_inputs(raised.value)]


def shown(plan: str = "BASIC", *regions: CockroachdbRegion, **more: Any) -> Cluster:
    """On AWS, in the region a where none is given."""
    there = regions or (CockroachdbRegion(name="a", is_primary=True),)
    fields = {
        "plan": plan,
        "regions": tuple(region.name for region in there),
        "details": CockroachdbDetails(regions=there),
    }
    return cluster(of=account(provider="cockroachdb"), **{**fields, **more})


def upgraded(how: str | None) -> Cluster:
    return shown("STANDARD", details=CockroachdbDetails(upgrade_type=how))


def limited(**usage: int) -> SpendLimitStatus:
    limit = SpendLimit(
        money=Money(minor_units=2500, currency="USD"),
        usage=UsageLimit(**usage),
        basis=SpendLimitBasis.USAGE,
        enforcement=SpendEnforcement.STOP,
    )
    return SpendLimitStatus(state=SpendLimitState.LIMITED, limit=limit)


# ---------------------------------------------------------------------- what may be asked


@pytest.mark.parametrize(
    ("given", "path", "sentence"),
    [
        ({"plan": {"basic": {"regions": []}}}, ("plan", "basic", "regions"), "Name at least one region"),
        ({"plan": {"basic": {"regions": [" "]}}}, ("plan", "basic", "regions"), "none by an empty name"),
        ({"plan": {"basic": {"regions": ["a", "a"]}}}, ("plan", "basic", "regions"), "each region once"),
        (
            {"plan": {"basic": {"regions": ["a", "b"]}}},
            ("plan", "basic", "primary_region"),
            "the primary one",
        ),
        (
            {"plan": {"standard": {"regions": ["a", "b"], "primary_region": "c"}}},
            ("plan", "standard", "primary_region"),
            "one of the regions",
        ),
        (
            {"plan": {"advanced": {**ADVANCED, "region_nodes": []}}},
            ("plan", "advanced", "region_nodes"),
            "Name at",
        ),
        (
            {"plan": {"advanced": {**ADVANCED, "region_nodes": ADVANCED["region_nodes"] * 2}}},  # type: ignore[operator]
            ("plan", "advanced", "region_nodes"),
            "each region once",
        ),
        (
            {"plan": {"advanced": {**ADVANCED, "machine_type": "m6i.large"}}},
            ("plan", "advanced", "machine_type"),
            "exactly one of vCPUs and machine type",
        ),
        (
            {"plan": {"advanced": {**ADVANCED, "vcpus": None}}},
            ("plan",),
            "exactly one of vCPUs and machine type",
        ),
        (
            {"plan": {"advanced": {**ADVANCED, "version": "25.2"}}},
            ("plan", "advanced", "version"),
            "like v25.2",
        ),
        (
            {"plan": {"basic": {"regions": ["a"], "upgrades": "MANUAL"}}},
            ("plan", "basic"),
            "upgrades Basic clusters by itself",
        ),
        ({"plan": {}}, ("plan",), "Exactly one of"),
        ({"plan": {"basic": {"regions": ["a"]}, "advanced": ADVANCED}}, ("plan",), "Exactly one of"),
        ({"plan": {"advanced": ADVANCED}, "cloud": "HETZNER"}, ("cloud",), "runs on AWS, GCP, AZURE"),
    ],
    ids=str,
)
def test_what_cannot_be_meant_is_refused_with_its_place(
    given: Any, path: tuple[str, ...], sentence: str
) -> None:
    ((place, message),) = refused(CockroachdbClusterSpec, {"cloud": "AWS", **given})
    assert place == path
    assert sentence in message
    assert message.endswith(".")


@pytest.mark.parametrize(
    "name", ["short", "-notorious", "moose-", "Notorious", "notorious_moose", "m" * 21, "möose1"]
)
def test_a_name_that_will_not_do_is_refused(name: str) -> None:
    wanted = spec({"advanced": ADVANCED})
    with pytest.raises(ValidationError, match="6 to 20 lowercase letters"):
        CreateCluster(provider="cockroachdb", name=name, spec=wanted)
    CreateCluster(provider="cockroachdb", name="notorious-moose", spec=wanted)


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"version": "v25.2", "labels": {}}, ("labels",)),
        ({"version": "v25.2", "labels": None}, ("labels",)),
        ({"version": "v25.2", "is_deletion_protected": False}, ("is_deletion_protected",)),
        ({"version": "v25.2", "plan": {"advanced": ADVANCED}}, ("plan",)),
        ({"plan": {"advanced": {**ADVANCED, "version": "v25.2"}}}, ("plan",)),
    ],
    ids=str,
)
def test_a_version_is_changed_alone(given: Any, path: tuple[str, ...]) -> None:
    ((place, message),) = refused(CockroachdbClusterPatch, given)
    assert place == path
    assert "goes alone" in message


@pytest.mark.parametrize("name", ["version", "plan", "is_deletion_protected"])
def test_what_cannot_be_cleared_is_not(name: str) -> None:
    ((place, message),) = refused(CockroachdbClusterPatch, {name: None})
    assert (place, message) == ((name,), "It cannot be cleared; leave it out to keep it.")


# ---------------------------------------------------------------------- what shows it

BASIC = {"basic": {"regions": ["a"]}}
TWO = (CockroachdbRegion(name="a", is_primary=False), CockroachdbRegion(name="b", is_primary=True))
MACHINES = Capacity(
    per_node=Resources(cpu_millicores=4000, memory_mib=15360, storage_mib=15 * 1024),
    instance_type="m6i.xlarge",
)


def of_machines(nodes: int | None = 3, plan: str = "ADVANCED", capacity: Capacity = MACHINES) -> Cluster:
    return shown(plan, CockroachdbRegion(name="a", node_count=nodes), version="v25.2.4", capacity=capacity)


LIMITED = shown(spend_limit=limited(request_units=5))


def within(limit: Any) -> CockroachdbClusterSpec:
    return spec({"basic": {"regions": ["a"], "spend_limit": limit}})


@pytest.mark.parametrize(
    ("wanted", "cluster"),
    [
        (spec(BASIC), shown()),
        (spec(BASIC), shown("SERVERLESS")),
        (spec({"standard": {"regions": ["a"]}}), shown("SERVERLESS")),
        (spec({"basic": {"regions": ["b", "a"], "primary_region": "b"}}), shown("BASIC", *TWO)),
        (spec(BASIC, labels={"a": "b"}), shown(labels={"a": "b"})),
        (spec(BASIC, labels={"a": "b"}, is_deletion_protected=True), shown()),
        (spec(BASIC), shown(labels={"a": "b"}, is_deletion_protected=True)),
        (within({"usage": {"request_units": 5}}), LIMITED),
        (within({"money": {"minor_units": 2500, "currency": "USD"}}), LIMITED),
        (spec({"advanced": ADVANCED}), of_machines()),
        (spec({"advanced": {**ADVANCED, "storage_gib": 0, "version": "v25.2"}}), of_machines()),
        (spec({"advanced": {**ADVANCED, "vcpus": None, "machine_type": "m6i.xlarge"}}), of_machines()),
        (spec({"advanced": ADVANCED}), of_machines(None, capacity=Capacity())),
        (spec({"advanced": ADVANCED}), of_machines(plan="CUSTOM")),
    ],
)
def test_a_cluster_shows_what_was_asked_as_far_as_it_shows_anything(
    wanted: CockroachdbClusterSpec, cluster: Cluster
) -> None:
    assert wanted.matches(cluster)


@pytest.mark.parametrize(
    ("limit", "asked", "got"),
    [
        ({"usage": {"request_units": 6}}, "6 request units", "5 request units"),
        ({"money": {"minor_units": 100, "currency": "USD"}}, "1.00 USD", "25.00 USD"),
    ],
)
def test_a_limit_differs_in_the_measure_that_was_asked_for(limit: Any, asked: str, got: str) -> None:
    (difference,) = within(limit).differences(LIMITED)
    assert (difference.asked, difference.got) == (asked, got)


@pytest.mark.parametrize(
    ("wanted", "cluster"),
    [
        (spec(BASIC), shown("STANDARD")),
        (spec(BASIC), shown("ADVANCED")),
        (spec(BASIC), shown(cloud=Cloud.GCP)),
        (spec(BASIC), shown("BASIC", *TWO)),
        (spec({"basic": {"regions": ["a", "b"], "primary_region": "a"}}), shown("BASIC", *TWO)),
        (spec(BASIC, labels={"a": "b"}), shown(labels={"a": "c"})),
        (spec(BASIC, labels={}), shown(labels={"a": "c"})),
        (spec(BASIC, is_deletion_protected=True), shown(is_deletion_protected=False)),
        (within({"usage": {"request_units": 6}}), LIMITED),
        (within({"usage": {"storage_mib": 5}}), LIMITED),
        (within({"usage": {"storage_mib": 5}}), shown()),
        (spec({"advanced": ADVANCED}), of_machines(4)),
        (spec({"advanced": {**ADVANCED, "vcpus": 8}}), of_machines()),
        (spec({"advanced": {**ADVANCED, "storage_gib": 30}}), of_machines()),
        (spec({"advanced": {**ADVANCED, "vcpus": None, "machine_type": "m6i.large"}}), of_machines()),
        (spec({"advanced": {**ADVANCED, "version": "v25.4"}}), of_machines()),
        (spec({"advanced": {**ADVANCED, "region_nodes": [{"region": "b", "nodes": 3}]}}), of_machines()),
    ],
)
def test_a_cluster_that_shows_otherwise_is_another(wanted: CockroachdbClusterSpec, cluster: Cluster) -> None:
    assert not wanted.matches(cluster)


def test_only_a_new_cluster_begins_with_an_empty_allowlist() -> None:
    given = {"plan": {"basic": {"has_empty_allowlist": True}}}
    ((path, message),) = refused(CockroachdbClusterPatch, given)
    assert (path, "Only a new cluster" in message) == (("plan",), True)
    kept = spec({"basic": {"regions": ["a"], "has_empty_allowlist": True}})
    assert kept.matches(shown())


@pytest.mark.parametrize(
    ("wanted", "cluster", "is_shown"),
    [
        (patch(version="v25.2"), shown(version="v25.2.4"), True),
        (patch(version="v25.2.4"), shown(version="v25.2.4"), True),
        (patch(version="v25.2"), shown(version="v25.20.1"), False),
        (patch(labels=None), shown(labels={}), True),
        (patch(labels=None), shown(labels={"a": "b"}), False),
        (patch(labels={"a": "b"}), shown(labels={"a": "b", "c": "d"}), False),
        (patch(is_deletion_protected=False), shown(is_deletion_protected=True), False),
        (patch(plan={"standard": {"regions": ["a"]}}), shown("BASIC"), False),
        (patch(plan={"standard": {"regions": ["a"]}}), shown("STANDARD", labels={"a": "b"}), True),
        (patch(plan={"standard": {"upgrades": "MANUAL"}}), upgraded("MANUAL"), True),
        (patch(plan={"standard": {"upgrades": "MANUAL"}}), upgraded("AUTOMATIC"), False),
        (patch(plan={"standard": {"upgrades": "MANUAL"}}), upgraded(None), True),
        (patch(plan={"advanced": {**ADVANCED, "storage_gib": 0}}), of_machines(), True),
        (patch(plan={"advanced": {**ADVANCED, "vcpus": 8}}), of_machines(), False),
    ],
)
def test_a_change_is_shown_by_what_was_given_alone(
    wanted: CockroachdbClusterPatch, cluster: Cluster, is_shown: bool
) -> None:
    assert wanted.matches(cluster) is is_shown
    kept = UpdateCluster(provider="cockroachdb", patch=wanted).model_dump_json()
    assert UpdateCluster.model_validate_json(kept, context=PROVIDERS).patch.matches(cluster) is is_shown


@pytest.mark.parametrize(
    ("state", "operation", "is_busy"),
    [
        ("LOCKED", None, True),
        ("CLUSTER_STATE_LOCKED", None, True),
        ("CREATED", "CRDB_SCALE_RUNNING", True),
        ("CREATED", "CRDB_SCALE_FAILED", False),
        ("CREATED", None, False),
    ],
)
def test_a_change_waits_for_a_running_operation_and_a_deletion_does_not(
    state: str, operation: str | None, is_busy: bool
) -> None:
    cluster = shown("BASIC").model_copy(update={"provider_phase": state, "provider_operation": operation})
    assert COCKROACHDB.is_busy(cluster, Capability.UPDATE_CLUSTER) is is_busy
    assert not COCKROACHDB.is_busy(cluster, Capability.DELETE_CLUSTER)
