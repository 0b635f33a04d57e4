"""Changes at CockroachDB Cloud: clusters are created, patched, limited and deleted."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sandbox.api import Refusal
from sandbox.bodies import Body
from sandbox.cockroachdb import limits
from sandbox.cockroachdb.machines import another_machine, dedicated, dedicated_change
from sandbox.cockroachdb.serverless import serverless, serverless_change
from sandbox.cockroachdb.upgrades import NEWEST, end_upgrade, upgrade
from sandbox.cockroachdb.versions import CURRENT, USAGE_LIMITS
from sandbox.cockroachdb.world import Cluster, Incarnation, Limits, Organization
from sandbox.faults import FaultKind, Json
from sandbox.identifiers import Identifiers
from sandbox.life import Life, is_doomed

NAME = "[a-z0-9][a-z0-9-]{4,18}[a-z0-9]"
ROUNDED_TO_GIB = 50

BIRTH = "CREATING 20, CREATED"
DOOM = "CREATING 10, CREATION_FAILED"
SCALE = "CRDB_SCALE_RUNNING 12, CREATED"

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
