"""What a client asks of a cluster arrives at the domain as it was meant; what was left out does not."""

from typing import Any

import pytest

from fleet.model import opaque
from fleet.model.change import (
    ClearSpendLimit,
    CordonNode,
    DeleteCluster,
    DeployCluster,
    DrainNode,
    SetSpendLimit,
    StopCluster,
    UncordonNode,
    UpdateCluster,
)
from fleet.model.cloud import Cloud
from fleet.model.money import LimitWanted, Money, UsageLimit
from fleet.model.spec import ClusterPatch, ClusterSpec
from fleet.ports.reader import Ref
from fleet.providers.cockroachdb import (
    CockroachdbAdvanced,
    CockroachdbClusterPatch,
    CockroachdbClusterSpec,
    CockroachdbPlan,
    CockroachdbServerless,
    RegionNodes,
)
from fleet.providers.kupe import KupeClusterPatch, KupeClusterSpec, KupeClusterType, KupeResources
from fleet.providers.northflank import NodePoolWanted, NorthflankClusterPatch, NorthflankClusterSpec
from fleet.providers.qovery import (
    FeatureWanted,
    MetricsWanted,
    NginxWanted,
    QoveryAdvanced,
    QoveryClusterPatch,
    QoveryClusterSpec,
    QoveryKubernetesMode,
)
from infra.store.store import TableStore
from tests.gateway.fleet import ACME, EXTERNAL_ID, MERIDIAN, NORTH, QUAY
from tests.gateway.mutations.asked import (
    AWS_PROD,
    CREATE,
    EDGE,
    KEY,
    LEDGER,
    NODE,
    PIER,
    PRODUCTION,
    UPDATE,
    account_id,
)
from tests.gateway.script import Script
from tests.gateway.world import Client

SPECS: list[tuple[Any, dict[str, Any], ClusterSpec]] = [
    (
        MERIDIAN,
        {
            "cockroachdb": {
                "cloud": "GCP",
                "plan": {
                    "basic": {
                        "regions": ["europe-west1"],
                        "spendLimit": {"money": {"minorUnits": "0", "currency": "USD"}},
                    }
                },
                "labels": [{"key": "env", "value": "test"}],
            }
        },
        CockroachdbClusterSpec(
            cloud=Cloud.GCP,
            plan=CockroachdbPlan(
                basic=CockroachdbServerless(
                    regions=["europe-west1"],
                    spend_limit=LimitWanted(money=Money(minor_units=0, currency="USD")),
                )
            ),
            labels={"env": "test"},
        ),
    ),
    (
        MERIDIAN,
        {
            "cockroachdb": {
                "cloud": "AWS",
                "plan": {
                    "advanced": {
                        "regionNodes": [{"region": "eu-west-1", "nodes": 3}],
                        "vcpus": 4,
                        "storageGib": 75,
                    }
                },
                "isDeletionProtected": True,
            }
        },
        CockroachdbClusterSpec(
            cloud=Cloud.AWS,
            plan=CockroachdbPlan(
                advanced=CockroachdbAdvanced(
                    region_nodes=[RegionNodes(region="eu-west-1", nodes=3)], vcpus=4, storage_gib=75
                )
            ),
            is_deletion_protected=True,
        ),
    ),
    (
        ACME,
        {
            "kupe": {
                "displayName": "Staging",
                "type": "SHARED",
                "version": "1.34",
                "resources": {"cpu": "4", "memory": "16Gi"},
                "isHighlyAvailable": False,
                "alerts": {"cpu": {"threshold": 0.9}},
            }
        },
        KupeClusterSpec(
            display_name="Staging",
            type=KupeClusterType.SHARED,
            version="1.34",
            resources=KupeResources(cpu="4", memory="16Gi"),
            is_highly_available=False,
            alerts={"cpu": {"threshold": 0.9}},
        ),
    ),
    (
        NORTH,
        {
            "northflank": {
                "integrationId": AWS_PROD,
                "cloud": "AWS",
                "region": "eu-west-1",
                "nodePools": [
                    {"nodeType": "m5.large", "nodeCount": 2, "diskSizeGb": 100, "minNodes": 1, "maxNodes": 3}
                ],
            }
        },
        NorthflankClusterSpec(
            integration_external_id="aws-prod",
            cloud=Cloud.AWS,
            region="eu-west-1",
            node_pools=[
                NodePoolWanted(node_type="m5.large", node_count=2, disk_size_gb=100, min_nodes=1, max_nodes=3)
            ],
        ),
    ),
    (
        QUAY,
        {
            "qovery": {
                "cloud": "AWS",
                "region": "eu-west-3",
                "instanceType": "t3.large",
                "diskSizeGb": 40,
                "maxNodes": 3,
                "sshKeys": ["ssh-ed25519 AAAA"],
                "features": [{"id": "STATIC_IP", "value": "true"}],
                "advanced": {
                    "metrics": {"isEnabled": True, "kind": "MANAGED_BY_QOVERY"},
                    "nginx": {"replicaCount": 2, "metalLbLoadBalancerIps": "10.0.0.1"},
                    "certManagerNamespace": "certs",
                    "metalLbAddressPools": ["10.0.0.0/24"],
                },
                "deploy": False,
            }
        },
        QoveryClusterSpec(
            cloud=Cloud.AWS,
            region="eu-west-3",
            kubernetes_mode=QoveryKubernetesMode.MANAGED,
            instance_type="t3.large",
            disk_size_gb=40,
            max_nodes=3,
            ssh_keys=["ssh-ed25519 AAAA"],
            features=[FeatureWanted(id="STATIC_IP", value="true")],
            advanced=QoveryAdvanced(
                metrics=MetricsWanted(is_enabled=True, kind="MANAGED_BY_QOVERY"),
                nginx=NginxWanted(replica_count=2, metal_lb_load_balancer_ips="10.0.0.1"),
                cert_manager_namespace="certs",
                metal_lb_address_pools=("10.0.0.0/24",),
            ),
            deploy=False,
        ),
    ),
]


