"""Changes at Qovery: a cluster is registered, then deployed. A change is applied by the next deployment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sandbox.api import Refusal
from sandbox.bodies import Body
from sandbox.faults import Json
from sandbox.identifiers import Identifiers
from sandbox.life import Life, is_doomed
from sandbox.qovery import secret_managers
from sandbox.qovery.catalog import CATALOG
from sandbox.qovery.world import Cluster, Incarnation, Lock, Organization

VENDORS = ("AWS", "SCW", "GCP", "DO", "AZURE", "OVH", "CIVO", "HETZNER", "ORACLE", "IBM", "ON_PREMISE")
MODES = ("MANAGED", "SELF_MANAGED", "PARTIALLY_MANAGED")
DELETE_MODES = ("DEFAULT", "DELETE_CLUSTER_AND_QOVERY_CONFIG", "DELETE_QOVERY_CONFIG")

PATHS = {offer["short_name"]: path for path, offer in CATALOG["clouds"].items()}
OWN_MACHINES = "onPremise"
"""The path of credentials for machines of one's own."""

PLAIN = {
    "description": str,
    "instance_type": str,
    "production": bool,
    "ssh_keys": list,
    "metrics_parameters": dict,
    "infrastructure_charts_parameters": dict,
    "labels_groups": list,
}
"""Members that are stored as they are sent."""

CHOSEN = ("min_running_nodes", "max_running_nodes", "instance_type", "disk_size")
"""Members that an autoscaler chose. What is sent of them does not matter."""

ANSWERED = ("cpu", "memory", "has_access", "is_default", "is_demo")
"""Members that cannot be set and that a change keeps."""

NEXT_VERSIONS = {"1.30": "1.31", "1.31": "1.32", "1.32": "1.33"}
FIRST_VERSION = "1.32"

DEPLOYMENT = "DEPLOYMENT_QUEUED 3, DEPLOYING 15, DEPLOYED"
DOOM = "DEPLOYMENT_QUEUED 3, DEPLOYING 6, DEPLOYMENT_ERROR"
STOP = "STOP_QUEUED 3, STOPPING 8, STOPPED"
DEATH = "DELETE_QUEUED 3, DELETING 10, DELETED 20, gone"
FORGOTTEN = "gone"


CHARTS = ("nginx_parameters", "cert_manager_parameters", "metal_lb_parameters", "eks_anywhere_parameters")


@dataclass(frozen=True, kw_only=True)
class Ways:
    """How a change is made otherwise than it asks."""

    hidden_seconds: float = 0
    late_seconds: float = 0
    converts_machines: bool = False
    rounds_sizes: bool = False
    adds_label: bool = False


STRAIGHT = Ways()


def create(
    organization: Organization,
    members: Json,
    ids: Identifiers,
    now: datetime,
    *,
    ways: Ways,
) -> Cluster:
    """Registers a cluster, which is READY until it is deployed."""
    body = Body(members)
    name = body.text("name")
    refuse_taken_name(organization, name, None, now)
    key = ids.uuid(organization.name, name, now)
    cluster = Cluster(
        key=key,
        name=name,
        **settings(body, organization, ids, now, ways, ()),
        hidden_until=now + timedelta(seconds=ways.hidden_seconds) if ways.hidden_seconds else None,
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


def put(
    organization: Organization,
    found: Incarnation,
    members: Json,
    ids: Identifiers,
    now: datetime,
    *,
    ways: Ways,
) -> Cluster:
    """Replaces the whole cluster. Members that are left out get their defaults, the disk 40 GB."""
    refuse_busy(found)
    refuse_locked(found)
    body = Body(members)
    name = body.text("name")
    refuse_taken_name(organization, name, found, now)
    accesses = found.cluster.spec.get("secret_manager_accesses", ())
    changed = settings(body, organization, ids, now, ways, accesses)
    changed["credential_id"] = changed["credential_id"] or found.cluster.credential_id
    before = found.cluster.spec
    stays_autoscaled = found.is_autoscaled and (
        "KARPENTER" in changed["features"] or "KARPENTER" not in found.cluster.features
    )
    kept = (*ANSWERED, *CHOSEN) if stays_autoscaled else ANSWERED
    changed["spec"] |= {name: before[name] for name in kept if name in before}
    return keep(organization, found, None, now, name=name, is_out_of_date=found.is_deployed, **changed)


def deploy(
    organization: Organization, found: Incarnation, now: datetime, *, is_dry_run: bool, ways: Ways
) -> None:
    refuse_busy(found)
    refuse_locked(found)
    refuse_unready(found)
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
        ways=ways,
    )


