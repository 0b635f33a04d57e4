"""The nodes of a cluster in the format of Qovery's WebSocket document: `ClusterMetricsDto` and
`ClusterListNodesResponseDto`.
"""

from collections.abc import Iterator
from datetime import timedelta

from sandbox.faults import Json
from sandbox.identifiers import Identifiers
from sandbox.qovery.world import Incarnation

OF_AN_AUTOSCALER = 4
"""How many nodes a cluster has whose number Karpenter or Autopilot chooses."""
MACHINES = {"AWS": "m7g.large", "GCP": "e2-standard-4"}
"""The machines that they choose."""
ZONES = {"AWS": "{}a", "GCP": "{}-b", "AZURE": "{}-1", "SCW": "{}-1"}
POOLS = {
    "AWS": "eks.amazonaws.com/nodegroup",
    "GCP": "cloud.google.com/gke-nodepool",
    "AZURE": "kubernetes.azure.com/agentpool",
    "SCW": "k8s.scaleway.com/pool-name",
}
"""The label with the name of a node's pool."""


def has_agent(found: Incarnation) -> bool:
    """Whether something in the cluster measures. Qovery installs it where it manages the cluster."""
    return bool(names(found)) and found.cluster.spec["kubernetes"] == "MANAGED"


def names(found: Incarnation) -> list[str]:
    """Nothing runs before a cluster is deployed, and while it is stopped."""
    if not found.is_deployed or found.status == "STOPPED":
        return []
    count = OF_AN_AUTOSCALER if found.is_autoscaled else found.cluster.spec["min_running_nodes"]
    return [f"{found.cluster.name}-{Identifiers(0).hex(found.id, at, length=5)}" for at in range(count)]


def listed(found: Incarnation) -> Json:
    return {"nodes": [{"name": name} for name in names(found)]}


def measured(found: Incarnation) -> Json:
    return {"nodes": list(_nodes(found)), "pvcs": [], "node_pools": []}


def _nodes(found: Incarnation) -> Iterator[Json]:
    """Where something failed, the last one is not ready and takes no work."""
    spec, shown = found.cluster.spec, names(found)
    cloud, region = spec["cloud_provider"], spec["region"]
    version = found.cluster.version or "1.33"
    for at, name in enumerate(shown):
        is_broken = found.status.endswith("_ERROR") and at == len(shown) - 1
        created_at = int((found.created_at + timedelta(minutes=at)).timestamp())
        pool = "karpenter.sh/nodepool" if "KARPENTER" in found.cluster.features else POOLS.get(cloud)
        labels = {"kubernetes.io/hostname": name, "topology.kubernetes.io/region": region}
        labels |= {"topology.kubernetes.io/zone": ZONES[cloud].format(region)} if cloud in ZONES else {}
        labels |= {pool: "default"} if pool else {}
        yield {
            "created_at": created_at,
            "name": name,
            "instance_type": spec.get("instance_type") or MACHINES.get(cloud),
            "architecture": "arm64" if "g." in str(spec.get("instance_type")) else "amd64",
            "kernel_version": "6.12.40",
            "kubelet_version": f"v{version}.4",
            "operating_system": "linux",
            "os_image": "Bottlerocket OS 1.48.0",
            "unschedulable": is_broken,
            "resources_capacity": _resources(),
            "resources_allocatable": _resources(),
            "resources_allocated": {
                "request_cpu_milli": 1200,
                "limit_cpu_milli": 2400,
                "request_memory_mib": 2048,
                "limit_memory_mib": 4096,
            },
            "taints": [],
            "conditions": [
                _condition("MemoryPressure", "False", "KubeletHasSufficientMemory", created_at),
                _condition("Ready", "Unknown", "NodeStatusUnknown", created_at)
                if is_broken
                else _condition("Ready", "True", "KubeletReady", created_at),
            ],
            "labels": labels,
            "annotations": {},
            "addresses": [{"type": "InternalIP", "address": f"10.0.1.{at + 10}"}],
            "pods": [],
            "metrics_usage": {"cpu_milli_usage": 840, "memory_mib_working_set_usage": 3100},
        }


def _resources() -> Json:
    return {"cpu_milli": 4000, "memory_mib": 16384, "ephemeral_storage_mib": 40960, "pods": 58}


def _condition(kind: str, status: str, reason: str, since: int) -> Json:
    return {
        "type": kind,
        "status": status,
        "reason": reason,
        "message": "",
        "last_heartbeat_time": since,
        "last_transition_time": since,
    }
