"""CockroachDB Cloud: what it is and what only it knows of a cluster."""

from collections.abc import Mapping, Sequence
from typing import Self

from pydantic import Field, model_validator

from fleet.cloud import Cloud
from fleet.money import LimitWanted
from fleet.provider import Capability, ClusterDetails, Provider, RateLimit, RateScope
from fleet.record import Record
from fleet.spec import ClusterPatch, ClusterSpec, NameRule, not_cleared


class CockroachdbRegion(Record):
    """One region of a cluster. `node_count` is null on the serverless plans, which have no nodes of their own."""

    name: str
    node_count: int | None = None
    sql_host: str | None = None
    ui_host: str | None = None
    internal_host: str | None = None
    is_primary: bool | None = None


class CockroachdbDetails(ClusterDetails):
    creator_id: str | None = None
    routing_id: str | None = None
    regions: tuple[CockroachdbRegion, ...] = ()
    upgrade_status: str | None = None


class CockroachdbServerless(Record):
    """BASIC and STANDARD: billed by use. `primary_region` is needed with more than one region."""

    regions: Sequence[str] = Field(min_length=1)
    primary_region: str | None = None
    spend_limit: LimitWanted | None = None


class RegionNodes(Record):
    region: str = Field(min_length=1)
    nodes: int = Field(ge=1)


class CockroachdbAdvanced(Record):
    """ADVANCED: machines of one's own. Exactly one of `vcpus` and `machine_type` says which; storage is per node."""

    region_nodes: Sequence[RegionNodes] = Field(min_length=1)
    vcpus: int | None = Field(default=None, ge=1)
    machine_type: str | None = None
    storage_gib: int = Field(ge=0)
    version: str | None = None


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

    @property
    def name(self) -> str:
        return "BASIC" if self.basic else "STANDARD" if self.standard else "ADVANCED"

    @property
    def serverless(self) -> CockroachdbServerless | None:
        return self.basic or self.standard


class CockroachdbClusterSpec(ClusterSpec):
    name_rule = NameRule(
        pattern=r"[a-z0-9][a-z0-9-]{4,18}[a-z0-9]",
        sentence="CockroachDB Cloud takes 6 to 20 lowercase letters, digits and dashes, without a dash at either end.",
    )

    cloud: Cloud
    plan: CockroachdbPlan
    labels: Mapping[str, str] | None = None
    is_deletion_protected: bool | None = None


class CockroachdbClusterPatch(ClusterPatch):
    """`labels` replace all that there are. A version is changed alone."""

    version: str | None = None
    plan: CockroachdbPlan | None = None
    labels: Mapping[str, str] | None = None
    is_deletion_protected: bool | None = None

    _not_cleared = not_cleared("version", "plan", "is_deletion_protected")


def _is_locked(word: str) -> bool:
    """An exclusive operation is running; what is asked meanwhile is answered with 400."""
    return word == "LOCKED"


COCKROACHDB = Provider(
    key="cockroachdb",
    name="CockroachDB Cloud",
    documentation_url="https://www.cockroachlabs.com/docs/cockroachcloud/cloud-api",
    rate_limit=RateLimit(requests=10, window_seconds=1, scope=RateScope.TOKEN),
    details=CockroachdbDetails,
    spec=CockroachdbClusterSpec,
    patch=CockroachdbClusterPatch,
    is_busy=_is_locked,
    needs_external_id=False,
    api_versions=("2024-09-16", "2023-04-10", "2022-09-20", "2022-03-31"),
    lacks={
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
