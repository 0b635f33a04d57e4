"""CockroachDB Cloud: the clusters of one organization."""

from collections.abc import Collection as Items
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pydantic import SecretStr

from adapters.adapter import BaseAdapter, first_text, segment
from adapters.cockroachdb.allowance import left_of_allowance
from adapters.cockroachdb.billing import WireInvoice, WireInvoices, to_statements
from adapters.cockroachdb.connection import OS, WireConnectionString, without_password
from adapters.cockroachdb.convert import to_cluster, to_node, to_raw_region, to_region
from adapters.cockroachdb.limits import to_limit
from adapters.cockroachdb.networking import WireAllowed, WireAllowlist, to_entry, to_network
from adapters.cockroachdb.request import (
    to_clearing_request,
    to_create_request,
    to_limit_request,
    to_update_request,
)
from adapters.cockroachdb.upgrades import WireVersion, WireVersions, to_offered_versions, to_upgrade_versions
from adapters.cockroachdb.upkeep import (
    WireBackup,
    WireBackups,
    WireMaintenanceWindow,
    to_last_backup,
    to_maintenance_window,
)
from adapters.cockroachdb.versions import BOTH_LIMITS, CLOUD_SINCE, OLDEST, USAGE_LIMITS, require
from adapters.cockroachdb.wire import (
    WireCluster,
    WireClusters,
    WireNode,
    WireNodes,
    WireOrganization,
    WirePage,
    WirePagination,
    WireRegion,
    WireRegions,
)
from adapters.http import Complaint
from fleet.model.account import Account
from fleet.model.capability import Capability
from fleet.model.catalog import OfferedVersion, Region
from fleet.model.cluster import Cluster, Connection
from fleet.model.failure import NotFound, UnexpectedResponse
from fleet.model.jwt import is_jwt
from fleet.model.money import LimitWanted, Money
from fleet.model.network import AllowedNetwork, Allowlist
from fleet.model.node import Node
from fleet.model.refusal import NoSuchThing, Path, Unsupported
from fleet.model.spec import ClusterPatch, ClusterSpec
from fleet.model.spend import Statement
from fleet.model.upkeep import Backup, MaintenanceWindow, Upkeep
from fleet.ports.adapter import Listing
from fleet.ports.permits import Permits
from fleet.providers.cockroachdb import (
    COCKROACHDB,
    FREE_ALLOWANCE,
    SHOWN_AS,
    CockroachdbClusterPatch,
    CockroachdbClusterSpec,
    CockroachdbPlan,
)

CLUSTERS = "/api/v1/clusters"
RESOURCE_EXHAUSTED = 8
"""The gRPC code of a rate limit: a refusal with it is one, whatever its HTTP status."""
INVOICES_FOR = timedelta(days=366)
NEWEST_BACKUPS = "10"
"""How many backups are asked for, the newest first: one would do, if the order always holds."""


