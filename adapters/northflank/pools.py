"""Node pools of Northflank: read, and asked for."""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from adapters.northflank.camel import CamelItem, CamelPart, if_shown, to_body
from adapters.northflank.document import POOL, known, merged
from adapters.wire import Labels, SmallCount, Text, Words, without_no_counts
from fleet.model.refusal import InvalidInput, Path, Unsupported
from fleet.providers.northflank import NodePool, NodePoolWanted
from fleet.providers.northflank.pools import OPTIONS, Gpus

Body = dict[str, Any]

Size = Annotated[float, Field(ge=0, lt=2**31)]


class WireAutoscaling(CamelPart):
    enabled: bool | None = None
    min: SmallCount = None
    max: SmallCount = None


class WireMemoryInfo(CamelPart):
    size_in_gib: Size | None = Field(default=None, alias="sizeInGiB")


class WireGpuResources(CamelPart):
    memory_info: WireMemoryInfo | None = None


class WireTimeslicing(CamelPart):
    enabled: bool | None = None
    num_slices: Size | None = None


class WireGpu(CamelPart):
    type: Text = None
    count: SmallCount = None
    resources: WireGpuResources | None = None
    timeslicing: WireTimeslicing | None = None


class WireComputeResources(CamelPart):
    gpu: WireGpu | None = None


class WireScheduling(CamelPart):
    allows_jobs: bool | None = Field(default=None, alias="allowJobs")
    allows_services: bool | None = Field(default=None, alias="allowServices")
    allows_addons: bool | None = Field(default=None, alias="allowAddons")
    allows_builds: bool | None = Field(default=None, alias="allowBuilds")
    allows_ceph: bool | None = Field(default=None, alias="allowCeph")
    only_gpu_jobs: bool | None = None
    only_gpu_services: bool | None = None
    only_gpu_builds: bool | None = None


class WireLaunchTemplate(CamelPart):
    id: Text = None
    version: SmallCount = None


class WireAwsPool(CamelPart):
    launch_template: WireLaunchTemplate | None = None


class WireAzurePool(CamelPart):
    is_system: bool | None = Field(default=None, alias="systemPool")
    has_public_ips: bool | None = Field(default=None, alias="enablePublicNodeIp")
    subnet_id: Text = Field(default=None, alias="vnetSubnetId")


class WireGcpPool(CamelPart):
    has_private_nodes: bool | None = Field(default=None, alias="enablePrivateNodes")


class WireOciPool(CamelPart):
    ocpus: SmallCount = Field(default=None, alias="ocpu")
    memory_gb: SmallCount = Field(default=None, alias="memory")


class WireNebiusPool(CamelPart):
    has_public_ips: bool | None = Field(default=None, alias="enablePublicNodeIps")
    gpu_cluster_id: Text = None
    gpu_driver_version: Text = None
    os_version: Text = None


class WirePlatform(CamelPart):
    architecture: Text = None


class WireNodePool(CamelItem):
    """A pool. In a BYOK cluster it has little but its ids. Members that are not used are kept for the revision."""

    model_config = ConfigDict(extra="allow")

    provider_id: Text = None
    is_default: bool | None = Field(default=None, alias="defaultPool")
    platform: WirePlatform | None = None
    node_type: Text = None
    node_count: SmallCount = None
    disk_size_gb: SmallCount = Field(default=None, alias="diskSize")
    disk_type: Text = None
    autoscaling: WireAutoscaling | None = None
    is_spot: bool | None = Field(default=None, alias="preemptible")
    compute_resources: WireComputeResources | None = None
    labels: Labels | None = None
    availability_zones: Words | None = None
    subnets: Words | None = None
    scheduling: WireScheduling | None = None
    aws: WireAwsPool | None = None
    azure: WireAzurePool | None = None
    gcp: WireGcpPool | None = None
    oci: WireOciPool | None = None
    nebius: WireNebiusPool | None = None

    @property
    def scaling(self) -> WireAutoscaling | None:
        """The minimum and maximum of an autoscaled pool."""
        return self.autoscaling if self.autoscaling and self.autoscaling.enabled else None


SAME = (
    *("id", "provider_id", "is_default", "node_type", "node_count", "disk_size_gb", *OPTIONS),
    *("aws", "azure", "gcp", "oci", "nebius"),
)
"""Members that a pool has under the same name and in the same form as in the record."""


