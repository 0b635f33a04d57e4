"""What only Beacon knows of a cluster, and what it takes to make one."""

import strawberry

from fleetgraph_beacon.records import BeaconDetails
from gateway.inputs.conversion import ClusterInput
from gateway.providers.members import ProviderTypes
from gateway.types.cluster import ClusterDetails
from gateway.types.records import field, serves


@strawberry.type(description="What only Beacon knows of a cluster.")
class BeaconClusterDetails(ClusterDetails):
    is_type_of = serves(BeaconDetails)

    size: str | None = field("Beacon's word for what a cluster has to work with: small or large.")


@strawberry.input(description="A new Beacon cluster.")
class BeaconClusterSpecInput(ClusterInput):
    size: str


TYPES = ProviderTypes(details=BeaconClusterDetails, spec=BeaconClusterSpecInput)
