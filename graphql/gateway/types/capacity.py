"""What a cluster has to work with."""

import strawberry

from gateway.types.records import field
from gateway.types.scalars import BigInt


@strawberry.type(description="Computing resources. Null: cannot be known exactly.")
class Resources:
    cpu_millicores: BigInt | None = field("1000 are one core.")
    memory_mib: BigInt | None = field("In MiB, 2^20 bytes.", name="memoryMiB")
    storage_mib: BigInt | None = field("In MiB, 2^20 bytes.", name="storageMiB")


@strawberry.type(
    description="What a cluster has in all and what each machine has. Providers state one or the other; the other "
    "half is filled where it follows exactly, and null where it does not."
)
class Capacity:
    total: Resources
    per_node: Resources
    node_count: int | None
    min_nodes: int | None = field("Null where the cluster does not scale by itself.")
    max_nodes: int | None = field("Null where the cluster does not scale by itself.")
    instance_type: str | None = field(
        "The provider's or the cloud's name of the machine type, where all are alike."
    )
