"""The schema types of Qovery: the details, the specification and the patch of a cluster."""

from datetime import datetime

import strawberry
from pydantic import SecretStr

from fleet.model.cloud import Cloud
from fleet.providers.qovery import (
    QoveryDetails,
    QoveryKubernetesMode,
    QoverySecretManagerAuthentication,
    QoverySecretManagerKind,
)
from gateway.inputs.conversion import ClusterInput
from gateway.providers.members import ProviderTypes
from gateway.types.cluster import ClusterDetails
from gateway.types.money import Money
from gateway.types.records import field, option, serves
from gateway.types.scalars import BigInt

strawberry.enum(
    QoveryKubernetesMode, description="Who runs Kubernetes: Qovery, the customer, or both in part."
)


strawberry.enum(QoverySecretManagerKind, description="Where the secrets are kept, in Qovery's words.")
strawberry.enum(
    QoverySecretManagerAuthentication,
    description="How a cluster is let in to a secret manager, in Qovery's words. AUTOMATICALLY_CONFIGURED needs no "
    "keys.",
)


@strawberry.type(description="A feature of a Qovery cluster.")
class QoveryFeature:
    id: str = field("The feature in Qovery's words, e.g. STATIC_IP.")
    title: str | None
    description: str | None
    value: str | None = field("Its value: a text as it is, anything else as JSON.")
    accepted_values: list[str] = field(
        "The values that it takes, written as `value`. Empty where any will do."
    )
    can_be_changed: bool | None = field("Whether its value can be changed once the cluster is there.")
    is_charged_by_cloud: bool | None = field("Whether the cloud charges for it.")
    is_charged_by_qovery: bool | None = field("Whether Qovery charges for it.")
    cost_per_month: Money | None = field("Null where the provider does not show a price.")


@strawberry.type(description="The names of the deployed cluster at its cloud.")
class QoveryOutputs:
    kind: str = field("The cloud's Kubernetes service: EKS, GKE, AKS or SCW_KAPSULE.")
    cluster_name: str | None
    oidc_issuer: str | None = field("Issuer of the tokens of its service accounts.")


@strawberry.type(description="A lock of a Qovery cluster: nobody is to change it meanwhile.")
class QoveryLock:
    reason: str | None
    owner: str | None = field("Who locked it.")
    locked_at: datetime | None
    days: int | None = field("How long it lasts from then. Null for a lock without an end.")


@strawberry.type(
    description="An outside store of secrets that a Qovery cluster reads. What lets the cluster in is never shown."
)
class QoverySecretManager:
    id: strawberry.ID | None = field("Qovery's identifier of the access.")
    name: str | None
    kind: str | None = field("Where the secrets are kept, in Qovery's words.")
    region: str | None
    project_id: str | None = field("The project, in Google Cloud.")
    authentication: str | None = field("How the cluster is let in, in Qovery's words.")
    role_arn: str | None = field("The role that the cluster takes, in AWS.")


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


@strawberry.type(description="Where the state of a cluster of EKS Anywhere is kept: in S3.")
class EksAnywhereBackup:
    is_enabled: bool | None
    timeout_seconds: int | None
    certs_secret_name: str | None = field("The name of a secret in the cluster, not its content.")
    bucket: str
    region: str
    role_arn: str
    key_prefix: str | None


@strawberry.type(description="The repository that describes a cluster of EKS Anywhere, and the file in it.")
class EksAnywhere:
    repository_url: str
    git_token_id: str = field("Names a token that Qovery keeps.")
    git_provider: str | None
    branch: str | None = field("Null for the default branch.")
    commit_id: str | None = field("Null for the newest commit.")
    yaml_path: str
    backup: EksAnywhereBackup | None


@strawberry.type(
    description="The `metrics_parameters` and `infrastructure_charts_parameters` of Qovery's API, as far as they "
    "can be set here."
)
class QoveryAdvanced:
    metrics: QoveryMetrics | None
    nginx: QoveryNginx | None
    cert_manager_namespace: str | None
    metal_lb_address_pools: list[str] | None
    eks_anywhere: EksAnywhere | None = field("Null where Qovery shows none, or none that reads.")


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
    is_autoscaled: bool | None = field(
        "Whether Karpenter, or Autopilot in Google Cloud, chooses the machines and their number. They cannot be "
        "set then."
    )
    disk_iops: int | None = field("Operations a second of the disk of each node.")
    disk_throughput_mb_per_second: int | None
    is_keda_enabled: bool | None = field("Whether KEDA scales workloads by events.")
    labels_group_ids: list[str] = field("Qovery's identifiers of the groups of labels that the cluster has.")
    secret_managers: list[QoverySecretManager]
    lock: QoveryLock | None = field("Null while the cluster is not locked.")
    estimated_cloud_provider_cost: BigInt | None = field(
        "Qovery's estimate of the cloud's bill, as it tells it: a whole number without a currency, a unit or a period. "
        "`Cluster.costEstimate` is money."
    )


@strawberry.input(description="A feature for a Qovery cluster.")
class QoveryFeatureInput:
    id: str = field("The feature in Qovery's words, e.g. STATIC_IP.")
    value: str | None = option("A text as it is, anything else as JSON.")


