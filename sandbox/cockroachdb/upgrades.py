"""Versions of clusters: what they can become, and back."""

from dataclasses import replace
from typing import Any

from sandbox.api import Refusal
from sandbox.bodies import Body
from sandbox.cockroachdb.world import CATALOG, Cluster

VERSION = r"v\d+\.\d+(\.\d+)?"
NEWEST = "v25.4.1"
ROLLBACK = "CRDB_MAJOR_ROLLBACK_RUNNING 20, CREATED"
UPGRADE = "CRDB_MAJOR_UPGRADE_RUNNING 20, CREATED"


def available_version(body: Body) -> str:
    """Of a new cluster: one that is supported."""
    wanted = body.text("cockroach_version", pattern=VERSION, default=NEWEST)
    supported = [one["version"] for one in CATALOG["versions"] if one["support_status"] == "SUPPORTED"]
    if major(wanted) not in supported:
        raise body.refuse("cockroach_version", f"{wanted} is not an available version")
    return whole_version(wanted)


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


def major(version: str) -> str:
    return ".".join(version.split(".")[:2])


def whole_version(version: str) -> str:
    """The version. A request has the major version, an answer includes the patch."""
    return version if version.count(".") == 2 else f"{version}.0"
