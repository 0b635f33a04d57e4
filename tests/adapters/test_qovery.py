"""Qovery's words and numbers: every status, cloud and kind of credential, units, money, revisions."""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from adapters.qovery.catalog import to_instance_type, to_zones
from adapters.qovery.convert import CLOUDS, CONVERGED, shown_by_status_alone, to_cluster, to_cost_estimate
from adapters.qovery.integrations import CREDENTIAL_CLOUDS, to_integration
from adapters.qovery.phases import PHASES
from adapters.qovery.wire import (
    WireCluster,
    WireCostRange,
    WireCredentialUse,
    WireInstanceType,
    WireRegion,
)
from fleet.model.cloud import Cloud
from fleet.model.cluster import Cluster, Phase, Resources
from fleet.model.integration import IntegrationIdentity
from fleet.model.money import CostEstimate, Money
from fleet.providers.qovery import QoveryDetails, QoveryFeature
from tests.adapters.replay import fixture
from tests.published import published


def read_cluster(status: str | None = None, *, is_deployed: bool | None = None, **members: Any) -> Cluster:
    """With a status of its own call unless `is_deployed` is null; then the cluster tells its status itself."""
    body: dict[str, Any] = {"id": "one", **members}
    if is_deployed is None:
        body["status"] = status
    else:
        body["cluster_status"] = {"status": status, "is_deployed": is_deployed, "reason": "UNSPECIFIED"}
    return to_cluster(WireCluster.model_validate(body), "account")


@pytest.fixture(scope="module")
def schemas() -> Any:
    path = published("qovery.openapi.yaml")
    return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))[
        "components"
    ]["schemas"]


def test_a_cluster_whose_status_is_listed_is_shown_though_its_list_leaves_it_out() -> None:
    clusters = [{"id": "one"}]
    statuses = [
        {"cluster_id": "one", "status": "DEPLOYED"},
        {"cluster_id": "two", "status": "DEPLOYED"},
        {"cluster_id": "gone", "status": "DELETED"},
        {"status": "DEPLOYED"},
        "noise",
    ]
    assert shown_by_status_alone(clusters, statuses) == {"two"}


@pytest.mark.parametrize(
    ("status", "deployment"),
    [
        ({"last_execution_id": "run-7", "last_deployment_date": "2026-10-20"}, "run-7"),
        ({"last_deployment_date": "2026-10-20"}, "2026-10-20"),
        ({}, None),
    ],
)
def test_the_latest_deployment_has_a_name(status: dict[str, Any], deployment: str | None) -> None:
    body = {"id": "one", "cluster_status": {"status": "DEPLOYED", **status}}
    assert to_cluster(WireCluster.model_validate(body), "account").deployment == deployment


# ---------------------------------------------------------------------- phases

STATUSES = [
    # status, when never deployed, when deployed before
    ("READY", Phase.PENDING, Phase.PENDING),
    ("QUEUED", Phase.PENDING, Phase.UPDATING),
    ("DEPLOYMENT_QUEUED", Phase.PENDING, Phase.UPDATING),
    ("BUILDING", Phase.PROVISIONING, Phase.UPDATING),
    ("DEPLOYING", Phase.PROVISIONING, Phase.UPDATING),
    ("DEPLOYED", Phase.READY, Phase.READY),
    ("RESTARTED", Phase.READY, Phase.READY),
    ("RESTART_QUEUED", Phase.UPDATING, Phase.UPDATING),
    ("RESTARTING", Phase.UPDATING, Phase.UPDATING),
    ("CANCELING", Phase.UPDATING, Phase.UPDATING),
    ("DRY_RUN", Phase.PENDING, Phase.READY),
    ("CANCELED", Phase.FAILED, Phase.DEGRADED),
    ("STOP_QUEUED", Phase.STOPPING, Phase.STOPPING),
    ("STOPPING", Phase.STOPPING, Phase.STOPPING),
    ("STOPPED", Phase.STOPPED, Phase.STOPPED),
    ("DELETE_QUEUED", Phase.DELETING, Phase.DELETING),
    ("DELETING", Phase.DELETING, Phase.DELETING),
    ("DELETED", Phase.DELETED, Phase.DELETED),
    ("BUILD_ERROR", Phase.FAILED, Phase.DEGRADED),
    ("DEPLOYMENT_ERROR", Phase.FAILED, Phase.DEGRADED),
    ("RESTART_ERROR", Phase.FAILED, Phase.DEGRADED),
    ("STOP_ERROR", Phase.FAILED, Phase.DEGRADED),
    ("DELETE_ERROR", Phase.FAILED, Phase.DEGRADED),
    ("INVALID_CREDENTIALS", Phase.FAILED, Phase.DEGRADED),
    ("DEFRAGMENTING", Phase.UNKNOWN, Phase.UNKNOWN),
    ("NEW_ERROR", Phase.UNKNOWN, Phase.UNKNOWN),
]


