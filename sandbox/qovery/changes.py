"""Changes at Qovery: a cluster is registered, then deployed. A change is applied by the next deployment."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sandbox.api import Refusal
from sandbox.bodies import Body
from sandbox.faults import Json
from sandbox.identifiers import Identifiers
from sandbox.life import Life, is_doomed
from sandbox.qovery.catalog import CATALOG
from sandbox.qovery.world import Cluster, Incarnation, Organization

VENDORS = ("AWS", "SCW", "GCP", "DO", "AZURE", "OVH", "CIVO", "HETZNER", "ORACLE", "IBM", "ON_PREMISE")
MODES = ("MANAGED", "SELF_MANAGED", "PARTIALLY_MANAGED")
DELETE_MODES = ("DEFAULT", "DELETE_CLUSTER_AND_QOVERY_CONFIG", "DELETE_QOVERY_CONFIG")

PLAIN = {
    "description": str,
    "instance_type": str,
    "production": bool,
    "ssh_keys": list,
    "metrics_parameters": dict,
    "infrastructure_charts_parameters": dict,
    "keda": dict,
    "labels_groups": list,
    "secret_manager_accesses": list,
}
"""Members that are stored as they are sent."""

ANSWERED = ("cpu", "memory", "has_access", "is_default", "is_demo")
"""Members that cannot be set and that a change keeps."""

NEXT_VERSIONS = {"1.30": "1.31", "1.31": "1.32", "1.32": "1.33"}
FIRST_VERSION = "1.32"

DEPLOYMENT = "DEPLOYMENT_QUEUED 3, DEPLOYING 15, DEPLOYED"
DOOM = "DEPLOYMENT_QUEUED 3, DEPLOYING 6, DEPLOYMENT_ERROR"
STOP = "STOP_QUEUED 3, STOPPING 8, STOPPED"
DEATH = "DELETE_QUEUED 3, DELETING 10, DELETED 20, gone"
FORGOTTEN = "gone"


def create(organization: Organization, members: Json, ids: Identifiers, now: datetime) -> Cluster:
    """Registers a cluster, which is READY until it is deployed."""
    body = Body(members)
    name = body.text("name")
    refuse_taken_name(organization, name, None, now)
    key = ids.uuid(organization.name, name, now)
    cluster = Cluster(
        key=key,
        name=name,
        **settings(body, organization),
        version=None,
        next_version=None,
        cost=(9_600, 28_800),
        lock=None,
        shows_status=True,
        was_deployed=False,
        is_out_of_date=False,
        created_at=now,
        life=Life.parse("READY", began=now),
    )
    organization.clusters[key] = cluster
    return cluster


def put(organization: Organization, found: Incarnation, members: Json, now: datetime) -> Cluster:
    """Replaces the whole cluster. Members that are left out get their defaults, the disk 40 GB."""
    refuse_busy(found)
    body = Body(members)
    name = body.text("name")
    refuse_taken_name(organization, name, found, now)
    changed = settings(body, organization)
    changed["credential_id"] = changed["credential_id"] or found.cluster.credential_id
    before = found.cluster.spec
    changed["spec"] |= {name: before[name] for name in ANSWERED if name in before}
    return keep(organization, found, None, now, name=name, is_out_of_date=found.is_deployed, **changed)


def deploy(organization: Organization, found: Incarnation, now: datetime, *, is_dry_run: bool) -> None:
    refuse_busy(found)
    if is_dry_run:
        keep(organization, found, f"DRY_RUN 5, {found.status}", now)
        return
    cluster = found.cluster
    version = cluster.version or FIRST_VERSION
    keep(
        organization,
        found,
        DOOM if is_doomed(cluster.name) else DEPLOYMENT,
        now,
        version=version,
        next_version=NEXT_VERSIONS.get(version),
        is_out_of_date=False,
        shows_status=True,
    )


def stop(organization: Organization, found: Incarnation, now: datetime) -> None:
    refuse_busy(found)
    if not found.is_deployed or found.status == "STOPPED":
        raise Refusal(409, "the cluster is not running")
    keep(organization, found, STOP, now)


def upgrade(organization: Organization, found: Incarnation, now: datetime) -> None:
    refuse_busy(found)
    version = found.cluster.next_version
    if version is None:
        raise Refusal(400, "there is no newer Kubernetes version")
    keep(organization, found, DEPLOYMENT, now, version=version, next_version=NEXT_VERSIONS.get(version))


def delete(organization: Organization, found: Incarnation, mode: str, now: datetime) -> None:
    """Deletes a cluster. It takes time if resources are deleted; otherwise it ends at once."""
    if mode not in DELETE_MODES:
        raise Refusal(400, f"deleteMode must be one of {', '.join(DELETE_MODES)}")
    refuse_busy(found)
    is_forgotten = mode == "DELETE_QOVERY_CONFIG" or not found.is_deployed
    keep(organization, found, FORGOTTEN if is_forgotten else DEATH, now)


def put_credentials_in_use(
    organization: Organization, found: Incarnation, members: Json, now: datetime
) -> None:
    """The credentials of a cluster (cloudProviderInfo)."""
    keep(organization, found, None, now, credential_id=credential_of(Body(members), organization))


def keep(
    organization: Organization, found: Incarnation, script: str | None, now: datetime, **changed: Any
) -> Cluster:
    """The changed cluster, with a new life if the change starts one. Its past stays as it was."""
    cluster = found.cluster
    life = Life.parse(script, began=now) if script else cluster.life
    if cluster.life.is_reborn and not script:
        life = Life.parse(found.status, began=found.moment.since)
    fixed = replace(
        cluster,
        key=found.id,
        life=life,
        created_at=found.created_at,
        updated_at=now,
        was_deployed=found.is_deployed,
    )
    kept = replace(fixed, **changed)
    del organization.clusters[cluster.key]
    organization.clusters[kept.key] = kept
    return kept


def refuse_busy(found: Incarnation) -> None:
    if found.is_busy:
        raise Refusal(409, f"the cluster is {found.status}")
    if found.status == "DELETED":
        raise Refusal(404, "cluster not found")


def refuse_taken_name(
    organization: Organization, name: str, but_for: Incarnation | None, now: datetime
) -> None:
    """Names are compared without case."""
    for each in organization.incarnations(now):
        if each.cluster.name.lower() == name.lower() and (but_for is None or each.id != but_for.id):
            raise Refusal(409, f"a cluster named {name} already exists")


def settings(body: Body, organization: Organization) -> dict[str, Any]:
    """The members that a user can set, with the defaults of a request. Unknown members are ignored."""
    cloud = body.choice("cloud_provider", VENDORS)
    spec: Json = {
        "cloud_provider": cloud,
        "region": region(body, cloud),
        "kubernetes": body.choice("kubernetes", MODES, default="MANAGED"),
        "min_running_nodes": body.number("min_running_nodes", default=1),
        "max_running_nodes": body.number("max_running_nodes", default=1),
        "disk_size": body.number("disk_size", minimum=1, default=40),
    }
    if spec["min_running_nodes"] > spec["max_running_nodes"]:
        raise body.refuse("min_running_nodes", "must not be above max_running_nodes")
    if "disk_iops" in body:
        spec["disk_iops"] = body.number("disk_iops", minimum=3000, maximum=16000)
    if "disk_throughput" in body:
        spec["disk_throughput"] = body.number("disk_throughput", minimum=125, maximum=1000)
    spec |= {name: body.take(name, kind) for name, kind in PLAIN.items() if name in body}
    return {
        "spec": spec,
        "features": features(body),
        "credential_id": credential_of(body.inner("cloud_provider_credentials"), organization),
    }


def region(body: Body, cloud: str) -> str:
    path = next((path for path, offer in CATALOG["clouds"].items() if offer["short_name"] == cloud), None)
    if path is None or body.members.get("kubernetes", "MANAGED") != "MANAGED":
        text: str = body.text("region")
        return text
    name: str = body.choice("region", [offer["name"] for offer in CATALOG["regions"][path]])
    return name


def features(body: Body) -> Mapping[str, Any]:
    """The values of features by id. False and null switch a feature off."""
    given = {}
    for number, each in enumerate(body.take("features", list, default=[])):
        feature = Body(each if isinstance(each, dict) else {}, place=f"features.{number}.")
        value = feature.members.get("value", True)
        if value is not False and value is not None:
            given[feature.choice("id", tuple(CATALOG["features"]))] = value
    return given


def credential_of(info: Body, organization: Organization) -> str | None:
    reference = info.inner("credentials")
    if "id" not in reference:
        return None
    credential_id: str = reference.choice("id", tuple(organization.credentials))
    return credential_id