def to_node_pool(wire: WireNodePool) -> NodePool:
    shown = wire.model_dump(exclude_none=True)
    return NodePool.model_validate(
        {name: shown[name] for name in SAME if name in shown}
        | {
            "min_nodes": wire.scaling.min if wire.scaling else None,
            "max_nodes": wire.scaling.max if wire.scaling else None,
            "gpus": if_shown(wire.compute_resources, _gpus),
            "architecture": wire.platform and wire.platform.architecture,
        }
    )


def _gpus(resources: WireComputeResources) -> Gpus | None:
    wire = resources.gpu
    if wire is None:
        return None
    sliced = wire.timeslicing if wire.timeslicing and wire.timeslicing.enabled else None
    memory = wire.resources and wire.resources.memory_info
    return Gpus(
        kind=wire.type,
        count=wire.count,
        memory_gib=memory.size_in_gib if memory else None,
        slices=int(sliced.num_slices) if sliced and sliced.num_slices else None,
    )


# ---------------------------------------------------------------------- asked for


def to_pool_requests(
    wanted: Sequence[NodePoolWanted], before: Sequence[Mapping[str, Any]], *, path: Path
) -> list[Body]:
    """The pools. An existing pool keeps the members that were not given, as far as a change knows them. A new one needs
    an id too, which Northflank ignores.
    """
    there = {str(pool.get("id")): pool for pool in before}
    free = (f"pool-{number}" for number in count(1) if f"pool-{number}" not in there)
    requests = []
    for index, pool in enumerate(wanted):
        place = (*path, str(index))
        if pool.id is not None and pool.id not in there:
            raise InvalidInput("The cluster has no node pool of that id.", path=(*place, "id"))
        shown = known(there[pool.id], POOL) if pool.id is not None else {}
        if shown and pool.labels is not None and dict(pool.labels) != shown.get("labels", {}):
            raise Unsupported("Northflank sets the labels of a new node pool alone.", path=(*place, "labels"))
        requests.append(to_pool_request(pool, {"id": next(free), **shown} if pool.id is None else shown))
    return requests


def shown_pools(raw: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The pools as Northflank shows them, without invalid counts. Raises `Unsupported` if they could not be kept."""
    shown = without_no_counts(raw.get("nodePools") or [])
    if not isinstance(shown, list) or not all(isinstance(pool, Mapping) for pool in shown):
        raise Unsupported(
            "Northflank shows node pools that do not read as documented, so they could not be kept."
        )
    return shown


def to_pool_request(wanted: NodePoolWanted, before: Mapping[str, Any]) -> Body:
    """The body of one pool. `before` is what is known of it."""
    given = wanted.model_dump(include=set(SAME), exclude_none=True)
    body: Body = merged(
        before,
        to_body(given, WireNodePool) | _sliced(wanted.gpu_slices),
    )
    shown = before.get("autoscaling")
    scaling = shown if isinstance(shown, Mapping) else {}
    if wanted.min_nodes is not None and wanted.max_nodes is not None:
        count_now = before.get("nodeCount")
        if scaling.get("enabled") and isinstance(count_now, int):
            body["nodeCount"] = min(max(count_now, wanted.min_nodes), wanted.max_nodes)
        body["autoscaling"] = {"enabled": True, "min": wanted.min_nodes, "max": wanted.max_nodes}
    elif scaling:
        body["autoscaling"] = {**scaling, "enabled": False}
    return body


def _sliced(slices: int | None) -> Body:
    if slices is None:
        return {}
    timeslicing = {"enabled": True, "numSlices": slices} if slices > 1 else {"enabled": False}
    return {"computeResources": {"gpu": {"timeslicing": timeslicing}}}


def require_system_pool(pools: Sequence[Body], before: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Raises `InvalidInput` where no pool of a cluster on Azure would be left that runs what the cluster needs. Where
    none is shown now, Northflank decides.
    """
    if any(map(_is_system, before)) and not any(map(_is_system, pools)):
        raise InvalidInput("A cluster in AZURE keeps at least one system pool.", path=path)


def _is_system(pool: Mapping[str, Any]) -> bool:
    azure = pool.get("azure")
    return isinstance(azure, Mapping) and azure.get("systemPool") is True
