"""Changes at Kupe: clusters are created, patched with an ETag, and deleted within some seconds."""

from dataclasses import replace
from datetime import datetime

from sandbox.api import Refusal
from sandbox.bodies import Body
from sandbox.faults import Json
from sandbox.kupe.world import PATCHES, SETTABLE, Cluster, Tenant
from sandbox.life import Life, is_doomed

NAME = "[a-z0-9][a-z0-9-]{0,61}[a-z0-9]"
QUANTITY = r"\d+(\.\d+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?"

BIRTH = "Pending 4, Provisioning 16, Running"
DOOM = "Pending 4, Provisioning 8, Failed"
UPGRADE = "Upgrading 15, Running"
MIGRATION = "Migrating 12, Running"
ADJUSTMENT = "Running* 8, Running"
DEATH = "Terminating 12, gone"

DYING = {"Terminating", "Deleting"}


def create(tenant: Tenant, members: Json, now: datetime) -> Cluster:
    body = Body(members)
    body.allow("name", "displayName", "type", *SETTABLE)
    name = body.text("name", pattern=NAME)
    spec = {
        "displayName": body.text("displayName"),
        "type": body.choice("type", ("shared", "dedicated")),
        "version": max(PATCHES),
        **settings(body),
    }
    if tenant.find(name, now):
        raise Refusal(409, f"cluster {name} already exists")
    cluster = Cluster(
        name=name,
        spec=spec,
        life=Life.parse(DOOM if is_doomed(name) else BIRTH, began=now),
        created_at=now,
        revision=1 + max((each.resource_version(now) for each in tenant.clusters.values()), default=0),
        trouble="no capacity for a cluster of this size" if is_doomed(name) else "",
    )
    tenant.clusters[name] = cluster
    return cluster


def patch(tenant: Tenant, cluster: Cluster, members: Json, if_match: str | None, now: datetime) -> Cluster:
    """Without If-Match the last write wins. With it, the ETag must be the current one."""
    if if_match is not None and if_match != tenant.etag(cluster, now):
        raise Refusal(412, "etag mismatch")
    if cluster.phase(now) in DYING:
        raise Refusal(409, "cluster is being deleted")
    body = Body(members)
    body.allow(*SETTABLE)
    if not members:
        raise Refusal(400, "nothing to change")
    wanted = settings(body)
    if "resources" in wanted:
        wanted["resources"] = cluster.spec.get("resources", {}) | wanted["resources"]
    if cluster.spec.get("highAvailability") and wanted.get("highAvailability") is False:
        raise Refusal(400, "highAvailability cannot be switched off")
    if wanted.get("version", cluster.spec["version"]) < cluster.spec["version"]:
        raise Refusal(400, "version cannot go back")

    changed = {name for name, value in wanted.items() if cluster.spec.get(name) != value}
    if not changed:
        return cluster
    spec = cluster.spec | wanted
    if cluster.phase(now) != "Running":
        patched = replace(
            cluster, spec=spec, generation=cluster.generation + 1, revision=cluster.revision + 1
        )
    else:
        is_upgrade, is_migration = "version" in changed, "highAvailability" in changed
        fixed = settled(cluster, UPGRADE if is_upgrade else MIGRATION if is_migration else ADJUSTMENT, now)
        patched = replace(
            fixed, spec=spec, generation=fixed.generation + 1, version_before=cluster.spec["version"]
        )
    tenant.clusters[cluster.name] = patched
    return patched


def delete(tenant: Tenant, cluster: Cluster, now: datetime) -> None:
    if cluster.phase(now) not in DYING:
        tenant.clusters[cluster.name] = settled(cluster, DEATH, now)


def settled(cluster: Cluster, script: str, now: datetime) -> Cluster:
    """The cluster with a new life from now on. Its past stays as it was."""
    return replace(
        cluster,
        life=Life.parse(script, began=now),
        created_at=cluster.created_at or cluster.at(now).round_began,
        generation=cluster.generation_at(now),
        revision=cluster.resource_version(now) + 1,
    )


def settings(body: Body) -> Json:
    """The given members that can be changed later."""
    resources = body.inner("resources")
    resources.allow("cpu", "memory", "storage")
    given: Json = {}
    if "version" in body:
        given["version"] = body.choice("version", tuple(PATCHES))
    if "resources" in body:
        given["resources"] = {name: resources.text(name, pattern=QUANTITY) for name in resources.members}
    if "alerts" in body:
        given["alerts"] = body.take("alerts", dict)
    if "highAvailability" in body:
        given["highAvailability"] = body.take("highAvailability", bool)
    return given
