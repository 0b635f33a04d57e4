"""Node pools of Northflank."""

from typing import Any

import strawberry

from fleet.model.refusal import InvalidInput
from fleet.providers.northflank.pools import NodePool as NodePoolRecord
from gateway.inputs.conversion import ClusterInput
from gateway.types.label import Label, LabelInput, with_labels
from gateway.types.records import field, option

Row = strawberry.Parent[NodePoolRecord]


def labels(row: Row) -> list[Label] | None:
    return None if row.labels is None else [Label(key=key, value=value) for key, value in row.labels.items()]


@strawberry.type(description="The GPUs of each node of a pool.")
class NodePoolGpus:
    kind: str | None = field("The type of GPU, e.g. h100.")
    count: int | None
    memory_gib: float | None = field("Of each GPU, in GiB (2^30 bytes).")
    slices: int | None = field("How many pods share each GPU. Null where none does.")


@strawberry.type(description="What may run in a pool. Null where Northflank does not show it.")
class NodePoolScheduling:
    allows_jobs: bool | None
    allows_services: bool | None
    allows_addons: bool | None
    allows_builds: bool | None
    allows_ceph: bool | None
    only_gpu_jobs: bool | None = field("Of jobs, only those that ask for GPUs.")
    only_gpu_services: bool | None = field("Of services, only those that ask for GPUs.")
    only_gpu_builds: bool | None = field("Of builds, only those that ask for GPUs.")


@strawberry.type(description="A launch template in AWS.")
class LaunchTemplate:
    id: str
    version: int


@strawberry.type(description="A pool in AWS.")
class AwsNodePool:
    launch_template: LaunchTemplate | None


@strawberry.type(description="A pool in Azure.")
class AzureNodePool:
    is_system: bool | None = field("It runs what the cluster itself needs. Each cluster has such a pool.")
    has_public_ips: bool | None
    subnet_id: str | None = field("The subnet of a virtual network.")


@strawberry.type(description="A pool in Google Cloud.")
class GcpNodePool:
    has_private_nodes: bool | None


@strawberry.type(description="A pool in Oracle Cloud: the size of a node of a flexible shape.")
class OciNodePool:
    ocpus: int | None
    memory_gb: int | None


@strawberry.type(description="A pool in Nebius.")
class NebiusNodePool:
    has_public_ips: bool | None
    gpu_cluster_id: str | None
    gpu_driver_version: str | None
    os_version: str | None


@strawberry.type(
    description="Nodes of one kind. A pool of a cluster that the customer brings has only ids; the customer decides "
    "the rest."
)
class NodePool:
    id: str = field("The pool's own identifier within its cluster.")
    provider_id: str | None = field("What marks its nodes, in a cluster that the customer brings.")
    is_default: bool | None = field(
        "Whether nodes of no other pool are in it. Only of a cluster that the customer brings."
    )
    architecture: str | None = field("amd64 or arm64. Only of a cluster that the customer brings.")
    node_type: str | None
    node_count: int | None
    disk_size_gb: int | None = field("Of each node.")
    disk_type: str | None = field("In the cloud's words. Null where it is the default.")
    min_nodes: int | None = field("Null where the pool does not autoscale.")
    max_nodes: int | None = field("Null where the pool does not autoscale.")
    is_spot: bool | None = field("Whether its nodes are spot instances, which the cloud may take back.")
    gpus: NodePoolGpus | None = field("Null where its nodes have none, or none is shown.")
    labels: list[Label] | None = field("Labels of its nodes.", resolver=labels)
    availability_zones: list[str] | None = field("Null where Northflank does not show them.")
    subnets: list[str] | None = field("Null where Northflank does not show them.")
    scheduling: NodePoolScheduling | None
    aws: AwsNodePool | None
    azure: AzureNodePool | None
    gcp: GcpNodePool | None
    oci: OciNodePool | None
    nebius: NebiusNodePool | None


