"""Node pools at Northflank: those that are shown, and those that are asked for."""

from collections.abc import Mapping, Sequence

from pydantic import Field, ValidationInfo, field_validator

from fleet.model.cloud import Cloud
from fleet.model.record import Record
from fleet.providers.northflank.rules import UNSHOWN, shows


class Scheduling(Record):
    """What may run in a pool. The last three are about pools with GPUs."""

    allows_jobs: bool | None = None
    allows_services: bool | None = None
    allows_addons: bool | None = None
    allows_builds: bool | None = None
    allows_ceph: bool | None = None
    only_gpu_jobs: bool | None = None
    only_gpu_services: bool | None = None
    only_gpu_builds: bool | None = None


class LaunchTemplate(Record):
    id: str
    version: int


class AwsPool(Record):
    launch_template: LaunchTemplate | None = None


class AzurePool(Record):
    """A system pool runs what the cluster itself needs. Nodes have no public address unless it is asked for."""

    is_system: bool | None = None
    has_public_ips: bool | None = None
    subnet_id: str | None = None


class GcpPool(Record):
    has_private_nodes: bool | None = None


class OciPool(Record):
    """The size of a node of a flexible shape. A node of any other shape has none."""

    ocpus: int | None = None
    memory_gb: int | None = None


class NebiusPool(Record):
    has_public_ips: bool | None = None
    gpu_cluster_id: str | None = None
    gpu_driver_version: str | None = None
    os_version: str | None = None


BLOCKS: Mapping[str, Cloud] = {
    "aws": Cloud.AWS,
    "azure": Cloud.AZURE,
    "gcp": Cloud.GCP,
    "oci": Cloud.OCI,
    "coreweave": Cloud.COREWEAVE,
    "nebius": Cloud.NEBIUS,
    "byok": Cloud.BYOK,
}
"""The members of a cluster and of a pool that belong to one cloud."""

WITHOUT_SPOT = frozenset({Cloud.CIVO, Cloud.COREWEAVE})
WITHOUT_AUTOSCALING = frozenset({Cloud.COREWEAVE})


class Gpus(Record):
    """The GPUs of each node. `slices` is how many pods share one, where they do."""

    kind: str | None = None
    count: int | None = None
    memory_gib: float | None = None
    slices: int | None = None


class NodePool(Record):
    """Machines of one kind. A pool of a BYOK cluster has an id, a `provider_id` that marks its nodes, and little else:
    its owner decides the rest.

    `min_nodes` and `max_nodes` bound a pool that scales by itself; they are null where it does not.
    """

    id: str
    provider_id: str | None = UNSHOWN
    is_default: bool | None = UNSHOWN
    architecture: str | None = UNSHOWN
    node_type: str | None = None
    node_count: int | None = None
    disk_size_gb: int | None = None
    disk_type: str | None = UNSHOWN
    min_nodes: int | None = None
    max_nodes: int | None = None
    is_spot: bool | None = UNSHOWN
    gpus: Gpus | None = UNSHOWN
    labels: Mapping[str, str] | None = UNSHOWN
    availability_zones: tuple[str, ...] | None = None
    subnets: tuple[str, ...] | None = UNSHOWN
    scheduling: Scheduling | None = UNSHOWN
    aws: AwsPool | None = UNSHOWN
    azure: AzurePool | None = UNSHOWN
    gcp: GcpPool | None = UNSHOWN
    oci: OciPool | None = UNSHOWN
    nebius: NebiusPool | None = UNSHOWN


class NodePoolWanted(Record):
    """`id` names a pool that is there. Bounds make it scale by itself, and come as a pair; without them it does not.
    `node_count` is then what it begins with: one that scales already is not set back. What else is not given stays as
    it is, or is the provider's choice. GPUs come with the node type; `gpu_slices` is how many pods share one, and 1
    shares none.
    """

    id: str | None = None
    node_type: str = Field(min_length=1)
    min_nodes: int | None = Field(default=None, ge=0)
    max_nodes: int | None = Field(default=None, ge=1, validate_default=True)
    node_count: int = Field(ge=0)
    disk_size_gb: int = Field(ge=1)
    disk_type: str | None = None
    is_spot: bool | None = None
    gpu_slices: int | None = Field(default=None, ge=1)
    labels: Mapping[str, str] | None = None
    availability_zones: Sequence[str] | None = None
    subnets: Sequence[str] | None = None
    scheduling: Scheduling | None = None
    aws: AwsPool | None = None
    azure: AzurePool | None = None
    gcp: GcpPool | None = None
    oci: OciPool | None = None
    nebius: NebiusPool | None = None

    @field_validator("max_nodes")
    @classmethod
    def _are_bounds(cls, value: int | None, info: ValidationInfo) -> int | None:
        least = info.data.get("min_nodes")
        if (least is None) != (value is None):
            raise ValueError("The least and the most nodes of a pool are given together, or neither is.")
        if least is not None and value is not None and value < least:
            raise ValueError("There cannot be fewer nodes at most than at least.")
        return value

    @field_validator("node_count")
    @classmethod
    def _can_be_empty(cls, value: int, info: ValidationInfo) -> int:
        if value == 0 and info.data.get("min_nodes") != 0:
            raise ValueError("A pool without nodes has to scale by itself, from 0 nodes on.")
        return value

    @field_validator("oci")
    @classmethod
    def _is_a_size(cls, value: OciPool | None) -> OciPool | None:
        if value is not None and not (value.ocpus and value.memory_gb):
            raise ValueError("The size of an Oracle node is both its OCPUs and its memory.")
        return value

    @property
    def scales(self) -> bool:
        return self.max_nodes is not None

    def check(self, cloud: Cloud | None) -> None:
        """Raises `ValueError` for what no pool of this cloud has. An unknown cloud is left to the provider."""
        for name, of in BLOCKS.items():
            if getattr(self, name, None) is not None and cloud not in (None, of):
                raise ValueError(f"A pool has the member {name} in {of} alone.")
        if cloud in WITHOUT_SPOT and self.is_spot:
            raise ValueError(f"Northflank has no spot nodes in {cloud}.")
        if cloud in WITHOUT_AUTOSCALING and self.scales:
            raise ValueError(f"A pool in {cloud} does not scale by itself.")

    def is_shown_by(self, pool: NodePool) -> bool:
        """How far a pool scaled by itself is nobody's wish."""
        given = {
            name: wanted
            for name in (*OPTIONS, *(name for name in BLOCKS if name in NodePool.model_fields))
            if (wanted := getattr(self, name)) is not None
        }
        return (
            self.id in (None, pool.id)
            and (pool.node_type, pool.disk_size_gb) == (self.node_type, self.disk_size_gb)
            and (pool.min_nodes, pool.max_nodes) == (self.min_nodes, self.max_nodes)
            and (self.scales or pool.node_count == self.node_count)
            and self.gpu_slices in (None, (pool.gpus and pool.gpus.slices) or 1)
            and all(shows(getattr(pool, name), wanted) for name, wanted in given.items())
        )

    @property
    def particulars(self) -> int:
        """How many of the members that may be left out were given."""
        return len(self.model_fields_set)


OPTIONS = ("disk_type", "is_spot", "labels", "availability_zones", "subnets", "scheduling")
"""Members of a pool that may be left out and are shown under the same name."""
