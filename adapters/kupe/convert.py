"""The conversion of Kupe's answers to records of the domain."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from adapters.adapter import first_text
from adapters.kupe.wire import WireCluster, WireCondition, WireKubeconfig, WireResources, WireStatus
from adapters.wire import LONGEST_MESSAGE, cut
from fleet.model.capability import Capability
from fleet.model.cluster import Capacity, Cluster, Connection, Engine, Phase, Resources, digest_revision
from fleet.model.digest import digest
from fleet.model.money import SpendLimitState, SpendLimitStatus
from fleet.model.quantity import is_quantity, to_bytes, to_mib, to_millicores
from fleet.model.warning import MOST_WARNINGS, ProviderWarning
from fleet.providers.kupe import KUPE, KupeCondition, KupeDetails, KupeHighAvailability, KupeQuantities

PHASES: Mapping[str, Phase] = {
    "": Phase.PENDING,
    "Pending": Phase.PENDING,
    "Provisioning": Phase.PROVISIONING,
    "Running": Phase.READY,
    "Upgrading": Phase.UPDATING,
    "Migrating": Phase.UPDATING,
    "Degraded": Phase.DEGRADED,
    "Terminating": Phase.DELETING,
    "Deleting": Phase.DELETING,
    "Failed": Phase.FAILED,
    "Error": Phase.FAILED,
}
"""The phases. Each source documents only some of these. A cluster without a status is being registered."""

CONSOLE_URL = "https://console.kupe.cloud"
"""Source: the vendor's command. No source tells the page of a cluster."""

HA_AT_WORK = frozenset({"pending", "migrating"})
HA_TROUBLE: Mapping[str, str] = {
    "ha-degraded": "High availability is degraded.",
    "ha-unavailable": "High availability is unavailable.",
}


def to_cluster(wire: WireCluster, account_id: str) -> Cluster:
    """The incarnation: the time of creation, because a later cluster can have the same name."""
    status = wire.status or WireStatus()
    is_converged = to_convergence(wire)
    phase = to_phase(status.phase, is_converged)
    total = to_resources(wire.resources)
    return Cluster(
        account_id=account_id,
        provider=KUPE.key,
        external_id=wire.name,
        incarnation=to_incarnation(wire.createdAt),
        name=wire.name,
        display_name=wire.displayName or wire.name,
        engine=Engine.KUBERNETES,
        version=status.kubernetesVersion or wire.version,
        plan=wire.type,
        phase=phase,
        provider_phase=status.phase or "",
        provider_operation=status.haPhase if status.haPhase in HA_AT_WORK else None,
        message=to_message(status, phase),
        is_converged=is_converged,
        capacity=Capacity(total=total),
        created_at=to_instant(wire.createdAt),
        revision=to_revision(wire),
        warnings=to_warnings(wire),
        connection=None if status.endpoint is None else Connection(endpoint=status.endpoint),
        spend_limit=SpendLimitStatus(
            state=SpendLimitState.UNSUPPORTED, reason=KUPE.unsupported[Capability.SPEND_LIMIT]
        ),
        details=KupeDetails(
            console_url=CONSOLE_URL,
            isolation=wire.type or "",
            is_highly_available=status.haConfigured
            if wire.highAvailability is None
            else wire.highAvailability,
            requested_version=wire.version,
            alerts_digest=None if wire.alerts is None else digest(wire.alerts),
            quantities=to_quantities(wire.resources),
            high_availability=to_high_availability(status),
            conditions=to_conditions(status.conditions),
        ),
        unread_members=to_unread(wire),
    )


def to_phase(word: str | None, is_converged: bool | None) -> Phase:
    """Whether all changes are applied, by the generations. The phase stays `Running` during a change."""
    phase = PHASES.get(word or "", Phase.UNKNOWN)
    return Phase.UPDATING if phase is Phase.READY and is_converged is False else phase


def to_convergence(wire: WireCluster) -> bool | None:
    """Null for a server that counts no generations, which sends none or zero (source: the vendor's client)."""
    observed = wire.status.observedGeneration if wire.status is not None else None
    return None if not wire.generation or observed is None else observed >= wire.generation


