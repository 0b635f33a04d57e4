"""Northflank: what it is and what only it knows of a cluster."""

from collections.abc import Sequence

from pydantic import Field

from fleet.cloud import Cloud
from fleet.provider import Capability, ClusterDetails, Provider, RateLimit, RateScope
from fleet.record import Record
from fleet.spec import ClusterPatch, ClusterSpec, NameRule, not_cleared


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


class NorthflankDetails(ClusterDetails):
    node_pools: tuple[NodePool, ...] = ()


class NodePoolWanted(Record):
    """`id` names a pool that is there. Bounds make it scale by itself, and come as a pair."""

    id: str | None = None
    node_type: str = Field(min_length=1)
    node_count: int = Field(ge=1)
    disk_size_gb: int = Field(ge=1)
    min_nodes: int | None = Field(default=None, ge=0)
    max_nodes: int | None = Field(default=None, ge=1)
    availability_zones: Sequence[str] | None = None


class NorthflankClusterSpec(ClusterSpec):
    name_rule = NameRule(
        pattern=r"[a-zA-Z](?:[ -]?[a-zA-Z0-9]+)*(?<=...)(?<!.{21})",
        sentence="Northflank takes 3 to 20 letters, digits, single dashes and spaces, a letter first.",
    )

    integration_external_id: str = Field(min_length=1)
    cloud: Cloud
    region: str | None = None
    description: str | None = None
    node_pools: Sequence[NodePoolWanted] = Field(min_length=1)


class NorthflankClusterPatch(ClusterPatch):
    """`node_pools` are all that are to be."""

    name: str | None = None
    description: str | None = None
    node_pools: Sequence[NodePoolWanted] | None = None

    _not_cleared = not_cleared("name", "node_pools")


NORTHFLANK = Provider(
    key="northflank",
    name="Northflank",
    documentation_url="https://northflank.com/docs/v1/api/introduction",
    rate_limit=RateLimit(requests=1000, window_seconds=3600, scope=RateScope.TOKEN),
    details=NorthflankDetails,
    spec=NorthflankClusterSpec,
    patch=NorthflankClusterPatch,
    needs_external_id=False,
    lacks={
        Capability.STOP_CLUSTER: "A Northflank cluster runs until it is deleted.",
        Capability.DEPLOY_CLUSTER: "Northflank applies changes by itself; there is nothing to deploy.",
        Capability.SPEND_LIMIT: "Northflank offers billing thresholds and alerts in its console only.",
        Capability.COST_ESTIMATE: "Northflank prices the use of an account, not of a cluster.",
        Capability.CONDITIONAL_UPDATE: (
            "Northflank has no revisions; Fleetgraph compares before it writes, "
            "and a change made elsewhere in that moment may be overwritten."
        ),
        Capability.CLUSTER_CONNECTION: "Northflank does not tell where the Kubernetes API of a cluster answers.",
    },
)
