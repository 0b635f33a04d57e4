"""A cluster of Northflank: what only Northflank knows of it, and what can be asked of a new one and of an existing one.

The Kubernetes version is not among it: the vendor ignores what is sent.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import Field, ValidationInfo, field_validator

from fleet.model.catalog import InstanceType, Pick, Region
from fleet.model.cloud import Cloud
from fleet.model.cluster import Cluster, ClusterDetails
from fleet.model.record import Record
from fleet.model.spec import ClusterPatch, ClusterSpec, Compared, not_cleared
from fleet.providers.northflank.byok import ByokCluster, ByokPatch, ByokWanted, compare_byok
from fleet.providers.northflank.networks import (
    AwsNetwork,
    AwsNetworkWanted,
    AzureNetwork,
    AzureNetworkWanted,
    CoreweaveNetwork,
    CoreweaveNetworkWanted,
    GcpNetwork,
    GcpNetworkWanted,
    NebiusNetwork,
    NebiusNetworkWanted,
    OciNetwork,
    OciNetworkWanted,
)
from fleet.providers.northflank.pools import BLOCKS, NodePool, NodePoolWanted
from fleet.providers.northflank.rules import (
    CLUSTER_NAME,
    UNSHOWN,
    check_description,
    check_teams,
    compare_members,
)
from fleet.providers.northflank.settings import Settings, SettingsWanted


class NorthflankDetails(ClusterDetails):
    """`dns` is the cluster's part of host names. `owned_by` is team or org, in the vendor's words. `allowed_teams` are
    those that may use it; null is no restriction, or none that is shown.
    """

    node_pools: tuple[NodePool, ...] = ()
    dns: str | None = UNSHOWN
    owned_by: str | None = UNSHOWN
    allowed_teams: tuple[str, ...] | None = UNSHOWN
    aws: AwsNetwork | None = UNSHOWN
    azure: AzureNetwork | None = UNSHOWN
    gcp: GcpNetwork | None = UNSHOWN
    oci: OciNetwork | None = UNSHOWN
    coreweave: CoreweaveNetwork | None = UNSHOWN
    nebius: NebiusNetwork | None = UNSHOWN
    byok: ByokCluster | None = UNSHOWN
    settings: Settings | None = UNSHOWN


NEEDED: Mapping[str, str] = {
    "oci": "A cluster in OCI needs its VCN, the subnet of its Kubernetes API and those of its load balancers.",
    "coreweave": "A cluster in COREWEAVE needs its zone.",
    "nebius": "A cluster in NEBIUS needs its project and its subnet.",
    "byok": "A cluster in BYOK needs its pools, the label that tells them apart, and its coordinates.",
}
"""The clouds where Northflank does not choose the network, each with the error message for a request without one."""


class NorthflankClusterSpec(ClusterSpec):
    """`allowed_teams` restricts the cluster to them."""

    name_rule = CLUSTER_NAME

    integration_external_id: str = Field(min_length=1)
    cloud: Cloud
    region: str | None = Field(default=None, validate_default=True)
    description: str | None = None
    node_pools: Sequence[NodePoolWanted] = Field(default=(), validate_default=True)
    aws: AwsNetworkWanted | None = None
    azure: AzureNetworkWanted | None = None
    gcp: GcpNetworkWanted | None = None
    oci: OciNetworkWanted | None = Field(default=None, validate_default=True)
    coreweave: CoreweaveNetworkWanted | None = Field(default=None, validate_default=True)
    nebius: NebiusNetworkWanted | None = Field(default=None, validate_default=True)
    byok: ByokWanted | None = Field(default=None, validate_default=True)
    allowed_teams: Sequence[str] | None = None
    settings: SettingsWanted | None = None

    _description = field_validator("description")(check_description)
    _teams = field_validator("allowed_teams")(check_teams)

    @field_validator("region")
    @classmethod
    def _is_somewhere(cls, value: str | None, info: ValidationInfo) -> str | None:
        if not value and info.data.get("cloud") is not Cloud.BYOK:
            raise ValueError("A region is needed in every cloud but BYOK.")
        return value

    @field_validator("node_pools")
    @classmethod
    def _are_new(cls, value: Sequence[NodePoolWanted], info: ValidationInfo) -> Sequence[NodePoolWanted]:
        cloud = info.data.get("cloud")
        if cloud is Cloud.BYOK and value:
            raise ValueError("The pools of a cluster in BYOK are in its member byok.")
        if not value and cloud not in (None, Cloud.BYOK):
            raise ValueError("A cluster needs a pool at least.")
        if any(pool.id is not None for pool in value):
            raise ValueError("A pool of a new cluster has no id yet.")
        _check_pools(value, cloud)
        return value

    @field_validator(*BLOCKS)
    @classmethod
    def _is_of_the_cloud(cls, value: Any, info: ValidationInfo) -> Any:
        name, cloud = info.field_name or "", info.data.get("cloud")
        if value is not None and cloud not in (None, BLOCKS[name]):
            raise ValueError(f"It is for a cluster in {BLOCKS[name]}.")
        if value is None and cloud is BLOCKS[name] and name in NEEDED:
            raise ValueError(NEEDED[name])
        return value

    def compare(self, cluster: Cluster) -> Iterable[Compared]:
        integration = self.integration_external_id.rpartition("/")[2]
        yield Compared("cloud", self.cloud, cluster.cloud, cluster.cloud is self.cloud)
        if self.region is not None:
            yield Compared("region", self.region, ", ".join(cluster.regions), self.region in cluster.regions)
        if self.description is not None:
            shown = cluster.description
            yield Compared("description", self.description, shown, shown == self.description)
        linked = cluster.integration_external_id
        yield Compared("integration_external_id", integration, linked, linked == integration)
        if self.node_pools:
            yield _compare_pools(cluster, self.node_pools)
        yield from _compare_parts(cluster, self, BLOCKS)

    def picks(self) -> Iterable[Pick]:
        if self.region is not None:
            yield Pick(kind=Region, name=self.region, cloud=self.cloud)
        yield from _machines(self.node_pools, self.cloud, self.region)

    def identifies(self, cluster: Cluster) -> bool:
        return cluster.cloud is self.cloud and (self.region is None or self.region in cluster.regions)


PATCHED = ("aws", "azure", "gcp", "byok")
"""The members of clouds that a change takes, by the vendor's document of it."""