def stop(organization: Organization, found: Incarnation, now: datetime, *, ways: Ways) -> None:
    refuse_busy(found)
    refuse_locked(found)
    if not found.is_deployed or found.status == "STOPPED":
        raise Refusal(409, "the cluster is not running")
    keep(organization, found, STOP, now, ways=ways)


def upgrade(organization: Organization, found: Incarnation, now: datetime, *, ways: Ways) -> None:
    refuse_busy(found)
    refuse_locked(found)
    refuse_unready(found)
    version = found.cluster.next_version
    if version is None:
        raise Refusal(400, "there is no newer Kubernetes version")
    keep(
        organization,
        found,
        DEPLOYMENT,
        now,
        version=version,
        next_version=NEXT_VERSIONS.get(version),
        ways=ways,
    )


def delete(organization: Organization, found: Incarnation, mode: str, now: datetime) -> None:
    """Deletes a cluster. It takes time if resources are deleted; otherwise it ends at once."""
    if mode not in DELETE_MODES:
        raise Refusal(400, f"deleteMode must be one of {', '.join(DELETE_MODES)}")
    refuse_busy(found)
    refuse_locked(found)
    is_forgotten = mode == "DELETE_QOVERY_CONFIG" or not found.is_deployed
    keep(organization, found, FORGOTTEN if is_forgotten else DEATH, now)


def put_credentials_in_use(
    organization: Organization, found: Incarnation, members: Json, now: datetime
) -> None:
    """The credentials of a cluster (cloudProviderInfo). They are applied by the next deployment."""
    body, spec = Body(members), found.cluster.spec
    credential_id = credential_of(body, organization, spec["cloud_provider"])
    if credential_id is None:
        raise body.refuse("credentials.id", "is required")
    keep(organization, found, None, now, credential_id=credential_id, is_out_of_date=found.is_deployed)


def put_kubeconfig(organization: Organization, found: Incarnation, text: str, now: datetime) -> None:
    if found.cluster.spec["kubernetes"] != "PARTIALLY_MANAGED":
        raise Refusal(400, "only a partially managed cluster is given a kubeconfig")
    if "clusters:" not in text:
        raise Refusal(400, "the kubeconfig names no cluster")
    keep(organization, found, None, now, kubeconfig=text)


def lock(organization: Organization, found: Incarnation, members: Json, owner: str, now: datetime) -> None:
    """For at most five days, as the vendor's command has it. A lock replaces the one before."""
    body = Body(members)
    reason = body.text("reason")
    days = body.number("ttl_in_days", minimum=1, maximum=5, default=None)
    keep(organization, found, None, now, lock=Lock(reason=reason, days=days, owner=owner, locked_at=now))


def unlock(organization: Organization, found: Incarnation, now: datetime) -> None:
    if found.cluster.lock is None:
        raise Refusal(404, "the cluster is not locked")
    keep(organization, found, None, now, lock=None)


