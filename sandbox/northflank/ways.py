"""What Northflank makes of a cluster otherwise than it was asked, where a test or a person wants it to."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from sandbox.api import Call
from sandbox.faults import FaultKind, Json
from sandbox.northflank.world import CATALOG, DISK_SIZES_GB, Cluster


def in_its_own_way(cluster: Cluster, call: Call, *, is_new: bool) -> Cluster:
    ways = [change for kind, change in WAYS.items() if kind in call.misbehaviours]
    pools = cluster.pools
    for change in ways:
        pools = tuple(change(pool) for pool in pools)
    hidden = call.seconds_of(FaultKind.HIDDEN) if is_new else 0
    return replace(
        cluster, pools=pools, hidden_until=call.now + timedelta(seconds=hidden) if hidden else None
    )


def _converted(pool: Json) -> Json:
    """Nodes of another type that is as large, where there is one."""
    own = next((one for one in CATALOG["node_types"] if one["id"] == pool.get("nodeType")), None)
    like = own and [own[name] for name in ("provider", "vcpu", "memory")]
    alike = (
        one["id"]
        for one in CATALOG["node_types"]
        if one is not own and [one[name] for name in ("provider", "vcpu", "memory")] == like
    )
    return {**pool, "nodeType": next(alike, pool.get("nodeType"))}


def _rounded(pool: Json) -> Json:
    size = pool.get("diskSize", 0)
    return {**pool, "diskSize": next((one for one in DISK_SIZES_GB if one >= size), size)}


def _labelled(pool: Json) -> Json:
    return {**pool, "labels": {**pool.get("labels", {}), "northflank-managed": "true"}}


WAYS: Mapping[FaultKind, Callable[[Json], Json]] = {
    FaultKind.CONVERTED_MACHINE: _converted,
    FaultKind.ROUNDED_SIZE: _rounded,
    FaultKind.ADDED_LABEL: _labelled,
}
