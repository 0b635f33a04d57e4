"""CockroachDB organizations and clusters, and the state of each cluster at an instant."""

from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sandbox.api import read_table
from sandbox.clock import EPOCH
from sandbox.faults import Json
from sandbox.identifiers import Identifiers
from sandbox.life import Life, Moment

STATES = {"CREATING", "CREATED", "CREATION_FAILED", "DELETED", "LOCKED"}
"""States of a life. Any other word is an operation of a CREATED cluster."""

INACTIVE = {"DELETED", "CREATION_FAILED"}
IDLE = "UNSPECIFIED"

UPGRADE_STATUSES = {
    "CRDB_MAJOR_UPGRADE_RUNNING": "MAJOR_UPGRADE_RUNNING",
    "CRDB_MAJOR_ROLLBACK_RUNNING": "ROLLBACK_RUNNING",
}

CATALOG = read_table("sandbox.cockroachdb", "catalog.toml")
MACHINES: Mapping[str, Mapping[str, Any]] = CATALOG["machines"]


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The limits of a serverless cluster. Each is None if it was never set."""

    spend_cents: int | None = None
    usage: Mapping[str, str] | None = None
    is_null: bool = False
    """Whether absent usage limits are shown as null or left out. Both mean the same."""


@dataclass(frozen=True, kw_only=True)
class Hardware:
    """The resources of each node of a dedicated cluster."""

    machine: str
    storage_gib: int
    disk_iops: int


@dataclass(frozen=True, kw_only=True)
class Cluster:
    key: str
    """Its identifier, or the seed of the identifiers of its incarnations."""
    name: str
    plan: str
    cloud: str
    version: str
    regions: Mapping[str, int]
    """The nodes by region, none on serverless plans. The first region is the primary one."""
    limits: Limits = Limits()
    hardware: Hardware | None = None
    region_machines: Mapping[str, str] = field(default_factory=dict)
    """The machine of each region whose nodes differ from `hardware`."""
    upgrade_status: str = "FINALIZED"
    version_before: str | None = None
    """The version before an upgrade that is not finalised."""
    upgrade_type: str = "AUTOMATIC"
    labels: Mapping[str, str] = field(default_factory=dict)
    delete_protection: str = "DISABLED"
    network_visibility: str = "PUBLIC"
    parent_id: str = "root"
    creator_id: str
    maintenance_window: Json | None = None
    allowlist: Mapping[tuple[str, int], Json] | None = None
    """Entries by address and mask. None: as a cluster of its plan begins."""
    created_at: datetime | None = None
    """When it was created. None for a cluster that is created again in each round of its life."""
    deleted_at: datetime | None = None
    hidden_until: datetime | None = None
    """Before this, it is not found."""
    changed_at: datetime | None = None
    """When a call last changed it."""
    life: Life

    def is_hidden(self, now: datetime) -> bool:
        return self.hidden_until is not None and now < self.hidden_until

    @property
    def is_recreated(self) -> bool:
        return self.life.repeats and "DELETED" in self.life.states


@dataclass(frozen=True, kw_only=True)
class Incarnation:
    """A cluster at one instant of its life."""

    cluster: Cluster
    moment: Moment

    @property
    def id(self) -> str:
        key = self.cluster.key
        return Identifiers(0).uuid(key, self.moment.round) if self.cluster.is_recreated else key

    @property
    def state(self) -> str:
        return self.moment.state if self.moment.state in STATES else "CREATED"

    @property
    def operation(self) -> str:
        return IDLE if self.moment.state in STATES else self.moment.state

    @property
    def upgrade_status(self) -> str:
        return UPGRADE_STATUSES.get(self.operation, self.cluster.upgrade_status)

    @property
    def created_at(self) -> datetime:
        return self.cluster.created_at or self.moment.round_began

    @property
    def updated_at(self) -> datetime:
        moved = self.moment.since if self.moment.changes else self.created_at
        return max(self.created_at, moved, self.cluster.changed_at or moved, self.deleted_at or moved)

    @property
    def deleted_at(self) -> datetime | None:
        return (self.cluster.deleted_at or self.moment.since) if self.state == "DELETED" else None


@dataclass(kw_only=True)
class Organization:
    id: str
    name: str
    label: str
    token: str
    api_version: str | None
    created_at: datetime
    clusters: dict[str, Cluster]
    late: dict[str, tuple[Incarnation, datetime]] = field(default_factory=dict)
    """By identifier: what is shown of a cluster until then, although it has changed."""

    @property
    def reader(self) -> str:
        """A key of a service account that may read clusters, and nothing else."""
        return f"{self.token}_reader"

    @property
    def jwt(self) -> str:
        """A token of an issuer that the organization trusts. It names no organization."""
        head = urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
        return f"{head}.{self.label}.sandbox"

    def incarnations(self, now: datetime) -> Iterator[Incarnation]:
        """Every cluster as it is now, and the deleted one before it, if it was created again."""
        for cluster in self.clusters.values():
            moment = cluster.life.at(now)
            if cluster.is_recreated:
                last = cluster.life.at(moment.round_began - timedelta(microseconds=1))
                yield Incarnation(cluster=cluster, moment=last)
            yield Incarnation(cluster=cluster, moment=moment)

    def shown(self, found: Incarnation, now: datetime) -> Incarnation:
        """As those who look see it, who may see a change late."""
        before, until = self.late.get(found.id, (found, now))
        return before if now < until else found

    def find(self, cluster_id: str, now: datetime) -> Incarnation | None:
        return next((found for found in self.incarnations(now) if found.id == cluster_id), None)

    def named(self, name: str, now: datetime) -> Incarnation | None:
        """The existing cluster with a name."""
        return next(
            (
                found
                for found in self.incarnations(now)
                if found.cluster.name == name and found.state != "DELETED"
            ),
            None,
        )


class World:
    def __init__(self, seed: int) -> None:
        self.ids = Identifiers(seed)
        tables = read_table("sandbox.cockroachdb", "fleet.toml")["organizations"]
        self.organizations = [self._organization(table) for table in tables]

    def by_token(self, token: str) -> Organization | None:
        return next((one for one in self.organizations if token in (one.token, one.reader, one.jwt)), None)

    def _organization(self, table: Mapping[str, Any]) -> Organization:
        label = table["name"].lower().replace(" ", "-")
        clusters = [self._cluster(label, cluster) for cluster in table.get("clusters", ())]
        return Organization(
            id=self.ids.uuid("organization", label),
            name=table["name"],
            label=label,
            token=table["token"],
            api_version=table.get("api_version"),
            created_at=table["created_at"],
            clusters={cluster.key: cluster for cluster in clusters},
        )

    def _cluster(self, label: str, table: Mapping[str, Any]) -> Cluster:
        own = {"life", "machine", "storage_gib", "spend_limit", "usage_limits", "unlimited"}
        plain = {name: value for name, value in table.items() if name not in own}
        return Cluster(
            key=self.ids.uuid(label, table["name"]),
            creator_id=self.ids.uuid(label, "creator"),
            limits=Limits(
                spend_cents=table.get("spend_limit"),
                usage=table.get("usage_limits"),
                is_null="unlimited" in table,
            ),
            hardware=hardware(table["machine"], table["storage_gib"]) if "machine" in table else None,
            life=Life.parse(table["life"], began=EPOCH),
            **plain,
        )


def hardware(machine: str, storage_gib: int, disk_iops: int = 0) -> Hardware:
    """The storage. Zero means that of the machine type."""
    return Hardware(
        machine=machine,
        storage_gib=storage_gib or 15,
        disk_iops=disk_iops or MACHINES[machine]["disk_iops"],
    )


def nodes(incarnation: Incarnation) -> list[Json]:
    """Sorted by region, then by name."""
    cluster = incarnation.cluster
    is_up = incarnation.state not in ("CREATING", "CREATION_FAILED", "DELETED")
    listed = [
        {"name": f"node-{region}-{number}", "region_name": region, "status": "LIVE" if is_up else "NOT_READY"}
        for region, count in sorted(cluster.regions.items())
        for number in range(1, count + 1)
    ]
    if incarnation.operation != IDLE:
        # A change is applied node by node. If it fails, the current node stays unready.
        listed[0]["status"] = "NOT_READY"
    return listed


def offered(cloud: str, *, is_serverless: bool) -> tuple[str, ...]:
    """The regions of a cloud that a cluster can be in."""
    return tuple(
        region["name"]
        for region in CATALOG["regions"]
        if region["cloud"] == cloud and (region["serverless"] or not is_serverless)
    )
