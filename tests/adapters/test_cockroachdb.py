"""CockroachDB Cloud's answers to the domain's records, in every generation of its API."""

from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.cockroachdb.convert import NO_NODES, to_cluster
from adapters.cockroachdb.spend import NO_LIMITS
from adapters.cockroachdb.wire import WireCluster
from fleet.model.capability import Capability
from fleet.model.cloud import Cloud
from fleet.model.cluster import Capacity, Cluster, Connection, Engine, Phase, Resources
from fleet.model.upgrade import UpgradeState
from fleet.providers.cockroachdb import CockroachdbDetails, CockroachdbRegion
from tests.adapters.replay import fixture


def read(body: Any) -> Cluster:
    return to_cluster(WireCluster.model_validate(body), "account")


def with_states(state: str | None, operation: str | None) -> Cluster:
    return read({"id": "1", "name": "a", "state": state, "operation_status": operation})


# ---------------------------------------------------------------------- phases

JOBS = (
    "CRDB_MAJOR_UPGRADE",
    "CRDB_MAJOR_ROLLBACK",
    "CRDB_PATCH",
    "CRDB_SCALE",
    "CRDB_INSTANCE_UPDATE",
    "CRDB_EDIT_CLUSTER",
    "CRDB_CMEK_OPERATION",
    "TENANT_RESTORE",
    "CRDB_LOG_EXPORT_OPERATION",
    "CRDB_REPAVE",
    "CRDB_CUSTOM_CLIENT_CA",
    "DEDICATED_FULL_CLUSTER_RESTORE",
)


@pytest.mark.parametrize(
    ("state", "operation", "phase"),
    [
        ("CREATING", "UNSPECIFIED", Phase.PROVISIONING),
        ("CREATED", "UNSPECIFIED", Phase.READY),
        ("CREATED", "CLUSTER_STATUS_UNSPECIFIED", Phase.READY),
        ("CREATED", "NOT_SET", Phase.READY),
        ("CREATED", "", Phase.READY),
        ("CREATED", None, Phase.READY),
        *(("CREATED", f"{job}_RUNNING", Phase.UPDATING) for job in JOBS),
        *(("CREATED", f"{job}_FAILED", Phase.DEGRADED) for job in JOBS),
        ("CREATED", "MAINTENANCE_RUNNING", Phase.UPDATING),
        ("CREATED", "CRDB_CLUSTER_DISRUPTION_RUNNING", Phase.DEGRADED),
        ("CREATED", "CRDB_CLUSTER_DISRUPTION_FAILED", Phase.DEGRADED),
        ("CREATED", "SOMETHING_NEW_RUNNING", Phase.UPDATING),
        ("CREATED", "SOMETHING_NEW", Phase.UNKNOWN),
        ("LOCKED", "UNSPECIFIED", Phase.UPDATING),
        ("LOCKED", "CRDB_SCALE_FAILED", Phase.UPDATING),
        ("CREATION_FAILED", "UNSPECIFIED", Phase.FAILED),
        ("DELETED", "UNSPECIFIED", Phase.DELETED),
        ("DELETED", "CRDB_SCALE_FAILED", Phase.DELETED),
        ("REHEARSING", "UNSPECIFIED", Phase.UNKNOWN),
        ("created", "UNSPECIFIED", Phase.UNKNOWN),
        ("", None, Phase.UNKNOWN),
        (None, None, Phase.UNKNOWN),
    ],
)
def test_a_phase_is_read_from_state_and_operation(
    state: str | None, operation: str | None, phase: Phase
) -> None:
    cluster = with_states(state, operation)
    assert (cluster.phase, cluster.provider_phase) == (phase, state or "")


@pytest.mark.parametrize("state", ["CREATING", "CREATED", "CREATION_FAILED", "DELETED", "LOCKED"])
def test_the_first_version_put_a_prefix_before_every_state(state: str) -> None:
    cluster = with_states(f"CLUSTER_STATE_{state}", None)
    assert cluster.phase is with_states(state, None).phase
    assert cluster.provider_phase == f"CLUSTER_STATE_{state}"


@pytest.mark.parametrize(
    ("operation", "shown", "message"),
    [
        ("UNSPECIFIED", None, None),
        ("NOT_SET", None, None),
        (None, None, None),
        ("CRDB_SCALE_RUNNING", "CRDB_SCALE_RUNNING", None),
        (
            "CRDB_CLUSTER_DISRUPTION_RUNNING",
            "CRDB_CLUSTER_DISRUPTION_RUNNING",
            "Faults are being injected into the cluster on purpose.",
        ),
        ("CRDB_SCALE_FAILED", None, "The provider's last operation failed: CRDB_SCALE_FAILED."),
        ("SOMETHING_NEW", "SOMETHING_NEW", None),
    ],
)
def test_an_operation_is_shown_while_it_runs_and_when_it_failed(
    operation: str | None, shown: str | None, message: str | None
) -> None:
    cluster = with_states("CREATED", operation)
    assert (cluster.provider_operation, cluster.message) == (shown, message)


