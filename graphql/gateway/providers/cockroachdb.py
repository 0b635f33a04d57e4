"""The schema types of CockroachDB Cloud: the details, the specification and the patch of a cluster."""

from typing import Any

import strawberry

from fleet.model.cloud import Cloud
from fleet.providers.cockroachdb import CockroachdbDetails, CockroachdbUpgrades
from gateway.inputs.conversion import ClusterInput
from gateway.providers.members import ProviderTypes
from gateway.types.cluster import ClusterDetails
from gateway.types.label import LabelInput, with_labels
from gateway.types.money import SpendLimitInput
from gateway.types.records import field, option, serves

strawberry.enum(
    CockroachdbUpgrades,
    description="Who begins the upgrade of a Standard CockroachDB cluster to another major version: the provider, or "
    "its owner.",
)


@strawberry.type(description="One region of a CockroachDB cluster.")
class CockroachdbRegion:
    name: str
    node_count: int | None = field("Null on the serverless plans, which have no dedicated nodes.")
    sql_host: str | None = field("Where SQL clients connect.")
    ui_host: str | None = field("Where the DB Console answers.")
    internal_host: str | None = field("Where SQL clients connect over a private network connection.")
    private_endpoint_host: str | None = field("Where SQL clients connect through a private endpoint.")
    is_primary: bool | None
    machine_type: str | None = field("The machine of each of its nodes. Regions of one cluster can differ.")
    vcpus: int | None = field("Of each of its nodes.")
    disk_iops: int | None = field("Of each of its nodes; it means something on AWS.")


@strawberry.type(description="Fields of a cluster that only CockroachDB Cloud has.")
class CockroachdbClusterDetails(ClusterDetails):
    is_type_of = serves(CockroachdbDetails)

    cloud_account_id: str | None = field(
        "The account or project at the cloud that it runs in, as peering and private endpoints need it."
    )
    creator_id: str | None = field("The user or service account that created it.")
    routing_id: str | None = field("The name of the cluster in connection strings.")
    regions: list[CockroachdbRegion]
    folder_id: str | None = field("The folder that it is in: `root` at the top.")
    network_visibility: str | None = field("PUBLIC or PRIVATE, in the provider's words.")
    egress_traffic_policy: str | None = field("What may leave it, in the provider's words.")
    upgrade_status: str | None = field("The progress of a major upgrade, in the provider's words.")
    upgrade_type: str | None = field("Who begins upgrades, in the provider's words: AUTOMATIC or MANUAL.")


@strawberry.input(description="A plan that is paid by use. The cluster has no dedicated nodes.")
class CockroachdbServerlessInput:
    regions: list[str] | None = option("Required for a new cluster. In a change, all that there are to be.")
    primary_region: str | None = option("Required with more than one region.")
    spend_limit: SpendLimitInput | None = option(
        "Without it, the use of a new cluster is unlimited; in a change, the limit stays."
    )
    upgrades: CockroachdbUpgrades | None = option(
        "MANUAL is for Standard clusters. The default is AUTOMATIC."
    )
    has_empty_allowlist: bool | None = option(
        "For a new cluster, which is open to every network otherwise: nobody can connect until a network is allowed."
    )


@strawberry.input(
    description="The nodes in a region, and their machine where regions differ: `vcpus` or `machineType`. It needs an "
    "organization that CockroachDB Cloud lets do so."
)
class RegionNodesInput:
    region: str
    nodes: int
    vcpus: int | None = option("Of each node in this region.")
    machine_type: str | None = option("The cloud's name of the machine type in this region.")


@strawberry.input(
    description="A plan with dedicated nodes. A new cluster needs its regions, its storage, and exactly one of "
    "`vcpus`, `machineType` and the machines of each region. In a change, what is left out stays as it is."
)
class CockroachdbAdvancedInput:
    region_nodes: list[RegionNodesInput] | None = option(
        "All regions that there are to be. In a change, a region without a machine keeps the one that it has."
    )
    vcpus: int | None = option("Of each node.")
    machine_type: str | None = option("The cloud's name of the machine type.")
    storage_gib: int | None = option("Storage of each node, in GiB (2^30 bytes).")
    version: str | None = option("A major version, e.g. v25.2. The default is the provider's newest.")


@strawberry.input(
    one_of=True,
    description="The plan: exactly one. It has no default, because it decides what the cluster costs.",
)
class CockroachdbPlanInput:
    basic: CockroachdbServerlessInput | None = strawberry.UNSET
    standard: CockroachdbServerlessInput | None = strawberry.UNSET
    advanced: CockroachdbAdvancedInput | None = strawberry.UNSET


@strawberry.input(description="A new CockroachDB cluster.")
class CockroachdbClusterSpecInput(ClusterInput):
    cloud: Cloud
    plan: CockroachdbPlanInput
    labels: list[LabelInput] | None = strawberry.UNSET
    is_deletion_protected: bool | None = strawberry.UNSET

    def to_members(self) -> dict[str, Any]:
        return with_labels(super().to_members())


@strawberry.input(
    description="Changes of a CockroachDB cluster. A version can only be changed alone. Labels replace all "
    "existing labels."
)
class CockroachdbClusterPatchInput(ClusterInput):
    version: str | None = strawberry.UNSET
    plan: CockroachdbPlanInput | None = strawberry.UNSET
    labels: list[LabelInput] | None = strawberry.UNSET
    is_deletion_protected: bool | None = strawberry.UNSET

    def to_members(self) -> dict[str, Any]:
        return with_labels(super().to_members())


TYPES = ProviderTypes(
    details=CockroachdbClusterDetails, spec=CockroachdbClusterSpecInput, patch=CockroachdbClusterPatchInput
)
