"""The plans of CockroachDB Cloud, and what can be asked of each: two are billed by use, one by its machines."""

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from fleet.model.catalog import Pick, Region
from fleet.model.cloud import Cloud
from fleet.model.cluster import Cluster
from fleet.model.money import LimitWanted, SpendLimitState
from fleet.model.record import Record
from fleet.model.spec import Compared
from fleet.providers.cockroachdb.allowance import is_free
from fleet.providers.cockroachdb.comparison import agree, compared, compared_version
from fleet.providers.cockroachdb.details import CockroachdbDetails, CockroachdbRegion

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
        yield from compared("primary_region", self.primary_region, primary)
        yield from compared("upgrades", self.upgrades, details.upgrade_type)
        if self.spend_limit is not None and cluster.spend_limit.state is not SpendLimitState.UNKNOWN:
            is_shown = self.spend_limit.matches(cluster.spend_limit) or (
                self.spend_limit.is_free and is_free(cluster)
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
            agree(shown.node_count, self.nodes)
            and agree(shown.vcpus, self.vcpus)
            and agree(shown.machine_type, self.machine_type)
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
        yield from compared("vcpus", self.vcpus, per_node.cpu_millicores and per_node.cpu_millicores / 1000)
        yield from compared("machine_type", self.machine_type, cluster.capacity.instance_type)
        yield from compared(
            "storage_gib", self.storage_gib or None, per_node.storage_mib and per_node.storage_mib / 1024
        )
        yield from compared_version(cluster, self.version)


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


def _distinct(regions: Sequence[str]) -> Sequence[str]:
    if not regions or not all(region.strip() for region in regions):
        raise ValueError("Name at least one region, and none by an empty name.")
    if len(set(regions)) < len(regions):
        raise ValueError("Name each region once.")
    return regions
