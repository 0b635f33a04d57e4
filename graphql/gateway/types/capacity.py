"""The resources of a cluster."""

import strawberry

from gateway.types.records import field
from gateway.types.scalars import BigInt


@strawberry.type(description="Computing resources. Null where a value is not known exactly.")
class Resources:
    cpu_millicores: BigInt | None = field("In thousandths of a core.")
    memory_mib: BigInt | None = field(
        "In MiB (2^20 bytes). Null where `memoryBytes` is no whole number of them.", name="memoryMiB"
    )
    storage_mib: BigInt | None = field(
        "In MiB (2^20 bytes). Null where `storageBytes` is no whole number of them.", name="storageMiB"
    )
    memory_bytes: BigInt | None = field("In bytes.")
    storage_bytes: BigInt | None = field("In bytes.")


@strawberry.type(
    description="The resources of a cluster in total and of each node. Providers state one of the two; the other "
    "is derived where that is exact, and null elsewhere."
)
class Capacity:
    total: Resources
    per_node: Resources
    node_count: int | None
    min_nodes: int | None = field("Null where the cluster does not autoscale.")
    max_nodes: int | None = field("Null where the cluster does not autoscale.")
    instance_type: str | None = field(
        "The provider's or the cloud's name of the machine type. Null where the nodes differ."
    )