def keep(
    organization: Organization,
    found: Incarnation,
    script: str | None,
    now: datetime,
    *,
    ways: Ways = STRAIGHT,
    **changed: Any,
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
    kept = replace(fixed, executions=cluster.executions + bool(script), **changed)
    del organization.clusters[cluster.key]
    organization.clusters[kept.key] = kept
    organization.late.pop(kept.key, None)
    if script and ways.late_seconds:
        before = replace(fixed, life=Life.parse(found.status, began=found.moment.since))
        organization.late[kept.key] = before, now + timedelta(seconds=ways.late_seconds)
    return kept


def refuse_busy(found: Incarnation) -> None:
    if found.is_busy:
        raise Refusal(409, f"the cluster is {found.status}")
    if found.status == "DELETED":
        raise Refusal(404, "cluster not found")


def refuse_locked(found: Incarnation) -> None:
    """No document says which calls a lock refuses, and how."""
    if found.cluster.lock is not None:
        raise Refusal(409, f"the cluster is locked: {found.cluster.lock.reason}")


def refuse_unready(found: Incarnation) -> None:
    """Nothing can be deployed without access to the cloud, or to the cluster."""
    mode = found.cluster.spec["kubernetes"]
    if mode != "SELF_MANAGED" and found.cluster.credential_id is None:
        raise Refusal(400, "the cluster has no cloud provider credentials")
    if mode == "PARTIALLY_MANAGED" and found.cluster.kubeconfig is None:
        raise Refusal(400, "the cluster has no kubeconfig")


def refuse_taken_name(
    organization: Organization, name: str, but_for: Incarnation | None, now: datetime
) -> None:
    """Names are compared without case."""
    for each in organization.incarnations(now, with_hidden=True):
        if each.cluster.name.lower() == name.lower() and (but_for is None or each.id != but_for.id):
            raise Refusal(409, f"a cluster named {name} already exists")


def settings(
    body: Body,
    organization: Organization,
    ids: Identifiers,
    now: datetime,
    ways: Ways,
    accesses: Sequence[Json],
) -> dict[str, Any]:
    """The members that a user can set, with the defaults of a request. Unknown members are ignored. `accesses` are
    those to secret managers that there are.
    """
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
    if "infrastructure_charts_parameters" in body:
        check_charts(body.inner("infrastructure_charts_parameters"))
    if "keda" in body:
        spec["keda"] = {"enabled": body.inner("keda").take("enabled", bool)}
    given = features(body)
    if "instance_type" in spec and spec["kubernetes"] == "MANAGED":
        spec["instance_type"] = machine(body, cloud, given, ways)
    if "secret_manager_accesses" in body:
        spec["secret_manager_accesses"] = secret_managers.take(body, accesses, ids, now)
    if ways.rounds_sizes:
        spec["disk_size"] = -(-spec["disk_size"] // 10) * 10
    if ways.adds_label:
        spec["labels_groups"] = [
            *spec.get("labels_groups", ()),
            {"id": ids.uuid(organization.name, "added label")},
        ]
    info = body.inner("cloud_provider_credentials")
    return {
        "spec": spec,
        "features": given,
        "credential_id": credential_of(info, organization, cloud),
    }


def check_charts(charts: Body) -> None:
    """By the OpenAPI document, what describes a cluster of EKS Anywhere has members that it cannot do without."""
    charts.allow(*CHARTS)
    if "eks_anywhere_parameters" not in charts:
        return
    own = charts.inner("eks_anywhere_parameters")
    own.allow("git_repository", "yaml_file_path", "cluster_backup")
    own.text("yaml_file_path")
    own.take("git_repository", dict)
    for name in ("url", "git_token_id"):
        own.inner("git_repository").text(name)
    if "cluster_backup" in own:
        backup = own.inner("cluster_backup")
        backup.take("s3", dict)
        for name in ("bucket", "region", "role_arn"):
            backup.inner("s3").text(name)


def machine(body: Body, cloud: str, given: Mapping[str, Any], ways: Ways) -> str:
    """A machine type on offer, as people spell it: T3A_LARGE is t3a.large. With Karpenter it does not matter."""
    wanted: str = body.text("instance_type")
    offered = {each["type"]: each for each in CATALOG["instance_types"].get(PATHS.get(cloud, ""), ())}
    spelled = {spell(name): name for name in offered}
    if "KARPENTER" in given or cloud == "GCP" or not offered:
        return wanted
    if spell(wanted) not in spelled:
        raise body.refuse("instance_type", f"must be one of {', '.join(offered)}")
    if not ways.converts_machines:
        return wanted
    asked = offered[spelled[spell(wanted)]]
    size = ("cpu", "ram_in_gb", "architecture")
    alike = (
        name
        for name, each in offered.items()
        if each is not asked and all(each[part] == asked[part] for part in size)
    )
    return next(alike, wanted)


def spell(machine_type: str) -> str:
    return machine_type.casefold().replace(".", "_").replace("-", "_")


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


def credential_of(info: Body, organization: Organization, cloud: str) -> str | None:
    """The credentials that a request names: of the cluster's cloud, or of machines of one's own."""
    reference = info.inner("credentials")
    if "id" not in reference:
        return None
    credential_id: str = reference.choice("id", tuple(organization.credentials))
    if organization.credentials[credential_id].cloud not in (PATHS.get(cloud, OWN_MACHINES), OWN_MACHINES):
        raise reference.refuse("id", "belongs to credentials of another cloud")
    return credential_id
