"""What only Northflank knows of a cluster."""

import strawberry

from fleet.providers.northflank import NorthflankDetails
from gateway.details import ClusterDetails
from gateway.records import field, serves


@strawberry.type(
    description="Machines of one kind. A pool of a cluster that its owner brought is an id alone: the owner decides "
    "the rest."
)
class NodePool:
    id: str = field("The pool's own identifier within its cluster.")
    node_type: str | None
    node_count: int | None
    disk_size_gb: int | None = field("Of each machine.")
    min_nodes: int | None = field("Null where the pool does not scale by itself.")
    max_nodes: int | None = field("Null where the pool does not scale by itself.")


@strawberry.type(description="What only Northflank knows of a cluster.")
class NorthflankClusterDetails(ClusterDetails):
    is_type_of = serves(NorthflankDetails)

    node_pools: list[NodePool]
