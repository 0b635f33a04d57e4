"""The schema types of Kupe Cloud: the details, the specification and the patch of a cluster."""

import strawberry
from strawberry.scalars import JSON

from fleet.providers.kupe import KupeClusterType, KupeDetails
from gateway.inputs.conversion import ClusterInput
from gateway.providers.members import ProviderTypes
from gateway.types.cluster import ClusterDetails
from gateway.types.records import field, option, serves

strawberry.enum(
    KupeClusterType,
    description="Whether a Kupe cluster shares its nodes with others or has dedicated nodes.",
)


@strawberry.type(description="Kubernetes quantities as Kupe writes them, e.g. 16G.")
class KupeQuantities:
    cpu: str | None
    memory: str | None
    storage: str | None


@strawberry.type(description="Fields of a cluster that only Kupe Cloud has.")
class KupeClusterDetails(ClusterDetails):
    is_type_of = serves(KupeDetails)

    isolation: str = field("Whether it runs on `shared` nodes or on `dedicated` ones.")
    is_highly_available: bool | None
    requested_version: str | None = field(
        "The version that was asked for. `Cluster.version` is the running version."
    )
    quantities: KupeQuantities | None = field(
        "Quantities that are not whole numbers of the units of `Cluster.capacity`: 16G is not a whole number of "
        "MiB. Null where `Cluster.capacity` shows everything."
    )
    alerts_digest: str | None = field(
        "A digest of the overrides of alerts. It changes when they change. The overrides are not kept, because "
        "they may contain addresses."
    )


@strawberry.input(
    description="The resources of a Kupe cluster, as Kubernetes quantities, e.g. 4, 16Gi, 100Gi."
)
class KupeResourcesInput:
    cpu: str | None = strawberry.UNSET
    memory: str | None = strawberry.UNSET
    storage: str | None = strawberry.UNSET


@strawberry.input(description="A new Kupe cluster.")
class KupeClusterSpecInput(ClusterInput):
    display_name: str
    type: KupeClusterType
    version: str | None = option("The default is the provider's.")
    resources: KupeResourcesInput | None = option("The default depends on the provider's plan.")
    is_highly_available: bool | None = strawberry.UNSET
    alerts: JSON | None = option("Overrides of alerts, passed to the provider unchanged.")


@strawberry.input(description="Changes of a Kupe cluster.")
class KupeClusterPatchInput(ClusterInput):
    version: str | None = strawberry.UNSET
    resources: KupeResourcesInput | None = strawberry.UNSET
    is_highly_available: bool | None = strawberry.UNSET
    alerts: JSON | None = option("Overrides of alerts, passed to the provider unchanged.")


TYPES = ProviderTypes(details=KupeClusterDetails, spec=KupeClusterSpecInput, patch=KupeClusterPatchInput)
