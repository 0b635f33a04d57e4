"""The schema types of Kupe Cloud: the details, the specification and the patch of a cluster."""

from datetime import datetime
from typing import Any

import strawberry
from strawberry.scalars import JSON

from fleet.providers.kupe import KupeClusterType, KupeDetails
from gateway.inputs.conversion import ClusterInput, members
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


@strawberry.type(description="How the high availability of a Kupe cluster stands.")
class KupeHighAvailability:
    phase: str | None = field("In Kupe's words: pending, ha-healthy, ha-degraded, ha-unavailable.")
    is_configured: bool | None = field("Whether all replicas were ready for the first time.")
    enabled_at: datetime | None = field("Since when it is charged.")
    replicas_ready: int | None
    replicas_desired: int | None
    etcd_replicas_ready: int | None
    etcd_replicas_desired: int | None


@strawberry.type(description="A condition of a Kupe cluster, in the form of Kubernetes.")
class KupeCondition:
    type: str
    status: str | None = field("True, False or Unknown.")
    reason: str | None
    message: str | None
    last_transition_at: datetime | None


@strawberry.type(description="Fields of a cluster that only Kupe Cloud has.")
class KupeClusterDetails(ClusterDetails):
    is_type_of = serves(KupeDetails)

    isolation: str = field("Whether it runs on `shared` nodes or on `dedicated` ones.")
    is_highly_available: bool | None
    requested_version: str | None = field(
        "The version that was asked for. `Cluster.version` is the running version."
    )
    quantities: KupeQuantities | None = field(
        "What was asked for, as Kupe writes it. Null for a cluster that has no resources of its own."
    )
    alerts_digest: str | None = field(
        "A digest of the overrides of alerts. It changes when they change. The overrides are not kept, because "
        "they may contain addresses."
    )
    high_availability: KupeHighAvailability | None = field("Null for a cluster without it.")
    conditions: list[KupeCondition] = field("What Kupe says of the cluster, in the form of Kubernetes.")


@strawberry.input(
    description="The resources of a Kupe cluster, as Kubernetes quantities, e.g. 4, 16Gi, 100Gi."
)
class KupeResourcesInput:
    cpu: str | None = strawberry.UNSET
    memory: str | None = strawberry.UNSET
    storage: str | None = strawberry.UNSET


@strawberry.input(description="A new Kupe cluster.")
class KupeClusterSpecInput(ClusterInput):
    display_name: str | None = option("Newer servers of Kupe ignore it. The default is the name.")
    type: KupeClusterType
    version: str | None = option("The default is the provider's.")
    resources: KupeResourcesInput | None = option("The default depends on the provider's plan.")
    is_highly_available: bool | None = strawberry.UNSET
    alerts: JSON | None = option("Overrides of alerts, passed to the provider unchanged.")


@strawberry.input(description="Changes of a Kupe cluster.")
class KupeClusterPatchInput(ClusterInput):
    version: str | None = strawberry.UNSET
    resources: KupeResourcesInput | None = option(
        "Those that are named change; the others stay. Null clears all of them; one alone cannot be cleared."
    )
    is_highly_available: bool | None = strawberry.UNSET
    alerts: JSON | None = option("Overrides of alerts, passed to the provider unchanged.")

    def to_members(self) -> dict[str, Any]:
        """The members that were given. A resource that is explicitly null becomes an empty text, so that it differs
        from a resource that was not given.
        """
        found = members(self)
        resources = found.get("resources")
        if resources is not None:
            found["resources"] = {name: "" if value is None else value for name, value in resources.items()}
        return found


TYPES = ProviderTypes(details=KupeClusterDetails, spec=KupeClusterSpecInput, patch=KupeClusterPatchInput)
