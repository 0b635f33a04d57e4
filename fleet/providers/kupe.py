"""Kupe Cloud: what it is and what only it knows of a cluster."""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from fleet.model.capability import Capability
from fleet.model.cluster import Cluster, ClusterDetails, Resources
from fleet.model.digest import digest
from fleet.model.json_value import check_json
from fleet.model.provider import Provider
from fleet.model.quantity import Count, are_equal, is_size, to_mib, to_millicores
from fleet.model.rate_limit import RateLimit, RateScope
from fleet.model.record import Instant, Record
from fleet.model.spec import ClusterPatch, ClusterSpec, Compared, NameRule, not_cleared


class KupeQuantities(Record):
    """Kubernetes quantities as Kupe writes them."""

    cpu: str | None = None
    memory: str | None = None
    storage: str | None = None


class KupeHighAvailability(Record):
    """How its high availability stands, in Kupe's words. `enabled_at` is since when it is charged."""

    phase: str | None = None
    is_configured: bool | None = None
    enabled_at: Instant | None = None
    replicas_ready: Count = None
    replicas_desired: Count = None
    etcd_replicas_ready: Count = None
    etcd_replicas_desired: Count = None


class KupeCondition(Record):
    """A condition of the cluster, in the form of Kubernetes. Which types there are is not documented."""

    type: str
    status: str | None = None
    reason: str | None = None
    message: str | None = None
    last_transition_at: Instant | None = None


class KupeDetails(ClusterDetails):
    """`quantities` are null for a cluster without any, and in rows of earlier versions for whole numbers of our units.
    `isolation` is Kupe's cluster type: `shared` nodes or `dedicated` ones; empty where Kupe does not say. Alerts may
    hold addresses that are nobody's business: all that is kept of them is a digest.
    """

    quantities: KupeQuantities | None = None
    isolation: str = ""
    is_highly_available: bool | None = None
    requested_version: str | None = None
    alerts_digest: str | None = None
    high_availability: Annotated[
        KupeHighAvailability | None, Field(exclude_if=lambda value: value is None)
    ] = None
    conditions: Annotated[tuple[KupeCondition, ...], Field(exclude_if=lambda value: not value)] = ()


class KupeClusterType(StrEnum):
    """`shared` nodes with others, or `dedicated` ones."""

    SHARED = "shared"
    DEDICATED = "dedicated"


def _is_version(value: str | None) -> str | None:
    if value is not None and re.fullmatch(r"\d+\.\d+", value) is None:
        raise ValueError("Kupe takes a minor version of Kubernetes, e.g. 1.33.")
    return value


Version = Annotated[str, AfterValidator(_is_version)]


class KupeResources(KupeQuantities):
    """What is wanted, e.g. 4, 16Gi, 50G. What is not named stays as it is, or is the provider's choice."""

    @model_validator(mode="after")
    def _is_something(self) -> Self:
        if self.cpu is None and self.memory is None and self.storage is None:
            raise ValueError("Name at least one of CPU, memory and storage.")
        return self

    @field_validator("cpu")
    @classmethod
    def _is_cpu(cls, value: str | None) -> str | None:
        _require_named(value)
        if value is not None and not to_millicores(value):
            raise ValueError(f"{value!r} is no quantity of CPU, e.g. 4 or 500m.")
        return value

    @field_validator("memory", "storage")
    @classmethod
    def _is_bytes(cls, value: str | None) -> str | None:
        _require_named(value)
        if value is not None and not is_size(value):
            raise ValueError(f"{value!r} is no size with its unit, e.g. 16Gi or 50G.")
        return value

    def compare(self, shown: Resources, written: KupeQuantities | None) -> Iterable[Compared]:
        """In Kupe's own spelling, by the amount. Rows of earlier versions have it for what is no whole number of our
        units alone.
        """
        for name, wanted, to_amount, amount in (
            ("cpu", self.cpu, to_millicores, shown.cpu_millicores),
            ("memory", self.memory, to_mib, shown.memory_mib),
            ("storage", self.storage, to_mib, shown.storage_mib),
        ):
            if wanted is None:
                continue
            word: str | None = None if written is None else getattr(written, name)
            if word is not None:
                yield Compared(f"resources.{name}", wanted, word, are_equal(wanted, word))
            else:
                is_as_much = amount is not None and to_amount(wanted) == amount
                yield Compared(f"resources.{name}", wanted, amount, is_as_much)


def _require_named(value: str | None) -> None:
    if value == "":
        raise ValueError("Kupe clears all resources together, and not one of them: give null in their place.")


def _can_be_passed_on(value: object) -> object:
    check_json(value)
    return value


Alerts = Annotated[Mapping[str, Any] | None, BeforeValidator(_can_be_passed_on)]


def _digest_alerts(value: object) -> object:
    if not isinstance(value, dict) or not isinstance(value.get("alerts"), Mapping):
        return value
    try:
        check_json(value["alerts"])
    except ValueError:
        return value  # which the member itself says
    return {**value, "alerts_digest": digest(value["alerts"])}


def _has_its_alerts(wanted: "KupeClusterSpec | KupeClusterPatch") -> bool:
    """Whether the alerts that were given are here, and not their digest alone."""
    return wanted.alerts is not None or wanted.alerts_digest is None


