"""What only Kupe Cloud knows of a cluster, and what it takes to make or change one."""

import strawberry
from strawberry.scalars import JSON

from fleet.providers.kupe import KupeClusterType, KupeDetails
from gateway.inputs.conversion import ClusterInput
from gateway.providers.members import ProviderTypes
from gateway.types.cluster import ClusterDetails
from gateway.types.records import field, option, serves

strawberry.enum(
    KupeClusterType,
    description="Whether a Kupe cluster shares machines with others or has machines of its own.",
)


@strawberry.type(description="Kubernetes quantities as Kupe writes them, e.g. 16G.")
class KupeQuantities:
    cpu: str | None
    memory: str | None
    storage: str | None


@strawberry.type(description="What only Kupe Cloud knows of a cluster.")
class KupeClusterDetails(ClusterDetails):
    is_type_of = serves(KupeDetails)

    isolation: str = field("Whether it runs on `shared` nodes or on `dedicated` ones.")
    is_highly_available: bool | None
    requested_version: str | None = field(
        "The version that was asked for; `Cluster.version` is the running one."
    )
    quantities: KupeQuantities | None = field(
        "What `Cluster.capacity` cannot show, for it is no whole number of its units: 16G is none of MiB. Null "
        "where it shows all."
    )
    alerts_digest: str | None = field(
        "Another one means that the overrides of alerts changed. They may hold addresses, so no more is kept."
    )


@strawberry.input(
    description="What a Kupe cluster has to work with: Kubernetes quantities, e.g. 4, 16Gi, 100Gi."
)
class KupeResourcesInput:
    cpu: str | None = strawberry.UNSET
    memory: str | None = strawberry.UNSET
    storage: str | None = strawberry.UNSET


@strawberry.input(description="A new Kupe cluster.")
class KupeClusterSpecInput(ClusterInput):
    display_name: str
    type: KupeClusterType
    version: str | None = option("Without it, the provider's default.")
    resources: KupeResourcesInput | None = option("Without it, what the provider's plan gives.")
    is_highly_available: bool | None = strawberry.UNSET
    alerts: JSON | None = option("Overrides of alerts, passed to the provider as they are.")


@strawberry.input(description="What is to differ in a Kupe cluster.")
class KupeClusterPatchInput(ClusterInput):
    version: str | None = strawberry.UNSET
    resources: KupeResourcesInput | None = strawberry.UNSET
    is_highly_available: bool | None = strawberry.UNSET
    alerts: JSON | None = option("Overrides of alerts, passed to the provider as they are.")


TYPES = ProviderTypes(details=KupeClusterDetails, spec=KupeClusterSpecInput, patch=KupeClusterPatchInput)
