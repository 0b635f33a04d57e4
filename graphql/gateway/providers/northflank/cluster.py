"""A cluster of Northflank: its details, the specification of a new one and the patch of an existing one."""

import strawberry

from fleet.model.cloud import Cloud
from fleet.providers.northflank import NorthflankDetails
from gateway.providers.northflank.byok import ByokCluster, ByokClusterInput, ByokClusterPatchInput
from gateway.providers.northflank.networks import (
    AwsNetwork,
    AwsNetworkInput,
    AzureNetwork,
    AzureNetworkInput,
    CoreweaveNetwork,
    CoreweaveNetworkInput,
    GcpNetwork,
    GcpNetworkInput,
    NebiusNetwork,
    NebiusNetworkInput,
    OciNetwork,
    OciNetworkInput,
)
from gateway.providers.northflank.pools import NodePool, NodePoolInput, WithPools
from gateway.providers.northflank.settings import NorthflankSettings, NorthflankSettingsInput
from gateway.types.cluster import ClusterDetails
from gateway.types.records import field, option, serves


@strawberry.type(description="Fields of a cluster that only Northflank has.")
class NorthflankClusterDetails(ClusterDetails):
    is_type_of = serves(NorthflankDetails)

    node_pools: list[NodePool]
    dns: str | None = field("The cluster's part of host names.")
    owned_by: str | None = field("team or org, in Northflank's words.")
    allowed_teams: list[str] | None = field("The teams that may use it. Null where every team may.")
    aws: AwsNetwork | None = field("Null where Northflank does not show it, as of every other cloud.")
    azure: AzureNetwork | None
    gcp: GcpNetwork | None
    oci: OciNetwork | None
    coreweave: CoreweaveNetwork | None
    nebius: NebiusNetwork | None
    byok: ByokCluster | None
    settings: NorthflankSettings | None


@strawberry.input(
    description="A new Northflank cluster. The member of its cloud says where it is there: OCI, COREWEAVE and NEBIUS "
    "need it. AZURE needs a pool with azure.isSystem. BYOK has its pools in its member, every other "
    "cloud in nodePools. Northflank chooses the Kubernetes version."
)
class NorthflankClusterSpecInput(WithPools):
    integration_external_id: strawberry.ID = field(
        "The integration of the same account that the cluster is created with.", name="integrationId"
    )
    cloud: Cloud
    region: str | None = strawberry.UNSET
    description: str | None = strawberry.UNSET
    node_pools: list[NodePoolInput] | None = option("Needed in every cloud but BYOK.")
    aws: AwsNetworkInput | None = strawberry.UNSET
    azure: AzureNetworkInput | None = strawberry.UNSET
    gcp: GcpNetworkInput | None = strawberry.UNSET
    oci: OciNetworkInput | None = strawberry.UNSET
    coreweave: CoreweaveNetworkInput | None = strawberry.UNSET
    nebius: NebiusNetworkInput | None = strawberry.UNSET
    byok: ByokClusterInput | None = option("A cluster that you bring. The integration holds its kubeconfig.")
    allowed_teams: list[str] | None = option(
        "The ids of the teams that may use it. The default is every team."
    )
    settings: NorthflankSettingsInput | None = strawberry.UNSET


@strawberry.input(
    description="Changes of a Northflank cluster. Northflank takes none of the other clouds' networks."
)
class NorthflankClusterPatchInput(WithPools):
    name: str | None = strawberry.UNSET
    description: str | None = strawberry.UNSET
    node_pools: list[NodePoolInput] | None = option(
        "All pools of the cluster. A pool that is left out is deleted."
    )
    aws: AwsNetworkInput | None = strawberry.UNSET
    azure: AzureNetworkInput | None = strawberry.UNSET
    gcp: GcpNetworkInput | None = strawberry.UNSET
    byok: ByokClusterPatchInput | None = strawberry.UNSET
    allowed_teams: list[str] | None = option(
        "The ids of the teams that may use it. Null or empty: every team may."
    )
    settings: NorthflankSettingsInput | None = strawberry.UNSET
