"""Northflank: what it is and what only it knows of a cluster."""

import re
from collections.abc import Iterable, Sequence

from pydantic import Field, ValidationInfo, field_validator

from fleet.model.capability import Capability
from fleet.model.cloud import Cloud
from fleet.model.cluster import Cluster, ClusterDetails
from fleet.model.provider import Provider
from fleet.model.rate_limit import RateLimit, RateScope
from fleet.model.record import Record
from fleet.model.spec import ClusterPatch, ClusterSpec, Compared, NameRule, not_cleared

INTEGRATION_NAME = NameRule(
    pattern=r"(?=.{3,39}\Z)[a-zA-Z][a-zA-Z0-9]*(?:[ -][a-zA-Z0-9]+)*",
    sentence="Northflank takes 3 to 39 letters, digits, single dashes and spaces, a letter first.",
)
_DESCRIPTION = r"""[a-zA-Z0-9.,?\s\\/'"()\[\];`%^&*\-_:!]{1,200}"""


def check_description(value: str | None) -> str | None:
    """Of a cluster or an integration. `ValueError` where it will not do, without it: it may be long."""
    if value is not None and re.fullmatch(_DESCRIPTION, value) is None:
        raise ValueError(
            "Northflank takes 1 to 200 letters, digits, spaces and . , ? / \\ ' \" ( ) [ ] ; ` % ^ & * - _ : !"
        )
    return value


class NodePool(Record):
    """Machines of one kind. A pool of a BYOK cluster is a name alone: its owner decides the rest.

    `min_nodes` and `max_nodes` bound a pool that scales by itself; they are null where it does not.
    """

    id: str
    node_type: str | None = None
    node_count: int | None = None
    disk_size_gb: int | None = None
    min_nodes: int | None = None
    max_nodes: int | None = None
    availability_zones: tuple[str, ...] | None = None


class NorthflankDetails(ClusterDetails):
    node_pools: tuple[NodePool, ...] = ()


class NodePoolWanted(Record):
    """`id` names a pool that is there. Bounds make it scale by itself, and come as a pair; without them it does not.
    `node_count` is then what it begins with: one that scales already is not set back. Availability zones that are not
    given stay as they are, or are the provider's choice.
    """

    id: str | None = None
    node_type: str = Field(min_length=1)
    min_nodes: int | None = Field(default=None, ge=0)
    max_nodes: int | None = Field(default=None, ge=1, validate_default=True)
    node_count: int = Field(ge=0)
    disk_size_gb: int = Field(ge=1)
    availability_zones: Sequence[str] | None = None

    @field_validator("max_nodes")
    @classmethod
    def _are_bounds(cls, value: int | None, info: ValidationInfo) -> int | None:
        least = info.data.get("min_nodes")
        if (least is None) != (value is None):
            raise ValueError("The least and the most nodes of a pool are given together, or neither is.")
        if least is not None and value is not None and value < least:
            raise ValueError("There cannot be fewer nodes at most than at least.")
        return value

    @field_validator("node_count")
    @classmethod
    def _can_be_empty(cls, value: int, info: ValidationInfo) -> int:
        if value == 0 and info.data.get("min_nodes") != 0:
            raise ValueError("A pool without nodes has to scale by itself, from 0 nodes on.")
        return value

    @property
    def scales(self) -> bool:
        return self.max_nodes is not None

    def is_shown_by(self, pool: NodePool) -> bool:
        """How far a pool scaled by itself is nobody's wish."""
        return (
            self.id in (None, pool.id)
            and (pool.node_type, pool.disk_size_gb) == (self.node_type, self.disk_size_gb)
            and (pool.min_nodes, pool.max_nodes) == (self.min_nodes, self.max_nodes)
            and (self.scales or pool.node_count == self.node_count)
            and (
                self.availability_zones is None
                or set(self.availability_zones) == set(pool.availability_zones or ())
            )
        )


