"""The schema types of Northflank: the details, the specification and the patch of a cluster."""

import strawberry

from fleet.model.cloud import Cloud
from fleet.providers.northflank import NorthflankDetails
from gateway.inputs.conversion import ClusterInput
from gateway.providers.members import ProviderTypes
from gateway.types.cluster import ClusterDetails
from gateway.types.records import field, option, serves


@strawberry.type(
    description="Nodes of one kind. A pool of a cluster that the customer brings has only an id; the customer "
    "decides the rest."
)
class NodePool:
    id: str = field("The pool's own identifier within its cluster.")
    node_type: str | None
    node_count: int | None
    disk_size_gb: int | None = field("Of each node.")
    min_nodes: int | None = field("Null where the pool does not autoscale.")
    max_nodes: int | None = field("Null where the pool does not autoscale.")
    availability_zones: list[str] | None = field("Null where Northflank does not show them.")


@strawberry.type(description="Fields of a cluster that only Northflank has.")
class NorthflankClusterDetails(ClusterDetails):
    is_type_of = serves(NorthflankDetails)

    node_pools: list[NodePool]


@strawberry.input(
    description="A pool of equal nodes. `minNodes` and `maxNodes` turn on autoscaling; give both or neither."
)
class NodePoolInput:
    id: str | None = option("The id of an existing pool, in a patch.")
    node_type: str
    node_count: int = field("The number of nodes. For an autoscaled pool, the initial number.")
    disk_size_gb: int = field("Of each node.")
    min_nodes: int | None = strawberry.UNSET
    max_nodes: int | None = strawberry.UNSET
    availability_zones: list[str] | None = strawberry.UNSET


@strawberry.input(description="A new Northflank cluster.")
class NorthflankClusterSpecInput(ClusterInput):
    integration_external_id: strawberry.ID = field(
        "The integration of the same account that the cluster is created with.", name="integrationId"
    )
    cloud: Cloud
    region: str | None = strawberry.UNSET
    description: str | None = strawberry.UNSET
    node_pools: list[NodePoolInput]


@strawberry.input(description="Changes of a Northflank cluster.")
class NorthflankClusterPatchInput(ClusterInput):
    name: str | None = strawberry.UNSET
    description: str | None = strawberry.UNSET
    node_pools: list[NodePoolInput] | None = option(
        "All pools of the cluster. A pool that is left out is deleted."
    )


TYPES = ProviderTypes(
    details=NorthflankClusterDetails, spec=NorthflankClusterSpecInput, patch=NorthflankClusterPatchInput
)
