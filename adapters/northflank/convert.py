"""The conversion of Northflank's answers to records of the domain."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TypeVar

from adapters.northflank.byok import to_byok
from adapters.northflank.camel import if_shown
from adapters.northflank.networks import to_aws, to_azure, to_coreweave, to_gcp, to_nebius, to_oci
from adapters.northflank.pools import WireNodePool, to_node_pool
from adapters.northflank.settings import to_settings
from adapters.northflank.wire import (
    WireCluster,
    WireNode,
    WireNodeResources,
    WireNodeType,
    WireRegion,
)
from fleet.model.capability import Capability
from fleet.model.catalog import InstanceType, Region
from fleet.model.cloud import Cloud
from fleet.model.cluster import Capacity, Cluster, Engine, Phase, Resources, digest_revision
from fleet.model.money import SpendLimitState, SpendLimitStatus
from fleet.model.node import Node, NodePhase
from fleet.model.record import Record
from fleet.providers.northflank import NORTHFLANK, NorthflankDetails
from fleet.providers.northflank.cluster import PATCHED

CLOUDS: Mapping[str, Cloud] = {
    "aws": Cloud.AWS,
    "aws-eusc": Cloud.AWS,
    "azure": Cloud.AZURE,
    "gcp": Cloud.GCP,
    "aiven": Cloud.AIVEN,
    "akamai": Cloud.AKAMAI,
    "backblaze": Cloud.BACKBLAZE,
    "byok": Cloud.BYOK,
    "civo": Cloud.CIVO,
    "cloudflare": Cloud.CLOUDFLARE,
    "coreweave": Cloud.COREWEAVE,
    "nebius": Cloud.NEBIUS,
    "oci": Cloud.OCI,
    "planetscale": Cloud.PLANETSCALE,
}

STATE_PARTS: Sequence[tuple[str, Phase]] = (
    ("error", Phase.FAILED),
    ("fail", Phase.FAILED),
    ("creat", Phase.PROVISIONING),
    ("provision", Phase.PROVISIONING),
    ("pending", Phase.PROVISIONING),
    ("updat", Phase.UPDATING),
    ("upgrad", Phase.UPDATING),
    ("scal", Phase.UPDATING),
    ("delet", Phase.DELETING),
)
"""The phases by words that a state contains; the first match counts. A state is free text. No document lists the
states, and `running` is the only documented one.
"""

NODE_PHASES: Mapping[str, NodePhase] = {"running": NodePhase.READY, "deleted": NodePhase.DELETED}

CONSOLE_URL = "https://app.northflank.com/s/account/cloud/clusters"
"""The list of clusters, in the form that the vendor's documentation links to, which leaves the team to the console. No
source tells the page of one cluster.
"""

MIB_PER_GB = 1024
"""GB of disks and memory are the clouds' units, which are GiB: a node type with 32 GiB is listed with 32 GB."""

T = TypeVar("T")


def to_cluster(wire: WireCluster, account_id: str) -> Cluster:
    cloud = to_cloud(wire.provider)
    return Cluster(
        account_id=account_id,
        provider=NORTHFLANK.key,
        external_id=wire.id,
        name=wire.name or wire.id,
        display_name=wire.name or wire.id,
        description=wire.description,
        engine=Engine.KUBERNETES,
        version=wire.kubernetes_version,
        phase=to_phase(wire),
        provider_phase=wire.state.state or "",
        message=wire.state.reason,
        cloud=cloud,
        provider_cloud=wire.provider,
        regions=(wire.region,) if wire.region else (),
        capacity=Capacity()
        if wire.node_pools is None or cloud is Cloud.BYOK
        else to_capacity(wire.node_pools),
        created_at=wire.created_at,
        updated_at=wire.updated_at,
        revision=to_revision(wire),
        spend_limit=SpendLimitStatus(
            state=SpendLimitState.UNSUPPORTED, reason=NORTHFLANK.unsupported[Capability.SPEND_LIMIT]
        ),
        integration_external_id=to_integration_id(wire.integration_id),
        details=to_details(wire),
        unread_members=wire.unread,
    )


def to_details(wire: WireCluster) -> NorthflankDetails:
    return NorthflankDetails(
        console_url=CONSOLE_URL,
        node_pools=tuple(to_node_pool(pool) for pool in wire.node_pools or ()),
        dns=wire.dns,
        owned_by=wire.entity_type,
        allowed_teams=if_shown(wire.restrictions, lambda part: part.team_ids),
        aws=if_shown(wire.aws, to_aws),
        azure=if_shown(wire.azure, to_azure),
        gcp=if_shown(wire.gcp, to_gcp),
        oci=if_shown(wire.oci, to_oci),
        coreweave=if_shown(wire.coreweave, to_coreweave),
        nebius=if_shown(wire.nebius, to_nebius),
        byok=to_byok(wire.byok, wire.coordinates),
        settings=if_shown(wire.settings, to_settings),
    )


