"""A cluster of Qovery: what can be asked of a new one and of an existing one, and where the answer is shown."""

from collections.abc import Container, Iterable, Mapping, Sequence
from enum import StrEnum

from pydantic import Field, JsonValue, SecretStr, ValidationInfo, field_validator, model_validator

from fleet.model.catalog import InstanceType, Pick, Region
from fleet.model.cloud import Cloud
from fleet.model.cluster import Cluster
from fleet.model.spec import ClusterPatch, ClusterSpec, Compared, NameRule, not_cleared
from fleet.providers.qovery.advanced import QoveryAdvanced
from fleet.providers.qovery.details import QoveryDetails
from fleet.providers.qovery.features import KARPENTER, FeatureWanted, are_named_once, covers
from fleet.providers.qovery.secret_managers import SecretManagerWanted

LONGEST_KUBECONFIG = 50_000
"""The most characters of a kubeconfig: a dozen clusters with their certificates."""
AUTOSCALED = ("instance_type", "disk_size_gb", "min_nodes", "max_nodes")
"""What nobody sets where Karpenter or Autopilot chooses machines. Source: the vendor's console and its Terraform
provider.
"""
ON_PREMISE = "on-premise"
"""The region of clusters on machines of the customer."""


class QoveryKubernetesMode(StrEnum):
    MANAGED = "MANAGED"
    SELF_MANAGED = "SELF_MANAGED"
    PARTIALLY_MANAGED = "PARTIALLY_MANAGED"


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

    _features = field_validator("features")(are_named_once)
    _nodes = field_validator("max_nodes")(_is_no_fewer_than_at_least)

    @property
    def is_autoscaled(self) -> bool:
        is_managed = self.kubernetes_mode is QoveryKubernetesMode.MANAGED
        features = self.features or ()
        has_karpenter = any(one.id == KARPENTER and one.read_value is not False for one in features)
        return has_karpenter or (is_managed and self.cloud is Cloud.GCP)

    def picks(self) -> Iterable[Pick]:
        yield Pick(kind=Region, name=self.region, cloud=self.cloud)
        if self.instance_type is not None:
            yield Pick(kind=InstanceType, name=self.instance_type, cloud=self.cloud, region=self.region)

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
    _features = field_validator("features")(are_named_once)
    _nodes = field_validator("max_nodes")(_is_no_fewer)

    def picks(self, cluster: Cluster) -> Iterable[Pick]:
        if self.instance_type is not None and cluster.cloud is not None:
            region = next(iter(cluster.regions), None)
            yield Pick(kind=InstanceType, name=self.instance_type, cloud=cluster.cloud, region=region)

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
            {one.id: one.value for one in wanted.features or ()},
            {one.id: one.value for one in details.features},
            all(feature.is_shown_by(details.features) for feature in wanted.features or ()),
            features,
        ),
        Compared("advanced", advanced_wanted, advanced, covers(advanced, advanced_wanted)),
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
            details.secret_managers,
        ),
    )
    return [one for one in every if one.field in given]


def _spell(machine: str | None) -> str:
    """Qovery's own documents write one machine as T3A_LARGE and as t3a.large."""
    return (machine or "").casefold().replace(".", "_")


def _dump(advanced: QoveryAdvanced | None) -> JsonValue:
    dumped: JsonValue = advanced.model_dump(mode="json", exclude_none=True) if advanced else {}
    return dumped
