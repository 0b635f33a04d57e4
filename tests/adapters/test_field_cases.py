"""Situations from the field: what other people's tools met at these providers."""

from typing import Any

import pytest

from adapters.cockroachdb.convert import to_cluster as to_cockroachdb_cluster
from adapters.cockroachdb.wire import WireCluster as WireCockroachdbCluster
from adapters.kupe.convert import to_cluster as to_kupe_cluster
from adapters.kupe.request import to_update_request
from adapters.kupe.wire import WireCluster as WireKupeCluster
from adapters.northflank.convert import to_cluster as to_northflank_cluster
from adapters.northflank.request import to_update_cluster_request as to_northflank_request
from adapters.northflank.wire import WireCluster as WireNorthflankCluster
from adapters.qovery.convert import to_cluster as to_qovery_cluster
from adapters.qovery.request import to_create_cluster_request as to_qovery_creation
from adapters.qovery.request import to_update_cluster_request as to_qovery_request
from adapters.qovery.wire import WireCluster as WireQoveryCluster
from fleet.model.cluster import Capacity, Cluster, Resources
from fleet.model.money import SpendLimitState
from fleet.model.refusal import InvalidInput, Unsupported
from fleet.providers.kupe import KupeClusterPatch, KupeClusterSpec, KupeResources
from fleet.providers.northflank import NodePoolWanted, NorthflankClusterPatch
from fleet.providers.qovery import FeatureWanted, QoveryClusterPatch, QoveryClusterSpec

NO_COUNT = 2**31 - 1

# ---------------------------------------------------------------------- Qovery: autopilot and Karpenter


def qovery(**members: Any) -> dict[str, Any]:
    return {
        "id": "c1",
        "name": "shop",
        "region": "eu-west-3",
        "cloud_provider": "GCP",
        "kubernetes": "MANAGED",
        "instance_type": "AUTO_PILOT",
        "min_running_nodes": NO_COUNT,
        "max_running_nodes": NO_COUNT,
        "disk_size": 50,
        "features": [],
        **members,
    }


def test_a_cluster_that_scales_by_itself_shows_no_bounds_and_none_that_are_real_later() -> None:
    cluster = to_qovery_cluster(WireQoveryCluster.model_validate(qovery()), "account")
    assert (cluster.capacity.min_nodes, cluster.capacity.max_nodes) == (None, None)
    assert cluster.unread_members == ()
    later = qovery(min_running_nodes=3, max_running_nodes=12)
    cluster = to_qovery_cluster(WireQoveryCluster.model_validate(later), "account")
    assert (cluster.capacity.min_nodes, cluster.capacity.max_nodes) == (3, 12)


def test_a_cluster_that_scales_by_itself_shows_what_was_asked_for() -> None:
    spec = QoveryClusterSpec.model_validate({"cloud": "GCP", "region": "eu-west-3"})
    shown = qovery(instance_type=None, production=False)
    assert spec.matches(to_qovery_cluster(WireQoveryCluster.model_validate(shown), "account"))


def test_what_is_no_count_is_not_sent_back() -> None:
    raw = qovery(features=[{"id": "KARPENTER", "value_object": {"value": {"spot": True, "limit": NO_COUNT}}}])
    body = to_qovery_request(raw, QoveryClusterPatch(description="Of the shop."))
    assert str(NO_COUNT) not in str(body)
    assert not {"min_running_nodes", "max_running_nodes"} & body.keys()
    assert body["features"] == [{"id": "KARPENTER", "value": {"spot": True}}]


@pytest.mark.parametrize("given", [{"min_nodes": 3}, {"max_nodes": 3}, {"min_nodes": 3, "max_nodes": 5}])
def test_bounds_cannot_be_set_where_machines_are_chosen_by_themselves(given: dict[str, int]) -> None:
    with pytest.raises(InvalidInput, match="chooses the machines") as refused:
        to_qovery_request(qovery(), QoveryClusterPatch.model_validate(given))
    assert refused.value.path == ("patch", next(iter(given)))


KARPENTER = {"id": "KARPENTER", "value_object": {"value": {"disk_size_in_gib": 50, "spot_enabled": False}}}


