"""Changes at CockroachDB Cloud: clusters are created, patched, limited and deleted."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sandbox.api import Refusal
from sandbox.bodies import Body
from sandbox.cockroachdb import limits
from sandbox.cockroachdb.versions import CURRENT, USAGE_LIMITS
from sandbox.cockroachdb.world import (
    CATALOG,
    MACHINES,
    Cluster,
    Hardware,
    Incarnation,
    Limits,
    Organization,
    hardware,
)
from sandbox.faults import FaultKind, Json
from sandbox.identifiers import Identifiers
from sandbox.life import Life, is_doomed

NAME = "[a-z0-9][a-z0-9-]{4,18}[a-z0-9]"
LEAST_STORAGE_GIB = 15
ROUNDED_TO_GIB = 50
VERSION = r"v\d+\.\d+(\.\d+)?"
NEWEST = "v25.4.1"

BIRTH = "CREATING 20, CREATED"
DOOM = "CREATING 10, CREATION_FAILED"
SCALE = "CRDB_SCALE_RUNNING 12, CREATED"
ROLLBACK = "CRDB_MAJOR_ROLLBACK_RUNNING 20, CREATED"
UPGRADE = "CRDB_MAJOR_UPGRADE_RUNNING 20, CREATED"

SETTINGS = ("delete_protection", "parent_id", "labels")
"""Members of both a creation and a change. Labels exist only since the current version."""


def create(
    organization: Organization, members: Json, version: str, ids: Identifiers, now: datetime
) -> Cluster:
    body = Body(members)
    body.allow("name", "provider", "spec", *(["plan"] if version == CURRENT else []))
    name = body.text("name", pattern=NAME)
    clouds = ("GCP", "AWS", "AZURE") if version >= USAGE_LIMITS else ("GCP", "AWS")
    cloud = body.choice("provider", clouds)
    spec = body.inner("spec")
    spec.allow("serverless", "dedicated", *(["plan"] if version == CURRENT else []), *settings_of(version))
    if ("serverless" in spec) == ("dedicated" in spec):
        raise spec.refuse("serverless", "or dedicated must be given, and not both")
    if organization.named(name, now):
        raise Refusal(409, f"a cluster named {name} already exists")

    # The schema has the plan in the specification, the guide's examples beside it. Both are accepted.
    place = body if "plan" in body else spec
    if "serverless" in spec:
        plan = place.choice(
            "plan", ("BASIC", "STANDARD"), default="STANDARD" if version == CURRENT else "BASIC"
        )
        specific = serverless(spec.inner("serverless"), cloud, version, plan)
    else:
        plan = place.choice("plan", ("ADVANCED",), default="ADVANCED")
        specific = dedicated(spec.inner("dedicated"), cloud)
    key = ids.uuid(organization.label, name, now)
    cluster = Cluster(
        key=key,
        name=name,
        plan=plan,
        cloud=cloud,
        creator_id=ids.uuid(organization.label, "creator"),
        created_at=now,
        life=Life.parse(DOOM if is_doomed(name) else BIRTH, began=now),
        **{"version": NEWEST, **specific, **settings(spec)},
    )
    organization.clusters[key] = cluster
    return cluster


def serverless(body: Body, cloud: str, version: str, plan: str) -> dict[str, Any]:
    allow_serverless(body, version, "with_empty_ip_allowlist")
    names = body.choices("regions", offered(cloud, is_serverless=True))
    if not names:
        raise body.refuse("regions", "must not be empty")
    return {
        "regions": dict.fromkeys(primary_first(body, names), 0),
        "limits": limits.read(body, version, plan, Limits()),
        "upgrade_type": upgrade_type(body, plan),
        "allowlist": {} if body.take("with_empty_ip_allowlist", bool, default=False) else None,
    }


def upgrade_type(body: Body, plan: str) -> str:
    wanted: str = body.choice("upgrade_type", ("MANUAL", "AUTOMATIC"), default="AUTOMATIC")
    if wanted == "MANUAL" and plan == "BASIC":
        raise body.refuse("upgrade_type", "of a BASIC cluster is AUTOMATIC")
    return wanted


def dedicated(body: Body, cloud: str) -> dict[str, Any]:
    body.allow(
        "region_nodes",
        "region_machine_specs",
        "hardware",
        "cockroach_version",
        "cidr_range",
        "network_visibility",
        "restrict_egress_traffic",
        "supports_cluster_virtualization",
    )
    body.take("region_nodes", dict)
    body.take("hardware", dict)
    regions, own = region_nodes(body, cloud), region_machines(body, cloud)
    if own and set(own) != set(regions):
        raise body.refuse("region_machine_specs", "must have an entry for every region of region_nodes")
    shared = Hardware(machine=own[next(iter(regions))], storage_gib=0, disk_iops=0) if own else None
    return {
        "regions": regions,
        "region_machines": own,
        "hardware": machine(body.inner("hardware"), cloud, shared, exclusive=bool(own), is_new=True),
        "version": available_version(body),
        "network_visibility": body.choice("network_visibility", ("PUBLIC", "PRIVATE"), default="PUBLIC"),
    }


def in_ones_own_way(cluster: Cluster, misbehaviours: Collection[FaultKind]) -> Cluster:
    """The cluster as the provider makes it of what was asked for. Source for the machine: the changelog of the vendor's
    Terraform provider, 1.20.0.
    """
    if FaultKind.ADDED_LABEL in misbehaviours:
        cluster = replace(cluster, labels={**cluster.labels, "managed-by": "cockroachdb-cloud"})
    hardware = cluster.hardware
    if hardware is not None and FaultKind.ROUNDED_SIZE in misbehaviours:
        rounded = -(-hardware.storage_gib // ROUNDED_TO_GIB) * ROUNDED_TO_GIB
        hardware = replace(hardware, storage_gib=rounded)
    if hardware is not None and FaultKind.CONVERTED_MACHINE in misbehaviours:
        hardware = replace(hardware, machine=another_machine(hardware.machine))
    return replace(cluster, hardware=hardware)


def another_machine(name: str) -> str:
    """Of as many vCPUs and of another family, where there is one."""
    like = (MACHINES[name]["cloud"], MACHINES[name]["vcpus"])
    alike = (
        other
        for other, offer in MACHINES.items()
        if other != name and (offer["cloud"], offer["vcpus"]) == like
    )
    return next(alike, name)


def available_version(body: Body) -> str:
    """Of a new cluster: one that is supported."""
    wanted = body.text("cockroach_version", pattern=VERSION, default=NEWEST)
    supported = [one["version"] for one in CATALOG["versions"] if one["support_status"] == "SUPPORTED"]
    if major(wanted) not in supported:
        raise body.refuse("cockroach_version", f"{wanted} is not an available version")
    return whole_version(wanted)


def patch(organization: Organization, found: Incarnation, members: Json, version: str, now: datetime) -> None:
    changeable(found)
    if members.keys() == {"spec"} and isinstance(members["spec"], dict) and "dedicated" in members["spec"]:
        members = members["spec"]  # the schema has no wrapper, the guide's examples of machines have one
    cluster, body = found.cluster, Body(members)
    of_its_kind = "dedicated" if cluster.hardware else "serverless"
    modern = ("plan", "cockroach_version") if version == CURRENT else ()
    upgrades = ("upgrade_status",) if version >= USAGE_LIMITS else ()
    body.allow("serverless", "dedicated", *modern, *upgrades, *settings_of(version))
    if body.members.keys() & {"serverless", "dedicated"} - {of_its_kind}:
        raise Refusal(400, f"this is a {of_its_kind} cluster")
    if body.members.keys() & {"cockroach_version", "upgrade_status"} and len(body.members) > 1:
        raise Refusal(400, "a change of version goes alone")

    changed: dict[str, Any] = settings(body)
    script = None
    if "plan" in body:
        plans = ("ADVANCED",) if cluster.hardware else ("BASIC", "STANDARD")
        changed["plan"] = body.choice("plan", plans)
        if changed["plan"] != cluster.plan:
            changed["limits"] = Limits()  # each plan has its own kind of limits
    if "serverless" in body:
        plan = changed.get("plan", cluster.plan)
        changed |= serverless_change(body.inner("serverless"), cluster, version, plan)
    if "dedicated" in body:
        changed |= dedicated_change(body.inner("dedicated"), cluster)
        script = SCALE
    if "cockroach_version" in body:
        script, moved = upgrade(body, cluster)
        changed |= moved
    if "upgrade_status" in body:
        script, ended = end_upgrade(body, cluster)
        changed |= ended
    keep(organization, found, script, now, changed)


def upgrade(body: Body, cluster: Cluster) -> tuple[str, dict[str, Any]]:
    """To a version that the present one may become, by hand where that is possible, or back to the one before."""
    by_hand(cluster)
    wanted = body.text("cockroach_version", pattern=VERSION)
    before = cluster.version_before
    if cluster.upgrade_status == "PENDING_FINALIZATION" and before and major(before) == wanted:
        return ROLLBACK, {"version": before, "version_before": None, "upgrade_status": "UPGRADE_AVAILABLE"}
    allowed = allowed_upgrades(cluster) if cluster.upgrade_status == "UPGRADE_AVAILABLE" else ()
    if wanted not in allowed:
        raise body.refuse("cockroach_version", f"is no version that {cluster.version} can be upgraded to")
    return UPGRADE, {
        "version": whole_version(wanted),
        "version_before": cluster.version,
        "upgrade_status": "PENDING_FINALIZATION",
    }


def end_upgrade(body: Body, cluster: Cluster) -> tuple[str | None, dict[str, Any]]:
    by_hand(cluster)
    wanted = body.choice("upgrade_status", ("FINALIZED", "ROLLBACK_RUNNING"))
    if cluster.upgrade_status != "PENDING_FINALIZATION":
        raise Refusal(400, "there is no upgrade that is pending finalization")
    if wanted == "FINALIZED":
        left = replace(cluster, version_before=None, upgrade_status="FINALIZED")
        status = "UPGRADE_AVAILABLE" if allowed_upgrades(left) else "FINALIZED"
        return None, {"upgrade_status": status, "version_before": None}
    before = cluster.version_before or cluster.version
    return ROLLBACK, {"version": before, "version_before": None, "upgrade_status": "UPGRADE_AVAILABLE"}


def by_hand(cluster: Cluster) -> None:
    """Raises a Refusal for a cluster that the provider upgrades by itself."""
    if cluster.plan == "BASIC" or (cluster.plan == "STANDARD" and cluster.upgrade_type != "MANUAL"):
        raise Refusal(400, "this cluster is upgraded automatically")


def allowed_upgrades(cluster: Cluster) -> tuple[str, ...]:
    here = major(cluster.version)
    listed = (offer for offer in CATALOG["versions"] if offer["version"] == here)
    return tuple(next(listed, {"allowed_upgrades": ()})["allowed_upgrades"])


def serverless_change(body: Body, cluster: Cluster, version: str, plan: str) -> dict[str, Any]:
    allow_serverless(body, version)
    before = cluster.limits if plan == cluster.plan else Limits()
    changed: dict[str, Any] = {"limits": limits.read(body, version, plan, before)}
    if "regions" in body:
        names = body.choices("regions", offered(cluster.cloud, is_serverless=True))
        if not set(cluster.regions) <= set(names):
            raise body.refuse("regions", "can be added, not removed")
        changed["regions"] = dict.fromkeys(primary_first(body, names), 0)
    if "upgrade_type" in body:
        changed["upgrade_type"] = upgrade_type(body, plan)
    return changed


def dedicated_change(body: Body, cluster: Cluster) -> dict[str, Any]:
    body.allow("region_nodes", "region_machine_specs", "hardware", "cmek_region_specs")
    changed: dict[str, Any] = {}
    if "region_nodes" in body:
        changed["regions"] = region_nodes(body, cluster.cloud)
    regions = changed.get("regions", cluster.regions)
    own = region_machines(body, cluster.cloud)
    if not set(own) <= set(regions):
        raise body.refuse("region_machine_specs", "names a region that the cluster does not have")
    if "hardware" in body:
        inner = body.inner("hardware")
        changed["hardware"] = machine(inner, cluster.cloud, cluster.hardware, exclusive=bool(own))
        if "machine_spec" in inner:
            changed["region_machines"] = {}
    if own:
        kept = {**cluster.region_machines, **own}
        changed["region_machines"] = {name: kept[name] for name in regions if name in kept}
    return changed


def put_spend_limit(
    organization: Organization, found: Incarnation, members: Json, version: str, now: datetime
) -> None:
    changeable(found)
    if found.cluster.hardware:
        raise Refusal(400, "only serverless clusters have a spend limit")
    keep(organization, found, None, now, {"limits": limits.put(Body(members), version)})


def delete(organization: Organization, found: Incarnation, now: datetime) -> None:
    """A locked cluster is deleted too, since October 2024 (source: the vendor's Terraform provider)."""
    if found.state == "DELETED":
        raise Refusal(404, "cluster not found")
    if found.cluster.delete_protection == "ENABLED":
        raise Refusal(400, "cluster is protected against deletion")
    keep(organization, found, "DELETED", now, {})


def keep(
    organization: Organization,
    found: Incarnation,
    script: str | None,
    now: datetime,
    changed: Mapping[str, Any],
) -> None:
    """The changed cluster, with a new life if the change starts one. Its past stays as it was."""
    cluster = found.cluster
    life = Life.parse(script, began=now) if script else cluster.life
    if cluster.is_recreated and not script:
        life = Life.parse("CREATED", began=found.moment.since)
    kept = replace(cluster, key=found.id, life=life, created_at=found.created_at, changed_at=now, **changed)
    organization.clusters[kept.key] = kept
    if kept.key != cluster.key:
        del organization.clusters[cluster.key]


def changeable(found: Incarnation) -> None:
    """Raises a Refusal while another operation is in progress: a 400, which only its text distinguishes."""
    if found.state == "DELETED":
        raise Refusal(404, "cluster not found")
    if found.state == "LOCKED" or found.moment.state.endswith("_RUNNING"):
        raise Refusal(400, "cluster is locked by another operation")
    if found.state != "CREATED":
        raise Refusal(400, f"cluster is {found.state}")


def settings_of(version: str) -> tuple[str, ...]:
    return SETTINGS if version == CURRENT else SETTINGS[:2] if version == USAGE_LIMITS else ()


def settings(body: Body) -> dict[str, Any]:
    read: dict[str, Any] = {}
    if "delete_protection" in body:
        read["delete_protection"] = body.choice("delete_protection", ("ENABLED", "DISABLED"))
    if "parent_id" in body:
        read["parent_id"] = body.take("parent_id", str) or "root"
    if "labels" in body:
        labels = body.inner("labels")
        read["labels"] = {name: labels.take(name, str) for name in labels.members}
    return read


def allow_serverless(body: Body, version: str, *more: str) -> None:
    newer = ("primary_region",) if version >= USAGE_LIMITS else ()
    newest = ("upgrade_type",) if version == CURRENT else ()
    body.allow("regions", *newer, *newest, *limits.allowed(version), *more)


def primary_first(body: Body, names: list[str]) -> list[str]:
    if len(names) > 1:
        primary = body.choice("primary_region", names)
        return [primary, *(name for name in names if name != primary)]
    return names


def region_nodes(body: Body, cloud: str) -> dict[str, int]:
    nodes = body.inner("region_nodes")
    nodes.allow(*offered(cloud, is_serverless=False))
    if not nodes.members:
        raise body.refuse("region_nodes", "must not be empty")
    return {region: nodes.number(region, minimum=3) for region in nodes.members}


def region_machines(body: Body, cloud: str) -> dict[str, str]:
    """The machines of regions that are given their own."""
    if "region_machine_specs" not in body:
        return {}
    specs = body.inner("region_machine_specs")
    specs.allow(*offered(cloud, is_serverless=False))
    return {name: machine_type(specs.inner(name), cloud) for name in specs.members}


def machine(
    body: Body, cloud: str, before: Hardware | None, *, exclusive: bool = False, is_new: bool = False
) -> Hardware:
    """`exclusive`: regions have machines of their own, so that none may be named for all."""
    body.allow("machine_spec", "storage_gib", "disk_iops")
    if exclusive and "machine_spec" in body:
        raise body.refuse("machine_spec", "and region_machine_specs exclude each other")
    if "machine_spec" in body or before is None:
        name = machine_type(body.inner("machine_spec"), cloud, before)
    else:
        name = before.machine
    default = before.storage_gib if before and not is_new else None
    storage = body.number("storage_gib") if default is None else body.number("storage_gib", default=default)
    least = MACHINES[name].get("storage_gib", LEAST_STORAGE_GIB)
    if storage and storage < least:
        raise body.refuse("storage_gib", f"must be at least {least} for {name}")
    return hardware(name, storage, body.number("disk_iops", default=0))


def machine_type(spec: Body, cloud: str, before: Hardware | None = None) -> str:
    spec.allow("machine_type", "num_virtual_cpus")
    types = {name: offer["vcpus"] for name, offer in MACHINES.items() if offer["cloud"] == cloud}
    if "num_virtual_cpus" in spec:
        vcpus = spec.take("num_virtual_cpus", int)
        fitting = [name for name, offered_vcpus in types.items() if offered_vcpus == vcpus]
        if not fitting:
            raise spec.refuse("num_virtual_cpus", "fits no machine type of this cloud")
        return fitting[0]
    if before and not spec.members:
        return before.machine
    return str(spec.choice("machine_type", tuple(types)))


def major(version: str) -> str:
    return ".".join(version.split(".")[:2])


def whole_version(version: str) -> str:
    """The version. A request has the major version, an answer includes the patch."""
    return version if version.count(".") == 2 else f"{version}.0"


def offered(cloud: str, *, is_serverless: bool) -> tuple[str, ...]:
    return tuple(
        region["name"]
        for region in CATALOG["regions"]
        if region["cloud"] == cloud and (region["serverless"] or not is_serverless)
    )
