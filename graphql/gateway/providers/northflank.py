"""What only Northflank knows of a cluster, and what it takes to make or change one."""

import strawberry

from fleet.model.cloud import Cloud
from fleet.providers.northflank import NorthflankDetails
from gateway.inputs.conversion import ClusterInput
from gateway.providers.members import ProviderTypes
from gateway.types.cluster import ClusterDetails
from gateway.types.records import field, option, serves


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
    availability_zones: list[str] | None = field("Null where Northflank does not tell.")


@strawberry.type(description="What only Northflank knows of a cluster.")
class NorthflankClusterDetails(ClusterDetails):
    is_type_of = serves(NorthflankDetails)

    node_pools: list[NodePool]


@strawberry.input(
    description="A pool of like machines to be. `minNodes` and `maxNodes` make it scale by itself, and come as a pair."
)
class NodePoolInput:
    id: str | None = option("Names a pool that is there already, in a patch.")
    node_type: str
    node_count: int = field("What a pool that scales by itself begins with, and any other pool has.")
    disk_size_gb: int = field("Of each machine.")
    min_nodes: int | None = strawberry.UNSET
    max_nodes: int | None = strawberry.UNSET
    availability_zones: list[str] | None = strawberry.UNSET


@strawberry.input(description="A new Northflank cluster.")
class NorthflankClusterSpecInput(ClusterInput):
    integration_external_id: strawberry.ID = field(
        "The integration of the same account that it is built through.", name="integrationId"
    )
    cloud: Cloud
    region: str | None = strawberry.UNSET
    description: str | None = strawberry.UNSET
    node_pools: list[NodePoolInput]


@strawberry.input(description="What is to differ in a Northflank cluster.")
class NorthflankClusterPatchInput(ClusterInput):
    name: str | None = strawberry.UNSET
    description: str | None = strawberry.UNSET
    node_pools: list[NodePoolInput] | None = option("All that there are to be: a pool that is left out goes.")


TYPES = ProviderTypes(
    details=NorthflankClusterDetails, spec=NorthflankClusterSpecInput, patch=NorthflankClusterPatchInput
)
