"""The conversion of CockroachDB Cloud's answers to records of the domain."""

import re
from collections.abc import Mapping
from fractions import Fraction

from adapters.adapter import segment
from adapters.cockroachdb.spend import NO_LIMITS, to_spend_limit
from adapters.cockroachdb.upgrades import AUTOMATIC, NOT_BY_HAND, to_upgrade_state
from adapters.cockroachdb.wire import (
    WireCluster,
    WireClusterRegion,
    WireConfig,
    WireDedicated,
    WireNode,
    WireRegion,
)
from fleet.model.capability import Capability
from fleet.model.catalog import Region
from fleet.model.cloud import Cloud
from fleet.model.cluster import Capacity, Cluster, Connection, Engine, Phase, Resources, digest_revision
from fleet.model.identifier import fits_a_path
from fleet.model.node import Node, NodePhase
from fleet.providers.cockroachdb import COCKROACHDB, CockroachdbDetails, CockroachdbRegion

STATES: Mapping[str, Phase] = {
    "CREATING": Phase.PROVISIONING,
    "CREATED": Phase.READY,
    "CREATION_FAILED": Phase.FAILED,
    "DELETED": Phase.DELETED,
    "LOCKED": Phase.UPDATING,
}
OPERATIONS: Mapping[str, Phase] = {
    "": Phase.READY,
    "UNSPECIFIED": Phase.READY,
    "NOT_SET": Phase.READY,
    "CRDB_CLUSTER_DISRUPTION_RUNNING": Phase.DEGRADED,
}
OPERATION_ENDINGS: Mapping[str, Phase] = {"_RUNNING": Phase.UPDATING, "_FAILED": Phase.DEGRADED}
"""The phase of a created cluster, by its operation. Unlisted operations are matched by their ending."""
PREFIXES = ("CLUSTER_STATE_", "CLUSTER_STATUS_", "NODE_STATUS_")
"""The prefixes of enum values in version 2022-03-31."""
NODE_PHASES: Mapping[str, NodePhase] = {"LIVE": NodePhase.READY, "NOT_READY": NodePhase.NOT_READY}

MESSAGES: Mapping[str, str] = {
    "CREATION_FAILED": "CockroachDB Cloud failed to create the cluster.",
    "CRDB_CLUSTER_DISRUPTION_RUNNING": "Faults are being injected into the cluster on purpose.",
}
CLOUDS: Mapping[str, Cloud] = {"AWS": Cloud.AWS, "GCP": Cloud.GCP, "AZURE": Cloud.AZURE}
IS_SERVERLESS: Mapping[str, bool] = {
    "BASIC": True,
    "STANDARD": True,
    "SERVERLESS": True,
    "ADVANCED": False,
    "DEDICATED": False,
    "CUSTOM": False,
}
IS_PROTECTED: Mapping[str, bool] = {"ENABLED": True, "DISABLED": False}

NO_NODES = "Only clusters of the Advanced plan have nodes of their own."


def to_cluster(wire: WireCluster, account_id: str) -> Cluster:
    state, operation = without_prefix(wire.state), without_prefix(wire.operation_status)
    phase = to_phase(state, operation)
    is_serverless = to_is_serverless(wire)
    config, regions = wire.config or WireConfig(), wire.regions or ()
    serverless, shared = config.serverless, config.dedicated
    return Cluster(
        account_id=account_id,
        provider=COCKROACHDB.key,
        external_id=wire.id,
        name=wire.name,
        display_name=wire.name,
        engine=Engine.COCKROACHDB,
        version=wire.cockroach_version,
        upgrade_state=to_upgrade_state(wire.upgrade_status),
        plan=wire.plan,
        phase=phase,
        provider_phase=wire.state or "",
        provider_operation=wire.operation_status if is_at_work(operation) else None,
        message=to_message(state, operation),
        has_failed_to_start=phase is Phase.FAILED,
        cloud=None if wire.cloud_provider is None else CLOUDS.get(wire.cloud_provider, Cloud.UNKNOWN),
        provider_cloud=wire.cloud_provider,
        unsupported=to_unsupported(wire, is_serverless),
        regions=tuple(region.name for region in regions),
        capacity=to_capacity(wire, is_serverless),
        labels=wire.labels,
        is_deletion_protected=IS_PROTECTED.get(wire.delete_protection or ""),
        created_at=wire.created_at,
        updated_at=wire.updated_at,
        deleted_at=wire.deleted_at,
        revision=to_revision(wire),
        connection=to_connection(wire, state),
        spend_limit=to_spend_limit(wire.plan or "", is_serverless, serverless),
        details=CockroachdbDetails(
            console_url=to_console_url(wire.id),
            folder_id=wire.parent_id,
            network_visibility=wire.network_visibility
            and wire.network_visibility.removeprefix("NETWORK_VISIBILITY_"),
            egress_traffic_policy=wire.egress_traffic_policy,
            cloud_account_id=wire.account_id,
            creator_id=wire.creator_id,
            routing_id=serverless.routing_id if serverless is not None else None,
            regions=tuple(to_cluster_region(region, shared, is_serverless) for region in regions),
            upgrade_status=wire.upgrade_status,
            upgrade_type=serverless.upgrade_type if serverless is not None else None,
        ),
        unread_members=wire.unread,
    )


