"""What only Qovery knows of a cluster."""

import strawberry

from fleet.providers.qovery import QoveryDetails
from gateway.details import ClusterDetails
from gateway.money import Money
from gateway.records import field, serves


@strawberry.type(description="Something that a Qovery cluster can be created with.")
class QoveryFeature:
    id: str = field("Qovery's word for the feature, e.g. STATIC_IP.")
    title: str | None
    value: str | None = field("What it is set to: text as it is, anything else as JSON.")
    cost_per_month: Money | None = field("Null where the provider names no price.")


@strawberry.type(description="What the deployed cluster is called at its cloud.")
class QoveryOutputs:
    kind: str = field("The cloud's Kubernetes service: EKS, GKE, AKS or SCW_KAPSULE.")
    cluster_name: str | None
    oidc_issuer: str | None = field("Issuer of the tokens of its service accounts.")


@strawberry.type(description="What only Qovery knows of a cluster.")
class QoveryClusterDetails(ClusterDetails):
    is_type_of = serves(QoveryDetails)

    kubernetes_mode: str | None = field("Who runs Kubernetes: MANAGED, SELF_MANAGED or PARTIALLY_MANAGED.")
    is_production: bool | None
    is_default: bool | None = field("Whether new environments go there unless told otherwise.")
    is_demo: bool | None
    has_access: bool | None = field("Whether Qovery can reach it with the credentials it was given.")
    deployment_status: str | None = field("NEVER_DEPLOYED, OUT_OF_DATE or UP_TO_DATE with its settings.")
    features: list[QoveryFeature]
    outputs: QoveryOutputs | None = field("Null until it was deployed.")
