"""The data of two Northflank tokens: integrations, clusters and nodes."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from sandbox.api import read_table
from sandbox.clock import EPOCH
from sandbox.faults import Json
from sandbox.identifiers import Identifiers
from sandbox.life import Life, Moment
from sandbox.northflank.rights import ROLES

CATALOG = read_table("sandbox.northflank", "catalog.toml")

CREDENTIALS = {
    "gcp": ("keyfileJson",),
    "aws": ("accessKey", "secretKey"),
    "aws-eusc": ("accessKey", "secretKey"),
    "azure": ("tenantId", "clientId", "objectId", "secret", "subscriptionId"),
    "oci": ("region", "tenancyId", "userId", "fingerprint", "privateKey", "passphrase", "compartmentId"),
    "byok": ("kubeconfig",),
    "backblaze": ("applicationKeyId", "applicationKey"),
    "akamai": ("host", "accessToken", "clientToken", "clientSecret"),
    "cloudflare": ("apiKey", "email"),
}
"""The members of an integration's credentials, by cloud. Any other cloud has one `apiKey`."""

DISK_SIZES_GB = (40, 50, 100, 200, 250, 500, 1000)

NO_NODES = {"pending", "creating", "provisioning", "failed"}

UNSHOWN = {
    "life",
    "pools",
    "projects",
    "integration",
    "reason",
    "byok",
    "name",
    "createdAt",
    "deletionRequested",
}
"""Members of the data file that need a conversion."""


@dataclass(frozen=True, kw_only=True)
class Integration:
    id: str
    name: str
    spec: Json
    """The other members, in the format of the API."""
    credentials: Mapping[str, str]
    """Secrets. A single integration shows them, as in the vendor's types; a list never does."""
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Cluster:
    id: str
    name: str
    spec: Json
    pools: tuple[Json, ...]
    projects: int = 0
    """The number of projects on it. It cannot be deleted while there are any."""
    reason: str = ""
    """The reason, which is shown while something is wrong."""
    is_deletion_requested: bool = False
    hidden_until: datetime | None = None
    """Until then it is there and is not found."""
    created_at: datetime | None = None
    """When it was created. None for a cluster that is created again in each round of its life."""
    updated_at: datetime | None = None
    life: Life


@dataclass(frozen=True, kw_only=True)
class Incarnation:
    """A cluster at one instant of its life."""

    cluster: Cluster
    moment: Moment

    @property
    def state(self) -> str:
        return self.moment.state

    @property
    def created_at(self) -> datetime:
        return self.cluster.created_at or self.moment.round_began

    @property
    def updated_at(self) -> datetime:
        return self.cluster.updated_at or max(self.created_at, self.moment.since)

    @property
    def is_deletion_requested(self) -> bool:
        return self.cluster.is_deletion_requested or self.state == "deleting"


@dataclass(kw_only=True)
class Scope:
    """The scope of a token: a person or a team."""

    name: str
    team: str | None
    token: str
    integrations: dict[str, Integration]
    clusters: dict[str, Cluster]
    has_types: bool = False
    """Whether it is served by the older document, where an integration has one type in the place of features, and needs
    its credentials.
    """
    cordoned: set[str] = field(default_factory=set)
    """Cordoned nodes. The API does not show it."""
    drained: set[str] = field(default_factory=set)
    """Drained nodes. The API does not show it."""

    def incarnations(self, now: datetime, *, with_hidden: bool = False) -> Iterator[Incarnation]:
        for cluster in self.clusters.values():
            moment = cluster.life.at(now)
            is_hidden = cluster.hidden_until is not None and now < cluster.hidden_until
            if not moment.is_gone and (with_hidden or not is_hidden):
                yield Incarnation(cluster=cluster, moment=moment)

    def find(self, cluster_id: str, now: datetime, *, with_hidden: bool = False) -> Incarnation | None:
        there = self.incarnations(now, with_hidden=with_hidden)
        return next((found for found in there if found.cluster.id == cluster_id), None)