@pytest.mark.parametrize(("status", "at_first", "once_deployed"), STATUSES)
def test_what_a_status_means_depends_on_whether_the_cluster_was_deployed(
    status: str, at_first: Phase, once_deployed: Phase
) -> None:
    fresh, old = read_cluster(status, is_deployed=False), read_cluster(status, is_deployed=True)
    assert (fresh.phase, old.phase) == (at_first, once_deployed)
    assert fresh.provider_phase == old.provider_phase == status


@pytest.mark.parametrize(("status", "at_first", "once_deployed"), STATUSES)
def test_without_a_status_of_its_own_call_the_cluster_itself_tells(
    status: str, at_first: Phase, once_deployed: Phase
) -> None:
    assert read_cluster(status).phase is at_first
    assert read_cluster(status, deployment_status="NEVER_DEPLOYED").phase is at_first
    assert read_cluster(status, deployment_status="OUT_OF_DATE").phase is once_deployed
    assert read_cluster(status, deployment_status="UP_TO_DATE").phase is once_deployed


def test_a_cluster_that_tells_no_status_is_pending_when_it_was_never_deployed_and_else_unknown() -> None:
    assert read_cluster(deployment_status="NEVER_DEPLOYED").phase is Phase.PENDING
    assert read_cluster(deployment_status="UP_TO_DATE").phase is Phase.UNKNOWN
    nothing = read_cluster()
    assert (nothing.phase, nothing.provider_phase) == (Phase.UNKNOWN, "")


def test_what_a_status_call_leaves_out_the_cluster_tells() -> None:
    body = {"id": "one", "status": "DEPLOYING", "deployment_status": "OUT_OF_DATE", "cluster_status": {}}
    assert to_cluster(WireCluster.model_validate(body), "account").phase is Phase.UPDATING


def test_every_status_of_the_document_is_in_the_table(schemas: Any) -> None:
    documented = set(schemas["ClusterStateEnum"]["enum"])
    assert {status for status, *_ in STATUSES[:-2]} == documented
    assert documented <= PHASES.keys()


def test_every_deployment_status_of_the_document_tells_whether_a_cluster_has_converged(schemas: Any) -> None:
    assert set(schemas["ClusterDeploymentStatusEnum"]["enum"]) == CONVERGED.keys()


@pytest.mark.parametrize(
    ("deployment_status", "is_converged"),
    [
        ("UP_TO_DATE", True),
        ("OUT_OF_DATE", False),
        ("NEVER_DEPLOYED", False),
        ("IN_BETWEEN", None),
        (None, None),
    ],
)
def test_a_cluster_has_converged_when_its_settings_are_deployed(
    deployment_status: str | None, is_converged: bool | None
) -> None:
    assert read_cluster("DEPLOYED", deployment_status=deployment_status).is_converged is is_converged