def to_console_url(identifier: str) -> str | None:
    if not fits_a_path(identifier):
        return None
    return f"https://cockroachlabs.cloud/cluster/{segment(identifier)}/overview"


def without_prefix(text: str | None) -> str:
    word = text or ""
    for prefix in PREFIXES:
        word = word.removeprefix(prefix)
    return word


def to_phase(state: str, operation: str) -> Phase:
    phase = STATES.get(state, Phase.UNKNOWN)
    if phase is not Phase.READY:
        return phase
    ends = (phase for ending, phase in OPERATION_ENDINGS.items() if operation.endswith(ending))
    return OPERATIONS.get(operation) or next(ends, Phase.UNKNOWN)


def is_at_work(operation: str) -> bool:
    return OPERATIONS.get(operation) is not Phase.READY and not operation.endswith("_FAILED")


def to_message(state: str, operation: str) -> str | None:
    if operation.endswith("_FAILED"):
        return f"The provider's last operation failed: {operation}."
    return MESSAGES.get(state) or MESSAGES.get(operation)


def to_is_serverless(wire: WireCluster) -> bool | None:
    """Whether the cluster is serverless. Null if neither its configuration nor its plan shows it."""
    if wire.config is not None and wire.config.serverless is not None:
        return True
    if wire.config is not None and wire.config.dedicated is not None:
        return False
    return IS_SERVERLESS.get(wire.plan or "")


def to_unsupported(wire: WireCluster, is_serverless: bool | None) -> Mapping[Capability, str]:
    if is_serverless is False:
        return {Capability.SPEND_LIMIT: NO_LIMITS}
    serverless = wire.config.serverless if wire.config is not None else None
    automatic = serverless is not None and serverless.upgrade_type == "AUTOMATIC"
    why = NOT_BY_HAND if wire.plan == "STANDARD" else AUTOMATIC
    by_hand = wire.plan == "STANDARD" and not automatic
    upgrades = {} if by_hand else {Capability.UPGRADE_CLUSTER: why, Capability.FINALIZE_UPGRADE: why}
    return {Capability.LIST_NODES: NO_NODES, **upgrades}


def to_capacity(wire: WireCluster, is_serverless: bool | None) -> Capacity:
    """The capacity. Dedicated clusters show the resources of a node. Of the serverless plans only Standard shows any:
    its vCPUs.
    """
    config = wire.config or WireConfig()
    if config.serverless is not None:
        limits = config.serverless.usage_limits
        vcpus = limits.provisioned_virtual_cpus if limits is not None else None
        return Capacity(total=Resources(cpu_millicores=vcpus * 1000 if vcpus else None))
    nodes = to_node_count(wire) if is_serverless is False else None
    if config.dedicated is None:
        return Capacity(node_count=nodes)
    hardware = config.dedicated
    memory_mib = Fraction(hardware.memory_gib or 0) * 1024
    per_node = Resources(
        cpu_millicores=hardware.num_virtual_cpus * 1000 if hardware.num_virtual_cpus else None,
        memory_mib=memory_mib.numerator if memory_mib and memory_mib.denominator == 1 else None,
        storage_mib=hardware.storage_gib * 1024 if hardware.storage_gib else None,
    )
    cpus = to_vcpus_by_region(wire, hardware)
    machines = {region.machine_type or hardware.machine_type for region in wire.regions or ()}
    if len(set(cpus)) <= 1 and len(machines) <= 1:
        total = multiply(per_node, nodes) if nodes else Resources()
        machine = next(iter(machines), None) or hardware.machine_type
        return Capacity(total=total, per_node=per_node, node_count=nodes, instance_type=machine)
    # The nodes of the regions differ, and the API does not show their memory.
    total = Resources(
        cpu_millicores=to_millicores_of_all(wire, cpus),
        storage_mib=multiply(per_node, nodes).storage_mib if nodes else None,
    )
    return Capacity(
        total=total,
        per_node=Resources(storage_mib=per_node.storage_mib),
        node_count=nodes,
        instance_type=None,
    )


def to_vcpus_by_region(wire: WireCluster, hardware: WireDedicated) -> list[int | None]:
    """The resources of one node, by region. What a region does not show is as in the cluster."""
    return [region.num_virtual_cpus or hardware.num_virtual_cpus for region in wire.regions or ()]


