"""Qovery: the clusters of one organization. Source: its OpenAPI document 1.0.4, and what the vendor's clients do."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from adapters.adapter import Adapter, first_text, segment
from adapters.http import Complaint
from adapters.join import join
from adapters.qovery.convert import (
    to_cluster,
    to_cost_estimate,
    to_instance_type,
    to_integration,
    to_region,
    to_zones,
    with_statuses,
)
from adapters.qovery.wire import (
    WireCluster,
    WireCostRange,
    WireCredentialUse,
    WireInstanceType,
    WireRegion,
    WireRegions,
    WireResults,
)
from adapters.wire import Items
from fleet.adapter import Listing
from fleet.cloud import Cloud
from fleet.cluster import Cluster
from fleet.integration import Integration
from fleet.money import CostEstimate
from fleet.offer import InstanceType, Region
from fleet.providers.qovery import QOVERY

REGIONS: Mapping[Cloud, str] = {
    Cloud.AWS: "/aws/region",
    Cloud.AZURE: "/azure/region",
    Cloud.GCP: "/gcp/region",
    Cloud.SCALEWAY: "/scaleway/region",
}
INSTANCE_TYPES: Mapping[Cloud, str] = {
    Cloud.AWS: "/aws/instanceType",
    Cloud.SCALEWAY: "/scaleway/instanceType",
}
"""Those listed without a region."""
REGIONAL_INSTANCE_TYPES: Mapping[Cloud, str] = {
    Cloud.AWS: "/aws/eks/instanceType",
    Cloud.AZURE: "/azure/aks/instanceType",
    Cloud.GCP: "/gcp/instanceType",
    Cloud.SCALEWAY: "/scaleway/instanceType",
}
"""Followed by a region; at Scaleway by a zone."""
MOST_PLACES = 30
"""A look at the instance types takes no more requests than this for lists, out of 1000 an hour."""

Place = tuple[str, Cloud, str | None]
"""Where instance types are listed: path, cloud, region."""


class QoveryAdapter(Adapter):
    provider = QOVERY
    base_url = "https://api.qovery.com"
    scheme = "Token"

    async def clusters(self) -> Listing[Cluster]:
        """There is no call for one cluster, and one for the statuses of all."""
        clusters = await self._all(f"{self._organization}/cluster")
        statuses = await self._all(f"{self._organization}/cluster/status")
        return self.listing(
            with_statuses(clusters, statuses), WireCluster, lambda wire: to_cluster(wire, self.account.id)
        )

    async def integrations(self) -> Listing[Integration]:
        raw = await self._all(f"{self._organization}/credentials")
        return self.listing(raw, WireCredentialUse, lambda wire: to_integration(wire, self.account.id))

    async def cost_estimate(self, cluster: Cluster) -> CostEstimate | None:
        path = f"{self._organization}/cluster/{segment(cluster.external_id)}/currentCost"
        return to_cost_estimate(await self.get(path, WireCostRange))

    async def regions(self) -> Listing[Region]:
        return await join(self._regions(cloud, path) for cloud, path in REGIONS.items())

    async def instance_types(self, used: Collection[tuple[Cloud, str]]) -> Listing[InstanceType]:
        places = await self._places(used)
        listing = await join(self._instance_types(place) for place in places[:MOST_PLACES])
        if len(places) <= MOST_PLACES:
            return listing
        left_out = f"{len(places) - MOST_PLACES} of {len(places)} lists of instance types were not asked for."
        return replace(listing, incomplete=listing.incomplete or left_out)

    @staticmethod
    def complaint(body: Mapping[str, object]) -> Complaint:
        """The guide shows the text in `message`, the vendor's own clients look for it in `detail`."""
        return Complaint(message=first_text(body.get("detail"), body.get("message"), body.get("error")))

    @property
    def _organization(self) -> str:
        return f"/organization/{segment(self.scope)}"

    async def _regions(self, cloud: Cloud, path: str) -> Listing[Region]:
        return self.listing(
            await self._all(path), WireRegion, lambda wire: to_region(wire, self.account.id, cloud)
        )

    async def _places(self, used: Collection[tuple[Cloud, str]]) -> list[Place]:
        zones: Mapping[str, tuple[str, ...]] = {}
        if any(cloud is Cloud.SCALEWAY for cloud, _ in used):
            listed = await self.get(REGIONS[Cloud.SCALEWAY], WireRegions)
            zones = {wire.name: to_zones(wire) for wire in listed.results}
        places: list[Place] = [(path, cloud, None) for cloud, path in INSTANCE_TYPES.items()]
        for cloud, region in used:
            if path := REGIONAL_INSTANCE_TYPES.get(cloud):
                names = zones.get(region, (region,)) if cloud is Cloud.SCALEWAY else (region,)
                places += [(f"{path}/{segment(name)}", cloud, region) for name in names]
        return places

    async def _instance_types(self, place: Place) -> Listing[InstanceType]:
        path, cloud, region = place
        return self.listing(
            await self._all(path),
            WireInstanceType,
            lambda wire: to_instance_type(wire, self.account.id, cloud, region),
        )

    async def _all(self, path: str) -> list[object]:
        async def fetch(page: int | None) -> tuple[Items, int | None]:
            params = {"page": str(page)} if page is not None else None
            answer = await self.get(path, WireResults, params=params)
            told = answer.pagination
            return answer.results, told.page + 1 if told and told.page < told.total_pages else None

        return await self.follow(fetch)