@pytest.mark.parametrize(
    ("members", "left_out"),
    [
        ({}, {"kubernetes"}),
        ({"min_running_nodes": 3, "max_running_nodes": 12}, {"kubernetes"}),
        ({"cloud_provider": "AWS", "features": [KARPENTER], "min_running_nodes": 3}, set()),
        ({"cloud_provider": "AWS", "instance_type": "KARPENTER"}, set()),
    ],
)
def test_what_an_autoscaler_chose_is_not_sent_back(members: dict[str, Any], left_out: set[str]) -> None:
    raw = qovery(**members)
    body = to_qovery_request(raw, QoveryClusterPatch(description="Of the shop."))
    chosen = {"min_running_nodes", "max_running_nodes", "instance_type", "disk_size"}
    assert raw.keys() - body.keys() == {"id"} | chosen | left_out


@pytest.mark.parametrize("of", [{"cloud": "GCP"}, {"cloud": "AWS", "features": [{"id": "KARPENTER"}]}])
def test_a_cluster_that_is_to_scale_by_itself_is_made_without_machines(of: dict[str, Any]) -> None:
    spec = QoveryClusterSpec.model_validate({"region": "eu-west-3", **of})
    body = to_qovery_creation("shop", spec, None)
    assert not {"min_running_nodes", "max_running_nodes", "instance_type", "disk_size"} & body.keys()
    assert ("kubernetes" in body) is (of["cloud"] == "AWS")
    for name, value in {
        "min_nodes": 1,
        "max_nodes": 3,
        "instance_type": "t3a.large",
        "disk_size_gb": 9,
    }.items():
        with pytest.raises(InvalidInput, match="chooses the machines") as refused:
            to_qovery_creation("shop", spec.model_copy(update={name: value}), None)
        assert refused.value.path == ("spec", name)


def test_a_number_that_the_autoscaler_found_is_no_other_revision() -> None:
    later = qovery(min_running_nodes=3, max_running_nodes=12, instance_type="KARPENTER")
    before, after = (
        to_qovery_cluster(WireQoveryCluster.model_validate(raw), "account") for raw in (qovery(), later)
    )
    assert before.revision == after.revision
    described = to_qovery_cluster(WireQoveryCluster.model_validate(qovery(description="x")), "account")
    assert described.revision != before.revision


@pytest.mark.parametrize("features", ["all", [7], {"id": "X"}])
def test_features_that_do_not_read_are_not_sent_back_as_something_else(features: object) -> None:
    with pytest.raises(Unsupported, match="could not be kept"):
        to_qovery_request(qovery(features=features), QoveryClusterPatch(features=[FeatureWanted(id="X")]))


# ---------------------------------------------------------------------- Northflank: pools of any number


def northflank(*pools: object) -> dict[str, Any]:
    return {"id": "c1", "name": "shop", "provider": "aws", "nodePools": list(pools)}


POOL = {"id": "p1", "nodeType": "m5", "nodeCount": NO_COUNT, "diskSize": 20}
SCALED = {**POOL, "autoscaling": {"enabled": True, "min": 1, "max": NO_COUNT}}


def test_a_pool_without_a_number_shows_none_and_sends_none_back() -> None:
    cluster = to_northflank_cluster(WireNorthflankCluster.model_validate(northflank(SCALED)), "account")
    assert (cluster.capacity.node_count, cluster.capacity.max_nodes, cluster.unread_members) == (
        None,
        None,
        (),
    )
    wanted = NodePoolWanted(id="p1", node_type="m5", node_count=2, disk_size_gb=20)
    body = to_northflank_request(northflank(SCALED), NorthflankClusterPatch(node_pools=[wanted]))
    assert str(NO_COUNT) not in str(body)


def test_a_sum_that_no_provider_can_mean_is_null() -> None:
    pools = [{**POOL, "id": name, "nodeCount": NO_COUNT - 1, "diskSize": NO_COUNT - 1} for name in ("a", "b")]
    cluster = to_northflank_cluster(WireNorthflankCluster.model_validate(northflank(*pools)), "account")
    assert cluster.capacity.node_count is None
    assert cluster.capacity.total.storage_mib is None
    assert cluster.unread_members == ()


def test_pools_that_do_not_read_are_not_sent_back_as_something_else() -> None:
    wanted = NodePoolWanted(id="p1", node_type="m5", node_count=2, disk_size_gb=20)
    with pytest.raises(Unsupported, match="could not be kept"):
        to_northflank_request(northflank("three"), NorthflankClusterPatch(node_pools=[wanted]))


# ---------------------------------------------------------------------- CockroachDB: regions with machines of their own