def test_only_a_cluster_that_was_never_deployed_has_failed_to_start() -> None:
    def has_failed_to_start(status: str, deployment_status: str | None, *, is_deployed: bool) -> bool:
        cluster = read_cluster(status, is_deployed=is_deployed, deployment_status=deployment_status)
        return cluster.has_failed_to_start

    assert has_failed_to_start("BUILD_ERROR", "NEVER_DEPLOYED", is_deployed=False)
    assert not has_failed_to_start("BUILD_ERROR", None, is_deployed=False)
    assert not has_failed_to_start("DELETE_ERROR", "OUT_OF_DATE", is_deployed=False)
    assert not has_failed_to_start("BUILD_ERROR", "UP_TO_DATE", is_deployed=True)
    assert not has_failed_to_start("READY", "NEVER_DEPLOYED", is_deployed=False)
    assert not has_failed_to_start("BUILDING", "NEVER_DEPLOYED", is_deployed=False)


# ---------------------------------------------------------------------- clouds


@pytest.mark.parametrize(
    ("provider_cloud", "cloud"),
    [
        ("AWS", Cloud.AWS),
        ("SCW", Cloud.SCALEWAY),
        ("GCP", Cloud.GCP),
        ("DO", Cloud.DIGITAL_OCEAN),
        ("AZURE", Cloud.AZURE),
        ("OVH", Cloud.OVH),
        ("CIVO", Cloud.CIVO),
        ("HETZNER", Cloud.HETZNER),
        ("ORACLE", Cloud.OCI),
        ("IBM", Cloud.IBM),
        ("ON_PREMISE", Cloud.ON_PREMISES),
        ("MOONBASE", Cloud.UNKNOWN),
        (None, Cloud.UNKNOWN),
    ],
)
def test_every_name_of_a_cloud_is_read_and_kept(provider_cloud: str | None, cloud: Cloud) -> None:
    cluster = read_cluster("DEPLOYED", cloud_provider=provider_cloud)
    assert (cluster.cloud, cluster.provider_cloud) == (cloud, provider_cloud)


def test_every_cloud_of_the_document_is_in_the_table(schemas: Any) -> None:
    assert set(schemas["CloudVendorEnum"]["enum"]) == CLOUDS.keys()
    assert set(schemas["CloudProviderEnum"]["enum"]) <= CLOUDS.keys()


def test_every_kind_of_credential_of_the_document_is_in_the_table(schemas: Any) -> None:
    assert set(schemas["ClusterCredentials"]["discriminator"]["mapping"]) == CREDENTIAL_CLOUDS.keys()


@pytest.mark.parametrize(
    ("external_id", "kind", "cloud"),
    [
        ("c-aws", "AWS", Cloud.AWS),
        ("c-role", "AWS_ROLE", Cloud.AWS),
        ("c-vsphere", "EKS_ANYWHERE_VSPHERE", Cloud.AWS),
        ("c-scw", "SCW", Cloud.SCALEWAY),
        ("c-azure", "AZURE", Cloud.AZURE),
        ("c-gcp", "GCP", Cloud.GCP),
        ("c-wif", "GCP_WORKLOAD_IDENTITY_FEDERATION", Cloud.GCP),
        ("c-other", "OTHER", Cloud.ON_PREMISES),
        ("c-new", "MOONBASE_ONE", Cloud.UNKNOWN),
    ],
)
def test_every_kind_of_credential_tells_its_cloud_and_how_it_authenticates(
    external_id: str, kind: str, cloud: Cloud
) -> None:
    bodies = fixture("qovery/list-credentials-of-every-kind.json")["results"]
    body = next(one for one in bodies if one["credential"]["id"] == external_id)
    integration = to_integration(WireCredentialUse.model_validate(body), "account")
    assert (integration.cloud, integration.provider_cloud, integration.authentication) == (cloud, kind, kind)


