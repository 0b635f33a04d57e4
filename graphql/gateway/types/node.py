"""Nodes of clusters."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from fleet.model import node as domain
from fleet.model.node import NodePhase
from fleet.model.tracking import Tracked, TrackedCluster
from fleet.ports.reader import Ref
from fleet.reading.node_pages import NodeOrderField, sort_nodes
from fleet.reading.pages import EXAMINED_ROWS
from fleet.reading.sorting import Direction
from gateway.context import Info
from gateway.relay.connections import MOST_ITEMS, Page, Pager
from gateway.relay.ids import Node
from gateway.relay.orders import sorting
from gateway.types.freshness import Observed
from gateway.types.records import field, given, option, serves

if TYPE_CHECKING:
    from gateway.types.cluster import Cluster


async def cluster(row: strawberry.Parent[Tracked[domain.Node]], info: Info) -> TrackedCluster | None:
    return await info.context.clusters.load(Ref(row.item.account_id, row.item.cluster_key))


@strawberry.input(description="Lists the nodes that match every given member.")
class ClusterNodeFilter:
    phases: list[NodePhase] | None = strawberry.UNSET
    pools: list[str] | None = strawberry.UNSET
    name_contains: str | None = option("Part of the name. Upper and lower case are equal.")

    def matches(self, node: domain.Node) -> bool:
        phases, pools, part = given(self.phases), given(self.pools), given(self.name_contains)
        return (
            (phases is None or node.phase in phases)
            and (pools is None or node.pool in pools)
            and (part is None or part.casefold() in node.name.casefold())
        )


@strawberry.input(description="A field to sort nodes by, and the direction. Unknown values come last.")
class ClusterNodeOrder:
    by: NodeOrderField = strawberry.field(name="field")
    direction: Direction = Direction.ASC


async def nodes_in_order(
    info: Info,
    ref: Ref,
    where: ClusterNodeFilter | None,
    ordering: Sequence[tuple[NodeOrderField, Direction]],
    pager: Pager,
) -> Page[Tracked[domain.Node]]:
    with sorting("nodes"):
        found = await sort_nodes(
            info.context.reader,
            ref,
            (where or ClusterNodeFilter()).matches,
            ordering,
            after=pager.after,
            limit=pager.first + 1,
        )
    return pager.cut(found)


async def chosen_nodes(
    info: Info, ref: Ref, pager: Pager, where: ClusterNodeFilter
) -> Page[Tracked[domain.Node]]:
    """Examines a bounded number of nodes, and goes on from there with the next page."""
    rows: list[tuple[tuple[str], Tracked[domain.Node]]] = []
    key, examined = pager.after_key, 0
    while examined < EXAMINED_ROWS:
        found = await info.context.reader.nodes_of(ref, after=key, limit=MOST_ITEMS)
        rows += [((node.item.key,), node) for node in found if where.matches(node.item)]
        examined += len(found)
        if len(rows) > pager.first or len(found) < MOST_ITEMS:
            info.context.examined.append(examined)
            return pager.cut(rows)
        key = found[-1].item.key
    return pager.page(rows, end=(key,) if key is not None else None)


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
