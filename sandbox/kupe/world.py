"""Kupe's tenants and clusters, and the state of each cluster at an instant."""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sandbox.api import read_table
from sandbox.clock import EPOCH
from sandbox.faults import Json
from sandbox.identifiers import Identifiers
from sandbox.life import Life, Moment
from sandbox.months import Month

SETTABLE = ("version", "resources", "alerts", "highAvailability")
SPEC = ("displayName", "type", *SETTABLE)

READY = {"Running", "Upgrading", "Migrating", "Degraded"}
"""Phases in which a cluster has an endpoint."""

PATCHES = {"1.29": 14, "1.30": 12, "1.31": 9, "1.32": 8, "1.33": 5, "1.34": 2}
"""The available Kubernetes versions: each minor version with its patch."""

HA_PHASES = {
    "Running": "ha-healthy",
    "Upgrading": "ha-healthy",
    "Migrating": "migrating",
    "Degraded": "ha-degraded",
}
HA_REPLICAS = 3

PLANS: Mapping[str, Mapping[str, int]] = {
    "starter": {"clusters": 2, "cpu": 4, "memory": 8, "storage": 50}
    | {"fee": 29, "series": 20_000, "logs": 10, "days": 7, "receivers": 1},
    "pro": {"clusters": 5, "cpu": 8, "memory": 32, "storage": 200}
    | {"fee": 99, "series": 100_000, "logs": 50, "days": 14, "receivers": 5},
    "business": {"clusters": 25, "cpu": 256, "memory": 1024, "storage": 8192}
    | {"fee": 490, "series": 1_000_000, "logs": 500, "days": 30, "receivers": 20},
    "enterprise": {"clusters": 50, "cpu": 512, "memory": 2048, "storage": 16384}
    | {"fee": 1900, "series": 5_000_000, "logs": 2_000, "days": 90, "receivers": 100},
}
"""What a plan holds and costs: the most clusters, cores, GiB of memory and of storage, the monthly fee, and the series,
logs in GB, days and receivers of its observability. The figures are ours.
"""

HOURS = 744
"""Of a month that a tenant's usage is counted for."""

UNITS: Mapping[str, Decimal] = {"": Decimal(1), "m": Decimal("0.001")} | {
    suffix: Decimal(base**power)
    for base, suffixes in (
        (1000, ("k", "M", "G", "T", "P", "E")),
        (1024, ("Ki", "Mi", "Gi", "Ti", "Pi", "Ei")),
    )
    for power, suffix in enumerate(suffixes, start=1)
}
TIME_SHOWN_AFTER = timedelta(seconds=4)
"""A newer server answers a creation without a time, and shows it later (source: a test of the vendor's provider)."""


@dataclass(frozen=True, kw_only=True)
class Cluster:
    name: str
    spec: Json
    """The members that a user can set, in the format of the API."""
    life: Life
    created_at: datetime | None = None
    """When it was created. None for a cluster that is created again in each round of its life."""
    generation: int = 1
    revision: int
    """The start of its resource version."""
    version_before: str | None = None
    """The Kubernetes minor version before an upgrade."""
    trouble: str = ""
    hidden_until: datetime | None = None
    """Before this, it is not found."""
    time_shown_at: datetime | None = None
    """Before this, it shows no time of creation."""

    def at(self, now: datetime) -> Moment:
        return self.life.at(now)

    def is_hidden(self, now: datetime) -> bool:
        return self.hidden_until is not None and now < self.hidden_until

    def resource_version(self, now: datetime) -> int:
        return self.revision + self.at(now).changes

    def phase(self, now: datetime) -> str:
        return self.at(now).state.rstrip("*")

    def is_converging(self, now: datetime) -> bool:
        return self.at(now).state.endswith("*")

    def generation_at(self, now: datetime) -> int:
        """The generation. In a life that repeats, each round begins with a change."""
        return self.generation + (self.at(now).round if self.life.repeats and not self.life.is_reborn else 0)


