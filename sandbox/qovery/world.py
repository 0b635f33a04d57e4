"""Qovery's organizations, credentials and clusters, and the state of each cluster at an instant."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.api import read_table
from sandbox.clock import EPOCH
from sandbox.faults import Json
from sandbox.identifiers import Identifiers
from sandbox.life import Life, Moment

DEFAULTS = {"kubernetes": "MANAGED", "min_running_nodes": 1, "max_running_nodes": 1}
OWN = {
    "name",
    "created_at",
    "features",
    "credentials",
    "cost",
    "lock",
    "next_version",
    "shows_status",
    "was_deployed",
    "is_out_of_date",
    "life",
}
"""Members of the data file that need a conversion."""

FIRST_TIME = {"QUEUED", "BUILDING", "DEPLOYMENT_QUEUED", "DEPLOYING", "CANCELING", "CANCELED", "DRY_RUN"}
FAILED_AT_IT = {"BUILD_ERROR", "DEPLOYMENT_ERROR", "INVALID_CREDENTIALS"}
"""States that do not show whether the cluster was running before."""

CLOUDS = {
    "AWS": "aws",
    "AWS_ROLE": "aws",
    "EKS_ANYWHERE_VSPHERE": "aws",
    "SCW": "scaleway",
    "GCP": "gcp",
    "GCP_WORKLOAD_IDENTITY_FEDERATION": "gcp",
    "AZURE": "azure",
    "OTHER": "onPremise",
}
"""The path that lists credentials of this kind."""


@dataclass(frozen=True, kw_only=True)
class Credential:
    id: str
    object_type: str
    name: str
    public: Json
    """The members that are not secret."""

    @property
    def cloud(self) -> str:
        return CLOUDS[self.object_type]


@dataclass(frozen=True, kw_only=True)
class Lock:
    reason: str
    days: int | None
    owner: str
    locked_at: datetime


@dataclass(frozen=True, kw_only=True)
class Cluster:
    key: str
    """Its identifier, or the seed of the identifiers of its incarnations."""
    name: str
    spec: Json
    """The members that a user can set, in the format of the API, without name and features."""
    features: Mapping[str, Any]
    """The values of features by id. None means the default value."""
    credential_id: str | None
    version: str | None
    next_version: str | None
    cost: tuple[int, int] | None
    """The lowest and the highest cost, in US cents a month."""
    lock: Lock | None
    kubeconfig: str | None = None
    """The one that was put, for PARTIALLY_MANAGED clusters."""
    executions: int = 0
    """How many times something was started."""
    hidden_until: datetime | None = None
    """Until when nobody finds it."""
    shows_status: bool
    was_deployed: bool
    """Its state before its life began."""
    is_out_of_date: bool
    created_at: datetime | None
    """When it was created. None for a cluster that is created again in each round of its life."""
    updated_at: datetime | None = None
    life: Life


@dataclass(frozen=True, kw_only=True)
class Incarnation:
    """A cluster at one instant of its life."""

    cluster: Cluster
    moment: Moment

    @property
    def id(self) -> str:
        key = self.cluster.key
        return Identifiers(0).uuid(key, self.moment.round) if self.cluster.life.is_reborn else key

    @property
    def status(self) -> str:
        return self.moment.state

    @property
    def created_at(self) -> datetime:
        return self.cluster.created_at or self.moment.round_began

    @property
    def is_deployed(self) -> bool:
        if self.status in FIRST_TIME | FAILED_AT_IT:
            return self.cluster.was_deployed
        return self.status not in ("READY", "DELETED")

    @property
    def is_autoscaled(self) -> bool:
        """Whether Karpenter or Autopilot chooses the machines."""
        spec = self.cluster.spec
        is_autopilot = spec["cloud_provider"] == "GCP" and spec["kubernetes"] == "MANAGED"
        return "KARPENTER" in self.cluster.features or is_autopilot

    @property
    def is_busy(self) -> bool:
        """Whether the state is transient. Changes are refused meanwhile."""
        return self.status.endswith(("ING", "QUEUED"))


@dataclass(kw_only=True)
class Organization:
    id: str
    name: str
    token: str
    viewer_token: str
    """A token that may read and change nothing."""
    reaches_gateway: bool
    """Whether its tokens are let in where nodes are shown."""
    credentials: dict[str, Credential]
    clusters: dict[str, Cluster]
    late: dict[str, tuple[Cluster, datetime]] = field(default_factory=dict)
    """What is still shown of a cluster by its key, and until when."""

    def incarnations(self, now: datetime, *, with_hidden: bool = False) -> Iterator[Incarnation]:
        for cluster in self.clusters.values():
            is_hidden = cluster.hidden_until is not None and now < cluster.hidden_until
            before, until = self.late.get(cluster.key, (cluster, now))
            shown = before if now < until else cluster
            moment = shown.life.at(now)
            if not moment.is_gone and (with_hidden or not is_hidden):
                yield Incarnation(cluster=shown, moment=moment)

    def find(self, cluster_id: str, now: datetime) -> Incarnation | None:
        return next((found for found in self.incarnations(now) if found.id == cluster_id), None)


class World:
    def __init__(self, seed: int) -> None:
        self.ids = Identifiers(seed)
        tables = read_table("sandbox.qovery", "fleet.toml")["organizations"]
        self.organizations = [self._organization(table) for table in tables]

    def by_id(self, organization_id: str) -> Organization | None:
        return next((found for found in self.organizations if found.id == organization_id), None)

    def _organization(self, table: Mapping[str, Any]) -> Organization:
        credentials = [self._credential(table["name"], credential) for credential in table["credentials"]]
        ids = {credential.name: credential.id for credential in credentials}
        clusters = [self._cluster(table["name"], cluster, ids) for cluster in table["clusters"]]
        return Organization(
            id=self.ids.uuid("organization", table["name"]),
            name=table["name"],
            token=table["token"],
            viewer_token=f"{table['token']}_viewer",
            reaches_gateway=table.get("reaches_gateway", True),
            credentials={credential.id: credential for credential in credentials},
            clusters={cluster.key: cluster for cluster in clusters},
        )

    def _credential(self, organization: str, table: Mapping[str, Any]) -> Credential:
        return Credential(
            id=self.ids.uuid(organization, "credential", table["name"]),
            object_type=table["object_type"],
            name=table["name"],
            public={name: value for name, value in table.items() if name not in ("name", "object_type")},
        )

    def _cluster(
        self, organization: str, table: Mapping[str, Any], credential_ids: Mapping[str, str]
    ) -> Cluster:
        cost = table.get("cost")
        return Cluster(
            key=self.ids.uuid(organization, table["name"]),
            name=table["name"],
            spec=DEFAULTS | {name: value for name, value in table.items() if name not in OWN | {"version"}},
            features=given if isinstance(given := table.get("features", []), dict) else dict.fromkeys(given),
            credential_id=credential_ids.get(table.get("credentials", "")),
            version=table.get("version"),
            next_version=table.get("next_version"),
            cost=(cost[0], cost[1]) if cost else None,
            lock=Lock(reason=table["lock"], days=5, owner="release-desk", locked_at=EPOCH)
            if "lock" in table
            else None,
            shows_status=table.get("shows_status", True),
            was_deployed=table.get("was_deployed", "created_at" in table),
            is_out_of_date=table.get("is_out_of_date", False),
            created_at=table.get("created_at"),
            life=Life.parse(table["life"], began=EPOCH),
        )