@pytest.mark.parametrize(("account", "given", "spec"), SPECS, ids=lambda value: next(iter(value), None))
async def test_a_new_cluster_arrives_as_its_provider_takes_it(
    account: Any,
    given: dict[str, Any],
    spec: ClusterSpec,
    world: TableStore,
    scripted: Client,
    script: Script,
) -> None:
    asked = {"accountId": account_id(account), "name": "some-name", "spec": given, "idempotencyKey": KEY}
    data = await scripted.query(CREATE, input=asked)
    assert script.asked == ("create_cluster", (account.id, "some-name", spec), {"idempotency_key": KEY})
    assert data["createCluster"] == {
        "operation": {
            "kind": "STOP_CLUSTER",
            "state": "RUNNING",
            "targetName": "production",
            "requestedBy": "admin",
            "pollAfterSeconds": 2,
        },
        "userErrors": [],
    }


PATCHES: list[tuple[str, dict[str, Any], ClusterPatch]] = [
    (LEDGER, {"cockroachdb": {"version": "v25.2"}}, CockroachdbClusterPatch(version="v25.2")),
    (LEDGER, {"cockroachdb": {"labels": []}}, CockroachdbClusterPatch(labels={})),
    (LEDGER, {"cockroachdb": {"labels": None}}, CockroachdbClusterPatch(labels=None)),
    (
        PRODUCTION,
        {"kupe": {"resources": {"cpu": "8"}}},
        KupeClusterPatch(resources=KupeResources(cpu="8")),
    ),
    (EDGE, {"northflank": {"description": "x"}}, NorthflankClusterPatch(description="x")),
    (PIER, {"qovery": {"description": None}}, QoveryClusterPatch(description=None)),
    (
        EDGE,
        {"northflank": {"nodePools": [{"id": "p", "nodeType": "x", "nodeCount": 1, "diskSizeGb": 9}]}},
        NorthflankClusterPatch(
            node_pools=[NodePoolWanted(id="p", node_type="x", node_count=1, disk_size_gb=9)]
        ),
    ),
    (
        PIER,
        {"qovery": {"features": [], "minNodes": 2}},
        QoveryClusterPatch(features=[], min_nodes=2),
    ),
]