@strawberry.input(description="What may run in a pool. What is left out is allowed in a new pool.")
class NodePoolSchedulingInput:
    allows_jobs: bool | None = strawberry.UNSET
    allows_services: bool | None = strawberry.UNSET
    allows_addons: bool | None = strawberry.UNSET
    allows_builds: bool | None = strawberry.UNSET
    allows_ceph: bool | None = strawberry.UNSET
    only_gpu_jobs: bool | None = option("Of jobs, only those that ask for GPUs.")
    only_gpu_services: bool | None = option("Of services, only those that ask for GPUs.")
    only_gpu_builds: bool | None = option("Of builds, only those that ask for GPUs.")


@strawberry.input(description="A launch template in AWS.")
class LaunchTemplateInput:
    id: str
    version: int


@strawberry.input(description="A pool in AWS.")
class AwsNodePoolInput:
    launch_template: LaunchTemplateInput | None = option(
        "It needs the feature byoc-custom-launch-templates of the integration."
    )


@strawberry.input(description="A pool in Azure.")
class AzureNodePoolInput:
    is_system: bool | None = option(
        "It runs what the cluster itself needs. At least one pool does; two nodes without autoscaling are best."
    )
    has_public_ips: bool | None = option("Nodes have private addresses unless this is true.")
    subnet_id: str | None = option("The subnet of a virtual network.")


@strawberry.input(description="A pool in Google Cloud.")
class GcpNodePoolInput:
    has_private_nodes: bool | None = option("True: nodes have no public address.")


@strawberry.input(description="The size of a node of a flexible shape in Oracle Cloud. Both are needed.")
class OciNodePoolInput:
    ocpus: int
    memory_gb: int


@strawberry.input(description="A pool in Nebius.")
class NebiusNodePoolInput:
    has_public_ips: bool | None = strawberry.UNSET
    gpu_cluster_id: str | None = strawberry.UNSET
    gpu_driver_version: str | None = strawberry.UNSET
    os_version: str | None = strawberry.UNSET


@strawberry.input(
    description="A pool of equal nodes. `minNodes` and `maxNodes` turn on autoscaling; give both or neither. What else "
    "is left out stays as it is, or is Northflank's choice. GPUs come with the node type."
)
class NodePoolInput:
    id: str | None = option("The id of an existing pool, in a patch.")
    node_type: str
    node_count: int = field("The number of nodes. For an autoscaled pool, the initial number.")
    disk_size_gb: int = field("Of each node.")
    disk_type: str | None = option("In the cloud's words.")
    min_nodes: int | None = strawberry.UNSET
    max_nodes: int | None = strawberry.UNSET
    is_spot: bool | None = option("Spot instances, which the cloud may take back. Not in CIVO and COREWEAVE.")
    gpu_slices: int | None = option("How many pods share each GPU. 1: none does.")
    labels: list[LabelInput] | None = option("Labels of its nodes. Only a new pool can be given them.")
    availability_zones: list[str] | None = strawberry.UNSET
    subnets: list[str] | None = strawberry.UNSET
    scheduling: NodePoolSchedulingInput | None = strawberry.UNSET
    aws: AwsNodePoolInput | None = strawberry.UNSET
    azure: AzureNodePoolInput | None = strawberry.UNSET
    gcp: GcpNodePoolInput | None = strawberry.UNSET
    oci: OciNodePoolInput | None = option("Needed by a flexible shape.")
    nebius: NebiusNodePoolInput | None = strawberry.UNSET


class WithPools(ClusterInput):
    """An input with pools, whose labels are given in a list."""

    def to_members(self) -> dict[str, Any]:
        given = super().to_members()
        if given.get("node_pools") is not None:
            given |= {"node_pools": _labelled(given["node_pools"], "node_pools")}
        brought = given.get("byok")
        if brought is not None and brought.get("pools") is not None:
            given |= {"byok": {**brought, "pools": _labelled(brought["pools"], "byok", "pools")}}
        return given


def _labelled(pools: list[dict[str, Any]], *path: str) -> list[dict[str, Any]]:
    return [_with_labels(pool, *path, str(index)) for index, pool in enumerate(pools)]


def _with_labels(pool: dict[str, Any], *path: str) -> dict[str, Any]:
    try:
        return with_labels(pool)
    except InvalidInput as refused:
        raise refused.below(*path) from None