@pytest.mark.parametrize(
    ("members", "identity"),
    [
        ({"access_key_id": "AKIA1"}, {"access_key_id": "AKIA1"}),
        ({"role_arn": "arn:aws:iam::000000000000:role/q"}, {"role_arn": "arn:aws:iam::000000000000:role/q"}),
        (
            {"vsphere_user": "q@plant.example", "role_arn": None},
            {"user_id": "q@plant.example"},
        ),
        (
            {"scaleway_access_key": "SCW1", "scaleway_project_id": "p", "scaleway_organization_id": "o"},
            {"access_key_id": "SCW1", "project_id": "p", "organization_id": "o"},
        ),
        (
            {"azure_subscription_id": "s", "azure_tenant_id": "t", "azure_application_id": "a"},
            {"subscription_id": "s", "tenant_id": "t", "application_id": "a"},
        ),
        (
            {
                "project_id": "p",
                "service_account_email": "q@p.example",
                "workload_identity_provider_resource": "w",
            },
            {"project_id": "p", "service_account": "q@p.example", "workload_identity_provider": "w"},
        ),
    ],
)
def test_an_integration_says_who_it_is_at_its_cloud(
    members: dict[str, Any], identity: dict[str, str]
) -> None:
    body = {"credential": {"id": "one", "name": "link", **members}, "clusters": []}
    shown = to_integration(WireCredentialUse.model_validate(body), "account").identity
    assert shown == IntegrationIdentity.model_validate(identity)


def test_an_integration_of_which_nothing_is_shown_has_no_identity() -> None:
    body = {"credential": {"id": "one", "name": "link", "object_type": "GCP"}}
    assert to_integration(WireCredentialUse.model_validate(body), "account").identity is None


def test_the_page_of_a_cluster_in_the_console_names_its_organization() -> None:
    found = read_cluster("DEPLOYED", organization={"id": "0d2b"}).details.console_url
    assert found == "https://console.qovery.com/organization/0d2b/cluster/one/overview"
    assert read_cluster("DEPLOYED").details.console_url is None
    assert read_cluster("DEPLOYED", organization={"id": ".."}).details.console_url is None


# ---------------------------------------------------------------------- units, money, zones


def test_sizes_are_counted_in_millicores_and_in_mib() -> None:
    sizes: dict[str, Any] = {
        "cpu": 10000,
        "memory": 4096,
        "disk_size": 50,
        "min_running_nodes": 5,
        "max_running_nodes": 20,
    }
    capacity = read_cluster("DEPLOYED", **sizes, instance_type="T3A_LARGE").capacity
    assert capacity.total == Resources(cpu_millicores=10000, memory_mib=4096)
    assert capacity.per_node == Resources(storage_mib=50 * 1024)
    assert (capacity.node_count, capacity.min_nodes, capacity.max_nodes) == (None, 5, 20)
    assert capacity.instance_type == "T3A_LARGE"


def test_an_instance_type_is_named_as_a_cluster_names_it() -> None:
    (body,) = fixture("qovery/list-instance-types.json")["results"]
    found = to_instance_type(WireInstanceType.model_validate(body), "account", Cloud.AWS, None)
    assert (found.name, found.cpu_millicores, found.memory_mib) == ("T3A_XLARGE", 4000, 16384)
    assert found.region is None


def test_a_zone_is_asked_for_by_its_whole_name() -> None:
    paris, amsterdam = (
        WireRegion.model_validate(body) for body in fixture("qovery/list-regions-scaleway.json")["results"]
    )
    assert to_zones(paris) == ("fr-par-1", "fr-par-2")
    assert to_zones(amsterdam) == ("nl-ams",)


def test_a_cost_range_is_read_in_cents() -> None:
    wire = WireCostRange.model_validate(fixture("qovery/cost-range.json"))
    assert to_cost_estimate(wire) == CostEstimate(
        minimum=Money(minor_units=15000, currency="USD"), maximum=Money(minor_units=30000, currency="USD")
    )


def test_cents_are_hundredths_of_whatever_currency() -> None:
    wire = WireCostRange.model_validate(
        {"min_cost_in_cents": 100000, "max_cost_in_cents": 200000, "currency_code": "jpy"}
    )
    assert to_cost_estimate(wire) == CostEstimate(
        minimum=Money(minor_units=1000, currency="JPY"), maximum=Money(minor_units=2000, currency="JPY")
    )


def test_an_amount_without_a_currency_is_no_money() -> None:
    wire = WireCostRange.model_validate(fixture("qovery/cost-range-without-currency.json"))
    assert to_cost_estimate(wire) is None


