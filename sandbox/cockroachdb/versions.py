"""One cluster in four dated versions of the API (header Cc-Version)."""

from collections.abc import Mapping
from datetime import datetime

from sandbox.cockroachdb.world import IDLE, MACHINES, Incarnation
from sandbox.faults import Json

VERSIONS = ("2022-03-31", "2022-09-20", "2023-04-10", "2024-09-16")
SPEND_LIMITS, USAGE_LIMITS, CURRENT = VERSIONS[1:]
"""The version with only spend limits, the first with usage limits too, and the first without spend limits."""

SINCE = {
    USAGE_LIMITS: {"upgrade_status", "delete_protection", "parent_id"},
    CURRENT: {
        "cidr_range",
        "labels",
        "customer_cloud_account",
        "keychain_config",
        "azure_cluster_identity_client_id",
    },
}
"""Members of a cluster that an older version does not have."""

REGION_SINCE = {
    USAGE_LIMITS: {"private_endpoint_dns", "primary"},
    CURRENT: {"s3_vpc_endpoint_id", "machine_type", "num_virtual_cpus", "disk_iops"},
}

OFFER_SINCE = {CURRENT: {"allowed_upgrades", "release_type", "support_end"}}
"""Members of an available major version."""

OLD_PLANS = {"BASIC": "SERVERLESS", "STANDARD": "SERVERLESS", "ADVANCED": "DEDICATED"}

FREE_USAGE = {"request_unit_limit": "50000000", "storage_mib_limit": "10240"}
"""The usage limits for a spend limit of zero: the free allowance of a BASIC cluster."""

OWN_ACCOUNTS = {"AWS": "000000000000", "GCP": "crl-prod-sandbox"}
"""The vendor's accounts at clouds, which clusters with machines of their own run in."""


def render(incarnation: Incarnation, version: str) -> Json:
    cluster = incarnation.cluster
    is_old = version < CURRENT
    is_first = version <= SPEND_LIMITS
    idle = "CLUSTER_STATUS_UNSPECIFIED" if is_first else IDLE
    body: Json = {
        "id": incarnation.id,
        "name": cluster.name,
        "cockroach_version": cluster.version,
        "upgrade_status": incarnation.upgrade_status,
        "plan": OLD_PLANS[cluster.plan] if is_old else cluster.plan,
        "cloud_provider": cluster.cloud,
        "account_id": OWN_ACCOUNTS.get(cluster.cloud, "") if cluster.hardware else "",
        "customer_cloud_account": None,
        "state": f"CLUSTER_STATE_{incarnation.state}" if version == VERSIONS[0] else incarnation.state,
        "creator_id": cluster.creator_id,
        "operation_status": idle if incarnation.operation == IDLE else incarnation.operation,
        "config": config(incarnation, version),
        "regions": [region(incarnation, name, version) for name in cluster.regions],
        "created_at": instant(incarnation.created_at),
        "updated_at": instant(incarnation.updated_at),
        "deleted_at": incarnation.deleted_at and instant(incarnation.deleted_at),
        "sql_dns": ""
        if incarnation.state == "CREATING"
        else sql_dns(incarnation, next(iter(cluster.regions))),
        "network_visibility": ("NETWORK_VISIBILITY_" if is_first else "") + cluster.network_visibility,
        "egress_traffic_policy": "POLICY_UNSPECIFIED" if is_first else "UNSPECIFIED",
        "parent_id": cluster.parent_id,
        "keychain_config": {"aws_account_id": "", "gcp_auth_principal": ""},
        "delete_protection": cluster.delete_protection,
        "cidr_range": "172.28.0.0/14" if cluster.hardware and cluster.cloud == "GCP" else "",
        "labels": dict(cluster.labels),
        "azure_cluster_identity_client_id": "",
    }
    return known(body, SINCE, version)


def config(incarnation: Incarnation, version: str) -> Json:
    cluster = incarnation.cluster
    if hardware := cluster.hardware:
        machine = MACHINES[hardware.machine]
        return {
            "dedicated": {
                "machine_type": hardware.machine,
                "num_virtual_cpus": machine["vcpus"],
                "storage_gib": hardware.storage_gib,
                "memory_gib": machine["memory_gib"],
                "disk_iops": hardware.disk_iops,
            }
        }
    serverless: Json = {"routing_id": routing_id(incarnation)}
    if version >= CURRENT:
        serverless["upgrade_type"] = cluster.upgrade_type
    return {"serverless": serverless | limits(incarnation, version)}


def limits(incarnation: Incarnation, version: str) -> Json:
    """The limits as this version shows them: the spend limit in cents, the usage limits, both or neither."""
    held = incarnation.cluster.limits
    shown: Json = {}
    if held.spend_cents is not None and version < CURRENT:
        shown["spend_limit"] = held.spend_cents
    if version == USAGE_LIMITS and held.usage and "request_unit_limit" in held.usage:
        shown["usage_limits"] = dict(held.usage)
    if version == CURRENT and (held.usage or held.spend_cents is not None):
        shown["usage_limits"] = dict(held.usage or usage_for(held.spend_cents or 0))
    if held.is_null and version >= USAGE_LIMITS:
        shown["usage_limits"] = None
    return shown


def usage_for(cents: int) -> Mapping[str, str]:
    """The conversion that CockroachDB used when it removed spend limits: four fifths for requests, one for storage."""
    if cents == 0:
        return FREE_USAGE
    return {
        "request_unit_limit": str(cents * 5_000_000 * 8 // 1_000),
        "storage_mib_limit": str(cents * 2_048 * 2 // 1_000),
    }


def region(incarnation: Incarnation, name: str, version: str) -> Json:
    cluster = incarnation.cluster
    is_reachable = incarnation.state != "CREATING"
    hardware = cluster.hardware
    public = sql_dns(incarnation, name) if is_reachable else ""
    internal = f"internal-{public}" if public else ""
    machine = (cluster.region_machines.get(name) or hardware.machine) if hardware else ""
    body: Json = {
        "name": name,
        "sql_dns": public,
        "ui_dns": f"admin-{public}" if public and hardware else "",
        "node_count": cluster.regions[name],
        "internal_dns": internal,
        "primary": name == next(iter(cluster.regions)),
        "private_endpoint_dns": internal,
        "s3_vpc_endpoint_id": "",
        "machine_type": machine,
        "num_virtual_cpus": MACHINES[machine]["vcpus"] if machine else 0,
        "disk_iops": hardware.disk_iops if hardware else 0,
    }
    return known(body, REGION_SINCE, version)


def routing_id(incarnation: Incarnation) -> str:
    return f"{incarnation.cluster.name}-{int(incarnation.id[:4], 16)}"


def sql_dns(incarnation: Incarnation, region_name: str) -> str:
    return (
        f"{routing_id(incarnation)}.j77.{incarnation.cluster.cloud.lower()}-{region_name}.cockroachlabs.cloud"
    )


def known(body: Json, since: Mapping[str, set[str]], version: str) -> Json:
    later = {member for first, members in since.items() if version < first for member in members}
    return {name: value for name, value in body.items() if name not in later}


def instant(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
