"""What only Qovery knows of a cluster."""

from fleet.model.cluster import ClusterDetails
from fleet.model.quantity import Amount
from fleet.model.record import Instant, Record
from fleet.providers.qovery.advanced import QoveryAdvanced
from fleet.providers.qovery.features import QoveryFeature
from fleet.providers.qovery.secret_managers import QoverySecretManager


class QoveryLock(Record):
    """Why nobody is to change the cluster. `days` is null for a lock without an end."""

    reason: str | None = None
    owner: str | None = None
    locked_at: Instant | None = None
    days: int | None = None


class QoveryOutputs(Record):
    """What the deployed cluster is called at its cloud. `kind` is EKS, GKE, AKS or SCW_KAPSULE."""

    kind: str
    cluster_name: str | None = None
    oidc_issuer: str | None = None


class QoveryDetails(ClusterDetails):
    """`kubernetes_mode` is MANAGED, SELF_MANAGED or PARTIALLY_MANAGED; `deployment_status` is NEVER_DEPLOYED,
    OUT_OF_DATE or UP_TO_DATE. `ssh_keys` are the public halves. `is_autoscaled`: Karpenter or Autopilot chooses the
    machines. `estimated_cloud_provider_cost` is a whole number without a currency, a unit or a period.
    """

    kubernetes_mode: str | None = None
    is_production: bool | None = None
    is_default: bool | None = None
    is_demo: bool | None = None
    has_access: bool | None = None
    deployment_status: str | None = None
    ssh_keys: tuple[str, ...] = ()
    features: tuple[QoveryFeature, ...] = ()
    advanced: QoveryAdvanced | None = None
    outputs: QoveryOutputs | None = None
    is_autoscaled: bool | None = None
    disk_iops: int | None = None
    disk_throughput_mb_per_second: int | None = None
    is_keda_enabled: bool | None = None
    labels_group_ids: tuple[str, ...] = ()
    secret_managers: tuple[QoverySecretManager, ...] = ()
    lock: QoveryLock | None = None
    estimated_cloud_provider_cost: Amount = None
