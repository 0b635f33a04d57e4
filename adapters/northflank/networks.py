"""The networks of a cluster of Northflank, cloud by cloud: read, and asked for."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from adapters.northflank.camel import CamelPart
from adapters.wire import Text, Words
from fleet.providers.northflank.networks import (
    AwsNetwork,
    AzureNetwork,
    CoreweaveNetwork,
    GcpNetwork,
    NebiusNetwork,
    OciNetwork,
)

Body = dict[str, Any]


class WireSubnetConfiguration(CamelPart):
    mode: Text = None
    vpc_id: Text = None
    subnets: Words | None = None


class WireAws(CamelPart):
    subnet_configuration: WireSubnetConfiguration | None = None
    enable_public_access_cidrs: bool | None = None
    public_access_cidrs: Words | None = None
    vpc_egress: bool | None = None


class WireRanges(CamelPart):
    enable_authorized_ip_ranges: bool | None = None
    authorized_ip_ranges: Words | None = None


class WireGcpNetworking(CamelPart):
    network: Text = None
    subnetwork: Text = None


class WireGcp(WireRanges):
    project_id: Text = None
    networking: WireGcpNetworking | None = None


class WireVnetConfiguration(CamelPart):
    vnet_id: Text = None


class WireAzureNetworking(CamelPart):
    vnet_configuration: WireVnetConfiguration | None = None
    network_plugin_mode: Text = None


class WireAzure(WireRanges):
    networking: WireAzureNetworking | None = None


class WireVcnConfiguration(CamelPart):
    vcn_id: Text = None
    subnet_id_for_kubernetes_api: Text = None
    subnet_ids_for_service_lbs: Words | None = Field(default=None, alias="subnetIdsForServiceLBs")


class WireOci(CamelPart):
    vcn_configuration: WireVcnConfiguration | None = None


class WirePrefixNames(CamelPart):
    pod_cidr_name: Text = None
    service_cidr_name: Text = None
    internal_lb_cidr_names: Words | None = None


class WireCoreweaveNetwork(CamelPart):
    vpc_id: Text = None
    custom_prefix_names: WirePrefixNames | None = None


class WireCoreweave(CamelPart):
    zone: Text = None
    network: WireCoreweaveNetwork | None = None


class WireNebius(CamelPart):
    project_id: Text = None
    subnet_id: Text = None


# ---------------------------------------------------------------------- read


def to_aws(wire: WireAws) -> AwsNetwork:
    subnets = wire.subnet_configuration or WireSubnetConfiguration()
    return AwsNetwork(
        vpc_id=subnets.vpc_id,
        subnets=subnets.subnets,
        authorized_networks=_ranges(wire.enable_public_access_cidrs, wire.public_access_cidrs),
        has_static_egress=wire.vpc_egress,
    )


def to_gcp(wire: WireGcp) -> GcpNetwork:
    networking = wire.networking or WireGcpNetworking()
    return GcpNetwork(
        project_id=wire.project_id,
        network=networking.network,
        subnetwork=networking.subnetwork,
        authorized_networks=_ranges(wire.enable_authorized_ip_ranges, wire.authorized_ip_ranges),
    )


def to_azure(wire: WireAzure) -> AzureNetwork:
    networking = wire.networking or WireAzureNetworking()
    return AzureNetwork(
        vnet_id=(networking.vnet_configuration or WireVnetConfiguration()).vnet_id,
        has_overlay=None if wire.networking is None else networking.network_plugin_mode == OVERLAY,
        authorized_networks=_ranges(wire.enable_authorized_ip_ranges, wire.authorized_ip_ranges),
    )


def to_oci(wire: WireOci) -> OciNetwork:
    vcn = wire.vcn_configuration or WireVcnConfiguration()
    return OciNetwork(
        vcn_id=vcn.vcn_id,
        api_subnet_id=vcn.subnet_id_for_kubernetes_api,
        load_balancer_subnet_ids=vcn.subnet_ids_for_service_lbs,
    )


def to_coreweave(wire: WireCoreweave) -> CoreweaveNetwork:
    network = wire.network or WireCoreweaveNetwork()
    names = network.custom_prefix_names or WirePrefixNames()
    return CoreweaveNetwork(
        zone=wire.zone,
        vpc_id=network.vpc_id,
        pod_cidr_name=names.pod_cidr_name,
        service_cidr_name=names.service_cidr_name,
        internal_load_balancer_cidr_names=names.internal_lb_cidr_names,
    )


def to_nebius(wire: WireNebius) -> NebiusNetwork:
    return NebiusNetwork(project_id=wire.project_id, subnet_id=wire.subnet_id)


def _ranges(is_enabled: bool | None, ranges: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """Null where neither is shown; empty where nothing is restricted, whatever is listed."""
    if is_enabled is None and ranges is None:
        return None
    return ranges or () if is_enabled else ()


# ---------------------------------------------------------------------- asked for

OVERLAY = "overlay"


def from_aws(wanted: AwsNetwork) -> Body:
    subnets = _given(vpcId=wanted.vpc_id, subnets=_listed(wanted.subnets))
    mode = "explicit-subnets" if wanted.subnets else "default-subnets-for-azs"
    return _given(
        subnetConfiguration={"mode": mode, **subnets} if subnets else None,
        vpcEgress=wanted.has_static_egress,
        **_asked_ranges(wanted.authorized_networks, "enablePublicAccessCidrs", "publicAccessCidrs"),
    )


def from_gcp(wanted: GcpNetwork) -> Body:
    networking = _given(network=wanted.network, subnetwork=wanted.subnetwork)
    return _given(
        projectId=wanted.project_id,
        networking=networking or None,
        **_asked_ranges(wanted.authorized_networks),
    )


def from_azure(wanted: AzureNetwork, *, is_new: bool = False) -> Body:
    """A new cluster says where it is in any case."""
    vnet = {"mode": "custom-vnet", "vnetId": wanted.vnet_id} if wanted.vnet_id else None
    if vnet is None and is_new:
        vnet = {"mode": "create-default"}
    networking = _given(vnetConfiguration=vnet, networkPluginMode=OVERLAY if wanted.has_overlay else None)
    return _given(networking=networking or None, **_asked_ranges(wanted.authorized_networks))


def from_oci(wanted: OciNetwork) -> Body:
    return {
        "vcnConfiguration": _given(
            vcnId=wanted.vcn_id,
            subnetIdForKubernetesApi=wanted.api_subnet_id,
            subnetIdsForServiceLBs=_listed(wanted.load_balancer_subnet_ids),
        )
    }


def from_coreweave(wanted: CoreweaveNetwork) -> Body:
    names = _given(
        podCidrName=wanted.pod_cidr_name,
        serviceCidrName=wanted.service_cidr_name,
        internalLbCidrNames=_listed(wanted.internal_load_balancer_cidr_names),
    )
    network = _given(vpcId=wanted.vpc_id, customPrefixNames=names or None)
    mode = "custom" if network else "create-default"
    return _given(zone=wanted.zone, network={"networkMode": mode, **network})


def from_nebius(wanted: NebiusNetwork) -> Body:
    return _given(projectId=wanted.project_id, subnetId=wanted.subnet_id)


def _asked_ranges(
    wanted: Sequence[str] | None,
    enable: str = "enableAuthorizedIpRanges",
    ranges: str = "authorizedIpRanges",
) -> Mapping[str, Any]:
    return {} if wanted is None else {enable: bool(wanted), ranges: list(wanted)}


def _listed(values: Sequence[str] | None) -> list[str] | None:
    return None if values is None else list(values)


def _given(**members: Any) -> Body:
    return {name: value for name, value in members.items() if value is not None}
