"""What only Kupe Cloud knows of a cluster."""

import strawberry

from fleet.providers.kupe import KupeDetails
from gateway.details import ClusterDetails
from gateway.records import field, serves


@strawberry.type(description="What only Kupe Cloud knows of a cluster.")
class KupeClusterDetails(ClusterDetails):
    is_type_of = serves(KupeDetails)

    isolation: str = field("Whether it runs on `shared` nodes or on `dedicated` ones.")
    is_highly_available: bool | None
    requested_version: str | None = field(
        "The version that was asked for; `Cluster.version` is the running one."
    )
