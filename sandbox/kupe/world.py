"""Kupe's tenants and clusters, and the state of each cluster at an instant."""

from base64 import b64encode
from collections.abc import Iterator
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

    def at(self, now: datetime) -> Moment:
        return self.life.at(now)

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
    quoted_etags: bool
    subtotal: str
    credits: str
    clusters: dict[str, Cluster] = field(default_factory=dict)

    def living(self, now: datetime) -> Iterator[Cluster]:
        return (cluster for cluster in self.clusters.values() if not cluster.at(now).is_gone)

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
        "createdAt": instant(cluster.created_at or cluster.at(now).round_began),
    }
    return body if cluster.phase(now) == "Pending" else body | {"status": status(tenant, cluster, now)}


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
