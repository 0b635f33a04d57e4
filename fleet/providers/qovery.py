"""Qovery: what it is and what only it knows of a cluster."""

import json
from collections.abc import Container, Iterable, Mapping, Sequence
from enum import StrEnum

from pydantic import (
    ConfigDict,
    Field,
    JsonValue,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from fleet.model.capability import Capability
from fleet.model.cloud import Cloud
from fleet.model.cluster import Cluster, ClusterDetails
from fleet.model.json_value import check_json
from fleet.model.money import Money
from fleet.model.provider import Provider
from fleet.model.quantity import Amount
from fleet.model.rate_limit import RateLimit, RateScope
from fleet.model.record import Instant, Record
from fleet.model.spec import ClusterPatch, ClusterSpec, Compared, NameRule, not_cleared

LONGEST_KUBECONFIG = 50_000
"""The most characters of a kubeconfig: a dozen clusters with their certificates."""
AUTOSCALED = ("instance_type", "disk_size_gb", "min_nodes", "max_nodes")
"""What nobody sets where Karpenter or Autopilot chooses machines. Source: the vendor's console and its Terraform
provider.
"""
ON_PREMISE = "on-premise"
"""The region of clusters on machines of the customer."""
KARPENTER = "KARPENTER"
"""The id of the feature, and the word in the place of a machine type."""


class QoveryFeature(Record):
    """`value` is what the feature is set to: text as it is, anything else as JSON. `accepted_values` are written the
    same way; empty where any will do. `is_charged_by_cloud` and `is_charged_by_qovery` tell who asks money for it.
    """

    id: str
    title: str | None = None
    description: str | None = None
    value: str | None = None
    accepted_values: tuple[str, ...] = ()
    can_be_changed: bool | None = None
    is_charged_by_cloud: bool | None = None
    is_charged_by_qovery: bool | None = None
    cost_per_month: Money | None = None


class QoveryLock(Record):
    """Why nobody is to change the cluster. `days` is null for a lock without an end."""

    reason: str | None = None
    owner: str | None = None
    locked_at: Instant | None = None
    days: int | None = None


class QoverySecretManager(Record):
    """An outside store of secrets that the cluster reads. `kind` and `authentication` are Qovery's words. Its own
    secret is not here.
    """

    id: str | None = None
    name: str | None = None
    kind: str | None = None
    region: str | None = None
    project_id: str | None = None
    authentication: str | None = None
    role_arn: str | None = None


class QoveryOutputs(Record):
    """What the deployed cluster is called at its cloud. `kind` is EKS, GKE, AKS or SCW_KAPSULE."""

    kind: str
    cluster_name: str | None = None
    oidc_issuer: str | None = None


class MetricsWanted(Record):
    """`kind` says who runs the metrics: MANAGED_BY_QOVERY is the only word that its document knows."""

    is_enabled: bool
    kind: str | None = None


class NginxWanted(Record):
    replica_count: int | None = Field(default=None, ge=0, lt=2**31)
    default_ssl_certificate: str | None = None
    publish_status_address: str | None = None
    metal_lb_load_balancer_ips: str | None = None
    external_dns_target: str | None = None


class QoveryAdvanced(Record):
    """What Qovery's metrics_parameters and infrastructure_charts_parameters hold. In a change, what is not given stays
    as it is.
    """

    metrics: MetricsWanted | None = None
    nginx: NginxWanted | None = None
    cert_manager_namespace: str | None = None
    metal_lb_address_pools: tuple[str, ...] | None = None


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


class QoveryKubernetesMode(StrEnum):
    MANAGED = "MANAGED"
    SELF_MANAGED = "SELF_MANAGED"
    PARTIALLY_MANAGED = "PARTIALLY_MANAGED"


class QoverySecretManagerKind(StrEnum):
    AWS_SECRET_MANAGER = "AWS_SECRET_MANAGER"  # noqa: S105 - a word of theirs
    AWS_PARAMETER_STORE = "AWS_PARAMETER_STORE"
    GCP_SECRET_MANAGER = "GCP_SECRET_MANAGER"  # noqa: S105 - a word of theirs


class QoverySecretManagerAuthentication(StrEnum):
    """By whom it is set up, and with what: AUTOMATICALLY_CONFIGURED needs nothing."""

    AUTOMATICALLY_CONFIGURED = "AUTOMATICALLY_CONFIGURED"
    AWS_ROLE_ARN = "AWS_ROLE_ARN"
    AWS_STATIC_CREDENTIALS = "AWS_STATIC_CREDENTIALS"
    GCP_JSON_CREDENTIALS = "GCP_JSON_CREDENTIALS"


class SecretManagerWanted(Record):
    """`id` names one that is there already; it keeps its secret unless another is given. `has_secret` tells that one
    was given, for it is not stored. `keyfile_json` is as in `GcpCredentials`.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    id: str | None = None
    name: str = Field(min_length=1)
    kind: QoverySecretManagerKind
    region: str = Field(min_length=1)
    project_id: str | None = None
    authentication: QoverySecretManagerAuthentication = (
        QoverySecretManagerAuthentication.AUTOMATICALLY_CONFIGURED
    )
    role_arn: str | None = None
    access_key_id: SecretStr | None = Field(default=None, exclude=True, repr=False)
    secret_access_key: SecretStr | None = Field(default=None, exclude=True, repr=False)
    keyfile_json: SecretStr | None = Field(default=None, exclude=True, repr=False)
    has_secret: bool = False

    @model_validator(mode="before")
    @classmethod
    def _tell_of_the_secret(cls, value: object) -> object:
        if isinstance(value, Mapping) and any(value.get(name) is not None for name in _SECRETS):
            return {**value, "has_secret": True}
        return value

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> "SecretManagerWanted":
        if (self.kind is QoverySecretManagerKind.GCP_SECRET_MANAGER) is (self.project_id is None):
            raise ValueError("GCP_SECRET_MANAGER needs a project, and no other kind takes one.")
        means = QoverySecretManagerAuthentication
        if (self.authentication is means.AWS_ROLE_ARN) is (self.role_arn is None):
            raise ValueError("AWS_ROLE_ARN needs a role, and no other authentication takes one.")
        needed = _NEEDED.get(self.authentication, ())
        if self.has_secret and not needed:
            raise ValueError(f"{self.authentication} takes no keys.")
        if not self.has_secret and needed and self.id is None:
            raise ValueError(f"{self.authentication} needs {' and '.join(needed)}.")
        given = {name for name in _SECRETS if getattr(self, name) is not None}
        if given and given != set(needed):
            raise ValueError(f"{self.authentication} takes {' and '.join(needed)}, and nothing else.")
        return self

    @property
    def is_whole(self) -> bool:
        return not self.has_secret or any(getattr(self, name) is not None for name in _SECRETS)

    def is_shown_by(self, shown: Sequence[QoverySecretManager]) -> bool:
        return any(
            (one.name, one.kind, one.region, one.project_id, one.authentication, one.role_arn)
            == (self.name, self.kind, self.region, self.project_id, self.authentication, self.role_arn)
            for one in shown
        )


_SECRETS = ("access_key_id", "secret_access_key", "keyfile_json")
_NEEDED: Mapping[QoverySecretManagerAuthentication, tuple[str, ...]] = {
    QoverySecretManagerAuthentication.AWS_STATIC_CREDENTIALS: ("access_key_id", "secret_access_key"),
    QoverySecretManagerAuthentication.GCP_JSON_CREDENTIALS: ("keyfile_json",),
}


def _read(value: str | None) -> JsonValue:
    try:
        read: JsonValue = json.loads(value or "")
    except (ValueError, RecursionError):
        return value
    return read if isinstance(read, bool | dict) else value


class FeatureWanted(Record):
    """`value` is written as `QoveryFeature` shows it: text as it is, anything else as JSON. Without one, a feature gets
    the value that it comes with.
    """

    id: str = Field(min_length=1)
    value: str | None = None

    @field_validator("value")
    @classmethod
    def _can_be_sent(cls, value: str | None) -> str | None:
        check_json(_read(value))
        return value

    @property
    def read_value(self) -> JsonValue:
        """Only true, false and objects are anything else than text at Qovery."""
        return _read(self.value)

    def is_shown_by(self, features: Sequence[QoveryFeature]) -> bool:
        shown = next((feature for feature in features if feature.id == self.id), None)
        if shown is None:
            return self.read_value is False
        return self.value is None or _covers(
            FeatureWanted(id=shown.id, value=shown.value).read_value, self.read_value
        )


def _is_named_once(features: Sequence[FeatureWanted] | None) -> Sequence[FeatureWanted] | None:
    if features is not None and len({feature.id for feature in features}) < len(features):
        raise ValueError("A feature is named once.")
    return features


def _is_no_fewer(max_nodes: int | None, info: ValidationInfo) -> int | None:
    min_nodes = info.data.get("min_nodes")
    if max_nodes is not None and min_nodes is not None and max_nodes < min_nodes:
        raise ValueError("There cannot be fewer nodes at most than at least.")
    return max_nodes


def _is_no_fewer_than_at_least(max_nodes: int | None, info: ValidationInfo) -> int | None:
    """Of a new cluster: without a maximum there is one node at most."""
    _is_no_fewer(max_nodes or 1, info)
    return max_nodes


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
    disk_iops: int | None = Field(default=None, ge=3000, le=16000)
    disk_throughput_mb_per_second: int | None = Field(default=None, ge=125, le=1000)
    min_nodes: int | None = Field(default=None, ge=1)
    max_nodes: int | None = Field(default=None, ge=1, validate_default=True)
    is_production: bool = False
    ssh_keys: Sequence[str] | None = None
    features: Sequence[FeatureWanted] | None = None
    is_keda_enabled: bool | None = None
    labels_group_ids: Sequence[str] | None = None
    secret_managers: Sequence[SecretManagerWanted] | None = None
    advanced: QoveryAdvanced | None = None
    deploy: bool = True

    _features = field_validator("features")(_is_named_once)
    _nodes = field_validator("max_nodes")(_is_no_fewer_than_at_least)

    @property
    def is_autoscaled(self) -> bool:
        is_managed = self.kubernetes_mode is QoveryKubernetesMode.MANAGED
        features = self.features or ()
        has_karpenter = any(one.id == KARPENTER and one.read_value is not False for one in features)
        return has_karpenter or (is_managed and self.cloud is Cloud.GCP)

    @property
    def is_deployed(self) -> bool:
        return self.deploy

    @property
    def is_whole(self) -> bool:
        return all(one.is_whole for one in self.secret_managers or ())

    def compare(self, cluster: Cluster) -> Iterable[Compared]:
        """But for the credentials: the cluster does not tell its own."""
        yield Compared("cloud", self.cloud, cluster.cloud, cluster.cloud is self.cloud)
        yield Compared("region", self.region, ", ".join(cluster.regions), self.region in cluster.regions)
        mode = cluster.plan
        yield Compared("kubernetes_mode", self.kubernetes_mode, mode, mode in (None, self.kubernetes_mode))
        yield from _compare(cluster, self, [name for name, value in self if value is not None])

    def identifies(self, cluster: Cluster) -> bool:
        return cluster.cloud is self.cloud and self.region in cluster.regions


class QoveryClusterPatch(ClusterPatch):
    """A feature that is not named stays as it is, for most cannot be taken away; one that can is set to false.
    `ssh_keys`, `labels_group_ids` and `secret_managers` are all that are to be. The credentials of the cloud
    (`integration_external_id`) and the kubeconfig of a PARTIALLY_MANAGED cluster each go in a request of their own.
    `has_kubeconfig` tells that one was given, for it is not stored.
    """

    name: str | None = None
    description: str | None = None
    integration_external_id: str | None = None
    kubeconfig: SecretStr | None = Field(
        default=None, exclude=True, repr=False, min_length=1, max_length=LONGEST_KUBECONFIG
    )
    has_kubeconfig: bool = False
    instance_type: str | None = None
    disk_size_gb: int | None = Field(default=None, ge=1)
    disk_iops: int | None = Field(default=None, ge=3000, le=16000)
    disk_throughput_mb_per_second: int | None = Field(default=None, ge=125, le=1000)
    min_nodes: int | None = Field(default=None, ge=1)
    max_nodes: int | None = Field(default=None, ge=1)
    is_production: bool | None = None
    ssh_keys: Sequence[str] | None = None
    features: Sequence[FeatureWanted] | None = None
    is_keda_enabled: bool | None = None
    labels_group_ids: Sequence[str] | None = None
    secret_managers: Sequence[SecretManagerWanted] | None = None
    advanced: QoveryAdvanced | None = None

    _not_cleared = not_cleared(
        "name",
        "integration_external_id",
        "kubeconfig",
        "is_keda_enabled",
        "instance_type",
        "disk_size_gb",
        "disk_iops",
        "disk_throughput_mb_per_second",
        "min_nodes",
        "max_nodes",
        "is_production",
        "features",
        "advanced",
    )
    _features = field_validator("features")(_is_named_once)
    _nodes = field_validator("max_nodes")(_is_no_fewer)

    @field_validator("name")
    @classmethod
    def _is_a_name(cls, value: str) -> str:
        QoveryClusterSpec.name_rule.check(value)
        return value

    @model_validator(mode="before")
    @classmethod
    def _tell_of_the_kubeconfig(cls, value: object) -> object:
        if isinstance(value, Mapping) and value.get("kubeconfig") is not None:
            return {**value, "has_kubeconfig": True}
        return value

    @model_validator(mode="after")
    def _is_one_request(self) -> "QoveryClusterPatch":
        given = self.model_fields_set - {"has_kubeconfig"}
        for name, words in _ALONE.items():
            if name in given and len(given) > 1:
                raise ValueError(f"{words} in a request of its own: change nothing else with it.")
        return self

    @property
    def is_whole(self) -> bool:
        has_all = all(one.is_whole for one in self.secret_managers or ())
        return has_all and (self.kubeconfig is not None or not self.has_kubeconfig)

    @property
    def is_shown(self) -> bool:
        return bool(self.model_fields_set - {*_ALONE, "has_kubeconfig"})

    def compare(self, cluster: Cluster) -> Iterable[Compared]:
        if self.name is not None:
            is_named_so = cluster.name.casefold() == self.name.casefold()
            yield Compared("name", self.name, cluster.name, is_named_so)
        yield from _compare(cluster, self, self.model_fields_set)


_ALONE: Mapping[str, str] = {
    "integration_external_id": "Credentials of the cloud go",
    "kubeconfig": "A kubeconfig goes",
}
"""Members of a patch with a request of their own, which no list of clusters shows."""


def _compare(
    cluster: Cluster, wanted: QoveryClusterSpec | QoveryClusterPatch, given: Container[str]
) -> Iterable[Compared]:
    """What was given beside what is shown. What Qovery leaves out of its answer is not held against it, nor that
    Karpenter, which chooses machines itself, is shown in the place of one.
    """
    details = cluster.details if isinstance(cluster.details, QoveryDetails) else QoveryDetails()
    capacity = cluster.capacity
    machine, disk_mib = capacity.instance_type, capacity.per_node.storage_mib
    disk_gb = None if disk_mib is None else disk_mib // 1024
    features = [(one.id, one.value) for one in details.features]
    description = cluster.description or ""
    advanced, advanced_wanted = _dump(details.advanced), _dump(wanted.advanced)
    every = (
        Compared("description", wanted.description, description, description == (wanted.description or "")),
        Compared(
            "instance_type",
            wanted.instance_type,
            machine,
            _spell(machine) in ("", "karpenter", _spell(wanted.instance_type)),
        ),
        Compared("disk_size_gb", wanted.disk_size_gb, disk_gb, disk_gb in (None, wanted.disk_size_gb)),
        Compared(
            "min_nodes", wanted.min_nodes, capacity.min_nodes, capacity.min_nodes in (None, wanted.min_nodes)
        ),
        Compared(
            "max_nodes", wanted.max_nodes, capacity.max_nodes, capacity.max_nodes in (None, wanted.max_nodes)
        ),
        Compared(
            "is_production",
            wanted.is_production,
            details.is_production,
            bool(details.is_production) is wanted.is_production,
        ),
        Compared(
            "ssh_keys", wanted.ssh_keys, details.ssh_keys, set(details.ssh_keys) == set(wanted.ssh_keys or ())
        ),
        Compared(
            "features",
            [(one.id, one.value) for one in wanted.features or ()],
            features,
            all(feature.is_shown_by(details.features) for feature in wanted.features or ()),
        ),
        Compared("advanced", advanced_wanted, advanced, _covers(advanced, advanced_wanted)),
        *(
            Compared(
                name,
                getattr(wanted, name),
                shown := getattr(details, name),
                shown in (None, getattr(wanted, name)),
            )
            for name in ("disk_iops", "disk_throughput_mb_per_second")
        ),
        Compared(
            "is_keda_enabled",
            wanted.is_keda_enabled,
            details.is_keda_enabled,
            bool(details.is_keda_enabled) is bool(wanted.is_keda_enabled),
        ),
        Compared(
            "labels_group_ids",
            wanted.labels_group_ids,
            details.labels_group_ids,
            set(details.labels_group_ids) == set(wanted.labels_group_ids or ()),
        ),
        Compared(
            "secret_managers",
            [one.name for one in wanted.secret_managers or ()],
            [one.name for one in details.secret_managers],
            len(details.secret_managers) == len(wanted.secret_managers or ())
            and all(one.is_shown_by(details.secret_managers) for one in wanted.secret_managers or ()),
        ),
    )
    return [one for one in every if one.field in given]


def _spell(machine: str | None) -> str:
    """Qovery's own documents write one machine as T3A_LARGE and as t3a.large."""
    return (machine or "").casefold().replace(".", "_")


def _dump(advanced: QoveryAdvanced | None) -> JsonValue:
    dumped: JsonValue = advanced.model_dump(mode="json", exclude_none=True) if advanced else {}
    return dumped


def _covers(shown: JsonValue, wanted: JsonValue) -> bool:
    """Whether all that is wanted is shown, be there more or not."""
    if isinstance(wanted, dict):
        return isinstance(shown, dict) and all(
            name in shown and _covers(shown[name], value) for name, value in wanted.items()
        )
    return shown == wanted


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
        Capability.LIST_NODES: "Qovery shows machines over its WebSocket gateway only.",
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
