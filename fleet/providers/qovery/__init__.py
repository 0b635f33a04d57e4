"""Qovery: what it is and what it does not support."""

from fleet.model.capability import Capability
from fleet.model.cluster import Cluster
from fleet.model.provider import Provider
from fleet.model.rate_limit import RateLimit, RateScope
from fleet.providers.qovery.advanced import MetricsWanted, NginxWanted, QoveryAdvanced
from fleet.providers.qovery.cluster import (
    AUTOSCALED,
    LONGEST_KUBECONFIG,
    ON_PREMISE,
    QoveryClusterPatch,
    QoveryClusterSpec,
    QoveryKubernetesMode,
)
from fleet.providers.qovery.details import QoveryDetails, QoveryLock, QoveryOutputs
from fleet.providers.qovery.features import KARPENTER, FeatureWanted, QoveryFeature
from fleet.providers.qovery.secret_managers import (
    QoverySecretManager,
    QoverySecretManagerAuthentication,
    QoverySecretManagerKind,
    SecretManagerWanted,
)

__all__ = [
    "AUTOSCALED",
    "KARPENTER",
    "LONGEST_KUBECONFIG",
    "ON_PREMISE",
    "QOVERY",
    "FeatureWanted",
    "MetricsWanted",
    "NginxWanted",
    "QoveryAdvanced",
    "QoveryClusterPatch",
    "QoveryClusterSpec",
    "QoveryDetails",
    "QoveryFeature",
    "QoveryKubernetesMode",
    "QoveryLock",
    "QoveryOutputs",
    "QoverySecretManager",
    "QoverySecretManagerAuthentication",
    "QoverySecretManagerKind",
    "SecretManagerWanted",
]


def _is_busy(cluster: Cluster, capability: Capability) -> bool:
    """As the vendor's Terraform provider has it. A lock is of its own, whatever the cluster does."""
    if capability is Capability.LOCK_CLUSTER:
        return False
    word = cluster.provider_phase
    return word.endswith("ING") or "_QUEUED" in word or "_WAITING" in word or word == "QUEUED"


QOVERY = Provider(
    key="qovery",
    name="Qovery",
    documentation_url="https://www.qovery.com/docs/api-reference/introduction",
    rate_limit=RateLimit(requests=1000, window_seconds=3600, scope=RateScope.TOKEN),
    details=QoveryDetails,
    spec=QoveryClusterSpec,
    patch=QoveryClusterPatch,
    are_names_caseless=True,
    is_busy=_is_busy,
    needs_external_id=True,
    spend_leaves_out="The bill of the cloud that the clusters run in is not in it.",
    unsupported={
        Capability.BACKUPS: "Qovery does not back clusters up.",
        Capability.ALLOWLIST: "Qovery keeps no list of networks.",
        Capability.NODE_MAINTENANCE: "Qovery leaves the machines to the cloud that runs them.",
        Capability.LIST_VERSIONS: "Qovery chooses the Kubernetes version of a new cluster.",
        Capability.FINALIZE_UPGRADE: "An upgrade of Qovery is final at once.",
        Capability.CLUSTER_SPEND: (
            "Qovery bills an organization and splits nothing by cluster; what a cluster may cost in its cloud is its "
            "cost estimate."
        ),
        Capability.SPEND_LIMIT: "Qovery estimates what a cluster costs and does not limit it.",
        Capability.CONDITIONAL_UPDATE: (
            "Qovery has no revisions and replaces a cluster's settings whole: Fleetgraph reads them, compares and "
            "writes at once, and a change made elsewhere between that reading and the writing is overwritten."
        ),
        Capability.CLUSTER_CONNECTION: (
            "Qovery tells where a cluster answers in a kubeconfig only, beside its credentials."
        ),
    },
)
