"""Qovery: what it is and what only it knows of a cluster."""

from fleet.money import Money
from fleet.provider import Capability, ClusterDetails, Provider, RateLimit, RateScope
from fleet.record import Record


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


QOVERY = Provider(
    key="qovery",
    name="Qovery",
    documentation_url="https://www.qovery.com/docs/api-reference/introduction",
    rate_limit=RateLimit(requests=1000, window_seconds=3600, scope=RateScope.TOKEN),
    details=QoveryDetails,
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