class NorthflankClusterPatch(ClusterPatch):
    """`node_pools` are all that are to be. A network of a part that is given keeps what is not named of it. No allowed
    team is no restriction.
    """

    name: str | None = None
    description: str | None = None
    node_pools: Sequence[NodePoolWanted] | None = Field(default=None, min_length=1)
    aws: AwsNetworkWanted | None = None
    azure: AzureNetworkWanted | None = None
    gcp: GcpNetworkWanted | None = None
    byok: ByokPatch | None = None
    allowed_teams: Sequence[str] | None = None
    settings: SettingsWanted | None = None

    _not_cleared = not_cleared("name", "description", "node_pools", *PATCHED, "settings")

    def picks(self, cluster: Cluster) -> Iterable[Pick]:
        if cluster.cloud is None:
            return ()
        return _machines(self.node_pools or (), cluster.cloud, next(iter(cluster.regions), None))

    _description = field_validator("description")(check_description)
    _teams = field_validator("allowed_teams")(check_teams)

    @field_validator("name")
    @classmethod
    def _is_a_name(cls, value: str) -> str:
        CLUSTER_NAME.check(value)
        return value

    @field_validator("node_pools")
    @classmethod
    def _are_named_once(cls, value: Sequence[NodePoolWanted]) -> Sequence[NodePoolWanted]:
        ids = [pool.id for pool in value if pool.id is not None]
        if len(set(ids)) < len(ids):
            raise ValueError("A pool is named once.")
        return value

    def compare(self, cluster: Cluster) -> Iterable[Compared]:
        if self.name is not None:
            yield Compared("name", self.name, cluster.name, cluster.name == self.name)
        if self.description is not None:
            shown = cluster.description
            yield Compared("description", self.description, shown, shown == self.description)
        if self.node_pools is not None:
            yield _compare_pools(cluster, self.node_pools)
        yield from _compare_parts(cluster, self, PATCHED)


def _machines(pools: Sequence[NodePoolWanted], cloud: Cloud, region: str | None) -> Iterable[Pick]:
    return (Pick(kind=InstanceType, name=one.node_type, cloud=cloud, region=region) for one in pools)


def check_parts(patch: NorthflankClusterPatch, cloud: Cloud | None) -> None:
    """Raises `ValueError` for what a cluster in this cloud does not have."""
    for name in PATCHED:
        if getattr(patch, name) is not None and cloud not in (None, BLOCKS[name]):
            raise ValueError(f"The cluster has no member {name}: it is in {cloud}.")
    if patch.node_pools is not None:
        if cloud is Cloud.BYOK:
            raise ValueError("The pools of a cluster in BYOK are in its member byok.")
        _check_pools(patch.node_pools, cloud, is_new=False)


def _check_pools(pools: Sequence[NodePoolWanted], cloud: Cloud | None, *, is_new: bool = True) -> None:
    for pool in pools:
        pool.check(cloud)
    if (
        is_new
        and cloud is Cloud.AZURE
        and not any(pool.azure is not None and pool.azure.is_system for pool in pools)
    ):
        raise ValueError("A cluster in Azure needs a system pool, best of two nodes.")


def _compare_parts(
    cluster: Cluster, wanted: NorthflankClusterSpec | NorthflankClusterPatch, blocks: Iterable[str]
) -> Iterable[Compared]:
    details = cluster.details if isinstance(cluster.details, NorthflankDetails) else NorthflankDetails()
    yield from compare_byok(wanted.byok, details.byok, details.node_pools)
    for name in (*(name for name in blocks if name != "byok"), "settings"):
        part: Record | None = getattr(wanted, name)
        yield from compare_members(name, part, getattr(details, name))
    if "allowed_teams" in wanted.model_fields_set:
        asked, got = sorted(wanted.allowed_teams or ()), sorted(details.allowed_teams or ())
        yield Compared("allowed_teams", asked, got, asked == got)


def _compare_pools(cluster: Cluster, wanted: Sequence[NodePoolWanted]) -> Compared:
    details = cluster.details
    pools = details.node_pools if isinstance(details, NorthflankDetails) else ()
    asked, got = (
        ", ".join(f"{one.node_count} x {one.node_type} of {one.disk_size_gb} GB" for one in some)
        for some in (wanted, pools)
    )
    return Compared("node_pools", asked, got, _show_pools(cluster, wanted), pools)


def _show_pools(cluster: Cluster, wanted: Sequence[NodePoolWanted]) -> bool:
    """Whether each is there, the one of its id or else one that is like it, and no other. Who is more particular looks
    first.
    """
    details = cluster.details
    left = list(details.node_pools) if isinstance(details, NorthflankDetails) else []
    for pool in sorted(wanted, key=lambda pool: (pool.id is None, -pool.particulars)):
        found = next((one for one in left if pool.is_shown_by(one)), None)
        if found is None:
            return False
        left.remove(found)
    return not left
