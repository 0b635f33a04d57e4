"""CockroachDB Cloud: the clusters of one organization."""

from collections.abc import Mapping

from adapters.adapter import BaseAdapter, first_text, segment
from adapters.cockroachdb.convert import to_cluster, to_node, to_raw_region, to_region
from adapters.cockroachdb.limits import to_limit
from adapters.cockroachdb.request import (
    to_clearing_request,
    to_create_request,
    to_limit_request,
    to_update_request,
)
from adapters.cockroachdb.versions import CLOUD_SINCE, OLDEST
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
from fleet.model.capability import Capability
from fleet.model.catalog import Region
from fleet.model.cluster import Cluster
from fleet.model.money import LimitWanted
from fleet.model.node import Node
from fleet.model.refusal import Unsupported
from fleet.model.spec import ClusterPatch, ClusterSpec
from fleet.ports.adapter import Listing
from fleet.providers.cockroachdb import COCKROACHDB, CockroachdbClusterPatch, CockroachdbClusterSpec

CLUSTERS = "/api/v1/clusters"


class CockroachdbAdapter(BaseAdapter):
    provider = COCKROACHDB
    base_url = "https://cockroachlabs.cloud"

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
        request = to_create_request(name, spec, self.api_version)
        return self._to_cluster(await self.read(await self.change("POST", CLUSTERS, request), WireCluster))

    async def update_cluster(self, cluster: Cluster, patch: ClusterPatch) -> None:
        assert isinstance(patch, CockroachdbClusterPatch)
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

    async def clear_spend_limit(self, cluster: Cluster) -> None:
        require_limits(cluster)
        await self._patch(cluster, to_clearing_request(self.api_version))

    @property
    def api_version(self) -> str:
        return self.account.api_version or COCKROACHDB.api_versions[0]

    def headers(self) -> Mapping[str, str]:
        return {"Cc-Version": self.api_version}

    @staticmethod
    def complaint(body: Mapping[str, object]) -> Complaint:
        return Complaint(message=first_text(body.get("message")))

    async def _list(self, path: str, wire: type[WirePage], params: Mapping[str, str]) -> list[object]:
        async def fetch(page: tuple[str, str] | None) -> tuple[tuple[object, ...], tuple[str, str] | None]:
            answer = await self.get(
                path, wire, params={**params, **({} if page is None else {page[0]: page[1]})}
            )
            return answer.items, to_next_page(answer.pagination)

        return await self.follow(fetch)

    async def _patch(self, cluster: Cluster, request: Mapping[str, object]) -> None:
        await self.confirm(await self.change("PATCH", to_path(cluster.external_id), request))

    def _to_cluster(self, wire: WireCluster) -> Cluster:
        return self.discreet(to_cluster(wire, self.account.id))


def to_path(external_id: str) -> str:
    return f"{CLUSTERS}/{segment(external_id)}"


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