def cockroachdb(*cpus: int | None, **dedicated: Any) -> Cluster:
    regions = [
        {
            "name": f"region-{number}",
            "node_count": 3,
            **({} if vcpus is None else {"num_virtual_cpus": vcpus}),
        }
        for number, vcpus in enumerate(cpus)
    ]
    config = {"dedicated": {"num_virtual_cpus": 4, "storage_gib": 75, "memory_gib": 16, **dedicated}}
    raw = {"id": "c1", "name": "shop", "plan": "ADVANCED", "config": config, "regions": regions}
    return to_cockroachdb_cluster(WireCockroachdbCluster.model_validate(raw), "account")


def test_the_vcpus_of_all_regions_are_counted_region_by_region() -> None:
    assert cockroachdb(4, 16, 4).capacity == Capacity(
        total=Resources(cpu_millicores=72_000, storage_mib=9 * 75 * 1024),
        per_node=Resources(storage_mib=75 * 1024),
        node_count=9,
    )


def test_what_no_region_says_is_what_the_cluster_says() -> None:
    assert cockroachdb(4, 4).capacity == cockroachdb(None, None).capacity == cockroachdb(4, None).capacity
    assert cockroachdb(4, 4).revision == cockroachdb(None, None).revision
    assert cockroachdb(4, 4).capacity.total.cpu_millicores == 24_000


def test_another_machine_in_a_region_is_another_revision() -> None:
    assert len({cockroachdb(4, 16).revision, cockroachdb(4, 8).revision, cockroachdb(4, 4).revision}) == 3


def test_a_limit_that_does_not_read_is_not_called_unlimited() -> None:
    unread: list[dict[str, Any]] = [
        {"spend_limit": "much"},
        {"usage_limits": 7},
        {"usage_limits": {"request_unit_limit": []}},
    ]
    for serverless in unread:
        raw = {"id": "c1", "name": "shop", "plan": "BASIC", "config": {"serverless": serverless}}
        cluster = to_cockroachdb_cluster(WireCockroachdbCluster.model_validate(raw), "account")
        assert cluster.spend_limit.state is SpendLimitState.UNKNOWN
        assert len(cluster.unread_members) == 1


def test_a_lock_in_any_form_is_a_lock() -> None:
    locks: list[object] = [{}, "locked", ["by", "somebody"]]
    for lock in locks:
        raw = qovery(cluster_status={"cluster_id": "c1", "status": "DEPLOYED", "cluster_lock": lock})
        assert (
            to_qovery_cluster(WireQoveryCluster.model_validate(raw), "account").is_deletion_protected is True
        )


# ---------------------------------------------------------------------- Kupe: quantities of powers of ten


def kupe(**resources: object) -> Cluster:
    raw = {"name": "shop", "type": "shared", "displayName": "Shop", "resources": resources}
    return to_kupe_cluster(WireKupeCluster.model_validate(raw), "account")


def resize(cluster: Cluster, **wanted: str) -> object:
    patch = KupeClusterPatch(resources=KupeResources(**wanted))
    return to_update_request(patch, cluster)["resources"]


def test_a_change_of_the_cpu_alone_sends_the_cpu_alone() -> None:
    """Kupe changes only what a PATCH has: memory and storage stay as they are, whatever their spelling."""
    cluster = kupe(cpu="4", memory="16G", storage="50G")
    assert (cluster.capacity.total.memory_mib, cluster.capacity.total.storage_mib) == (None, None)
    assert resize(cluster, cpu="8") == {"cpu": "8"}
    assert resize(kupe(cpu="0.0001", memory="16Gi"), memory="8Gi") == {"memory": "8Gi"}


def test_powers_of_ten_can_be_asked_for_and_are_shown_as_asked() -> None:
    spec = KupeClusterSpec.model_validate(
        {"display_name": "Shop", "type": "shared", "resources": {"cpu": "4", "storage": "50G"}}
    )
    assert spec.matches(kupe(cpu="4", memory="16Gi", storage="50G"))
    assert spec.matches(kupe(cpu="4000m", memory="16Gi", storage="50000M"))
    assert not spec.matches(kupe(cpu="4", memory="16Gi", storage="50Gi"))
    assert not spec.matches(kupe(cpu="4", memory="16Gi"))
    assert not spec.matches(kupe(cpu="4", memory="16Gi", storage="60G"))


def test_resources_that_do_not_read_are_not_sent_by_a_change() -> None:
    assert resize(kupe(cpu="4", memory={"is": "16Gi"}), cpu="8") == {"cpu": "8"}