@strawberry.input(description="An outside store of secrets that a Qovery cluster is to read.")
class QoverySecretManagerInput:
    id: strawberry.ID | None = option(
        "Of one that the cluster has already. It keeps its keys unless others are given."
    )
    name: str
    kind: QoverySecretManagerKind
    region: str
    project_id: str | None = option("The project, for GCP_SECRET_MANAGER.")
    authentication: QoverySecretManagerAuthentication = (
        QoverySecretManagerAuthentication.AUTOMATICALLY_CONFIGURED
    )
    role_arn: str | None = option("For AWS_ROLE_ARN.")
    access_key_id: SecretStr | None = option("For AWS_STATIC_CREDENTIALS.")
    secret_access_key: SecretStr | None = option("For AWS_STATIC_CREDENTIALS.")
    keyfile_json: SecretStr | None = option(
        "For GCP_JSON_CREDENTIALS: the key file, as Google Cloud issues it."
    )


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


@strawberry.input(description="Where the state of a cluster of EKS Anywhere is kept: in S3.")
class EksAnywhereBackupInput:
    is_enabled: bool | None = strawberry.UNSET
    timeout_seconds: int | None = strawberry.UNSET
    certs_secret_name: str | None = option("The name of a secret in the cluster, not its content.")
    bucket: str
    region: str
    role_arn: str = field("The role that keeps it there.")
    key_prefix: str | None = strawberry.UNSET


@strawberry.input(description="The repository that describes a cluster of EKS Anywhere, and the file in it.")
class EksAnywhereInput:
    repository_url: str
    git_token_id: str = field("Names a token that Qovery keeps.")
    git_provider: str | None = option("BITBUCKET, GITHUB or GITLAB.")
    branch: str | None = option("The default is the repository's own.")
    commit_id: str | None = option("The default is the newest commit.")
    yaml_path: str
    backup: EksAnywhereBackupInput | None = strawberry.UNSET


@strawberry.input(
    description="The `metrics_parameters` and `infrastructure_charts_parameters` of Qovery's API, sent as given."
)
class QoveryAdvancedInput:
    metrics: QoveryMetricsInput | None = strawberry.UNSET
    nginx: QoveryNginxInput | None = strawberry.UNSET
    cert_manager_namespace: str | None = strawberry.UNSET
    metal_lb_address_pools: list[str] | None = strawberry.UNSET
    eks_anywhere: EksAnywhereInput | None = option("Only of a PARTIALLY_MANAGED cluster.")


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
    disk_iops: int | None = option("Of the disk of each node: 3000 to 16000 operations a second.")
    disk_throughput_mb_per_second: int | None = option("Of the disk of each node: 125 to 1000.")
    min_nodes: int | None = option("1 when left out. Leave it out with Karpenter and in Google Cloud.")
    max_nodes: int | None = option("1 when left out. Leave it out with Karpenter and in Google Cloud.")
    is_production: bool = False
    ssh_keys: list[str] | None = option("Public keys that may log in to the nodes.")
    features: list[QoveryFeatureInput] | None = strawberry.UNSET
    is_keda_enabled: bool | None = option("Whether KEDA scales workloads by events.")
    labels_group_ids: list[str] | None = option("Qovery's identifiers of groups of labels.")
    secret_managers: list[QoverySecretManagerInput] | None = strawberry.UNSET
    advanced: QoveryAdvancedInput | None = strawberry.UNSET
    deploy: bool = strawberry.field(
        description="True: deploy at once. False: only register the cluster; `deployCluster` deploys it. A "
        "PARTIALLY_MANAGED cluster is registered first, and deployed when it has its kubeconfig.",
        default=True,
    )


@strawberry.input(
    description="Changes of a Qovery cluster. A running cluster is deployed again with its new settings."
)
class QoveryClusterPatchInput(ClusterInput):
    name: str | None = strawberry.UNSET
    description: str | None = strawberry.UNSET
    integration_external_id: strawberry.ID | None = option(
        "The integration of the same account that holds the cloud's credentials. It goes in a request of its own: give "
        "nothing beside it.",
        name="integrationId",
    )
    kubeconfig: SecretStr | None = option(
        "The kubeconfig of a PARTIALLY_MANAGED cluster, in YAML. It goes in a request of its own: give nothing "
        "beside it."
    )
    instance_type: str | None = strawberry.UNSET
    disk_size_gb: int | None = option("Of each node.")
    disk_iops: int | None = option("Of the disk of each node: 3000 to 16000 operations a second.")
    disk_throughput_mb_per_second: int | None = option("Of the disk of each node: 125 to 1000.")
    min_nodes: int | None = strawberry.UNSET
    max_nodes: int | None = strawberry.UNSET
    is_production: bool | None = strawberry.UNSET
    ssh_keys: list[str] | None = option("Replace all existing keys.")
    features: list[QoveryFeatureInput] | None = option(
        "The features to change. A feature that is not named stays as it is, because most features cannot be removed."
    )
    is_keda_enabled: bool | None = strawberry.UNSET
    labels_group_ids: list[str] | None = option("Replace all existing groups.")
    secret_managers: list[QoverySecretManagerInput] | None = option(
        "Replace all existing ones. Give those that are to stay with their `id`."
    )
    advanced: QoveryAdvancedInput | None = option("Members that are left out stay as they are.")


TYPES = ProviderTypes(
    details=QoveryClusterDetails, spec=QoveryClusterSpecInput, patch=QoveryClusterPatchInput
)