@dataclass(kw_only=True)
class Tenant:
    name: str
    display_name: str
    token: str
    role: str
    plan: str
    is_newest: bool
    """Whether its server is of the newest kind: codes in refusals, warnings, only `shared` clusters, high availability
    at creation alone, no display names.
    """
    quoted_etags: bool
    subtotal: str
    credits: str
    clusters: dict[str, Cluster] = field(default_factory=dict)
    late: dict[str, tuple[Cluster, datetime]] = field(default_factory=dict)
    """By name: what is shown of a cluster until then, although it has changed."""

    def shown(self, cluster: Cluster, now: datetime) -> Cluster:
        """As those who look see it, who may see a change late."""
        before, until = self.late.get(cluster.name, (cluster, now))
        return before if now < until else cluster

    def living(self, now: datetime) -> Iterator[Cluster]:
        return (cluster for cluster in self.clusters.values() if not cluster.at(now).is_gone)

    def allocated(self, now: datetime, *, without: str | None = None) -> Mapping[str, Decimal]:
        """Cores, and GiB of memory and of storage."""
        held = [one.spec.get("resources", {}) for one in self.living(now) if one.name != without]
        return {
            name: sum((amount(name, each[name]) for each in held if name in each), Decimal(0))
            for name in ("cpu", "memory", "storage")
        }

    def find(self, name: str, now: datetime) -> Cluster | None:
        cluster = self.clusters.get(name)
        return cluster if cluster and not cluster.at(now).is_gone else None

    def etag(self, cluster: Cluster, now: datetime) -> str:
        """The ETag of the resource version. The vendor's own tests show it with and without quotes."""
        version = cluster.resource_version(now)
        return f'"{version}"' if self.quoted_etags else str(version)


class World:
    def __init__(self, seed: int) -> None:
        ids = Identifiers(seed)
        tenants = [to_tenant(table, ids) for table in read_table("sandbox.kupe", "fleet.toml")["tenants"]]
        self.tenants = {tenant.name: tenant for tenant in tenants}

    def by_token(self, token: str) -> Tenant | None:
        return next((tenant for tenant in self.tenants.values() if tenant.token == token), None)


def to_tenant(table: dict[str, Any], ids: Identifiers) -> Tenant:
    clusters = [to_cluster(cluster, ids) for cluster in table["clusters"]]
    return Tenant(
        name=table["name"],
        display_name=table["displayName"],
        token=table["token"],
        role=table["role"],
        plan=table["plan"],
        is_newest=table["is_newest"],
        quoted_etags=table["quoted_etags"],
        subtotal=table["subtotal"],
        credits=table["credits"],
        clusters={cluster.name: cluster for cluster in clusters},
    )


def to_cluster(table: dict[str, Any], ids: Identifiers) -> Cluster:
    return Cluster(
        name=table["name"],
        spec={member: table[member] for member in SPEC if member in table},
        life=Life.parse(table["life"], began=EPOCH),
        created_at=table.get("createdAt"),
        generation=table.get("generation", 1),
        revision=10_000 + int(ids.hex("kupe", table["name"], length=4), 16),
        trouble=table.get("trouble", ""),
    )


def endpoint(tenant: Tenant, cluster: Cluster) -> str:
    return f"https://{cluster.name}.{tenant.name}.kupe.cloud"


def certificate_authority(tenant: Tenant, cluster: Cluster) -> str:
    pem = f"-----BEGIN CERTIFICATE-----\nsandbox {tenant.name}/{cluster.name}\n-----END CERTIFICATE-----\n"
    return b64encode(pem.encode()).decode()


def render(tenant: Tenant, cluster: Cluster, now: datetime) -> Json:
    """A cluster as the API shows it. A registered one has no status yet."""
    body = {
        "name": cluster.name,
        **cluster.spec,
        "generation": cluster.generation_at(now),
        "resourceVersion": str(cluster.resource_version(now)),
        "createdAt": created_at(cluster, now),
    }
    return body if cluster.phase(now) == "Pending" else body | {"status": status(tenant, cluster, now)}


def created_at(cluster: Cluster, now: datetime) -> str:
    if cluster.time_shown_at is not None and now < cluster.time_shown_at:
        return ""
    return instant(cluster.created_at or cluster.at(now).round_began)


def amount(name: str, quantity: str) -> Decimal:
    """Cores, or GiB."""
    number = quantity.rstrip("kMGTPEim")
    return Decimal(number) * UNITS[quantity[len(number) :]] / (1 if name == "cpu" else 1024**3)


def canonical(name: str, quantity: str) -> str:
    """The same amount in another spelling: cores in thousandths, sizes in bytes or thousandths of them."""
    base = amount(name, quantity) * (1 if name == "cpu" else 1024**3)
    thousandths = base * 1000
    return f"{thousandths:.0f}m" if name == "cpu" or base != int(base) else f"{base:.0f}"


def status(tenant: Tenant, cluster: Cluster, now: datetime) -> Json:
    phase = cluster.phase(now)
    is_ready = phase in READY
    is_behind = phase == "Upgrading" or cluster.is_converging(now)
    status: Json = {
        "phase": phase,
        "kubernetesVersion": kubernetes_version(cluster, phase) if is_ready else "",
        "endpoint": endpoint(tenant, cluster) if is_ready else "",
        "conditions": [condition(cluster, now)],
        "observedGeneration": cluster.generation_at(now) - is_behind,
    }
    if cluster.spec.get("highAvailability"):
        is_whole = phase in ("Running", "Upgrading")
        status |= {
            "haConfigured": phase != "Migrating",
            "haEnabledAt": instant(cluster.created_at or cluster.at(now).round_began),
            "haPhase": HA_PHASES.get(phase, "pending"),
            "haReplicasReady": HA_REPLICAS if is_whole else HA_REPLICAS - 1,
            "haReplicasDesired": HA_REPLICAS,
        }
        if tenant.is_newest:
            status |= {"haEtcdReplicasReady": HA_REPLICAS, "haEtcdReplicasDesired": HA_REPLICAS}
    return status


