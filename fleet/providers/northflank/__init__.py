"""Northflank: what it is and what it does not support."""

from fleet.model.capability import Capability
from fleet.model.provider import Provider
from fleet.model.rate_limit import RateLimit, RateScope
from fleet.providers.northflank.cluster import (
    NorthflankClusterPatch,
    NorthflankClusterSpec,
    NorthflankDetails,
)
from fleet.providers.northflank.pools import NodePool, NodePoolWanted

__all__ = [
    "FEATURES",
    "NORTHFLANK",
    "TYPE",
    "NodePool",
    "NodePoolWanted",
    "NorthflankClusterPatch",
    "NorthflankClusterSpec",
    "NorthflankDetails",
]

FEATURES, TYPE = "features", "type"
"""How an integration says what it is for, by the vendor's document: several features today, one type before. The API
has no versions of its own.
"""

NORTHFLANK = Provider(
    key="northflank",
    name="Northflank",
    documentation_url="https://northflank.com/docs/v1/api/introduction",
    rate_limit=RateLimit(requests=1000, window_seconds=3600, scope=RateScope.TOKEN),
    details=NorthflankDetails,
    spec=NorthflankClusterSpec,
    patch=NorthflankClusterPatch,
    needs_external_id=False,
    api_versions=(FEATURES, TYPE),
    spend_leaves_out="The bill of the cloud that the clusters run in is not in it.",
    unsupported={
        Capability.BACKUPS: "Northflank backs up addons, and not clusters.",
        Capability.LOCK_CLUSTER: "Northflank locks no clusters.",
        Capability.ALLOWLIST: "Northflank keeps no list of networks for a cluster.",
        Capability.UPGRADE_CLUSTER: "Northflank upgrades clusters itself; no call starts it.",
        Capability.LIST_VERSIONS: "Northflank chooses the Kubernetes version of a new cluster.",
        Capability.FINALIZE_UPGRADE: "Northflank upgrades clusters itself.",
        Capability.STOP_CLUSTER: "A Northflank cluster runs until it is deleted.",
        Capability.DEPLOY_CLUSTER: "Northflank applies changes by itself; there is nothing to deploy.",
        Capability.SPEND_LIMIT: "Northflank offers billing thresholds and alerts in its console only.",
        Capability.COST_ESTIMATE: "Northflank prices the use of an account, not of a cluster.",
        Capability.CONDITIONAL_UPDATE: (
            "Northflank has no revisions: Fleetgraph reads the cluster, compares and writes at once, and a change of "
            "the same settings made elsewhere between that reading and the writing is overwritten."
        ),
        Capability.CLUSTER_CONNECTION: "Northflank does not tell where the Kubernetes API of a cluster answers.",
    },
)