@pytest.mark.parametrize(("cluster", "given", "patch"), PATCHES)
async def test_a_patch_holds_what_was_given_be_it_null_and_nothing_else(
    cluster: str,
    given: dict[str, Any],
    patch: ClusterPatch,
    world: TableStore,
    scripted: Client,
    script: Script,
) -> None:
    data = await scripted.query(UPDATE, id=cluster, input=given)
    assert data["updateCluster"]["userErrors"] == []
    name, (ref, change), named = script.asked
    assert (name, named) == ("change_cluster", {"expected_revision": None})
    assert opaque.write(["Cluster", *ref]) == cluster
    assert isinstance(change, UpdateCluster)
    assert change.patch == patch
    assert change.patch.model_fields_set == patch.model_fields_set


@pytest.mark.parametrize(
    ("mutation", "change", "revision"),
    [
        ("stopCluster(id: $id)", StopCluster(), None),
        ("deployCluster(id: $id)", DeployCluster(), None),
        ('deleteCluster(id: $id, confirmName: "production")', DeleteCluster(), None),
        (
            'deleteCluster(id: $id, confirmName: "production", expectedRevision: "r1")',
            DeleteCluster(),
            "r1",
        ),
        (
            'setSpendLimit(clusterId: $id, limit: { money: { minorUnits: "1500", currency: "USD" } })',
            SetSpendLimit(limit=LimitWanted(money=Money(minor_units=1500, currency="USD"))),
            None,
        ),
        (
            'setSpendLimit(clusterId: $id, limit: { usage: { storageMiB: "512" } }, expectedRevision: "r1")',
            SetSpendLimit(limit=LimitWanted(usage=UsageLimit(storage_mib=512))),
            "r1",
        ),
        ('clearSpendLimit(clusterId: $id, expectedRevision: "r1")', ClearSpendLimit(), "r1"),
    ],
)
async def test_a_change_of_a_cluster_arrives_with_what_it_is_based_on(
    mutation: str, change: Any, revision: str | None, world: TableStore, scripted: Client, script: Script
) -> None:
    data = await scripted.query(
        f"mutation ($id: ID!) {{ done: {mutation} {{ cluster {{ name }} userErrors {{ message }} }} }}",
        id=PRODUCTION,
    )
    assert data["done"] == {"cluster": {"name": "production"}, "userErrors": []}
    ref = Ref(ACME.id, "id-of-production")
    assert script.asked == ("change_cluster", (ref, change), {"expected_revision": revision})


@pytest.mark.parametrize(
    ("mutation", "change"),
    [("cordonNode", CordonNode()), ("uncordonNode", UncordonNode()), ("drainNode", DrainNode())],
)
async def test_a_machine_is_maintained(
    mutation: str, change: Any, world: TableStore, scripted: Client, script: Script
) -> None:
    document = (
        f"mutation ($id: ID!) {{ done: {mutation}(id: $id) {{ node {{ name }} operation {{ state }} }} }}"
    )
    data = await scripted.query(document, id=NODE)
    assert data["done"] == {"node": {"name": "node-1"}, "operation": {"state": "RUNNING"}}
    assert script.asked == ("change_node", (Ref(MERIDIAN.id, f"{EXTERNAL_ID}/node-1"), change), {})


async def test_a_fault_of_one_change_takes_none_of_its_neighbours(
    world: TableStore, scripted: Client, script: Script
) -> None:
    script.answer = RuntimeError("the table at 10.1.2.3 does not answer")
    document = """mutation ($id: ID!) {
        stopCluster(id: $id) { userErrors { message } }
        other: stopCluster(id: "x") { userErrors { message } }
    }"""
    answer = await scripted.send(document, id=PRODUCTION)
    assert answer["data"] == {
        "stopCluster": None,
        "other": {"userErrors": [{"message": "The cluster was not found."}]},
    }
    (error,) = answer["errors"]
    assert (error["message"], error["path"]) == ("Something went wrong on our side.", ["stopCluster"])
