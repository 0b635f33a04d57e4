"""The conversion of Qovery's answers to records of the domain."""

from collections.abc import Iterable, Iterator, Mapping

from adapters.qovery.autoscaling import to_is_autoscaled
from adapters.qovery.catalog import MIB_PER_GB
from adapters.qovery.details import to_details, to_money
from adapters.qovery.phases import to_phase
from adapters.qovery.wire import WireCluster, WireCostRange, WireStatus
from adapters.wire import WireItem
from fleet.model.capability import Capability
from fleet.model.cloud import Cloud
from fleet.model.cluster import Capacity, Cluster, Engine, Phase, Resources, digest_revision
from fleet.model.money import CostEstimate, SpendLimitState, SpendLimitStatus
from fleet.providers.qovery import QOVERY

CLOUDS: Mapping[str, Cloud] = {
    "AWS": Cloud.AWS,
    "AZURE": Cloud.AZURE,
    "CIVO": Cloud.CIVO,
    "DO": Cloud.DIGITAL_OCEAN,
    "GCP": Cloud.GCP,
    "HETZNER": Cloud.HETZNER,
    "IBM": Cloud.IBM,
    "ON_PREMISE": Cloud.ON_PREMISES,
    "ORACLE": Cloud.OCI,
    "OVH": Cloud.OVH,
    "SCW": Cloud.SCALEWAY,
}


CONVERGED: Mapping[str, bool] = {"UP_TO_DATE": True, "OUT_OF_DATE": False, "NEVER_DEPLOYED": False}


SETTABLE = frozenset(
    {
        "name",
        "description",
        "region",
        "cloud_provider",
        "min_running_nodes",
        "max_running_nodes",
        "disk_size",
        "disk_iops",
        "disk_throughput",
        "instance_type",
        "kubernetes",
        "production",
        "ssh_keys",
        "metrics_parameters",
        "infrastructure_charts_parameters",
        "keda",
        "labels_groups",
        "secret_manager_accesses",
    }
)
"""The members that PUT replaces, without features. Of the accesses to secret managers their keys were not read."""
AUTOSCALED = frozenset({"min_running_nodes", "max_running_nodes", "instance_type", "disk_size"})
"""The members that Qovery changes by itself where Karpenter or Autopilot chooses machines."""


def with_statuses(clusters: Iterable[object], statuses: Iterable[object]) -> Iterator[object]:
    """Puts each status into its cluster, so that both are read as one item."""
    by_id = {
        identity: status
        for status in statuses
        if isinstance(status, Mapping) and isinstance(identity := status.get("cluster_id"), str)
    }
    for cluster in clusters:
        if isinstance(cluster, Mapping):
            yield {**cluster, "cluster_status": by_id.get(WireItem.identify(cluster) or "")}
        else:
            yield cluster


def shown_by_status_alone(clusters: Iterable[object], statuses: Iterable[object]) -> frozenset[str]:
    """The ids of clusters whose status is listed, but not the cluster."""
    listed = {WireItem.identify(cluster) for cluster in clusters}
    return frozenset(
        identity
        for status in statuses
        if isinstance(status, Mapping) and status.get("status") not in ("DELETED", None)
        if isinstance(identity := status.get("cluster_id"), str) and identity not in listed
    )


def to_cluster(wire: WireCluster, account_id: str) -> Cluster:
    reported = wire.cluster_status or WireStatus()
    word = reported.status or wire.status or wire.deployment_status
    phase = to_phase(word, is_deployed=to_is_deployed(wire))
    return Cluster(
        account_id=account_id,
        provider=QOVERY.key,
        external_id=wire.id,
        name=wire.name or wire.id,
        display_name=wire.name or wire.id,
        description=wire.description,
        engine=Engine.KUBERNETES,
        version=wire.version,
        available_version=reported.next_k8s_available_version,
        plan=wire.kubernetes,
        phase=phase,
        provider_phase=word or "",
        message=to_message(reported),
        is_converged=CONVERGED.get(wire.deployment_status or ""),
        has_failed_to_start=phase is Phase.FAILED and wire.deployment_status == "NEVER_DEPLOYED",
        cloud=CLOUDS.get(wire.cloud_provider or "", Cloud.UNKNOWN),
        provider_cloud=wire.cloud_provider,
        regions=(wire.region,) if wire.region else (),
        capacity=to_capacity(wire),
        is_deletion_protected=None if wire.cluster_status is None else reported.cluster_lock is not None,
        created_at=wire.created_at,
        updated_at=wire.updated_at,
        revision=to_revision(wire),
        deployment=reported.last_execution_id or reported.last_deployment_date,
        spend_limit=SpendLimitStatus(
            state=SpendLimitState.UNSUPPORTED, reason=QOVERY.unsupported[Capability.SPEND_LIMIT]
        ),
        details=to_details(wire),
        unread_members=wire.unread,
    )


def to_is_deployed(wire: WireCluster) -> bool:
    """Whether the cluster was ever deployed, by its status or, without one, by its deployment status."""
    reported = wire.cluster_status
    if reported is not None and reported.is_deployed is not None:
        return reported.is_deployed
    return wire.deployment_status in ("UP_TO_DATE", "OUT_OF_DATE")


def to_message(status: WireStatus) -> str | None:
    return None if status.reason == "UNSPECIFIED" else status.reason


def to_capacity(wire: WireCluster) -> Capacity:
    """The capacity. CPU and memory are totals of the cluster, the disk is per node. The current number of nodes is not
    shown.
    """
    return Capacity(
        total=Resources(cpu_millicores=wire.cpu, memory_mib=wire.memory),
        per_node=Resources(storage_mib=None if wire.disk_size is None else wire.disk_size * MIB_PER_GB),
        min_nodes=wire.min_running_nodes,
        max_nodes=wire.max_running_nodes,
        instance_type=wire.instance_type,
    )


def to_revision(wire: WireCluster) -> str:
    features = {
        feature.id or "": feature.value_object.value if feature.value_object else None
        for feature in wire.features
    }
    settable = SETTABLE - AUTOSCALED if to_is_autoscaled(wire) else SETTABLE
    return digest_revision({**wire.model_dump(mode="json", include=set(settable)), "features": features})


def to_cost_estimate(wire: WireCostRange) -> CostEstimate | None:
    minimum = to_money(wire.min_cost_in_cents, wire.currency_code)
    maximum = to_money(wire.max_cost_in_cents, wire.currency_code)
    if minimum is None or maximum is None:
        return None
    return CostEstimate(minimum=minimum, maximum=maximum)
