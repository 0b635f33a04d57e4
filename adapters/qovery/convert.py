"""The conversion of Qovery's answers to records of the domain."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from adapters.adapter import segment
from adapters.qovery.settings import to_advanced
from adapters.qovery.wire import (
    WireAuthentication,
    WireCluster,
    WireCostRange,
    WireCredential,
    WireCredentialUse,
    WireEndpoint,
    WireFeature,
    WireInstanceType,
    WireOutputs,
    WireRegion,
    WireSecretManager,
    WireStatus,
)
from adapters.wire import LONGEST_DESCRIPTION, LONGEST_PUBLIC_KEY, MOST_PARTS, WireItem, cut
from fleet.model.capability import Capability
from fleet.model.catalog import InstanceType, Region
from fleet.model.cloud import Cloud
from fleet.model.cluster import Capacity, Cluster, Engine, Phase, Resources, digest_revision
from fleet.model.identifier import fits_a_path
from fleet.model.integration import Integration, IntegrationIdentity
from fleet.model.money import CostEstimate, Money, SpendLimitState, SpendLimitStatus
from fleet.providers.qovery import (
    KARPENTER,
    QOVERY,
    QoveryDetails,
    QoveryFeature,
    QoveryLock,
    QoveryOutputs,
    QoverySecretManager,
)

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

PHASES: Mapping[str, Phase] = {
    "NEVER_DEPLOYED": Phase.PENDING,
    "READY": Phase.PENDING,
    "QUEUED": Phase.PENDING,
    "DEPLOYMENT_QUEUED": Phase.PENDING,
    "BUILDING": Phase.PROVISIONING,
    "DEPLOYING": Phase.PROVISIONING,
    "DEPLOYED": Phase.READY,
    "RESTARTED": Phase.READY,
    "RESTART_QUEUED": Phase.UPDATING,
    "RESTARTING": Phase.UPDATING,
    "CANCELING": Phase.UPDATING,
    "DRY_RUN": Phase.PENDING,
    "CANCELED": Phase.FAILED,
    "STOP_QUEUED": Phase.STOPPING,
    "STOPPING": Phase.STOPPING,
    "STOPPED": Phase.STOPPED,
    "DELETE_QUEUED": Phase.DELETING,
    "DELETING": Phase.DELETING,
    "DELETED": Phase.DELETED,
    "BUILD_ERROR": Phase.FAILED,
    "DEPLOYMENT_ERROR": Phase.FAILED,
    "RESTART_ERROR": Phase.FAILED,
    "STOP_ERROR": Phase.FAILED,
    "DELETE_ERROR": Phase.FAILED,
    "INVALID_CREDENTIALS": Phase.FAILED,
}
"""The phases. `READY` means ready to be deployed. The first entry is a deployment status, which is used if there is no
status.
"""

PHASES_ONCE_DEPLOYED: Mapping[str, Phase] = {
    "QUEUED": Phase.UPDATING,
    "DEPLOYMENT_QUEUED": Phase.UPDATING,
    "BUILDING": Phase.UPDATING,
    "DEPLOYING": Phase.UPDATING,
    "DRY_RUN": Phase.READY,
    **{word: Phase.DEGRADED for word, phase in PHASES.items() if phase is Phase.FAILED},
}
"""The phases that differ for a cluster that has been ready: an operation failed, not the cluster."""

CONVERGED: Mapping[str, bool] = {"UP_TO_DATE": True, "OUT_OF_DATE": False, "NEVER_DEPLOYED": False}

CREDENTIAL_CLOUDS: Mapping[str, Cloud] = {
    "AWS": Cloud.AWS,
    "AWS_ROLE": Cloud.AWS,
    "EKS_ANYWHERE_VSPHERE": Cloud.AWS,
    "AZURE": Cloud.AZURE,
    "GCP": Cloud.GCP,
    "GCP_WORKLOAD_IDENTITY_FEDERATION": Cloud.GCP,
    "SCW": Cloud.SCALEWAY,
    "OTHER": Cloud.ON_PREMISES,
}
"""The clouds by the path for their credentials. On-premise has no kind of its own; it is OTHER."""

MIB_PER_GB = 1024
"""Units. The document counts 1024 MB to the GB, so both are binary."""

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
AUTOSCALERS = ("KARPENTER", "AUTO_PILOT")
"""The words in the place of a machine type."""


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


def to_phase(word: str | None, *, is_deployed: bool) -> Phase:
    phase = PHASES.get(word or "", Phase.UNKNOWN)
    return PHASES_ONCE_DEPLOYED.get(word or "", phase) if is_deployed else phase


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


def is_autoscaled(cloud: str | None, mode: str | None, machine: str | None, karpenter: object) -> bool:
    """Whether Karpenter or Autopilot chooses the machines. `karpenter` is the value of that feature."""
    if machine in AUTOSCALERS or isinstance(karpenter, Mapping):
        return True
    return cloud == "GCP" and mode in (None, "MANAGED")


def to_is_autoscaled(wire: WireCluster) -> bool:
    values = (one.value_object.value for one in wire.features if one.id == KARPENTER and one.value_object)
    return is_autoscaled(wire.cloud_provider, wire.kubernetes, wire.instance_type, next(values, None))


def to_revision(wire: WireCluster) -> str:
    features = {
        feature.id or "": feature.value_object.value if feature.value_object else None
        for feature in wire.features
    }
    settable = SETTABLE - AUTOSCALED if to_is_autoscaled(wire) else SETTABLE
    return digest_revision({**wire.model_dump(mode="json", include=set(settable)), "features": features})


def to_details(wire: WireCluster) -> QoveryDetails:
    return QoveryDetails(
        console_url=to_console_url(wire),
        kubernetes_mode=wire.kubernetes,
        is_production=wire.production,
        is_default=wire.is_default,
        is_demo=wire.is_demo,
        has_access=wire.has_access,
        deployment_status=wire.deployment_status,
        ssh_keys=to_ssh_keys(wire.ssh_keys),
        features=tuple(to_feature(feature) for feature in wire.features),
        advanced=to_advanced(wire.metrics_parameters, wire.infrastructure_charts_parameters),
        outputs=None if wire.infrastructure_outputs is None else to_outputs(wire.infrastructure_outputs),
        is_autoscaled=to_is_autoscaled(wire),
        disk_iops=wire.disk_iops,
        disk_throughput_mb_per_second=wire.disk_throughput,
        is_keda_enabled=None if wire.keda is None else wire.keda.enabled,
        labels_group_ids=tuple(group.id for group in wire.labels_groups if group.id),
        secret_managers=tuple(map(to_secret_manager, wire.secret_manager_accesses)),
        lock=to_lock(wire.cluster_status),
        estimated_cloud_provider_cost=wire.estimated_cloud_provider_cost,
    )


def to_lock(status: WireStatus | None) -> QoveryLock | None:
    lock = None if status is None else status.cluster_lock
    if lock is None:
        return None
    return QoveryLock(
        reason=lock.reason, owner=lock.owner_name, locked_at=lock.locked_at, days=lock.ttl_in_days
    )


def to_secret_manager(wire: WireSecretManager) -> QoverySecretManager:
    endpoint, authentication = (
        wire.endpoint or WireEndpoint(),
        wire.authentication or WireAuthentication(),
    )
    return QoverySecretManager(
        id=wire.id,
        name=wire.name,
        kind=endpoint.mode,
        region=endpoint.region,
        project_id=endpoint.project_id,
        authentication=authentication.mode,
        role_arn=authentication.role_arn,
    )


def to_console_url(wire: WireCluster) -> str | None:
    """Source: the routes of the vendor's console, August 2026."""
    organization = (wire.organization and wire.organization.id) or ""
    if not (fits_a_path(organization) and fits_a_path(wire.id)):
        return None
    return (
        f"https://console.qovery.com/organization/{segment(organization)}/cluster/{segment(wire.id)}/overview"
    )