def to_millicores_of_all(wire: WireCluster, cpus: list[int | None]) -> int | None:
    counts = [region.node_count for region in wire.regions or ()]
    if None in cpus or None in counts:
        return None
    return 1000 * sum((count or 0) * (each or 0) for count, each in zip(counts, cpus, strict=True))


def to_node_count(wire: WireCluster) -> int | None:
    counts = [region.node_count for region in wire.regions or ()]
    known = [count for count in counts if count is not None]
    return sum(known) if known and len(known) == len(counts) else None


def multiply(per_node: Resources, nodes: int) -> Resources:
    return Resources(
        cpu_millicores=None if per_node.cpu_millicores is None else per_node.cpu_millicores * nodes,
        memory_mib=None if per_node.memory_mib is None else per_node.memory_mib * nodes,
        storage_mib=None if per_node.storage_mib is None else per_node.storage_mib * nodes,
    )


def to_connection(wire: WireCluster, state: str) -> Connection | None:
    """The connection. Older versions show the host only by region."""
    if state not in ("CREATED", "LOCKED"):
        return None
    regions = sorted(wire.regions or (), key=lambda region: region.primary is not True)
    host = next((host for host in (wire.sql_dns, *(region.sql_dns for region in regions)) if host), None)
    return None if host is None else Connection(endpoint=host)


def to_cluster_region(
    wire: WireClusterRegion, shared: WireDedicated | None, is_serverless: bool | None
) -> CockroachdbRegion:
    """Older versions show the disks of all regions with the cluster."""
    disk_iops = wire.disk_iops or (shared.disk_iops if shared is not None else None) or None
    return CockroachdbRegion(
        name=wire.name,
        node_count=None if is_serverless else wire.node_count,
        sql_host=wire.sql_dns,
        ui_host=wire.ui_dns,
        internal_host=wire.internal_dns,
        private_endpoint_host=wire.private_endpoint_dns,
        is_primary=wire.primary,
        machine_type=wire.machine_type if not is_serverless else None,
        vcpus=(wire.num_virtual_cpus or None) if not is_serverless else None,
        disk_iops=disk_iops if not is_serverless else None,
    )


def to_revision(wire: WireCluster) -> str:
    """The revision: a digest of what PATCH accepts. It includes only the major version, because the provider applies
    patches itself.
    """
    config = wire.config or WireConfig()
    serverless, dedicated = config.serverless, config.dedicated
    major = re.match(r"v?\d+\.\d+", wire.cockroach_version or "")
    return digest_revision(
        {
            "plan": wire.plan,
            "labels": wire.labels or {},
            "delete_protection": wire.delete_protection,
            "parent_id": wire.parent_id,
            "version": major[0] if major else wire.cockroach_version,
            "regions": sorted(
                (region.name, region.node_count, region.primary, *to_own_machine(region, dedicated))
                for region in wire.regions or ()
            ),
            "serverless": serverless.model_dump(exclude={"routing_id"}) if serverless is not None else None,
            "dedicated": dedicated.model_dump() if dedicated is not None else None,
        }
    )


def to_own_machine(region: WireClusterRegion, shared: WireDedicated | None) -> tuple[str, ...]:
    """The resources of a region's nodes that differ from the cluster's. Versions of the API that do not show them give
    an equal result.
    """
    own = {
        "vcpus": (region.num_virtual_cpus, shared.num_virtual_cpus if shared else None),
        "machine": (region.machine_type, shared.machine_type if shared else None),
        "iops": (region.disk_iops, shared.disk_iops if shared else None),
    }
    return tuple(f"{name}={here}" for name, (here, there) in own.items() if here not in (None, there))


def to_node(wire: WireNode, account_id: str, cluster_key: str) -> Node:
    return Node(
        account_id=account_id,
        cluster_key=cluster_key,
        external_id=f"{wire.region_name}/{wire.name}" if wire.region_name else wire.name,
        name=wire.name,
        phase=NODE_PHASES.get(without_prefix(wire.status), NodePhase.UNKNOWN),
        provider_phase=wire.status or "",
        region=wire.region_name,
        unread_members=wire.unread,
    )


def to_raw_region(raw: object, cloud: str, *, is_serverless: bool) -> object:
    """An item of a list, completed with the parameters of the request. It is an object, or only a name in the older
    generation.
    """
    if isinstance(raw, str):
        return {"name": raw, "provider": cloud, "serverless": is_serverless}
    if not isinstance(raw, Mapping):
        return raw
    asked = {"provider": raw.get("provider") or cloud}
    return {**raw, **asked, "serverless": True} if is_serverless else {"serverless": False, **raw, **asked}


def to_region(wire: WireRegion, account_id: str) -> Region:
    return Region(
        account_id=account_id,
        name=wire.name,
        cloud=CLOUDS.get(wire.provider or "", Cloud.UNKNOWN),
        location=wire.location,
        is_serverless=wire.serverless,
    )
