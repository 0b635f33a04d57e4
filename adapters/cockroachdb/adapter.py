"""CockroachDB Cloud: the clusters of one organization."""

from collections.abc import Mapping

from adapters.adapter import Adapter, first_text, segment
from adapters.cockroachdb.convert import to_cluster, to_node, to_raw_region, to_region
from adapters.cockroachdb.wire import (
    WireCluster,
    WireClusters,
    WireNode,
    WireNodes,
    WirePage,
    WirePagination,
    WireRegion,
    WireRegions,
)
from adapters.http import Complaint
from fleet.adapter import Listing
from fleet.cluster import Cluster
from fleet.node import Node
from fleet.offer import Region
from fleet.providers.cockroachdb import COCKROACHDB

CLOUD_SINCE: Mapping[str, str] = {"AWS": "2022-03-31", "GCP": "2022-03-31", "AZURE": "2023-04-10"}
"""Versions of the API from which on a cloud may be asked about."""


class CockroachdbAdapter(Adapter):
    provider = COCKROACHDB
    base_url = "https://cockroachlabs.cloud"

    async def clusters(self) -> Listing[Cluster]:
        raw = await self._list("/api/v1/clusters", WireClusters, {"show_inactive": "true"})
        return self.listing(raw, WireCluster, self._to_cluster)

    async def cluster(self, external_id: str) -> Cluster:
        """A deleted one is answered too, as deleted."""
        return self._to_cluster(await self.get(f"/api/v1/clusters/{segment(external_id)}", WireCluster))

    async def nodes(self, cluster: Cluster) -> Listing[Node]:
        raw = await self._list(f"/api/v1/clusters/{segment(cluster.external_id)}/nodes", WireNodes, {})
        return self.listing(raw, WireNode, lambda wire: to_node(wire, self.account.id, cluster.key))

    async def regions(self) -> Listing[Region]:
        """Asked per cloud, because bare names do not tell theirs, and once more for what is serverless."""
        raw: list[object] = []
        for cloud in (cloud for cloud, since in CLOUD_SINCE.items() if since <= self.api_version):
            for serverless in ("false", "true"):
                params = {"provider": cloud, "serverless": serverless}
                offered = await self._list("/api/v1/clusters/available-regions", WireRegions, params)
                raw += (to_raw_region(one, cloud, is_serverless=serverless == "true") for one in offered)
        return self.listing(raw, WireRegion, lambda wire: to_region(wire, self.account.id))

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

    def _to_cluster(self, wire: WireCluster) -> Cluster:
        return to_cluster(wire, self.account.id)


def to_next_page(wire: WirePagination | None) -> tuple[str, str] | None:
    """The parameter that asks for the next page, and its value: each generation has its own."""
    if wire is not None and wire.next_page:
        return ("pagination.page", wire.next_page)
    if wire is not None and wire.next:
        return ("pagination.start_key", str(wire.next))
    return None