class World:
    def __init__(self, seed: int) -> None:
        self.ids = Identifiers(seed)
        self.scopes = [
            self._scope(table) for table in read_table("sandbox.northflank", "fleet.toml")["scopes"]
        ]

    def by_token(self, token: str) -> Scope | None:
        """The account of a token of any role."""
        return next((found for found in self.scopes if role_of(found, token) is not None), None)

    def nodes(self, found: Incarnation) -> list[Json]:
        """The nodes: running ones, recently removed ones of an autoscaled pool, and one that a scaling cluster waits
        for.
        """
        if found.state in NO_NODES:
            return []
        status = "DELETED" if found.state == "deleting" else "RUNNING"
        nodes = []
        for number, pool in enumerate(found.cluster.pools):
            statuses = [status] * pool.get("nodeCount", 0)
            if pool.get("autoscaling", {}).get("enabled"):
                statuses.append("DELETED")
            if found.state == "scaling" and number == 0:
                statuses.append("PENDING")
            nodes += [self._node(found, pool, index, status) for index, status in enumerate(statuses)]
        return nodes

    def _node(self, found: Incarnation, pool: Json, index: int, status: str) -> Json:
        cluster, region = found.cluster, found.cluster.spec["region"]
        zones = pool.get("availabilityZones") or zones_of(cluster.spec["provider"], region)
        tail = self.ids.hex(pool["id"], index, length=12)
        return {
            "nodeId": self.ids.uuid(cluster.id, pool["id"], index, found.created_at),
            "nodeName": f"nf-{cluster.id}-{pool['id'][:8]}-{tail[:8]}-{tail[8:]}",
            "nodePool": f"nf-{pool['id']}",
            "status": status,
            "zone": zones[index % len(zones)],
            "region": region,
            "instanceType": pool["nodeType"],
            "createdAt": instant(found.created_at),
        }

    def _scope(self, table: Mapping[str, Any]) -> Scope:
        integrations = [self._integration(each) for each in table["integrations"]]
        clusters = [self._cluster(each) for each in table["clusters"]]
        return Scope(
            name=table["name"],
            team=table.get("team"),
            token=table["token"],
            integrations={integration.id: integration for integration in integrations},
            clusters={cluster.id: cluster for cluster in clusters},
        )

    def _integration(self, table: Mapping[str, Any]) -> Integration:
        is_role = table.get("aws", {}).get("authenticationMode") == "crossAccountRole"
        members = (
            ("roleArn", "externalId") if is_role else CREDENTIALS.get(table.get("provider", ""), ("apiKey",))
        )
        return Integration(
            id=slug(table["name"]),
            name=table["name"],
            spec={name: value for name, value in table.items() if name not in UNSHOWN},
            credentials={member: self._credential(slug(table["name"]), member) for member in members},
            created_at=table["createdAt"],
        )

    def _credential(self, integration_id: str, member: str) -> str:
        """What lets nobody in looks as it does at the cloud; the rest is a secret that tests can find."""
        match member:
            case "roleArn":
                return f"arn:aws:iam::210987654321:role/{integration_id}"
            case "region":
                return "eu-frankfurt-1"
            case "tenancyId" | "userId" | "compartmentId":
                return f"ocid1.{member.removesuffix('Id')}.oc1..{self.ids.hex(integration_id, member, length=12)}"
            case "tenantId" | "clientId" | "objectId" | "subscriptionId":
                return self.ids.uuid(integration_id, member)
            case _:
                return f"planted-secret-{integration_id}-{member}"

    def _cluster(self, table: Mapping[str, Any]) -> Cluster:
        cluster_id = slug(table["name"])
        pools: list[Json] = []
        for given in table["pools"]:
            pools.append(self.pool(cluster_id, table["provider"], {pool["id"] for pool in pools}) | given)
        reference = table["integration"]
        integration_id = reference if "/" in reference else slug(reference)
        shown = {name: value for name, value in table.items() if name not in UNSHOWN}
        return Cluster(
            id=cluster_id,
            name=table["name"],
            spec=shown | {"integrationId": integration_id},
            pools=tuple(pools),
            projects=table.get("projects", 0),
            reason=table.get("reason", ""),
            is_deletion_requested=table.get("deletionRequested", False),
            created_at=table.get("createdAt"),
            life=Life.parse(table["life"], began=EPOCH),
        )

    def pool(self, cluster_id: str, provider: str, taken: set[str]) -> Json:
        """The defaults of a new pool, with an unused id."""
        ids = (self.ids.uuid(cluster_id, "pool", number) for number in count())
        pool_id = next(each for each in ids if each not in taken)
        fixed = {"autoscaling": {"enabled": False, "min": 0, "max": 0}, "preemptible": False}
        return {"id": pool_id} if provider == "byok" else {"id": pool_id} | fixed


def role_of(scope: Scope, token: str) -> str | None:
    """The role of a token, null if it is none of the account's."""
    return next((role for role in ROLES if token == f"{scope.token}{role}"), None)


def credential_members(provider: str, mode: str) -> tuple[str, ...]:
    if mode == "crossAccountRole":
        return ("roleArn", "externalId")
    return CREDENTIALS.get(provider, ("apiKey",))


def zones_of(provider: str, region: str) -> list[str]:
    offered = (each for each in CATALOG["regions"] if (each["provider"], each["id"]) == (provider, region))
    return next(offered, {"zones": [region]})["zones"]


def slug(name: str) -> str:
    """The id that Northflank derives from a name."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def instant(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
