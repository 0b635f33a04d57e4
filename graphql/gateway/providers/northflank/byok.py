"""A Kubernetes cluster that the customer brings to Northflank."""

import strawberry

from gateway.providers.northflank.pools import NodePoolSchedulingInput
from gateway.types.label import LabelInput
from gateway.types.records import field, option


@strawberry.type(
    description="What the customer says of a cluster that they bring. Its pools are in nodePools."
)
class ByokCluster:
    node_pool_label: str | None = field("The label of its nodes whose value names their pool.")
    latitude: float | None = field("In degrees, north of the equator.")
    longitude: float | None = field("In degrees, east of Greenwich.")


@strawberry.input(description="The GPUs of each node of a pool.")
class ByokGpusInput:
    kind: str | None = option("The type of GPU, e.g. h100.")
    count: int


@strawberry.input(description="A pool of a cluster that you bring: what its nodes are.")
class ByokNodePoolInput:
    provider_id: str = field("The value of the label on its nodes. It names the pool in a patch, too.")
    is_default: bool | None = option("Nodes of no other pool are in it. Exactly one pool is the default one.")
    architecture: str | None = option("amd64 or arm64.")
    is_spot: bool | None = option("Whether its nodes are spot instances.")
    gpus: ByokGpusInput | None = strawberry.UNSET
    labels: list[LabelInput] | None = option("Labels of its nodes.")
    scheduling: NodePoolSchedulingInput | None = strawberry.UNSET


@strawberry.input(description="A cluster that you bring. It has three nodes or more.")
class ByokClusterInput:
    node_pool_label: str = field("The label of its nodes whose value names their pool.")
    latitude: float = field("In degrees, north of the equator.")
    longitude: float = field("In degrees, east of Greenwich.")
    pools: list[ByokNodePoolInput]


@strawberry.input(description="Changes of a cluster that you brought. What is left out stays as it is.")
class ByokClusterPatchInput:
    node_pool_label: str | None = strawberry.UNSET
    latitude: float | None = strawberry.UNSET
    longitude: float | None = strawberry.UNSET
    pools: list[ByokNodePoolInput] | None = option(
        "All pools of the cluster. A pool that is left out is deleted."
    )
