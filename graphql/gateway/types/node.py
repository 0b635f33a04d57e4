"""Nodes of clusters."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from fleet.model import node as domain
from fleet.model.node import NodePhase
from fleet.model.tracking import Tracked, TrackedCluster
from fleet.ports.store import Ref
from gateway.context import Info
from gateway.relay.ids import Node
from gateway.types.freshness import Observed
from gateway.types.records import field, serves

if TYPE_CHECKING:
    from gateway.types.cluster import Cluster


async def cluster(row: strawberry.Parent[Tracked[domain.Node]], info: Info) -> TrackedCluster | None:
    return await info.context.clusters.load(Ref(row.item.account_id, row.item.cluster_key))


@strawberry.type(description="A node of a cluster.")
class ClusterNode(Node, Observed):
    is_type_of = serves(domain.Node)

    cluster: Annotated["Cluster", strawberry.lazy("gateway.types.cluster")] = field(resolver=cluster)
    name: str
    phase: NodePhase
    provider_phase: str = field("The phase in the provider's words.")
    region: str | None
    zone: str | None
    instance_type: str | None
    pool: str | None = field(
        "The pool of equal nodes that it belongs to. Null where the provider has no pools."
    )
    created_at: datetime | None
    unread_members: list[str] = field(
        "Members of the provider's answer that do not match its documentation, each with the reason. Empty when "
        "the whole answer can be read."
    )
