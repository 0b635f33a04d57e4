"""Where a cluster of Northflank is within its cloud: the network that it is put into, and who reaches its API.

Each cloud has a record of its own. `authorized_networks` are those that reach the Kubernetes API: an empty list is no
restriction, null is not known or, where it is asked for, as it is.
"""

import re
from collections.abc import Sequence

from pydantic import Field, ValidationInfo, field_validator

from fleet.model.record import Record
from fleet.providers.northflank.rules import check_networks

FEWEST_SUBNETS, MOST_SUBNETS = 2, 4
"""Of the control plane on AWS (source: the vendor's guide)."""


class AwsNetwork(Record):
    """Subnets of one's own are named all; without any, Northflank takes the default ones of the availability zones.
    With `has_static_egress`, traffic leaves from a single address.
    """

    vpc_id: str | None = None
    subnets: tuple[str, ...] | None = None
    authorized_networks: tuple[str, ...] | None = None
    has_static_egress: bool | None = None


class GcpNetwork(Record):
    """Without names, Northflank makes a network and a subnetwork."""

    project_id: str | None = None
    network: str | None = None
    subnetwork: str | None = None
    authorized_networks: tuple[str, ...] | None = None


class AzureNetwork(Record):
    """Without `vnet_id`, Northflank makes a virtual network."""

    vnet_id: str | None = None
    has_overlay: bool | None = None
    authorized_networks: tuple[str, ...] | None = None


class OciNetwork(Record):
    vcn_id: str | None = None
    api_subnet_id: str | None = None
    load_balancer_subnet_ids: tuple[str, ...] | None = None


class CoreweaveNetwork(Record):
    """The three names are of prefixes of the VPC."""

    zone: str | None = None
    vpc_id: str | None = None
    pod_cidr_name: str | None = None
    service_cidr_name: str | None = None
    internal_load_balancer_cidr_names: tuple[str, ...] | None = None


class NebiusNetwork(Record):
    project_id: str | None = None
    subnet_id: str | None = None


class AwsNetworkWanted(AwsNetwork):
    _networks = field_validator("authorized_networks")(check_networks)

    @field_validator("subnets")
    @classmethod
    def _are_enough(cls, value: Sequence[str] | None) -> Sequence[str] | None:
        if value is not None and not FEWEST_SUBNETS <= len(set(value)) <= MOST_SUBNETS:
            raise ValueError(f"A cluster on AWS has {FEWEST_SUBNETS} to {MOST_SUBNETS} subnets.")
        return value


class GcpNetworkWanted(GcpNetwork):
    _networks = field_validator("authorized_networks")(check_networks)

    @field_validator("project_id")
    @classmethod
    def _is_a_project(cls, value: str | None) -> str | None:
        if value is not None and re.fullmatch(r"[a-z][a-z0-9-]{4,28}[a-z0-9]", value) is None:
            raise ValueError("A project of Google Cloud has 6 to 30 lower-case letters, digits and dashes.")
        return value


class AzureNetworkWanted(AzureNetwork):
    _networks = field_validator("authorized_networks")(check_networks)


class OciNetworkWanted(OciNetwork):
    """The vendor's guide makes the choice of a VCN, and of public subnets for the API and load balancers, mandatory."""

    vcn_id: str = Field(min_length=1)
    api_subnet_id: str = Field(min_length=1)


class CoreweaveNetworkWanted(CoreweaveNetwork):
    zone: str = Field(min_length=1)
    service_cidr_name: str | None = Field(default=None, validate_default=True)

    @field_validator("service_cidr_name")
    @classmethod
    def _goes_with_the_other(cls, value: str | None, info: ValidationInfo) -> str | None:
        if (value is None) != (info.data.get("pod_cidr_name") is None):
            raise ValueError("The prefixes of pods and of services are named together, or neither is.")
        return value


class NebiusNetworkWanted(NebiusNetwork):
    project_id: str = Field(min_length=1)
    subnet_id: str = Field(min_length=1)
