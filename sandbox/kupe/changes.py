"""Changes at Kupe: clusters are created, patched with an ETag, and deleted within some seconds."""

from dataclasses import replace
from datetime import datetime

from sandbox.api import Refusal
from sandbox.bodies import Body
from sandbox.faults import Json
from sandbox.kupe.world import PATCHES, PLANS, SETTABLE, TIME_SHOWN_AFTER, Cluster, Tenant, amount, canonical
from sandbox.life import Life, is_doomed

NAME = "[a-z0-9][a-z0-9-]{0,61}[a-z0-9]"
CPU = r"\d+(\.\d+)?m?"
SIZE = r"\d+(\.\d+)?([KMGTPE]i|[kMGTPE])"
"""A bare number is refused as ambiguous. Source for both: the vendor's client, which mirrors the server's check."""
QUANTITIES = {"cpu": CPU, "memory": SIZE, "storage": SIZE}

BIRTH = "Pending 4, Provisioning 16, Running"
BIRTH_WITHOUT_A_VOLUME = "Pending 4, Provisioning"
"""No volume can be made without storage, and nothing says so (source: the vendor's client)."""
DOOM = "Pending 4, Provisioning 8, Failed"
UPGRADE = "Upgrading 15, Running"
MIGRATION = "Migrating 12, Running"
ADJUSTMENT = "Running* 8, Running"
DEATH = "Terminating 12, gone"

DYING = {"Terminating", "Deleting"}


class CodedRefusal(Refusal):
    """A refusal of the newest servers."""

    def __init__(self, code: str, message: str, field: str) -> None:
        super().__init__(400, message)
        self.code = code
        self.field = field


def create(tenant: Tenant, members: Json, now: datetime) -> Cluster:
    body = Body(members)
    body.allow("name", "displayName", "type", *SETTABLE)
    name = body.text("name", pattern=NAME)
    shown = body.text("displayName", default="") if tenant.is_newest else body.text("displayName")
    kind = body.choice("type", ("shared", "dedicated"))
    if kind == "dedicated" and tenant.is_newest:
        raise CodedRefusal("CLUSTER_DEDICATED_UNSUPPORTED", "dedicated clusters are not supported", "type")
    spec = {
        "displayName": "" if tenant.is_newest else shown,
        "type": kind,
        "version": max(PATCHES),
        **settings(body),
    }
    resources = spec.get("resources")
    if resources is not None:
        for required in ("cpu", "memory"):
            if required not in resources:
                raise Refusal(400, f"resources.{required} is required")
    if tenant.find(name, now):
        raise Refusal(409, f"cluster {name} already exists")
    if sum(1 for _ in tenant.living(now)) >= PLANS[tenant.plan]["clusters"]:
        raise Refusal(403, "maximum cluster limit reached")
    require_room(tenant, resources or {}, now)
    has_no_volume = resources is not None and "storage" not in resources
    birth = BIRTH_WITHOUT_A_VOLUME if has_no_volume else DOOM if is_doomed(name) else BIRTH
    cluster = Cluster(
        name=name,
        spec=spec,
        life=Life.parse(birth, began=now),
        created_at=now,
        revision=1 + max((each.resource_version(now) for each in tenant.clusters.values()), default=0),
        trouble="no capacity for a cluster of this size" if is_doomed(name) else "",
        time_shown_at=now + TIME_SHOWN_AFTER if tenant.is_newest else None,
    )
    tenant.clusters[name] = cluster
    return cluster


def respelled(cluster: Cluster) -> Cluster:
    """With the quantities as Kubernetes writes them."""
    shown = {name: canonical(name, text) for name, text in cluster.spec.get("resources", {}).items()}
    return replace(cluster, spec=cluster.spec | {"resources": shown}) if shown else cluster


def warnings(tenant: Tenant, cluster: Cluster) -> Json:
    """What the newest servers add to the answer of a creation."""
    if not tenant.is_newest:
        return {}
    is_retiring = cluster.spec.get("highAvailability") and cluster.spec["version"] == min(PATCHES)
    retiring = {
        "code": "HA_K8S_VERSION_RETIRING",
        "severity": "warning",
        "message": f"Kubernetes {cluster.spec['version']} retires soon",
        "field": "version",
    }
    return {"warnings": [retiring] if is_retiring else []}


def require_room(tenant: Tenant, resources: Json, now: datetime, *, of: str | None = None) -> None:
    """Raises a Refusal for more than the pool of the plan has left beside the other clusters."""
    allocated = tenant.allocated(now, without=of)
    for name, quantity in resources.items():
        left = PLANS[tenant.plan][name] - allocated[name]
        if amount(name, quantity) > left:
            raise Refusal(400, f"resources.{name}: {quantity} exceeds the {left:f} left in the plan's pool")


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
    if wanted.get("resources"):  # an empty object clears all, and is what is shown from then on
        wanted["resources"] = cluster.spec.get("resources", {}) | wanted["resources"]
        require_room(tenant, wanted["resources"], now, of=cluster.name)
    is_on, wants = bool(cluster.spec.get("highAvailability")), wanted.get("highAvailability")
    if tenant.is_newest and wants is not None and wants is not is_on:
        code = "HA_ENABLE_ON_EXISTING_UNSUPPORTED" if wants else "HA_DISABLE_UNSUPPORTED"
        raise CodedRefusal(code, "highAvailability is set at creation only", "highAvailability")
    if is_on and wants is False:
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
        # An empty text is taken for the default version, which the vendor's newest client guards against.
        given["version"] = body.choice("version", (*PATCHES, "")) or max(PATCHES)
    if "resources" in body:
        given["resources"] = {
            name: resources.text(name, pattern=QUANTITIES[name]) for name in resources.members
        }
    if "alerts" in body:
        given["alerts"] = body.take("alerts", dict)
    if "highAvailability" in body:
        given["highAvailability"] = body.take("highAvailability", bool)
    return given