def test_an_estimate_of_the_cloud_bill_is_a_number_and_no_money() -> None:
    shown = read_cluster("DEPLOYED", estimated_cloud_provider_cost=712)
    assert isinstance(shown.details, QoveryDetails)
    assert shown.details.estimated_cloud_provider_cost == 712


def features() -> Iterator[QoveryFeature]:
    details = read_cluster(
        "DEPLOYED", features=fixture("qovery/list-clusters.json")["results"][0]["features"]
    ).details
    assert isinstance(details, QoveryDetails)
    yield from details.features


def test_a_feature_has_a_value_as_text_and_a_price_where_one_is_named() -> None:
    address, network, karpenter, untold = features()
    assert address == QoveryFeature(
        id="STATIC_IP",
        title="Static IP",
        value="true",
        cost_per_month=Money(minor_units=9600, currency="USD"),
    )
    assert (network.value, network.cost_per_month) == ("10.0.0.0/16", None)
    assert karpenter.value == '{"disk_size_in_gib": 50, "spot_enabled": false}'
    assert (untold.id, untold.value, untold.cost_per_month) == ("Only a title", None, None)


@pytest.mark.parametrize("kind", ["EKS", "GKE", "AKS", "SCW_KAPSULE", "MOONBASE"])
def test_outputs_of_every_kind_are_read(kind: str) -> None:
    outputs = {"kind": kind, "cluster_name": "qovery-z1", "cluster_self_link": "ignored"}
    details = read_cluster("DEPLOYED", infrastructure_outputs=outputs).details
    assert isinstance(details, QoveryDetails)
    assert details.outputs is not None
    assert (details.outputs.kind, details.outputs.cluster_name) == (kind, "qovery-z1")


def test_every_kind_of_outputs_of_the_document_is_tested(schemas: Any) -> None:
    assert set(schemas["InfrastructureOutputs"]["discriminator"]["mapping"]) == {
        "EKS",
        "GKE",
        "AKS",
        "SCW_KAPSULE",
    }


@pytest.mark.parametrize("mode", ["MANAGED", "SELF_MANAGED", "PARTIALLY_MANAGED"])
def test_the_kubernetes_mode_is_the_plan(mode: str, schemas: Any) -> None:
    cluster = read_cluster("DEPLOYED", kubernetes=mode)
    assert isinstance(cluster.details, QoveryDetails)
    assert cluster.plan == cluster.details.kubernetes_mode == mode
    assert mode in schemas["KubernetesEnum"]["enum"]


# ---------------------------------------------------------------------- revision


def revision(**changes: Any) -> str:
    body = fixture("qovery/list-clusters-with-every-member.json")["results"][0] | changes
    return to_cluster(WireCluster.model_validate(body), "account").revision


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "DEPLOYING"},
        {"updated_at": "2026-11-23T12:00:00Z"},
        {"deployment_status": "UP_TO_DATE"},
        {"version": "1.32"},
        {"infrastructure_outputs": None},
        {"estimated_cloud_provider_cost": 1},
    ],
)
def test_what_no_user_sets_leaves_the_revision_alone(changes: dict[str, Any]) -> None:
    assert revision() == revision(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "production-two"},
        {"description": ""},
        {"min_running_nodes": 4},
        {"max_running_nodes": 30},
        {"disk_size": 60},
        {"disk_iops": 4000},
        {"disk_throughput": 250},
        {"instance_type": "T3A_XLARGE"},
        {"kubernetes": "SELF_MANAGED"},
        {"production": False},
        {"ssh_keys": []},
        {"features": [{"id": "STATIC_IP", "value_object": {"type": "BOOLEAN", "value": False}}]},
        {"metrics_parameters": {"enabled": True}},
        {"infrastructure_charts_parameters": {"nginx_parameters": {"replica_count": 3}}},
        {"keda": {"enabled": False}},
        {"secret_manager_accesses": []},
        {"labels_groups": [{"id": "one"}]},
    ],
)
def test_what_a_user_sets_changes_the_revision(changes: dict[str, Any]) -> None:
    assert revision() != revision(**changes)