def kubernetes_version(cluster: Cluster, phase: str) -> str:
    """The running version: the requested one, or during an upgrade the one before."""
    minor = cluster.spec["version"]
    if phase != "Upgrading":
        return f"v{minor}.{PATCHES[minor]}"
    before = cluster.version_before or minor
    return f"v{before}.{PATCHES[before] - (before == minor)}"


def condition(cluster: Cluster, now: datetime) -> Json:
    phase = cluster.phase(now)
    return {
        "type": "Ready",
        "status": "True" if phase in READY - {"Degraded"} else "False",
        "reason": phase,
        "message": cluster.trouble if phase in ("Degraded", "Failed", "Error", "Terminating") else "",
        "lastTransitionTime": instant(max(cluster.at(now).since, cluster.created_at or EPOCH)),
    }


def usage(tenant: Tenant, now: datetime) -> Json:
    """Of the running month. Amounts are decimal strings."""
    begins = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    allocated = tenant.allocated(now)
    hours = {name: (held * HOURS).quantize(Decimal("0.01")) for name, held in allocated.items()}
    subtotal, credits = Decimal(tenant.subtotal), Decimal(tenant.credits)
    cost = {
        name: (subtotal * share / 10).quantize(Decimal("0.01"))
        for name, share in (("cpu", 5), ("memory", 2), ("storage", 1))
    }
    return {
        "periodStart": instant(begins),
        "periodEnd": instant((begins.replace(day=28) + timedelta(days=4)).replace(day=1)),
        "updatedAt": instant(now),
        "planChangedInPeriod": False,
        "currency": "GBP",
        "stale": False,
        "error": "",
        "compute": {
            "cpuCoreHours": str(hours["cpu"]),
            "memoryGiBHours": str(hours["memory"]),
            "storageGiBHours": str(hours["storage"]),
            "cpuCost": str(cost["cpu"]),
            "memoryCost": str(cost["memory"]),
            "storageCost": str(cost["storage"]),
        },
        "observability": {
            "currentActiveSeries": 42_000,
            "billableActiveSeriesP95": 41_000,
            "metricsOverageCost": "0.00",
            "logIngestBytes": 12_500_000_000,
            "logIngestGB": "12.50",
            "logOverageCost": "0.00",
        },
        "estimatedSubtotal": str(subtotal),
        "estimatedCreditsApplied": str(credits),
        "estimatedTotal": str(subtotal - credits),
    }


def pool(held: Mapping[str, Decimal | int]) -> Json:
    """Bare numbers as strings: cores, GiB and GiB."""
    return {name: f"{Decimal(held[name]).normalize():f}" for name in ("cpu", "memory", "storage")}


def plan(name: str) -> Json:
    """Of the catalogue. The figures are ours, as those of its pool."""
    held = PLANS[name]
    return {
        "name": name,
        "displayName": name.capitalize(),
        "platformFee": f"{held['fee']}.00",
        "maxClusters": held["clusters"],
        "resourcePool": pool(held),
        "observabilityPool": {
            "maxActiveSeries": held["series"],
            "logIngestGB": held["logs"],
            "retentionDays": held["days"],
            "maxReceivers": held["receivers"],
        },
    }


def instant(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def invoice(tenant: Tenant, month: Month) -> Json:
    """Of a month that is over. Amounts are decimal strings; nothing is split by cluster."""
    subtotal, credits = Decimal(tenant.subtotal), Decimal(tenant.credits)
    cpu = (subtotal * 6 / 10).quantize(Decimal("0.01"))
    return {
        "name": month.name,
        "billingPeriod": {"start": instant(month.begins), "end": instant(month.ends - timedelta(seconds=1))},
        "resourceVersion": str(100_000 + month.begins.year * 12 + month.begins.month),
        "createdAt": instant(month.begins),
        "status": {
            "phase": "Paid",
            "subtotal": str(subtotal),
            "creditsApplied": str(credits),
            "total": str(subtotal - credits),
            "currency": "GBP",
            "lineItems": [
                {"kind": "compute.cpu", "cost": str(cpu)},
                {"kind": "compute.memory", "cost": str(subtotal - cpu)},
            ],
        },
    }
