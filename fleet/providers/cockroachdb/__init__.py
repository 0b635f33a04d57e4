"""CockroachDB Cloud: what it is and what it does not support."""

from fleet.model.capability import Capability
from fleet.model.cluster import Cluster
from fleet.model.provider import Provider
from fleet.model.rate_limit import RateLimit, RateScope
from fleet.providers.cockroachdb.allowance import FREE_ALLOWANCE
from fleet.providers.cockroachdb.cluster import CockroachdbClusterPatch, CockroachdbClusterSpec
from fleet.providers.cockroachdb.details import CockroachdbDetails, CockroachdbRegion
from fleet.providers.cockroachdb.plan import (
    SHOWN_AS,
    CockroachdbAdvanced,
    CockroachdbPlan,
    CockroachdbServerless,
    CockroachdbUpgrades,
    RegionNodes,
)

__all__ = [
    "COCKROACHDB",
    "FREE_ALLOWANCE",
    "SHOWN_AS",
    "CockroachdbAdvanced",
    "CockroachdbClusterPatch",
    "CockroachdbClusterSpec",
    "CockroachdbDetails",
    "CockroachdbPlan",
    "CockroachdbRegion",
    "CockroachdbServerless",
    "CockroachdbUpgrades",
    "RegionNodes",
]


def _is_busy(cluster: Cluster, capability: Capability) -> bool:
    """While an operation runs, exclusive or not, a change is answered with 400. Only the deletion of a locked cluster
    is taken, since October 2024 (the vendor's Terraform provider stopped to wait then). LOCKED once had a prefix.
    """
    if capability is Capability.DELETE_CLUSTER:
        return False
    return cluster.provider_phase.endswith("LOCKED") or (cluster.provider_operation or "").endswith(
        "_RUNNING"
    )


COCKROACHDB = Provider(
    key="cockroachdb",
    name="CockroachDB Cloud",
    documentation_url="https://www.cockroachlabs.com/docs/cockroachcloud/cloud-api",
    rate_limit=RateLimit(requests=10, window_seconds=1, scope=RateScope.TOKEN),
    details=CockroachdbDetails,
    spec=CockroachdbClusterSpec,
    patch=CockroachdbClusterPatch,
    is_busy=_is_busy,
    needs_external_id=False,
    free_allowance=FREE_ALLOWANCE,
    api_versions=("2024-09-16", "2023-04-10", "2022-09-20", "2022-03-31"),
    unsupported={
        Capability.LOCK_CLUSTER: (
            "CockroachDB Cloud locks no clusters. Deletion protection, which an update turns on, keeps one from being "
            "deleted."
        ),
        Capability.STOP_CLUSTER: "CockroachDB Cloud clusters run until they are deleted.",
        Capability.DEPLOY_CLUSTER: "CockroachDB Cloud applies changes by itself; there is nothing to deploy.",
        Capability.NODE_MAINTENANCE: "CockroachDB Cloud maintains its nodes itself.",
        Capability.LIST_INTEGRATIONS: "CockroachDB Cloud does not list links to cloud accounts.",
        Capability.CHANGE_INTEGRATION: "CockroachDB Cloud does not manage links to cloud accounts.",
        Capability.COST_ESTIMATE: "CockroachDB Cloud bills organizations and estimates no single cluster.",
        Capability.LIST_INSTANCE_TYPES: "CockroachDB Cloud does not list machine types.",
        Capability.CONDITIONAL_UPDATE: (
            "CockroachDB Cloud has no revisions; Fleetgraph compares before it writes, "
            "and a change made elsewhere in that moment may be overwritten."
        ),
    },
)
