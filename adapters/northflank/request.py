"""Request bodies for clusters at Northflank and their node pools."""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from adapters.northflank.convert import CLOUDS, to_provider_cloud
from adapters.wire import without_no_counts
from fleet.model.cloud import Cloud
from fleet.model.refusal import InvalidInput, Path, Unsupported
from fleet.providers.northflank import NodePoolWanted, NorthflankClusterPatch, NorthflankClusterSpec

Body = dict[str, Any]

BYOK_POOLS = (
    "Northflank names the pools of a BYOK cluster by labels of its nodes, which Fleetgraph cannot set."
)


def to_create_cluster_request(name: str, spec: NorthflankClusterSpec) -> Body:
    if spec.cloud is Cloud.BYOK:
        raise Unsupported(BYOK_POOLS, path=("spec", "cloud"))
    provider_cloud = to_provider_cloud(spec.cloud, spec.region or "")
    if provider_cloud is None:
        known = ", ".join(sorted({str(cloud) for cloud in CLOUDS.values()} - {Cloud.BYOK}))
        raise InvalidInput(f"Northflank knows no cloud {spec.cloud}, but {known}.", path=("spec", "cloud"))
    body: Body = {
        "name": name,
        "provider": provider_cloud,
        "integrationId": spec.integration_external_id,
        "region": spec.region,
        "nodePools": to_pool_requests(spec.node_pools, (), path=("spec", "node_pools")),
    }
    return body if spec.description is None else body | {"description": spec.description}


def to_update_cluster_request(raw: Mapping[str, Any], patch: NorthflankClusterPatch) -> Body:
    """The body of a change. Pools are sent whole, completed from `raw`, the cluster as Northflank shows it."""
    body: Body = {
        name: value
        for name, value in (("name", patch.name), ("description", patch.description))
        if value is not None
    }
    if patch.node_pools is not None:
        if raw.get("provider") == "byok":
            raise Unsupported(BYOK_POOLS, path=("patch", "node_pools"))
        path = ("patch", "node_pools")
        body["nodePools"] = to_pool_requests(patch.node_pools, _pools(raw), path=path)
    return body


def to_pool_requests(
    wanted: Sequence[NodePoolWanted], before: Sequence[Mapping[str, Any]], *, path: Path
) -> list[Body]:
    """The pools. An existing pool keeps the members that were not given. A new one needs an id too, which Northflank
    ignores.
    """
    known = {str(pool.get("id")): pool for pool in before}
    free = (f"pool-{number}" for number in count(1) if f"pool-{number}" not in known)
    requests = []
    for index, pool in enumerate(wanted):
        if pool.id is not None and pool.id not in known:
            raise InvalidInput("The cluster has no node pool of that id.", path=(*path, str(index), "id"))
        pool_id = next(free) if pool.id is None else pool.id
        requests.append(to_pool_request(pool, {"id": pool_id, **known.get(pool_id, {})}))
    return requests


def _pools(raw: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The pools as Northflank shows them, without invalid counts. Raises `Unsupported` if they could not be kept."""
    shown = without_no_counts(raw.get("nodePools") or [])
    if not isinstance(shown, list) or not all(isinstance(pool, Mapping) for pool in shown):
        raise Unsupported(
            "Northflank shows node pools that do not read as documented, so they could not be kept."
        )
    return shown


def to_pool_request(wanted: NodePoolWanted, before: Mapping[str, Any]) -> Body:
    body: Body = {
        **before,
        "nodeType": wanted.node_type,
        "nodeCount": wanted.node_count,
        "diskSize": wanted.disk_size_gb,
    }
    shown = before.get("autoscaling")
    scaling = shown if isinstance(shown, Mapping) else {}
    if wanted.min_nodes is not None and wanted.max_nodes is not None:
        count_now = before.get("nodeCount")
        if scaling.get("enabled") and isinstance(count_now, int):
            body["nodeCount"] = min(max(count_now, wanted.min_nodes), wanted.max_nodes)
        body["autoscaling"] = {**scaling, "enabled": True, "min": wanted.min_nodes, "max": wanted.max_nodes}
    elif scaling:
        body["autoscaling"] = {**scaling, "enabled": False}
    if wanted.availability_zones is not None:
        body["availabilityZones"] = list(wanted.availability_zones)
    return body
