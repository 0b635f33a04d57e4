"""Changes at Qovery: a cluster is registered, then deployed. A change is applied by the next deployment."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sandbox.api import Refusal
from sandbox.bodies import Body
from sandbox.faults import Json
from sandbox.identifiers import Identifiers
from sandbox.life import Life, is_doomed
from sandbox.qovery.settings import STRAIGHT, Ways, credential_of, settings
from sandbox.qovery.world import Cluster, Incarnation, Lock, Organization

DELETE_MODES = ("DEFAULT", "DELETE_CLUSTER_AND_QOVERY_CONFIG", "DELETE_QOVERY_CONFIG")

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
