"""Northflank's data in the format of its API."""

from collections.abc import Mapping
from typing import Any

from sandbox.faults import Json
from sandbox.northflank.world import DISK_SIZES_GB, Incarnation, Integration, Scope, instant

TROUBLED = {"error", "failed"}

SETTINGS = {
    "builds": {"plan": "nf-compute-200"},
    "requestModifiers": {"services": {"cpu": 0.5, "memory": 0.8}, "jobs": {"cpu": 0.5, "memory": 0.8}},
}


def cluster(found: Incarnation, scope: Scope) -> Json:
    own, state = found.cluster, found.state
    shown: Json = {"state": state, "transitionTime": instant(max(found.created_at, found.moment.since))}
    if state in TROUBLED:
        shown["reason"] = own.reason
    return {
        "id": own.id,
        "name": own.name,
        **({"entityType": "team"} if scope.team else {}),
        **own.spec,
        "status": {"state": shown},
        "nodePools": list(own.pools),
        "settings": own.spec.get("settings", SETTINGS),
        "dns": f"{own.id}-{int(found.created_at.timestamp()) % 100_000:05d}",
        "createdAt": instant(found.created_at),
        "updatedAt": instant(found.updated_at),
        "deletionRequested": found.is_deletion_requested,
    }


def integration(own: Integration, *, with_credentials: bool = False) -> Json:
    """By itself it shows its credentials and the service account that was made for it, in a list it does not."""
    shown: Json = {"id": own.id, "name": own.name, **own.spec, "createdAt": instant(own.created_at)}
    gcp = own.spec.get("gcp", {})
    if with_credentials:
        shown["credentials"] = dict(own.credentials)
        if gcp.get("authenticationMode") == "crossAccountRole":
            account = f"nf-{own.id}@{gcp['projectId']}.example"
            shown["gcp"] = {**gcp, "serviceAccountEmail": account}
    return shown


def provider(offer: Mapping[str, Any]) -> Json:
    return {
        **offer,
        "diskSizes": list(DISK_SIZES_GB),
        "kubernetesVersions": ["1.31", "1.32"],
        "flags": [],
    }


def region(offer: Mapping[str, Any]) -> Json:
    zones = [{"id": zone, "name": zone} for zone in offer["zones"]]
    return {"id": offer["id"], "name": offer["name"], "availabilityZones": zones}


def node_type(offer: Mapping[str, Any]) -> Json:
    resources: Json = {"vcpu": offer["vcpu"], "memory": offer["memory"]}
    if "gpu" in offer:
        resources["gpu"] = {"type": offer["gpu"], "count": 1}
    return {
        "id": offer["id"],
        "name": offer["id"],
        "resources": resources,
        "family": offer["family"],
        "processorFamily": "arm" if offer["family"] == "m7g" else "x86",
        "workloadType": "accelerated" if "gpu" in offer else "general-purpose",
    }