def test_a_cluster_that_failed_to_start_never_served() -> None:
    cluster = with_states("CREATION_FAILED", None)
    assert cluster.has_failed_to_start
    assert not cluster.is_active
    assert cluster.message == "CockroachDB Cloud failed to create the cluster."


# ---------------------------------------------------------------------- whole clusters


def test_an_advanced_cluster_is_read_whole() -> None:
    cluster = read(fixture("cockroachdb/cluster-advanced.json"))
    assert cluster == Cluster(
        account_id="account",
        provider="cockroachdb",
        external_id="5b1f0c3e-0000-4000-8000-000000000001",
        name="ledger",
        display_name="ledger",
        engine=Engine.COCKROACHDB,
        version="v25.4.1",
        upgrade_state=UpgradeState.AVAILABLE,
        plan="ADVANCED",
        phase=Phase.UPDATING,
        provider_phase="CREATED",
        provider_operation="CRDB_SCALE_RUNNING",
        cloud=Cloud.AWS,
        provider_cloud="AWS",
        unsupported={Capability.SPEND_LIMIT: NO_LIMITS},
        regions=("eu-west-1", "eu-central-1"),
        capacity=Capacity(
            total=Resources(cpu_millicores=56_000, memory_mib=225_792, storage_mib=3_584_000),
            per_node=Resources(cpu_millicores=8000, memory_mib=32_256, storage_mib=512_000),
            node_count=7,
            instance_type="m6i.2xlarge",
        ),
        labels={"team": "payments", "env": "production"},
        is_deletion_protected=True,
        created_at=datetime(2025, 2, 3, 4, 5, 6, 70_809, tzinfo=UTC),
        updated_at=datetime(2026, 11, 20, 10, 0, 0, 1, tzinfo=UTC),
        revision=cluster.revision,
        connection=Connection(endpoint="ledger.example.test"),
        spend_limit=cluster.spend_limit,
        details=CockroachdbDetails(
            console_url="https://cockroachlabs.cloud/cluster/5b1f0c3e-0000-4000-8000-000000000001/overview",
            folder_id="root",
            network_visibility="PUBLIC",
            egress_traffic_policy="ALLOW_ALL",
            cloud_account_id="000000000000",
            creator_id="5b1f0c3e-0000-4000-8000-00000000aaaa",
            upgrade_status="UPGRADE_AVAILABLE",
            regions=(
                CockroachdbRegion(
                    name="eu-west-1",
                    node_count=3,
                    sql_host="ledger.aws-eu-west-1.example.test",
                    ui_host="admin-ledger.aws-eu-west-1.example.test",
                    internal_host="internal-ledger.aws-eu-west-1.example.test",
                    private_endpoint_host="private-ledger.aws-eu-west-1.example.test",
                    disk_iops=3000,
                ),
                CockroachdbRegion(
                    name="eu-central-1",
                    node_count=4,
                    sql_host="ledger.aws-eu-central-1.example.test",
                    disk_iops=3000,
                ),
            ),
        ),
    )


def test_a_serverless_cluster_has_vcpus_and_no_nodes() -> None:
    cluster = read(fixture("cockroachdb/cluster-standard.json"))
    assert cluster.phase is Phase.READY
    assert cluster.unsupported == {Capability.LIST_NODES: NO_NODES}
    assert cluster.capacity == Capacity(total=Resources(cpu_millicores=12_000))
    assert isinstance(cluster.details, CockroachdbDetails)
    assert cluster.details.routing_id == "catalogue-4711"
    assert [region.node_count for region in cluster.details.regions] == [None, None]
    assert (cluster.labels, cluster.is_deletion_protected) == ({}, False)


def test_without_a_host_of_its_own_a_cluster_is_reached_through_its_primary_region() -> None:
    cluster = read(fixture("cockroachdb/cluster-standard.json"))
    assert cluster.connection == Connection(endpoint="catalogue.gcp-europe-west4.example.test")


@pytest.mark.parametrize("state", ["CREATING", "CREATION_FAILED", "DELETED"])
def test_a_cluster_that_does_not_serve_has_no_connection(state: str) -> None:
    assert read(fixture("cockroachdb/cluster-advanced.json") | {"state": state}).connection is None


def test_a_deleted_cluster_still_reads() -> None:
    cluster = read(fixture("cockroachdb/cluster-deleted.json"))
    assert (cluster.phase, cluster.deleted_at) == (Phase.DELETED, datetime(2026, 6, 1, tzinfo=UTC))
    assert (cluster.labels, cluster.is_deletion_protected) == (None, None)


def test_a_cluster_of_nothing_but_an_identity_reads() -> None:
    cluster = read({"id": "1", "name": "a"})
    assert (cluster.phase, cluster.cloud, cluster.plan) == (Phase.UNKNOWN, None, None)
    assert cluster.capacity == Capacity()


@pytest.mark.parametrize(
    ("value", "cloud"),
    [("AWS", Cloud.AWS), ("GCP", Cloud.GCP), ("AZURE", Cloud.AZURE), ("MOON", Cloud.UNKNOWN)],
)
def test_every_cloud_keeps_the_providers_own_value(value: str, cloud: Cloud) -> None:
    cluster = read({"id": "1", "name": "a", "cloud_provider": value})
    assert (cluster.cloud, cluster.provider_cloud) == (cloud, value)