class NorthflankClusterSpec(ClusterSpec):
    name_rule = NameRule(
        pattern=r"(?=.{3,20}\Z)[a-zA-Z][a-zA-Z0-9]*(?:[ -][a-zA-Z0-9]+)*",
        sentence="Northflank takes 3 to 20 letters, digits, single dashes and spaces, a letter first.",
    )

    integration_external_id: str = Field(min_length=1)
    cloud: Cloud
    region: str | None = Field(default=None, validate_default=True)
    description: str | None = None
    node_pools: Sequence[NodePoolWanted] = Field(min_length=1)

    _description = field_validator("description")(check_description)

    @field_validator("region")
    @classmethod
    def _is_somewhere(cls, value: str | None, info: ValidationInfo) -> str | None:
        if not value and info.data.get("cloud") is not Cloud.BYOK:
            raise ValueError("A region is needed in every cloud but BYOK.")
        return value

    @field_validator("node_pools")
    @classmethod
    def _are_new(cls, value: Sequence[NodePoolWanted]) -> Sequence[NodePoolWanted]:
        if any(pool.id is not None for pool in value):
            raise ValueError("A pool of a new cluster has no id yet.")
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
        yield _compare_pools(cluster, self.node_pools)

    def identifies(self, cluster: Cluster) -> bool:
        return cluster.cloud is self.cloud and (self.region is None or self.region in cluster.regions)


class NorthflankClusterPatch(ClusterPatch):
    """`node_pools` are all that are to be."""

    name: str | None = None
    description: str | None = None
    node_pools: Sequence[NodePoolWanted] | None = Field(default=None, min_length=1)

    _not_cleared = not_cleared("name", "description", "node_pools")
    _description = field_validator("description")(check_description)

    @field_validator("name")
    @classmethod
    def _is_a_name(cls, value: str) -> str:
        NorthflankClusterSpec.name_rule.check(value)
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


def _compare_pools(cluster: Cluster, wanted: Sequence[NodePoolWanted]) -> Compared:
    details = cluster.details
    pools = details.node_pools if isinstance(details, NorthflankDetails) else ()
    asked = ", ".join(f"{one.node_count} x {one.node_type}" for one in wanted)
    got = ", ".join(f"{one.node_count} x {one.node_type}" for one in pools)
    return Compared("node_pools", asked, got, _show_pools(cluster, wanted))


def _show_pools(cluster: Cluster, wanted: Sequence[NodePoolWanted]) -> bool:
    """Whether each is there, the one of its id or else one that is like it, and no other. Who is more particular looks
    first.
    """
    details = cluster.details
    left = list(details.node_pools) if isinstance(details, NorthflankDetails) else []
    for pool in sorted(wanted, key=lambda pool: (pool.id is None, pool.availability_zones is None)):
        found = next((one for one in left if pool.is_shown_by(one)), None)
        if found is None:
            return False
        left.remove(found)
    return not left


NORTHFLANK = Provider(
    key="northflank",
    name="Northflank",
    documentation_url="https://northflank.com/docs/v1/api/introduction",
    rate_limit=RateLimit(requests=1000, window_seconds=3600, scope=RateScope.TOKEN),
    details=NorthflankDetails,
    spec=NorthflankClusterSpec,
    patch=NorthflankClusterPatch,
    needs_external_id=False,
    spend_leaves_out="The bill of the cloud that the clusters run in is not in it.",
    unsupported={
        Capability.ALLOWLIST: "Northflank keeps no list of networks for a cluster.",
        Capability.UPGRADE_CLUSTER: "Northflank upgrades clusters itself; no call starts it.",
        Capability.FINALIZE_UPGRADE: "Northflank upgrades clusters itself.",
        Capability.STOP_CLUSTER: "A Northflank cluster runs until it is deleted.",
        Capability.DEPLOY_CLUSTER: "Northflank applies changes by itself; there is nothing to deploy.",
        Capability.SPEND_LIMIT: "Northflank offers billing thresholds and alerts in its console only.",
        Capability.COST_ESTIMATE: "Northflank prices the use of an account, not of a cluster.",
        Capability.CONDITIONAL_UPDATE: (
            "Northflank has no revisions: Fleetgraph reads the cluster, compares and writes at once, and a change of "
            "the same settings made elsewhere between that reading and the writing is overwritten."
        ),
        Capability.CLUSTER_CONNECTION: "Northflank does not tell where the Kubernetes API of a cluster answers.",
    },
)
