"""CockroachDB Cloud: what it is and what only it knows of a cluster."""

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from fleet.model.capability import Capability
from fleet.model.catalog import Pick, Region
from fleet.model.cloud import Cloud
from fleet.model.cluster import Cluster, ClusterDetails
from fleet.model.money import FreeAllowance, LimitWanted, Money, SpendLimitState, UsageLimit
from fleet.model.provider import Provider
from fleet.model.rate_limit import RateLimit, RateScope
from fleet.model.record import Record
from fleet.model.spec import ClusterPatch, ClusterSpec, Compared, NameRule, not_cleared
from fleet.model.upgrade import runs


class CockroachdbRegion(Record):
    """One region of a cluster. `node_count`, and what each of its nodes is, is null on the serverless plans, which have
    no nodes of their own, and where the version of the API does not show it.
    """

    name: str
    node_count: int | None = None
    sql_host: str | None = None
    ui_host: str | None = None
    internal_host: str | None = None
    private_endpoint_host: Annotated[str | None, Field(exclude_if=lambda value: value is None)] = None
    is_primary: bool | None = None
    machine_type: str | None = None
    vcpus: int | None = None
    disk_iops: int | None = None


class CockroachdbDetails(ClusterDetails):
    """`folder_id` is `root` at the top. The two words of the network are the provider's."""

    folder_id: str | None = None
    network_visibility: str | None = None
    egress_traffic_policy: str | None = None
    cloud_account_id: Annotated[str | None, Field(exclude_if=lambda value: value is None)] = None
    creator_id: str | None = None
    routing_id: str | None = None
    regions: tuple[CockroachdbRegion, ...] = ()
    upgrade_status: str | None = None
    upgrade_type: Annotated[str | None, Field(exclude_if=lambda value: value is None)] = None


CLOUDS = (Cloud.AWS, Cloud.GCP, Cloud.AZURE)

FREE_ALLOWANCE = FreeAllowance(
    money=Money(minor_units=1500, currency="USD"),
    usage=UsageLimit(request_units=50_000_000, storage_mib=10_240),
    plans=frozenset({"BASIC", "SERVERLESS"}),
    condition=(
        "Only organizations that pay by the month have it, and CockroachDB Cloud does not tell which do. "
        "All Basic clusters of the organization draw on it together."
    ),
)
"""Source: the vendor's pages on planning a Basic cluster and on costs, June 2026."""

SHOWN_AS: Mapping[str, frozenset[str]] = {
    "BASIC": frozenset({"BASIC", "SERVERLESS"}),
    "STANDARD": frozenset({"STANDARD", "SERVERLESS"}),
    "ADVANCED": frozenset({"ADVANCED", "DEDICATED", "CUSTOM"}),
}
"""What each plan is called, today and by versions of the API before 2024-09-16."""


def _is_version(value: str | None) -> str | None:
    if value is not None and re.fullmatch(r"v\d+\.\d+(\.\d+)?", value) is None:
        raise ValueError("A version of CockroachDB is written like v25.2.")
    return value


Version = Annotated[str, AfterValidator(_is_version)]


class CockroachdbUpgrades(StrEnum):
    """Who begins the upgrade of a Standard cluster to another major version: the provider, or its owner."""

    AUTOMATIC = "AUTOMATIC"
    MANUAL = "MANUAL"


class CockroachdbServerless(Record):
    """BASIC and STANDARD: billed by use. In a change, what is not given stays as it is. An empty allowlist is for a new
    cluster: nobody can connect until a network is allowed.
    """

    regions: Sequence[str] | None = None
    primary_region: str | None = Field(default=None, validate_default=True)
    spend_limit: LimitWanted | None = None
    upgrades: Annotated[CockroachdbUpgrades | None, Field(exclude_if=lambda value: value is None)] = None
    has_empty_allowlist: Annotated[bool | None, Field(exclude_if=lambda value: value is None)] = None

    @field_validator("regions")
    @classmethod
    def _are_regions(cls, value: Sequence[str] | None) -> Sequence[str] | None:
        return None if value is None else _distinct(value)

    @field_validator("primary_region")
    @classmethod
    def _is_one_of_the_regions(cls, value: str | None, info: ValidationInfo) -> str | None:
        regions = info.data.get("regions") or ()
        if value is None and len(regions) > 1:
            raise ValueError("Of several regions, one has to be the primary one.")
        if value is not None and regions and value not in regions:
            raise ValueError("The primary region is one of the regions.")
        return value

    def compare(self, cluster: Cluster, details: CockroachdbDetails) -> Iterable[Compared]:
        primary = next((region.name for region in details.regions if region.is_primary), None)
        if self.regions is not None:
            regions, shown = sorted(self.regions), sorted(cluster.regions)
            yield Compared("regions", regions, shown, not shown or shown == regions)
        yield from _compared("primary_region", self.primary_region, primary)
        yield from _compared("upgrades", self.upgrades, details.upgrade_type)
        if self.spend_limit is not None and cluster.spend_limit.state is not SpendLimitState.UNKNOWN:
            is_shown = self.spend_limit.matches(cluster.spend_limit) or (
                self.spend_limit.is_free and _is_free(cluster)
            )
            limit = cluster.spend_limit.limit
            got = limit.usage if limit and limit.usage and self.spend_limit.usage else limit
            yield Compared("spend_limit", self.spend_limit, got, is_shown, limit)


