"""The schema types of Qovery: the details, the specification and the patch of a cluster."""

import strawberry

from fleet.model.cloud import Cloud
from fleet.providers.qovery import QoveryDetails, QoveryKubernetesMode
from gateway.inputs.conversion import ClusterInput
from gateway.providers.members import ProviderTypes
from gateway.types.cluster import ClusterDetails
from gateway.types.money import Money
from gateway.types.records import field, option, serves

strawberry.enum(
    QoveryKubernetesMode, description="Who runs Kubernetes: Qovery, the customer, or both in part."
)


@strawberry.type(description="A feature of a Qovery cluster.")
class QoveryFeature:
    id: str = field("The feature in Qovery's words, e.g. STATIC_IP.")
    title: str | None
    value: str | None = field("Its value: a text as it is, anything else as JSON.")
    cost_per_month: Money | None = field("Null where the provider does not show a price.")


@strawberry.type(description="The names of the deployed cluster at its cloud.")
class QoveryOutputs:
    kind: str = field("The cloud's Kubernetes service: EKS, GKE, AKS or SCW_KAPSULE.")
    cluster_name: str | None
    oidc_issuer: str | None = field("Issuer of the tokens of its service accounts.")


@strawberry.type(description="How the metrics of a Qovery cluster are kept.")
class QoveryMetrics:
    is_enabled: bool
    kind: str | None = field("How they are kept, in Qovery's words.")


@strawberry.type(description="Settings of the ingress of a Qovery cluster.")
class QoveryNginx:
    replica_count: int | None
    default_ssl_certificate: str | None = field("The name of a secret in the cluster, not its content.")
    publish_status_address: str | None
    metal_lb_load_balancer_ips: str | None
    external_dns_target: str | None


@strawberry.type(
    description="The `metrics_parameters` and `infrastructure_charts_parameters` of Qovery's API, as far as they "
    "can be set here."
)
class QoveryAdvanced:
    metrics: QoveryMetrics | None
    nginx: QoveryNginx | None
    cert_manager_namespace: str | None
    metal_lb_address_pools: list[str] | None


@strawberry.type(description="Fields of a cluster that only Qovery has.")
class QoveryClusterDetails(ClusterDetails):
    is_type_of = serves(QoveryDetails)

    kubernetes_mode: str | None = field("Who runs Kubernetes: MANAGED, SELF_MANAGED or PARTIALLY_MANAGED.")
    is_production: bool | None
    is_default: bool | None = field("Whether new environments use this cluster by default.")
    is_demo: bool | None
    has_access: bool | None = field("Whether Qovery can reach the cluster with its credentials.")
    deployment_status: str | None = field(
        "Whether its settings are deployed: NEVER_DEPLOYED, OUT_OF_DATE or UP_TO_DATE."
    )
    ssh_keys: list[str] = field("Public keys that may log in to the nodes.")
    features: list[QoveryFeature]
    advanced: QoveryAdvanced | None = field("Null where Qovery does not show them.")
    outputs: QoveryOutputs | None = field("Null until the cluster is deployed.")


@strawberry.input(description="A feature for a Qovery cluster.")
class QoveryFeatureInput:
    id: str = field("The feature in Qovery's words, e.g. STATIC_IP.")
    value: str | None = option("A text as it is, anything else as JSON.")


@strawberry.input(description="How the metrics of a Qovery cluster are kept.")
class QoveryMetricsInput:
    is_enabled: bool
    kind: str | None = option("How they are kept, in Qovery's words.")


@strawberry.input(description="Settings of the ingress of a Qovery cluster.")
class QoveryNginxInput:
    replica_count: int | None = strawberry.UNSET
    default_ssl_certificate: str | None = strawberry.UNSET
    publish_status_address: str | None = strawberry.UNSET
    metal_lb_load_balancer_ips: str | None = strawberry.UNSET
    external_dns_target: str | None = strawberry.UNSET


@strawberry.input(
    description="The `metrics_parameters` and `infrastructure_charts_parameters` of Qovery's API, sent as given."
)
class QoveryAdvancedInput:
    metrics: QoveryMetricsInput | None = strawberry.UNSET
    nginx: QoveryNginxInput | None = strawberry.UNSET
    cert_manager_namespace: str | None = strawberry.UNSET
    metal_lb_address_pools: list[str] | None = strawberry.UNSET


@strawberry.input(description="A new Qovery cluster.")
class QoveryClusterSpecInput(ClusterInput):
    cloud: Cloud
    region: str
    integration_external_id: strawberry.ID | None = option(
        "The integration of the same account that holds the cloud's credentials.", name="integrationId"
    )
    description: str | None = strawberry.UNSET
    kubernetes_mode: QoveryKubernetesMode = QoveryKubernetesMode.MANAGED
    instance_type: str | None = strawberry.UNSET
    disk_size_gb: int | None = option("Of each node.")
    min_nodes: int = 1
    max_nodes: int = 1
    is_production: bool = False
    ssh_keys: list[str] | None = option("Public keys that may log in to the nodes.")
    features: list[QoveryFeatureInput] | None = strawberry.UNSET
    advanced: QoveryAdvancedInput | None = strawberry.UNSET
    deploy: bool = strawberry.field(
        description="True: deploy at once. False: only register the cluster; `deployCluster` deploys it.",
        default=True,
    )


@strawberry.input(
    description="Changes of a Qovery cluster. A running cluster is deployed again with its new settings."
)
class QoveryClusterPatchInput(ClusterInput):
    name: str | None = strawberry.UNSET
    description: str | None = strawberry.UNSET
    instance_type: str | None = strawberry.UNSET
    disk_size_gb: int | None = option("Of each node.")
    min_nodes: int | None = strawberry.UNSET
    max_nodes: int | None = strawberry.UNSET
    is_production: bool | None = strawberry.UNSET
    ssh_keys: list[str] | None = option("Replace all existing keys.")
    features: list[QoveryFeatureInput] | None = option(
        "The features to change. A feature that is not named stays as it is, because most features cannot be removed."
    )
    advanced: QoveryAdvancedInput | None = option("Members that are left out stay as they are.")


TYPES = ProviderTypes(
    details=QoveryClusterDetails, spec=QoveryClusterSpecInput, patch=QoveryClusterPatchInput
)
