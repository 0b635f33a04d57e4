"""Northflank's words and numbers: states, clouds, references, pools, machines, revisions."""

import pytest

from adapters.northflank.convert import (
    CLOUDS,
    to_cloud,
    to_cluster,
    to_instance_type,
    to_node,
    to_provider_cloud,
)
from adapters.northflank.integrations import to_integration
from adapters.northflank.wire import WireCluster, WireIntegration, WireNode, WireNodeType
from fleet.model.cloud import Cloud
from fleet.model.cluster import Cluster, Phase, Resources
from fleet.model.node import NodePhase
from fleet.providers.northflank import NorthflankDetails
from tests.adapters.replay import fixture


def read_cluster(**members: object) -> Cluster:
    return to_cluster(WireCluster.model_validate({"id": "checkout", **members}), "account")


def state(name: str | None, reason: str | None = None) -> dict[str, object]:
    return {"state": {"state": name, "reason": reason}}


# ---------------------------------------------------------------------- phases


@pytest.mark.parametrize(
    ("state_name", "phase"),
    [
        ("running", Phase.READY),
        ("RUNNING", Phase.READY),
        ("error", Phase.FAILED),
        ("creation-failed", Phase.FAILED),
        ("failing", Phase.FAILED),
        ("creating", Phase.PROVISIONING),
        ("Provisioning", Phase.PROVISIONING),
        ("pending", Phase.PROVISIONING),
        ("updating", Phase.UPDATING),
        ("upgrading", Phase.UPDATING),
        ("scaling", Phase.UPDATING),
        ("deleting", Phase.DELETING),
        ("sleepwalking", Phase.UNKNOWN),
        ("not running", Phase.UNKNOWN),
        ("", Phase.UNKNOWN),
        (None, Phase.UNKNOWN),
    ],
)
def test_a_state_is_read_by_what_it_contains_and_kept_as_it_is(state_name: str | None, phase: Phase) -> None:
    cluster = read_cluster(status=state(state_name))
    assert (cluster.phase, cluster.provider_phase) == (phase, state_name or "")


@pytest.mark.parametrize("status", [None, {}, {"state": None}, {"state": {}}])
def test_a_cluster_without_a_state_is_unknown(status: object) -> None:
    assert read_cluster(status=status).phase is Phase.UNKNOWN


def test_a_requested_deletion_decides_before_any_state() -> None:
    cluster = read_cluster(status=state("running", "in doubt"), deletionRequested=True)
    assert (cluster.phase, cluster.provider_phase) == (Phase.DELETING, "running")


@pytest.mark.parametrize("state_name", ["running", "creating", "deleting", "sleepwalking"])
def test_a_reason_is_only_given_in_an_error_state_and_is_shown(state_name: str) -> None:
    cluster = read_cluster(status=state(state_name, "no capacity left"))
    assert (cluster.phase, cluster.message) == (Phase.FAILED, "no capacity left")


@pytest.mark.parametrize(
    ("status", "phase"),
    [
        ("RUNNING", NodePhase.READY),
        ("running", NodePhase.READY),
        ("DELETED", NodePhase.DELETED),
        ("CORDONED", NodePhase.UNKNOWN),
        (None, NodePhase.UNKNOWN),
    ],
)
def test_every_status_of_a_node(status: str | None, phase: NodePhase) -> None:
    node = to_node(WireNode.model_validate({"nodeId": "one", "status": status}), read_cluster())
    assert (node.phase, node.provider_phase) == (phase, status or "")


# ---------------------------------------------------------------------- clouds and references


@pytest.mark.parametrize(
    ("provider_cloud", "cloud"),
    [
        ("aws", Cloud.AWS),
        ("aws-eusc", Cloud.AWS),
        ("azure", Cloud.AZURE),
        ("civo", Cloud.CIVO),
        ("gcp", Cloud.GCP),
        ("byok", Cloud.BYOK),
        ("oci", Cloud.OCI),
        ("cloudflare", Cloud.CLOUDFLARE),
        ("coreweave", Cloud.COREWEAVE),
        ("aiven", Cloud.AIVEN),
        ("backblaze", Cloud.BACKBLAZE),
        ("akamai", Cloud.AKAMAI),
        ("nebius", Cloud.NEBIUS),
        ("planetscale", Cloud.PLANETSCALE),
        ("moonbase", Cloud.UNKNOWN),
    ],
)
def test_every_name_of_a_cloud_is_read_and_kept(provider_cloud: str, cloud: Cloud) -> None:
    cluster = read_cluster(provider=provider_cloud)
    assert (cluster.cloud, cluster.provider_cloud) == (cloud, provider_cloud)


@pytest.mark.parametrize("provider_cloud", sorted(CLOUDS.keys() - {"byok"}))
def test_the_cloud_of_a_region_leads_back_to_the_providers_name_for_it(provider_cloud: str) -> None:
    region = "eusc-de-east-1" if provider_cloud == "aws-eusc" else "somewhere-1"
    assert to_provider_cloud(to_cloud(provider_cloud), region) == provider_cloud


@pytest.mark.parametrize("cloud", [Cloud.BYOK, Cloud.UNKNOWN, Cloud.HETZNER])
def test_a_cloud_whose_machines_northflank_does_not_list_has_no_name_there(cloud: Cloud) -> None:
    assert to_provider_cloud(cloud, "somewhere") is None


@pytest.mark.parametrize(
    ("reference", "integration"),
    [
        ("gcp-integration", "gcp-integration"),
        ("team/gcp-integration", "gcp-integration"),
        ("org/gcp-integration", "gcp-integration"),
        ("", None),
        (None, None),
    ],
)
def test_a_cluster_names_its_integration_as_the_list_of_integrations_does(
    reference: str | None, integration: str | None
) -> None:
    assert read_cluster(integrationId=reference).integration_external_id == integration


