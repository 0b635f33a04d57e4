"""The networks of Northflank's clusters, cloud by cloud."""

import strawberry

from gateway.types.records import field, option

AUTHORIZED = "Networks that reach the Kubernetes API. Empty: every network does."


@strawberry.type(description="Where a cluster is in AWS.")
class AwsNetwork:
    vpc_id: str | None
    subnets: list[str] | None = field("Subnets of your own. Null where Northflank chose them.")
    authorized_networks: list[str] | None = field(f"{AUTHORIZED} Null where it is not shown.")
    has_static_egress: bool | None = field("Whether traffic leaves from a single address.")


@strawberry.type(description="Where a cluster is in Google Cloud.")
class GcpNetwork:
    project_id: str | None
    network: str | None
    subnetwork: str | None
    authorized_networks: list[str] | None = field(f"{AUTHORIZED} Null where it is not shown.")


@strawberry.type(description="Where a cluster is in Azure.")
class AzureNetwork:
    vnet_id: str | None = field("A virtual network of your own. Null where Northflank made one.")
    has_overlay: bool | None = field("Whether pods have addresses of an overlay network.")
    authorized_networks: list[str] | None = field(f"{AUTHORIZED} Null where it is not shown.")


@strawberry.type(description="Where a cluster is in Oracle Cloud.")
class OciNetwork:
    vcn_id: str | None
    api_subnet_id: str | None = field("The subnet of the Kubernetes API.")
    load_balancer_subnet_ids: list[str] | None


@strawberry.type(description="Where a cluster is in CoreWeave.")
class CoreweaveNetwork:
    zone: str | None
    vpc_id: str | None
    pod_cidr_name: str | None = field("The VPC's prefix for pods.")
    service_cidr_name: str | None = field("The VPC's prefix for services.")
    internal_load_balancer_cidr_names: list[str] | None


@strawberry.type(description="Where a cluster is in Nebius.")
class NebiusNetwork:
    project_id: str | None
    subnet_id: str | None


@strawberry.input(
    description="Where a cluster is in AWS. What is left out is Northflank's choice, or stays as it is."
)
class AwsNetworkInput:
    vpc_id: str | None = option("It needs the feature byoc-custom-vpc of the integration.")
    subnets: list[str] | None = option("2 to 4 subnets of your own.")
    authorized_networks: list[str] | None = option(AUTHORIZED)
    has_static_egress: bool | None = option(
        "Traffic leaves from a single address. It needs the feature byoc-static-egress of the integration."
    )


@strawberry.input(
    description="Where a cluster is in Google Cloud. What is left out is Northflank's choice, or stays as it is."
)
class GcpNetworkInput:
    project_id: str | None = strawberry.UNSET
    network: str | None = option("The name of a network of your own.")
    subnetwork: str | None = option("The name of a subnetwork of your own.")
    authorized_networks: list[str] | None = option(AUTHORIZED)


@strawberry.input(
    description="Where a cluster is in Azure. What is left out is Northflank's choice, or stays as it is."
)
class AzureNetworkInput:
    vnet_id: str | None = option("A virtual network of your own.")
    has_overlay: bool | None = option("True: pods have addresses of an overlay network.")
    authorized_networks: list[str] | None = option(AUTHORIZED)


@strawberry.input(description="Where a cluster is in Oracle Cloud.")
class OciNetworkInput:
    vcn_id: str
    api_subnet_id: str = field("A public subnet for the Kubernetes API.")
    load_balancer_subnet_ids: list[str] | None = option("Public subnets for load balancers.")


@strawberry.input(description="Where a cluster is in CoreWeave. Without a VPC, Northflank makes one.")
class CoreweaveNetworkInput:
    zone: str
    vpc_id: str | None = strawberry.UNSET
    pod_cidr_name: str | None = option("The VPC's prefix for pods. It goes with the one for services.")
    service_cidr_name: str | None = option("The VPC's prefix for services.")
    internal_load_balancer_cidr_names: list[str] | None = strawberry.UNSET


@strawberry.input(description="Where a cluster is in Nebius.")
class NebiusNetworkInput:
    project_id: str
    subnet_id: str
