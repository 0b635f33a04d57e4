"""The conversion of what only Qovery knows of a cluster to records of the domain."""

import json
from itertools import islice

from adapters.adapter import segment
from adapters.qovery.autoscaling import to_is_autoscaled
from adapters.qovery.billing import to_amount
from adapters.qovery.settings import to_advanced
from adapters.qovery.wire import (
    WireAuthentication,
    WireCluster,
    WireEndpoint,
    WireFeature,
    WireOutputs,
    WireSecretManager,
    WireStatus,
)
from adapters.wire import LONGEST_DESCRIPTION, LONGEST_PUBLIC_KEY, MOST_PARTS, cut
from fleet.model.identifier import fits_a_path
from fleet.model.money import Money
from fleet.providers.qovery import (
    QoveryDetails,
    QoveryFeature,
    QoveryLock,
    QoveryOutputs,
    QoverySecretManager,
)


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
    return None if cents is None or currency is None else to_amount(cents, currency)