def to_ssh_keys(shown: object) -> tuple[str, ...]:
    """The SSH keys, without invalid ones."""
    keys = (key for key in shown if isinstance(key, str)) if isinstance(shown, list) else ()
    return tuple(islice((key for key in keys if len(key) <= LONGEST_PUBLIC_KEY), MOST_PARTS))


def to_feature(wire: WireFeature) -> QoveryFeature:
    value = wire.value_object.value if wire.value_object is not None else None
    return QoveryFeature(
        id=wire.id or wire.title or "",
        title=wire.title,
        description=wire.description,
        value=None if value is None else cut(to_text(value), LONGEST_DESCRIPTION),
        accepted_values=tuple(map(to_text, wire.accepted_values)),
        can_be_changed=wire.is_value_updatable,
        is_charged_by_cloud=wire.is_cloud_provider_paying_feature,
        is_charged_by_qovery=wire.is_qovery_paying_feature,
        cost_per_month=to_money(wire.cost_per_month_in_cents, wire.currency_code),
    )


def to_text(value: object) -> str:
    """A text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def to_outputs(wire: WireOutputs) -> QoveryOutputs:
    return QoveryOutputs(kind=wire.kind, cluster_name=wire.cluster_name, oidc_issuer=wire.cluster_oidc_issuer)


def to_money(cents: int | None, currency: str | None) -> Money | None:
    return None if cents is None or currency is None else Money(minor_units=cents, currency=currency)


def to_cost_estimate(wire: WireCostRange) -> CostEstimate | None:
    minimum = to_money(wire.min_cost_in_cents, wire.currency_code)
    maximum = to_money(wire.max_cost_in_cents, wire.currency_code)
    if minimum is None or maximum is None:
        return None
    return CostEstimate(minimum=minimum, maximum=maximum)


def to_integration(wire: WireCredentialUse, account_id: str) -> Integration:
    kind = wire.credential.object_type
    return Integration(
        account_id=account_id,
        provider=QOVERY.key,
        external_id=wire.credential.id,
        name=wire.credential.name or wire.credential.id,
        cloud=CREDENTIAL_CLOUDS.get(kind or "", Cloud.UNKNOWN),
        provider_cloud=kind,
        authentication=kind,
        identity=to_identity(wire.credential),
        cluster_external_ids=to_users(wire),
        unread_members=wire.unread,
    )


def to_identity(wire: WireCredential) -> IntegrationIdentity | None:
    identity = IntegrationIdentity(
        role_arn=wire.role_arn,
        access_key_id=wire.access_key_id or wire.scaleway_access_key,
        organization_id=wire.scaleway_organization_id,
        project_id=wire.project_id or wire.scaleway_project_id,
        service_account=wire.service_account_email,
        workload_identity_provider=wire.workload_identity_provider_resource,
        subscription_id=wire.azure_subscription_id,
        tenant_id=wire.azure_tenant_id,
        application_id=wire.azure_application_id,
        user_id=wire.vsphere_user,
    )
    return None if identity == IntegrationIdentity() else identity


def to_users(wire: WireCredentialUse) -> tuple[str, ...] | None:
    """The clusters that were created with the credentials. Null if one of them cannot be read."""
    if any(member.startswith("clusters") for member in wire.unread):
        return None
    return tuple(cluster.id for cluster in wire.clusters if cluster.id)


def to_region(wire: WireRegion, account_id: str, cloud: Cloud) -> Region:
    location = ", ".join(part for part in (wire.city, wire.country) if part)
    return Region(account_id=account_id, name=wire.name, cloud=cloud, location=location or None)


def to_zones(wire: WireRegion) -> tuple[str, ...]:
    """Full names of zones. The document's example has only the part after the region."""
    return tuple(zone if zone.startswith(wire.name) else f"{wire.name}-{zone}" for zone in wire.zones) or (
        wire.name,
    )


def to_instance_type(
    wire: WireInstanceType, account_id: str, cloud: Cloud, region: str | None
) -> InstanceType:
    return InstanceType(
        account_id=account_id,
        name=wire.type,
        cloud=cloud,
        region=region,
        cpu_millicores=None if wire.cpu is None else wire.cpu * 1000,
        memory_mib=None if wire.ram_in_gb is None else wire.ram_in_gb * MIB_PER_GB,
    )