def to_phase(wire: WireCluster) -> Phase:
    """The phase. A requested deletion counts before the state, and so does a reason, which only an error state has."""
    if wire.deletion_requested:
        return Phase.DELETING
    if wire.state.reason:
        return Phase.FAILED
    word = (wire.state.state or "").casefold()
    if word == "running":
        return Phase.READY
    return next((phase for part, phase in STATE_PARTS if part in word), Phase.UNKNOWN)


def to_cloud(word: str | None) -> Cloud:
    return CLOUDS.get((word or "").casefold(), Cloud.UNKNOWN)


def to_integration_id(reference: str | None) -> str | None:
    """The id in a reference to an integration. The reference can have a prefix, `org/` or `team/`, that lists do not
    have.
    """
    return reference.rpartition("/")[2] if reference else None


def to_capacity(pools: Sequence[WireNodePool]) -> Capacity:
    """The sums over the pools, and the resources of a node if all pools agree. Minimum and maximum are given if a pool
    autoscales; a pool that does not counts with its number of nodes.
    """
    scales = any(pool.scaling for pool in pools)
    disk_gb = (
        None if pool.node_count is None or pool.disk_size_gb is None else pool.node_count * pool.disk_size_gb
        for pool in pools
    )
    fewest = (pool.scaling.min if pool.scaling else pool.node_count for pool in pools)
    most = (pool.scaling.max if pool.scaling else pool.node_count for pool in pools)
    return Capacity(
        total=Resources(storage_mib=_to_mib(_sum(disk_gb))),
        per_node=Resources(storage_mib=_to_mib(_shared(pool.disk_size_gb for pool in pools))),
        node_count=_sum(pool.node_count for pool in pools),
        min_nodes=_sum(fewest) if scales else None,
        max_nodes=_sum(most) if scales else None,
        instance_type=_shared(pool.node_type for pool in pools),
    )


def to_revision(wire: WireCluster) -> str:
    """The revision: a digest of what Fleetgraph can set, with whole node pools. The present number of nodes of an
    autoscaled pool is not part of it.
    """
    details = to_details(wire)
    parts = {name: getattr(details, name) for name in (*PATCHED, "settings", "allowed_teams")}
    return digest_revision(
        {
            **{
                name: part.model_dump(mode="json") if isinstance(part, Record) else part
                for name, part in parts.items()
                if part is not None
            },
            "name": wire.name,
            "description": wire.description,
            "region": wire.region,
            "nodePools": [
                pool.model_dump(mode="json", exclude={"node_count"} if pool.scaling else None)
                for pool in wire.node_pools or ()
            ],
        }
    )


def is_deleted(raw: object) -> bool:
    """Of a node as it is listed."""
    return isinstance(raw, Mapping) and str(raw.get("status")).casefold() == "deleted"


def to_node(wire: WireNode, cluster: Cluster) -> Node:
    return Node(
        account_id=cluster.account_id,
        cluster_key=cluster.key,
        external_id=wire.node_id,
        name=wire.node_name or wire.node_id,
        phase=NODE_PHASES.get((wire.status or "").casefold(), NodePhase.UNKNOWN),
        provider_phase=wire.status or "",
        region=wire.region,
        zone=wire.zone,
        instance_type=wire.instance_type,
        pool=wire.node_pool.removeprefix("nf-") if wire.node_pool else None,
        created_at=wire.created_at,
        unread_members=wire.unread,
    )


def to_region(wire: WireRegion, account_id: str, cloud: Cloud) -> Region:
    return Region(
        account_id=account_id,
        name=wire.id,
        cloud=cloud,
        location=wire.name if wire.name != wire.id else None,
    )


def to_instance_type(wire: WireNodeType, account_id: str, cloud: Cloud, region: str) -> InstanceType:
    resources = wire.resources or WireNodeResources()
    return InstanceType(
        account_id=account_id,
        name=wire.id,
        cloud=cloud,
        region=region,
        cpu_millicores=_whole(resources.vcpu, 1000),
        memory_mib=_whole(resources.memory, MIB_PER_GB),
    )


def to_provider_cloud(cloud: Cloud, region: str) -> str | None:
    """Northflank's name for the cloud of a region, where it has a special one. Regions of the AWS European Sovereign
    Cloud begin with `eusc-`.
    """
    if cloud is Cloud.AWS:
        return "aws-eusc" if region.startswith("eusc-") else "aws"
    if cloud is Cloud.BYOK:
        return None
    return next((word for word, known in CLOUDS.items() if known is cloud), None)


def _to_mib(gb: int | None) -> int | None:
    return None if gb is None else gb * MIB_PER_GB


def _whole(number: Decimal | None, factor: int) -> int | None:
    """The number in the smaller unit. Null if it is not a whole number of it."""
    product = None if number is None else number * factor
    return int(product) if product is not None and product == int(product) else None


def _sum(numbers: Iterable[int | None]) -> int | None:
    """The sum. Null if a value is unknown."""
    total = 0
    for number in numbers:
        if number is None:
            return None
        total += number
    return total


def _shared(values: Iterable[T]) -> T | None:
    """The value that all have. Null if they differ."""
    distinct = set(values)
    return distinct.pop() if len(distinct) == 1 else None