@pytest.mark.parametrize(
    ("plan", "config", "lacking"),
    [
        ("BASIC", {}, Capability.LIST_NODES),
        ("BASIC", {}, Capability.UPGRADE_CLUSTER),
        ("STANDARD", None, Capability.LIST_NODES),
        ("STANDARD", {"serverless": {"upgrade_type": "AUTOMATIC"}}, Capability.UPGRADE_CLUSTER),
        ("SERVERLESS", None, Capability.LIST_NODES),
        ("ADVANCED", {}, Capability.SPEND_LIMIT),
        ("DEDICATED", None, Capability.SPEND_LIMIT),
        ("CUSTOM", None, Capability.SPEND_LIMIT),
        ("PREMIUM", {"serverless": {}}, Capability.LIST_NODES),
        ("PREMIUM", {"dedicated": {}}, Capability.SPEND_LIMIT),
        ("PREMIUM", None, Capability.LIST_NODES),
    ],
)
def test_what_a_plan_lacks_is_read_from_its_shape_and_else_from_its_name(
    plan: str, config: object, lacking: Capability
) -> None:
    lacks = read({"id": "1", "name": "a", "plan": plan, "config": config}).unsupported.keys()
    assert lacking in lacks
    assert (lacking is Capability.SPEND_LIMIT) is (Capability.LIST_NODES not in lacks)


@pytest.mark.parametrize("upgrade_type", ["MANUAL", None])
def test_a_standard_cluster_is_upgraded_by_hand_unless_the_provider_does_it(upgrade_type: str | None) -> None:
    config = {"serverless": {"upgrade_type": upgrade_type}}
    cluster = read({"id": "1", "name": "a", "plan": "STANDARD", "config": config})
    assert Capability.UPGRADE_CLUSTER not in cluster.unsupported


# ---------------------------------------------------------------------- capacity


def machine(*, nodes: list[int | None], **hardware: object) -> Capacity:
    regions = [{"name": f"r{index}", "node_count": count} for index, count in enumerate(nodes)]
    return read({"id": "1", "name": "a", "config": {"dedicated": hardware}, "regions": regions}).capacity


@pytest.mark.parametrize(("memory_gib", "memory_mib"), [(7.5, 7680), (16, 16_384), (0, None), (3.84, None)])
def test_memory_is_exact_or_left_out(memory_gib: float, memory_mib: int | None) -> None:
    assert machine(nodes=[1], memory_gib=memory_gib).per_node.memory_mib == memory_mib


def test_a_total_needs_the_nodes_of_every_region() -> None:
    known = machine(nodes=[3, 3], num_virtual_cpus=4)
    assert (known.node_count, known.total.cpu_millicores) == (6, 24_000)
    unknown = machine(nodes=[3, None], num_virtual_cpus=4)
    assert (unknown.node_count, unknown.total, unknown.per_node.cpu_millicores) == (None, Resources(), 4000)


def test_nodes_are_counted_where_the_machines_are_not_shown() -> None:
    regions = [{"name": "r", "node_count": 3}]
    assert read({"id": "1", "name": "a", "plan": "ADVANCED", "regions": regions}).capacity == Capacity(
        node_count=3
    )


def test_a_zero_is_how_an_unset_size_is_written() -> None:
    assert machine(nodes=[1], num_virtual_cpus=0, storage_gib=0, machine_type="") == Capacity(node_count=1)


# ---------------------------------------------------------------------- revision


@pytest.mark.parametrize(
    "change",
    [
        {"plan": "STANDARD"},
        {"labels": {"team": "payments"}},
        {"delete_protection": "DISABLED"},
        {"parent_id": "folder"},
        {"cockroach_version": "v26.1.0"},
        {"regions": []},
        {"config": {"dedicated": {"num_virtual_cpus": 16}}},
        {"config": {"serverless": {"usage_limits": {"provisioned_virtual_cpus": "2"}}}},
    ],
    ids=str,
)
def test_whatever_can_be_set_changes_the_revision(change: dict[str, object]) -> None:
    body = fixture("cockroachdb/cluster-advanced.json")
    assert read(body | change).revision != read(body).revision


@pytest.mark.parametrize(
    "change",
    [
        {"state": "LOCKED"},
        {"operation_status": "CRDB_SCALE_FAILED"},
        {"upgrade_status": "FINALIZED"},
        {"updated_at": "2026-11-23T00:00:00Z"},
        {"cockroach_version": "v25.4.2"},
        {"sql_dns": "elsewhere.example.test"},
    ],
    ids=str,
)
def test_whatever_cannot_be_set_leaves_the_revision(change: dict[str, object]) -> None:
    body = fixture("cockroachdb/cluster-advanced.json")
    assert read(body | change).revision == read(body).revision


def test_regions_in_another_order_are_the_same_regions() -> None:
    body = fixture("cockroachdb/cluster-advanced.json")
    assert read(body | {"regions": body["regions"][::-1]}).revision == read(body).revision