# ---------------------------------------------------------------------- capacity


def pool(
    node_type: str | None, count: int | None, disk_gb: int | None, **autoscaling: object
) -> dict[str, object]:
    return {
        "id": f"pool-{node_type}",
        "nodeType": node_type,
        "nodeCount": count,
        "diskSize": disk_gb,
        "autoscaling": autoscaling or None,
    }


def test_pools_that_agree_tell_what_each_machine_has() -> None:
    capacity = read_cluster(nodePools=[pool("n2", 3, 100), pool("n2", 2, 100)]).capacity
    assert (capacity.node_count, capacity.instance_type) == (5, "n2")
    assert capacity.per_node == Resources(storage_mib=100 * 1024)
    assert capacity.total == Resources(storage_mib=500 * 1024)
    assert (capacity.min_nodes, capacity.max_nodes) == (None, None)


def test_pools_that_differ_leave_open_what_each_machine_has() -> None:
    capacity = read_cluster(nodePools=[pool("n2", 3, 100), pool("c3", 1, 50)]).capacity
    assert (capacity.node_count, capacity.instance_type) == (4, None)
    assert capacity.per_node == Resources()
    assert capacity.total == Resources(storage_mib=350 * 1024)


def test_the_bounds_of_pools_that_scale_include_those_that_do_not() -> None:
    scaling = pool("n2", 3, 100, enabled=True, min=0, max=10)
    fixed = pool("n2", 2, 100, enabled=False, min=1, max=5)
    cluster = read_cluster(nodePools=[scaling, fixed])
    assert (cluster.capacity.min_nodes, cluster.capacity.max_nodes) == (2, 12)
    assert cluster.details.console_url == "https://app.northflank.com/s/account/cloud/clusters"
    assert isinstance(cluster.details, NorthflankDetails)
    assert [(each.min_nodes, each.max_nodes) for each in cluster.details.node_pools] == [
        (0, 10),
        (None, None),
    ]


def test_a_bound_that_is_not_stated_leaves_the_sum_open() -> None:
    capacity = read_cluster(nodePools=[pool("n2", 3, 100, enabled=True, min=1)]).capacity
    assert (capacity.min_nodes, capacity.max_nodes) == (1, None)


def test_one_pool_without_a_count_leaves_the_sum_open() -> None:
    assert read_cluster(nodePools=[pool("n2", 3, 100), pool("n2", None, 100)]).capacity.node_count is None


def test_a_cluster_without_pools_has_no_machines_unless_its_pools_are_unknown() -> None:
    assert read_cluster(nodePools=[]).capacity.node_count == 0
    assert read_cluster().capacity.node_count is None
    assert read_cluster(provider="byok", nodePools=[]).capacity.node_count is None


# ---------------------------------------------------------------------- revision


def revision(**members: object) -> str:
    return read_cluster(**({"name": "Checkout", "nodePools": [pool("n2", 3, 100)]} | members)).revision


def test_what_no_user_sets_leaves_the_revision_alone() -> None:
    assert revision() == revision(status=state("updating"), updatedAt="2026-11-23T12:00:00Z")
    few, many = (pool("n2", count, 100, enabled=True, min=1, max=9) for count in (2, 7))
    assert revision(nodePools=[few]) == revision(nodePools=[many])


@pytest.mark.parametrize(
    "members",
    [
        {"name": "Checkout Two"},
        {"description": "Takes the money."},
        {"nodePools": [pool("n2", 4, 100)]},
        {"nodePools": [pool("n2", 3, 100) | {"labels": {"tier": "web"}}]},
        {"nodePools": [pool("n2", 3, 100, enabled=True, min=3, max=3)]},
    ],
)
def test_what_a_user_sets_changes_the_revision(members: dict[str, object]) -> None:
    assert revision() != revision(**members)


# ---------------------------------------------------------------------- machines and links


def test_a_machine_is_counted_exactly_or_not_at_all() -> None:
    body = fixture("northflank/list-node-types.json")["data"]["providers"]
    small, bare = (
        to_instance_type(WireNodeType.model_validate(one), "account", Cloud.AWS, "eu-west-1")
        for one in body[1:]
    )
    assert (small.cpu_millicores, small.memory_mib) == (500, None)
    assert (bare.cpu_millicores, bare.memory_mib) == (None, None)


@pytest.mark.parametrize("feature", ["cluster", "domain", "registry", "cdn"])
def test_an_older_type_is_read_as_a_feature(feature: str) -> None:
    bodies = fixture("northflank/list-integrations-older-types.json")["data"]["integrations"]
    body = next(one for one in bodies if one["type"] == feature)
    integration = to_integration(WireIntegration.model_validate(body), "account")
    assert (integration.features, integration.cloud) == ((feature,), Cloud.UNKNOWN)


@pytest.mark.parametrize(
    ("provider", "authentication"),
    [
        ("aws", "crossAccountRole"),
        ("aws-eusc", "crossAccountRole"),
        ("gcp", "accessKey"),
        ("cloudflare", "apiToken"),
        ("civo", None),
        (None, None),
    ],
)
def test_how_an_integration_authenticates_stands_in_the_block_of_its_provider(
    provider: str | None, authentication: str | None
) -> None:
    body = {
        "id": "link",
        "provider": provider,
        "aws": {"authenticationMode": "crossAccountRole"},
        "gcp": {"authenticationMode": "accessKey"},
        "cloudflare": {"credentialType": "apiToken"},
    }
    assert to_integration(WireIntegration.model_validate(body), "account").authentication == authentication
