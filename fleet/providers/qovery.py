"""Qovery: what it is and what only it knows of a cluster."""

from collections.abc import Sequence
from enum import StrEnum

from pydantic import Field

from fleet.cloud import Cloud
from fleet.money import Money
from fleet.provider import Capability, ClusterDetails, Provider, RateLimit, RateScope
from fleet.record import Record
from fleet.spec import ClusterPatch, ClusterSpec, NameRule, not_cleared


class QoveryFeature(Record):
    """`value` is what the feature is set to: text as it is, anything else as JSON."""

    id: str
    title: str | None = None
    value: str | None = None
    cost_per_month: Money | None = None


class QoveryOutputs(Record):
    """What the deployed cluster is called at its cloud. `kind` is EKS, GKE, AKS or SCW_KAPSULE."""

    kind: str
    cluster_name: str | None = None
    oidc_issuer: str | None = None


class QoveryDetails(ClusterDetails):
    """`kubernetes_mode` is MANAGED, SELF_MANAGED or PARTIALLY_MANAGED; `deployment_status` is NEVER_DEPLOYED,
    OUT_OF_DATE or UP_TO_DATE.
    """

    kubernetes_mode: str | None = None
    is_production: bool | None = None
    is_default: bool | None = None
    is_demo: bool | None = None
    has_access: bool | None = None
    deployment_status: str | None = None
    features: tuple[QoveryFeature, ...] = ()
    outputs: QoveryOutputs | None = None


class QoveryKubernetesMode(StrEnum):
    MANAGED = "MANAGED"
    SELF_MANAGED = "SELF_MANAGED"
    PARTIALLY_MANAGED = "PARTIALLY_MANAGED"


class FeatureWanted(Record):
    """`value` is text as it is, or anything else as JSON."""

    id: str
    value: str | None = None


class MetricsWanted(Record):
    is_enabled: bool
    kind: str | None = None


class NginxWanted(Record):
    replica_count: int | None = None
    default_ssl_certificate: str | None = None
    publish_status_address: str | None = None
    metal_lb_load_balancer_ips: str | None = None
    external_dns_target: str | None = None


class QoveryAdvanced(Record):
    """What Qovery's metrics_parameters and infrastructure_charts_parameters hold."""

    metrics: MetricsWanted | None = None
    nginx: NginxWanted | None = None
    cert_manager_namespace: str | None = None
    metal_lb_address_pools: Sequence[str] | None = None


class QoveryClusterSpec(ClusterSpec):
    name_rule = NameRule(
        pattern=r"\S(?:.*\S)?", sentence="Qovery takes any name that is not blank at either end."
    )

    cloud: Cloud
    region: str = Field(min_length=1)
    integration_external_id: str | None = None
    description: str | None = None
    kubernetes_mode: QoveryKubernetesMode = QoveryKubernetesMode.MANAGED
    instance_type: str | None = None
    disk_size_gb: int | None = Field(default=None, ge=1)
    min_nodes: int = Field(default=1, ge=1)
    max_nodes: int = Field(default=1, ge=1)
    is_production: bool = False
    ssh_keys: Sequence[str] | None = None
    features: Sequence[FeatureWanted] | None = None
    advanced: QoveryAdvanced | None = None
    deploy: bool = True

    @property
    def is_deployed(self) -> bool:
        return self.deploy


class QoveryClusterPatch(ClusterPatch):
    name: str | None = None
    description: str | None = None
    instance_type: str | None = None
    disk_size_gb: int | None = Field(default=None, ge=1)
    min_nodes: int | None = Field(default=None, ge=1)
    max_nodes: int | None = Field(default=None, ge=1)
    is_production: bool | None = None
    ssh_keys: Sequence[str] | None = None
    features: Sequence[FeatureWanted] | None = None
    advanced: QoveryAdvanced | None = None

    _not_cleared = not_cleared(
        "name", "instance_type", "disk_size_gb", "min_nodes", "max_nodes", "is_production"
    )


def _is_busy(word: str) -> bool:
    """As the vendor's Terraform provider tells."""
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
    lacks={
        Capability.LIST_NODES: "Qovery shows machines over its WebSocket gateway only.",
        Capability.NODE_MAINTENANCE: "Qovery leaves the machines to the cloud that runs them.",
        Capability.SPEND_LIMIT: "Qovery estimates what a cluster costs and does not limit it.",
        Capability.CONDITIONAL_UPDATE: (
            "Qovery has no revisions; Fleetgraph compares before it writes, "
            "and a change made elsewhere in that moment may be overwritten."
        ),
        Capability.CLUSTER_CONNECTION: (
            "Qovery tells where a cluster answers in a kubeconfig only, beside its credentials."
        ),
    },
)