def to_incarnation(created_at: datetime | None) -> str | None:
    """A time without a zone is read as UTC, as in Kubernetes, so that the same cluster keeps its incarnation."""
    if created_at is None:
        return None
    moment = created_at.astimezone(UTC) if created_at.tzinfo is not None else created_at.replace(tzinfo=UTC)
    return moment.isoformat().replace("+00:00", "Z")


def to_instant(created_at: datetime | None) -> datetime | None:
    """The time that is shown. Null without a zone, because it is then unknown."""
    return created_at if created_at is not None and created_at.tzinfo is not None else None


def to_unread(wire: WireCluster) -> tuple[str, ...]:
    is_zoneless = wire.createdAt is not None and wire.createdAt.tzinfo is None
    return (*wire.unread, "createdAt: Input should have timezone info") if is_zoneless else wire.unread


def to_resources(wire: WireResources | None) -> Resources:
    if wire is None:
        return Resources()
    memory, storage = (None if text is None else to_mib(text) for text in (wire.memory, wire.storage))
    return Resources(
        cpu_millicores=None if wire.cpu is None else to_millicores(wire.cpu),
        memory_mib=memory,
        storage_mib=storage,
        exact_memory_bytes=to_bytes(wire.memory) if wire.memory is not None and memory is None else None,
        exact_storage_bytes=to_bytes(wire.storage) if wire.storage is not None and storage is None else None,
    )


def to_quantities(wire: WireResources | None) -> KupeQuantities | None:
    """In Kupe's own spelling. Null for none: the server answers an empty object for cleared and for never set alike."""
    if wire is None:
        return None
    written = {"cpu": wire.cpu, "memory": wire.memory, "storage": wire.storage}
    kept = {name: text for name, text in written.items() if text is not None and is_quantity(text)}
    return KupeQuantities(**kept) if kept else None


def to_high_availability(status: WireStatus) -> KupeHighAvailability | None:
    """Null for a cluster without it: Kupe leaves its members out, or empty, or zero."""
    found = KupeHighAvailability(
        phase=status.haPhase,
        is_configured=status.haConfigured or None,
        enabled_at=status.haEnabledAt,
        replicas_ready=status.haReplicasReady if status.haReplicasDesired else None,
        replicas_desired=status.haReplicasDesired or None,
        etcd_replicas_ready=status.haEtcdReplicasReady if status.haEtcdReplicasDesired else None,
        etcd_replicas_desired=status.haEtcdReplicasDesired or None,
    )
    return None if found == KupeHighAvailability() else found


def to_conditions(raw: Iterable[object]) -> tuple[KupeCondition, ...]:
    """Those in the format of Kubernetes. No source documents them."""
    wires = (WireCondition.model_validate(one) for one in raw if isinstance(one, Mapping))
    return tuple(
        KupeCondition(
            type=wire.type,
            status=wire.status,
            reason=wire.reason,
            message=wire.message,
            last_transition_at=wire.lastTransitionTime,
        )
        for wire in wires
        if wire.type is not None
    )


def to_message(status: WireStatus, phase: Phase) -> str | None:
    """The message: the state of high availability or, if the cluster is not healthy, the unmet conditions. No source
    documents conditions; those in Kubernetes' format are read.
    """
    trouble = HA_TROUBLE.get(status.haPhase or "")
    if trouble is not None or phase is Phase.READY:
        return trouble
    unmet = (c for c in status.conditions if isinstance(c, Mapping) and c.get("status") != "True")
    text = next((text for c in unmet if (text := first_text(c.get("message"), c.get("reason")))), None)
    return None if text is None else cut(text, LONGEST_MESSAGE)


def to_revision(wire: WireCluster) -> str:
    """The revision: a digest of what PATCH accepts."""
    resources = wire.resources.model_dump() if wire.resources is not None else None
    return digest_revision(
        {
            "version": wire.version,
            "resources": resources,
            "alerts": wire.alerts,
            "highAvailability": wire.highAvailability,
        }
    )


def to_warnings(wire: WireCluster) -> tuple[ProviderWarning, ...]:
    """Those that say something."""
    return tuple(
        ProviderWarning(code=one.code, message=one.message, field=one.field)
        for one in wire.warnings[:MOST_WARNINGS]
        if one.message
    )


def to_connection(wire: WireKubeconfig) -> Connection:
    return Connection(endpoint=wire.endpoint, certificate_authority=wire.certificateAuthority)