class RegionNodes(Record):
    """A region and its nodes. `vcpus` or `machine_type` are those of its own machines."""

    region: str
    nodes: int = Field(ge=1)
    vcpus: int | None = Field(default=None, ge=1)
    machine_type: str | None = Field(default=None, validate_default=True)

    @field_validator("machine_type")
    @classmethod
    def _is_one_way_to_say_it(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value and info.data.get("vcpus") is not None:
            raise ValueError("The machines of a region are named by vCPUs or by their type, not by both.")
        return value

    @property
    def has_own_machines(self) -> bool:
        return self.vcpus is not None or bool(self.machine_type)

    def agrees(self, shown: CockroachdbRegion) -> bool:
        return (
            _agree(shown.node_count, self.nodes)
            and _agree(shown.vcpus, self.vcpus)
            and _agree(shown.machine_type, self.machine_type)
        )


class CockroachdbAdvanced(Record):
    """ADVANCED: machines of one's own, all alike (`vcpus` or `machine_type`) or those of each region. Storage is per
    node; zero is the least that the machine comes with, or, in a change, what there is. `version` is for a new cluster.

    In a change, regions that are given are all that there are to be, and what is left out stays as it is.
    """

    region_nodes: Sequence[RegionNodes] | None = None
    vcpus: int | None = Field(default=None, ge=1)
    machine_type: str | None = Field(default=None, validate_default=True)
    storage_gib: int | None = Field(default=None, ge=0)
    version: Version | None = None

    @field_validator("region_nodes")
    @classmethod
    def _are_regions(cls, value: Sequence[RegionNodes] | None) -> Sequence[RegionNodes] | None:
        if value is not None:
            _distinct([one.region for one in value])
        return value

    @field_validator("machine_type")
    @classmethod
    def _is_one_way_to_say_it(cls, value: str | None, info: ValidationInfo) -> str | None:
        is_named = [bool(value), info.data.get("vcpus") is not None, _has_own_machines(info.data)]
        if sum(is_named) > 1:
            raise ValueError(
                "The machines are named by exactly one of vCPUs and machine type, for all or in each region."
            )
        return value

    @property
    def own_machines(self) -> Sequence[RegionNodes]:
        """The regions that are given machines of their own."""
        return [one for one in self.region_nodes or () if one.has_own_machines]

    def require_whole(self) -> None:
        """Raises `ValueError` for what a new cluster needs."""
        if not self.region_nodes:
            raise ValueError("A new cluster needs its regions and their nodes.")
        own = self.own_machines
        if own and len(own) < len(self.region_nodes):
            raise ValueError("Of regions with machines of their own, each has to name them.")
        if not own and self.vcpus is None and not self.machine_type:
            raise ValueError("The machines are named by exactly one of vCPUs and machine type.")
        if self.storage_gib is None:
            raise ValueError(
                "A new cluster needs its storage; zero is the least that the machine comes with."
            )

    def compare(self, cluster: Cluster, details: CockroachdbDetails) -> Iterable[Compared]:
        if self.region_nodes is not None:
            shown = {region.name: region for region in details.regions}
            wanted = {one.region: one for one in self.region_nodes}
            are_shown = not shown or (
                shown.keys() == wanted.keys()
                and all(wanted[name].agrees(region) for name, region in shown.items())
            )
            counts = {name: region.node_count for name, region in shown.items()}
            asked = {name: one.nodes for name, one in wanted.items()}
            machines = {one.name: [one.node_count, one.vcpus, one.machine_type] for one in details.regions}
            yield Compared("region_nodes", asked, counts, are_shown, machines)
        per_node = cluster.capacity.per_node
        yield from _compared("vcpus", self.vcpus, per_node.cpu_millicores and per_node.cpu_millicores / 1000)
        yield from _compared("machine_type", self.machine_type, cluster.capacity.instance_type)
        yield from _compared(
            "storage_gib", self.storage_gib or None, per_node.storage_mib and per_node.storage_mib / 1024
        )
        yield from _compared_version(cluster, self.version)


def _has_own_machines(given: Mapping[str, object]) -> bool:
    regions = given.get("region_nodes")
    return isinstance(regions, Sequence) and any(
        isinstance(one, RegionNodes) and one.has_own_machines for one in regions
    )


class CockroachdbPlan(Record):
    """Exactly one of the three."""

    basic: CockroachdbServerless | None = None
    standard: CockroachdbServerless | None = None
    advanced: CockroachdbAdvanced | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if sum(plan is not None for plan in (self.basic, self.standard, self.advanced)) != 1:
            raise ValueError("Exactly one of basic, standard and advanced is needed.")
        return self

    @field_validator("basic")
    @classmethod
    def _is_upgraded_by_the_provider(
        cls, value: CockroachdbServerless | None
    ) -> CockroachdbServerless | None:
        if value is not None and value.upgrades is CockroachdbUpgrades.MANUAL:
            raise ValueError("CockroachDB Cloud upgrades Basic clusters by itself.")
        return value

    @property
    def name(self) -> str:
        return "BASIC" if self.basic else "STANDARD" if self.standard else "ADVANCED"

    @property
    def serverless(self) -> CockroachdbServerless | None:
        return self.basic or self.standard

    def picks(self, cloud: Cloud) -> Iterable[Pick]:
        for name in (self.serverless and self.serverless.regions) or ():
            yield Pick(kind=Region, name=name, cloud=cloud, is_serverless=True)
        for one in (self.advanced and self.advanced.region_nodes) or ():
            yield Pick(kind=Region, name=one.region, cloud=cloud)

    def compare(self, cluster: Cluster) -> Iterable[Compared]:
        details = cluster.details if isinstance(cluster.details, CockroachdbDetails) else CockroachdbDetails()
        wanted = self.serverless or self.advanced
        yield Compared(
            "plan", self.name, cluster.plan, cluster.plan is None or cluster.plan in SHOWN_AS[self.name]
        )
        if wanted is not None:
            yield from wanted.compare(cluster, details)


class CockroachdbClusterSpec(ClusterSpec):
    name_rule = NameRule(
        pattern=r"[a-z0-9][a-z0-9-]{4,18}[a-z0-9]",
        sentence="CockroachDB Cloud takes 6 to 20 lowercase letters, digits and dashes, without a dash at either end.",
    )

    cloud: Cloud
    plan: CockroachdbPlan
    labels: Mapping[str, str] | None = None
    is_deletion_protected: bool | None = None

    @field_validator("plan")
    @classmethod
    def _is_whole(cls, value: CockroachdbPlan) -> CockroachdbPlan:
        if value.advanced is not None:
            value.advanced.require_whole()
        if value.serverless is not None and not value.serverless.regions:
            raise ValueError("A new cluster needs at least one region.")
        return value

    @field_validator("cloud")
    @classmethod
    def _is_one_of_its_clouds(cls, value: Cloud) -> Cloud:
        if value not in CLOUDS:
            raise ValueError(f"CockroachDB Cloud runs on {', '.join(CLOUDS)}.")
        return value

    def picks(self) -> Iterable[Pick]:
        return self.plan.picks(self.cloud)

    def compare(self, cluster: Cluster) -> Iterable[Compared]:
        """Older versions of the API show less; what is not shown is not compared."""
        yield from _compared("cloud", self.cloud, cluster.cloud)
        yield from self.plan.compare(cluster)
        if self.labels is not None:
            yield from _compared("labels", self.labels, cluster.labels)
        yield from _compared(
            "is_deletion_protected", self.is_deletion_protected, cluster.is_deletion_protected
        )

    def identifies(self, cluster: Cluster) -> bool:
        return _agree(cluster.cloud, self.cloud) and (
            cluster.plan is None or cluster.plan in SHOWN_AS[self.plan.name]
        )


class CockroachdbClusterPatch(ClusterPatch):
    """`labels` replace all that there are. A version is changed alone."""

    version: Version | None = None
    plan: CockroachdbPlan | None = None
    labels: Mapping[str, str] | None = None
    is_deletion_protected: bool | None = None

    _not_cleared = not_cleared("version", "plan", "is_deletion_protected")

    def picks(self, cluster: Cluster) -> Iterable[Pick]:
        return () if self.plan is None or cluster.cloud is None else self.plan.picks(cluster.cloud)

    @field_validator("plan", "labels", "is_deletion_protected")
    @classmethod
    def _goes_without_a_version(cls, value: object, info: ValidationInfo) -> object:
        if info.data.get("version") is not None:
            raise ValueError("A change of version goes alone; ask for the rest before it or after it.")
        return value

    @field_validator("plan")
    @classmethod
    def _has_no_version(cls, value: CockroachdbPlan) -> CockroachdbPlan:
        if value.advanced is not None and value.advanced.version is not None:
            raise ValueError("A change of version goes alone, beside the plan and not in it.")
        if value.serverless is not None and value.serverless.has_empty_allowlist is not None:
            raise ValueError(
                "Only a new cluster begins with an empty allowlist; remove its networks instead."
            )
        return value

    def compare(self, cluster: Cluster) -> Iterable[Compared]:
        """As of a specification. Labels that were cleared are shown as none."""
        yield from _compared_version(cluster, self.version)
        if self.plan is not None:
            yield from self.plan.compare(cluster)
        if "labels" in self:
            yield from _compared("labels", self.labels or {}, cluster.labels)
        yield from _compared(
            "is_deletion_protected", self.is_deletion_protected, cluster.is_deletion_protected
        )


def _distinct(regions: Sequence[str]) -> Sequence[str]:
    if not regions or not all(region.strip() for region in regions):
        raise ValueError("Name at least one region, and none by an empty name.")
    if len(set(regions)) < len(regions):
        raise ValueError("Name each region once.")
    return regions


def _is_free(cluster: Cluster) -> bool:
    """Whether it is limited to what is free, in versions of the API that hold limits in use."""
    limit = cluster.spend_limit.limit
    return limit is not None and limit.usage is not None and FREE_ALLOWANCE.holds(limit.usage)


def _agree(shown: object, wanted: object) -> bool:
    """Whether they are the same, as far as both are there."""
    return shown is None or wanted is None or shown == wanted


def _compared(field: str, asked: object, got: object) -> Iterable[Compared]:
    if asked is not None:
        yield Compared(field, asked, got, _agree(got, asked))


def _compared_version(cluster: Cluster, wanted: str | None) -> Iterable[Compared]:
    """A version is asked for by its major part and shown with its patch."""
    if wanted is not None:
        yield Compared(
            "version", wanted, cluster.version, cluster.version is None or runs(cluster.version, wanted)
        )


def _is_busy(cluster: Cluster, capability: Capability) -> bool:
    """While an operation runs, exclusive or not, a change is answered with 400. Only the deletion of a locked cluster
    is taken, since October 2024 (the vendor's Terraform provider stopped to wait then). LOCKED once had a prefix.
    """
    if capability is Capability.DELETE_CLUSTER:
        return False
    return cluster.provider_phase.endswith("LOCKED") or (cluster.provider_operation or "").endswith(
        "_RUNNING"
    )


COCKROACHDB = Provider(
    key="cockroachdb",
    name="CockroachDB Cloud",
    documentation_url="https://www.cockroachlabs.com/docs/cockroachcloud/cloud-api",
    rate_limit=RateLimit(requests=10, window_seconds=1, scope=RateScope.TOKEN),
    details=CockroachdbDetails,
    spec=CockroachdbClusterSpec,
    patch=CockroachdbClusterPatch,
    is_busy=_is_busy,
    needs_external_id=False,
    free_allowance=FREE_ALLOWANCE,
    api_versions=("2024-09-16", "2023-04-10", "2022-09-20", "2022-03-31"),
    unsupported={
        Capability.LOCK_CLUSTER: (
            "CockroachDB Cloud locks no clusters. Deletion protection, which an update turns on, keeps one from being "
            "deleted."
        ),
        Capability.STOP_CLUSTER: "CockroachDB Cloud clusters run until they are deleted.",
        Capability.DEPLOY_CLUSTER: "CockroachDB Cloud applies changes by itself; there is nothing to deploy.",
        Capability.NODE_MAINTENANCE: "CockroachDB Cloud maintains its nodes itself.",
        Capability.LIST_INTEGRATIONS: "CockroachDB Cloud does not list links to cloud accounts.",
        Capability.CHANGE_INTEGRATION: "CockroachDB Cloud does not manage links to cloud accounts.",
        Capability.COST_ESTIMATE: "CockroachDB Cloud bills organizations and estimates no single cluster.",
        Capability.LIST_INSTANCE_TYPES: "CockroachDB Cloud does not list machine types.",
        Capability.CONDITIONAL_UPDATE: (
            "CockroachDB Cloud has no revisions; Fleetgraph compares before it writes, "
            "and a change made elsewhere in that moment may be overwritten."
        ),
    },
)