class CockroachdbAdapter(BaseAdapter):
    provider = COCKROACHDB
    base_url = "https://cockroachlabs.cloud"

    def __init__(self, account: Account, token: SecretStr, permits: Permits, **more: Any) -> None:
        self._is_jwt = is_jwt(token.get_secret_value())
        super().__init__(account, token, permits, **more)

    async def clusters(self) -> Listing[Cluster]:
        raw = await self._list(CLUSTERS, WireClusters, {"show_inactive": "true"})
        return await self.listing(raw, WireCluster, self._to_cluster)

    async def cluster(self, external_id: str) -> Cluster:
        """The cluster with this id. A deleted cluster is returned as deleted."""
        return self._to_cluster(await self.get(to_path(external_id), WireCluster))

    async def organization(self) -> str:
        return (await self.get("/api/v1/organization", WireOrganization)).id

    async def nodes(self, cluster: Cluster) -> Listing[Node]:
        raw = await self._list(f"{to_path(cluster.external_id)}/nodes", WireNodes, {})
        return await self.listing(raw, WireNode, lambda wire: to_node(wire, self.account.id, cluster.key))

    async def spend(self) -> Listing[Statement]:
        """The invoices of a year. The list has no pages, and came with version 2023-04-10."""
        since = self.clock.now() - INVOICES_FOR
        params = {"start_time": since.strftime("%Y-%m-%dT%H:%M:%SZ")}
        raw = (await self.get("/api/v1/invoices", WireInvoices, params=params)).invoices
        return await self.statements(raw, WireInvoice, to_statements)

    async def connection(self, cluster: Cluster) -> Connection | None:
        """As the cluster shows it, with a connection string. The first version of the API had no call for that."""
        shown = cluster.connection
        if shown is None or self.api_version == OLDEST:
            return shown
        path = f"{to_path(cluster.external_id)}/connection-string"
        answer = await self.get(path, WireConnectionString, params={"os": OS})
        if not answer.connection_string:
            return shown
        return shown.model_copy(update={"url": without_password(answer.connection_string)})

    async def upkeep(self, cluster: Cluster) -> Upkeep | None:
        """The last backup is looked for among the newest. Only Advanced clusters have a maintenance window."""
        backup = await self._last_backup(cluster) if self.api_version >= USAGE_LIMITS else None
        has_window = self.api_version >= BOTH_LIMITS and cluster.plan in SHOWN_AS["ADVANCED"]
        window = await self._maintenance_window(cluster) if has_window else None
        return Upkeep(last_backup=backup, maintenance_window=window)

    async def _last_backup(self, cluster: Cluster) -> Backup | None:
        params = {"pagination.sort_order": "DESC", "pagination.limit": NEWEST_BACKUPS}
        page = await self.get(f"{to_path(cluster.external_id)}/backups", WireBackups, params=params)
        listed = await self.listing(page.items, WireBackup, lambda wire: wire)
        return to_last_backup(listed.items)

    async def _maintenance_window(self, cluster: Cluster) -> MaintenanceWindow | None:
        """What is answered where none is set is not documented; the vendor's Terraform provider takes a 404 for it."""
        path = f"{to_path(cluster.external_id)}/maintenance-window"
        try:
            return to_maintenance_window(await self.get(path, WireMaintenanceWindow))
        except NotFound:
            return None

    async def allowlist(self, cluster: Cluster) -> Allowlist:
        propagating: list[bool | None] = []

        async def fetch(page: tuple[str, str] | None) -> tuple[tuple[object, ...], tuple[str, str] | None]:
            params = {} if page is None else {page[0]: page[1]}
            answer = await self.get(to_allowlist_path(cluster.external_id), WireAllowlist, params=params)
            propagating.append(answer.propagating)
            return answer.items, to_next_page(answer.pagination)

        listed = await self.listing(await self.follow(fetch), WireAllowed, lambda wire: wire)
        return Allowlist(networks=tuple(map(to_network, listed.items)), is_propagating=propagating[-1])

    async def allow_network(self, cluster: Cluster, network: AllowedNetwork) -> None:
        """What a second entry of one address gets is not documented, so one that is there is changed."""
        entry = to_entry(network)
        with self.before_sending():
            there = {one.cidr for one in (await self.allowlist(cluster)).networks}
        path = to_allowlist_path(cluster.external_id)
        if network.cidr in there:
            changed = {name: entry[name] for name in ("name", "sql", "ui")}
            answer = await self.change("PATCH", f"{path}/{network.cidr}", changed)
        else:
            answer = await self.change("POST", path, entry)
        await self.confirm(answer)

    async def disallow_network(self, cluster: Cluster, cidr: str) -> None:
        with self.before_sending():
            there = {one.cidr for one in (await self.allowlist(cluster)).networks}
        if cidr not in there:
            raise NoSuchThing("This network is not on the list.", path=("cidr",))
        address, _, mask = cidr.partition("/")
        path = f"{to_allowlist_path(cluster.external_id)}/{segment(address)}/{segment(mask)}"
        await self.confirm(await self.change("DELETE", path))

    async def upgrade_versions(self, clusters: Items[Cluster]) -> Mapping[str, tuple[str, ...]]:
        """Older versions of the API do not tell what a version may become."""
        if self.api_version < USAGE_LIMITS:
            return {}
        versions = (await self._versions()).items
        offered = {cluster.key: to_upgrade_versions(versions, cluster) for cluster in clusters}
        return {key: names for key, names in offered.items() if names is not None}

    async def versions(self) -> Listing[OfferedVersion]:
        """Versions of the API before 2023-04-10 list none."""
        if self.api_version < BOTH_LIMITS:
            return Listing(items=())
        listed = await self._versions()
        items = tuple(to_offered_versions(listed.items, self.account.id))
        return Listing(items=items, unreadable=listed.unreadable, incomplete=listed.incomplete)

    async def _versions(self) -> Listing[WireVersion]:
        raw = await self._list("/api/v1/cluster-versions", WireVersions, {})
        return await self.listing(raw, WireVersion, lambda wire: wire)

    async def upgrade_cluster(self, cluster: Cluster, version: str) -> None:
        require(USAGE_LIMITS, self.api_version, "Another version of the database", ("version",))
        await self._patch(cluster, {"cockroach_version": version})

    async def finalize_upgrade(self, cluster: Cluster) -> None:
        require(BOTH_LIMITS, self.api_version, "The end of an upgrade", ("id",))
        await self._patch(cluster, {"upgrade_status": "FINALIZED"})

    async def roll_back_upgrade(self, cluster: Cluster) -> None:
        require(BOTH_LIMITS, self.api_version, "The end of an upgrade", ("id",))
        await self._patch(cluster, {"upgrade_status": "ROLLBACK_RUNNING"})

    async def regions(self) -> Listing[Region]:
        """Regions are requested for each cloud, because older versions return names without it, and once more for
        serverless ones.
        """
        raw: list[object] = []
        for cloud in (cloud for cloud, since in CLOUD_SINCE.items() if since <= self.api_version):
            for serverless in ("false", "true"):
                params = {"provider": cloud, "serverless": serverless}
                offered = await self._list(f"{CLUSTERS}/available-regions", WireRegions, params)
                raw += (to_raw_region(one, cloud, is_serverless=serverless == "true") for one in offered)
        return await self.listing(raw, WireRegion, lambda wire: to_region(wire, self.account.id))

    async def create_cluster(self, name: str, spec: ClusterSpec) -> Cluster:
        assert isinstance(spec, CockroachdbClusterSpec)
        spec = spec.model_copy(update={"plan": await self._with_limit(spec.plan, None, ("spec", "plan"))})
        request = to_create_request(name, spec, self.api_version)
        return self._to_cluster(await self.read(await self.change("POST", CLUSTERS, request), WireCluster))

    async def update_cluster(self, cluster: Cluster, patch: ClusterPatch) -> None:
        assert isinstance(patch, CockroachdbClusterPatch)
        if patch.plan is not None:
            plan = await self._with_limit(patch.plan, cluster, ("patch", "plan"))
            patch = patch.model_copy(update={"plan": plan})
        await self._patch(cluster, to_update_request(patch, cluster, self.api_version))

    async def delete_cluster(self, cluster: Cluster) -> None:
        """The answer is empty, as in the guide, or the cluster, as in the OpenAPI document."""
        await self.confirm(await self.change("DELETE", to_path(cluster.external_id)))

    async def set_spend_limit(self, cluster: Cluster, limit: LimitWanted) -> None:
        require_limits(cluster)
        if self.api_version > OLDEST:
            await self._patch(cluster, to_limit_request(limit, cluster, self.api_version))
        else:
            request = to_limit(limit, cluster.plan or "", self.api_version, ("limit",))
            await self.confirm(
                await self.change("PUT", f"{to_path(cluster.external_id)}/spend-limit", request)
            )

    async def free_limit(self, cluster: Cluster) -> LimitWanted:
        """Zero, in versions of the API that hold limits in money, and for plans without a free allowance."""
        if self.api_version < USAGE_LIMITS or cluster.plan not in FREE_ALLOWANCE.plans:
            return LimitWanted(money=Money(minor_units=0, currency="USD"))
        return await self._left_of_allowance(cluster, ("limit", "money"))

    async def clear_spend_limit(self, cluster: Cluster) -> None:
        require_limits(cluster)
        await self._patch(cluster, to_clearing_request(self.api_version))

    @property
    def api_version(self) -> str:
        return self.account.api_version or COCKROACHDB.api_versions[0]

    def headers(self) -> Mapping[str, str]:
        """A JWT of an issuer that the organization trusts names no organization; the account does, by the vanity name
        (source: the vendor's Go client).
        """
        vanity = self.account.external_id if self._is_jwt else None
        return {"Cc-Version": self.api_version, **({} if vanity is None else {"Cc-Vanity-Name": vanity})}

    @staticmethod
    def complaint(body: Mapping[str, object]) -> Complaint:
        message = first_text(body.get("message"))
        says_so = message is not None and "rate limit exceeded" in message.lower()
        return Complaint(message=message, is_rate_limit=says_so or body.get("code") == RESOURCE_EXHAUSTED)

    async def _list(self, path: str, wire: type[WirePage], params: Mapping[str, str]) -> list[object]:
        async def fetch(page: tuple[str, str] | None) -> tuple[tuple[object, ...], tuple[str, str] | None]:
            answer = await self.get(
                path, wire, params={**params, **({} if page is None else {page[0]: page[1]})}
            )
            return answer.items, to_next_page(answer.pagination)

        return await self.follow(fetch)

    async def _with_limit(
        self, plan: CockroachdbPlan, cluster: Cluster | None, path: Path
    ) -> CockroachdbPlan:
        """The plan, with zero money as the use that is free for a Basic cluster."""
        wanted = plan.basic and plan.basic.spend_limit
        if plan.basic is None or not wanted or not wanted.is_free or self.api_version < USAGE_LIMITS:
            return plan
        limit = await self._left_of_allowance(cluster, (*path, "basic", "spend_limit", "money"))
        return plan.model_copy(update={"basic": plan.basic.model_copy(update={"spend_limit": limit})})

    async def _left_of_allowance(self, cluster: Cluster | None, path: Path) -> LimitWanted:
        with self.before_sending():
            listing = await self.clusters()
            why = listing.incomplete or next((one.reason for one in listing.unreadable), None)
            if why is not None:
                raise UnexpectedResponse(
                    f"The list of the organization's clusters does not read whole: {why}"
                )
        return left_of_allowance(
            (one for one in listing.items if cluster is None or one.key != cluster.key), path
        )

    async def _patch(self, cluster: Cluster, request: Mapping[str, object]) -> None:
        await self.confirm(await self.change("PATCH", to_path(cluster.external_id), request))

    def _to_cluster(self, wire: WireCluster) -> Cluster:
        return self.discreet(to_cluster(wire, self.account.id))


def to_path(external_id: str) -> str:
    return f"{CLUSTERS}/{segment(external_id)}"


def to_allowlist_path(external_id: str) -> str:
    return f"{to_path(external_id)}/networking/allowlist"


def require_limits(cluster: Cluster) -> None:
    """Raises `Unsupported` for a cluster that is not billed by use."""
    if Capability.SPEND_LIMIT in cluster.unsupported:
        raise Unsupported(cluster.unsupported[Capability.SPEND_LIMIT], capability=Capability.SPEND_LIMIT)


def to_next_page(wire: WirePagination | None) -> tuple[str, str] | None:
    """The query parameter of the next page and its value. Each generation of the API has its own."""
    if wire is not None and wire.next_page:
        return ("pagination.page", wire.next_page)
    if wire is not None and wire.next:
        return ("pagination.start_key", str(wire.next))
    return None
