"""What only Qovery knows of a cluster, and what it takes to make or change one."""

import strawberry

from fleet.model.cloud import Cloud
from fleet.providers.qovery import QoveryDetails, QoveryKubernetesMode
from gateway.inputs.conversion import ClusterInput
from gateway.providers.members import ProviderTypes
from gateway.types.cluster import ClusterDetails
from gateway.types.money import Money
from gateway.types.records import field, option, serves

strawberry.enum(QoveryKubernetesMode, description="Who runs Kubernetes: Qovery, the owner, or both in part.")


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


@strawberry.type(description="How the metrics of a Qovery cluster are kept.")
class QoveryMetrics:
    is_enabled: bool
    kind: str | None = field("Qovery's word for how.")


@strawberry.type(description="Settings of the ingress of a Qovery cluster.")
class QoveryNginx:
    replica_count: int | None
    default_ssl_certificate: str | None = field("The name of a secret in the cluster, not what it holds.")
    publish_status_address: str | None
    metal_lb_load_balancer_ips: str | None
    external_dns_target: str | None


@strawberry.type(
    description="What Qovery's API calls `metrics_parameters` and `infrastructure_charts_parameters`, as far as it can "
    "be set here."
)
class QoveryAdvanced:
    metrics: QoveryMetrics | None
    nginx: QoveryNginx | None
    cert_manager_namespace: str | None
    metal_lb_address_pools: list[str] | None


@strawberry.type(description="What only Qovery knows of a cluster.")
class QoveryClusterDetails(ClusterDetails):
    is_type_of = serves(QoveryDetails)

    kubernetes_mode: str | None = field("Who runs Kubernetes: MANAGED, SELF_MANAGED or PARTIALLY_MANAGED.")
    is_production: bool | None
    is_default: bool | None = field("Whether new environments go there unless told otherwise.")
    is_demo: bool | None
    has_access: bool | None = field("Whether Qovery can reach it with the credentials it was given.")
    deployment_status: str | None = field("NEVER_DEPLOYED, OUT_OF_DATE or UP_TO_DATE with its settings.")
    ssh_keys: list[str] = field("Public keys that may log in to the machines.")
    features: list[QoveryFeature]
    advanced: QoveryAdvanced | None = field("Null where Qovery shows none of it.")
    outputs: QoveryOutputs | None = field("Null until it was deployed.")


@strawberry.input(description="Something that a Qovery cluster is to have.")
class QoveryFeatureInput:
    id: str = field("Qovery's word for the feature, e.g. STATIC_IP.")
    value: str | None = option("Text as it is, anything else as JSON.")


@strawberry.input(description="How the metrics of a Qovery cluster are kept.")
class QoveryMetricsInput:
    is_enabled: bool
    kind: str | None = option("Qovery's word for how.")


@strawberry.input(description="Settings of the ingress of a Qovery cluster.")
class QoveryNginxInput:
    replica_count: int | None = strawberry.UNSET
    default_ssl_certificate: str | None = strawberry.UNSET
    publish_status_address: str | None = strawberry.UNSET
    metal_lb_load_balancer_ips: str | None = strawberry.UNSET
    external_dns_target: str | None = strawberry.UNSET


@strawberry.input(
    description="What Qovery's API calls `metrics_parameters` and `infrastructure_charts_parameters`, sent as given."
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
    disk_size_gb: int | None = option("Of each machine.")
    min_nodes: int = 1
    max_nodes: int = 1
    is_production: bool = False
    ssh_keys: list[str] | None = option("Public keys that may log in to the machines.")
    features: list[QoveryFeatureInput] | None = strawberry.UNSET
    advanced: QoveryAdvancedInput | None = strawberry.UNSET
    deploy: bool = strawberry.field(
        description="Deploy at once. Without it, the cluster is registered and waits for `deployCluster`.",
        default=True,
    )


@strawberry.input(
    description="What is to differ in a Qovery cluster. A cluster that runs is deployed again with its new settings."
)
class QoveryClusterPatchInput(ClusterInput):
    name: str | None = strawberry.UNSET
    description: str | None = strawberry.UNSET
    instance_type: str | None = strawberry.UNSET
    disk_size_gb: int | None = option("Of each machine.")
    min_nodes: int | None = strawberry.UNSET
    max_nodes: int | None = strawberry.UNSET
    is_production: bool | None = strawberry.UNSET
    ssh_keys: list[str] | None = option("All that there are to be.")
    features: list[QoveryFeatureInput] | None = option(
        "Those that are to differ: one that is not named stays as it is, for most cannot be taken away."
    )
    advanced: QoveryAdvancedInput | None = option("What is not given in it stays as it is.")


TYPES = ProviderTypes(
    details=QoveryClusterDetails, spec=QoveryClusterSpecInput, patch=QoveryClusterPatchInput
)