class KupeClusterSpec(ClusterSpec):
    """`alerts` are passed through as they are, and not kept, but for a digest of them. Kupe's older servers need a name
    to display, and its newer ones ignore it: it is sent, and never compared.
    """

    name_rule = NameRule(
        pattern=r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])",
        sentence="Kupe takes 2 to 63 lowercase letters, digits and dashes, without a dash at either end.",
    )

    display_name: str | None = None
    type: KupeClusterType
    version: Version | None = None
    resources: KupeResources | None = None
    is_highly_available: bool | None = None
    alerts: Alerts = Field(default=None, exclude=True, repr=False)
    alerts_digest: str | None = None

    _digested = model_validator(mode="before")(_digest_alerts)

    @property
    def is_whole(self) -> bool:
        return _has_its_alerts(self)

    @field_validator("display_name")
    @classmethod
    def _is_a_name(cls, value: str | None) -> str | None:
        if value is not None and not value.strip():
            raise ValueError("Kupe needs a name to display.")
        return value

    def compare(self, cluster: Cluster) -> Iterable[Compared]:
        yield Compared("type", self.type, cluster.plan, cluster.plan == self.type)
        yield from _compare(cluster, self)

    def identifies(self, cluster: Cluster) -> bool:
        return cluster.plan in (None, self.type)


class KupeClusterPatch(ClusterPatch):
    """Resources that are not named stay as they are; null for all of them clears them. Of `alerts` a digest is kept, as
    in a specification.
    """

    version: Version | None = None
    resources: KupeResources | None = None
    is_highly_available: bool | None = None
    alerts: Alerts = Field(default=None, exclude=True, repr=False)
    alerts_digest: str | None = None

    _not_cleared = not_cleared("version", "is_highly_available", "alerts")
    _digested = model_validator(mode="before")(_digest_alerts)

    @property
    def is_whole(self) -> bool:
        return _has_its_alerts(self)

    def compare(self, cluster: Cluster) -> Iterable[Compared]:
        yield from _compare(cluster, self)
        if "resources" in self and self.resources is None:
            shown = cluster.capacity.total
            yield Compared(
                "resources", None, shown, shown == Resources() and _details(cluster).quantities is None
            )


def _details(cluster: Cluster) -> KupeDetails:
    return cluster.details if isinstance(cluster.details, KupeDetails) else KupeDetails()


def _compare(cluster: Cluster, wanted: KupeClusterSpec | KupeClusterPatch) -> Iterable[Compared]:
    details = _details(cluster)
    if wanted.version is not None:
        shown = details.requested_version
        yield Compared("version", wanted.version, shown, shown == wanted.version)
    if wanted.resources is not None:
        yield from wanted.resources.compare(cluster.capacity.total, details.quantities)
    if wanted.is_highly_available is not None:
        is_shown = bool(details.is_highly_available)
        asked = wanted.is_highly_available
        yield Compared("is_highly_available", asked, is_shown, is_shown is asked)
    if details.alerts_digest is not None and wanted.alerts_digest is not None:
        asked_digest, digest_shown = wanted.alerts_digest, details.alerts_digest
        yield Compared("alerts", asked_digest, digest_shown, asked_digest == digest_shown)


KUPE = Provider(
    key="kupe",
    name="Kupe Cloud",
    documentation_url="https://docs.kupe.cloud",
    rate_limit=RateLimit(requests=None, window_seconds=60, scope=RateScope.ADDRESS),
    details=KupeDetails,
    spec=KupeClusterSpec,
    patch=KupeClusterPatch,
    needs_external_id=True,
    spend_leaves_out="Tax is not in it.",
    unsupported={
        Capability.BACKUPS: "Kupe tells nothing of backups.",
        Capability.LOCK_CLUSTER: "Kupe locks no clusters.",
        Capability.ALLOWLIST: "Kupe keeps no list of networks.",
        Capability.STOP_CLUSTER: "A Kupe cluster runs until it is deleted.",
        Capability.DEPLOY_CLUSTER: "Kupe applies changes by itself; there is nothing to deploy.",
        Capability.LIST_NODES: "Kupe manages the machines and does not list them.",
        Capability.NODE_MAINTENANCE: "Kupe manages the machines itself.",
        Capability.SPEND_LIMIT: "Kupe bills by plan; a cluster has no spend limit.",
        Capability.LIST_INTEGRATIONS: "Kupe runs clusters in its own cloud; there are no cloud accounts to link.",
        Capability.CHANGE_INTEGRATION: "Kupe runs clusters in its own cloud; there are no cloud accounts to link.",
        Capability.COST_ESTIMATE: "Kupe estimates the cost of a tenant, not of a cluster.",
        Capability.LIST_REGIONS: "Kupe does not say where its clusters run.",
        Capability.UPGRADE_CLUSTER: "Kupe lists no versions on offer; name another version in an update.",
        Capability.FINALIZE_UPGRADE: "An upgrade of Kupe is final at once.",
        Capability.CLUSTER_SPEND: "Kupe bills a tenant, and splits nothing by cluster.",
        Capability.LIST_VERSIONS: "Kupe lists no versions on offer.",
        Capability.LIST_INSTANCE_TYPES: "Kupe sells CPU and memory, not machine types.",
    },
)
