"""Qovery: the clusters of one organization. Sources: its OpenAPI document 1.0.4, and the vendor's clients."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from adapters.adapter import BaseAdapter, first_text, segment, with_running
from adapters.http import Complaint, SecretText
from adapters.join import join
from adapters.qovery.billing import WireCurrentCost, WireInvoice, to_running, to_statements, to_subscription
from adapters.qovery.catalog import to_instance_type, to_region, to_zones
from adapters.qovery.convert import shown_by_status_alone, to_cluster, to_cost_estimate, with_statuses
from adapters.qovery.credentials import (
    secrets_in,
    to_create_credentials_request,
    to_path,
    to_update_credentials_request,
)
from adapters.qovery.integrations import to_integration
from adapters.qovery.nodes import WireNode, WireNodes, to_node, withheld_because
from adapters.qovery.request import (
    secrets_in_cluster,
    to_create_cluster_request,
    to_credentials_reference,
    to_update_cluster_request,
)
from adapters.qovery.wire import (
    WireCluster,
    WireCostRange,
    WireCredential,
    WireCredentialUse,
    WireInstanceType,
    WireRegion,
    WireRegions,
    WireResults,
    WireStatus,
)
from adapters.wire import Items
from fleet.model.catalog import InstanceType, Region
from fleet.model.change import CreateIntegration, UpdateIntegration
from fleet.model.cloud import Cloud
from fleet.model.cluster import Cluster
from fleet.model.failure import Forbidden, NotFound, Rejected, Unauthenticated, UnexpectedResponse
from fleet.model.integration import Integration
from fleet.model.jwt import is_jwt
from fleet.model.money import CostEstimate
from fleet.model.node import Node
from fleet.model.refusal import InvalidInput, NoSuchThing, Unsupported
from fleet.model.spec import ClusterPatch, ClusterSpec
from fleet.model.spend import Statement
from fleet.model.subscription import Subscription
from fleet.ports.adapter import Listing
from fleet.providers.qovery import QOVERY, QoveryClusterPatch, QoveryClusterSpec, QoveryKubernetesMode

if TYPE_CHECKING:
    from adapters.websocket import WebSocket

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
"""Paths of instance types that do not depend on a region."""
REGIONAL_INSTANCE_TYPES: Mapping[Cloud, str] = {
    Cloud.AWS: "/aws/eks/instanceType",
    Cloud.AZURE: "/azure/aks/instanceType",
    Cloud.GCP: "/gcp/instanceType",
    Cloud.SCALEWAY: "/scaleway/instanceType",
}
"""Paths of instance types that end with a region, at Scaleway with a zone."""
MOST_PLACES = 30
"""The most requests for lists in one observation of the instance types. The limit is 1000 requests an hour."""

MOST_DAYS_LOCKED = 5

Place = tuple[str, str | None, Cloud, str | None]
"""The lists of instance types: path, last segment, cloud, region."""


class QoveryAdapter(BaseAdapter):
    provider = QOVERY
    base_url = "https://api.qovery.com"
    gateway_url = "https://ws.qovery.com"
    """Where its WebSockets are. An account with an address of its own has them there, too."""
    other_urls = (gateway_url,)
    scheme = "Token"

    _refused: str | None = None
    """Why the gateway let this token in to no cluster."""

    def scheme_of(self, token: SecretStr) -> str:
        """A JWT of a signed-in person goes as `Bearer`, an API token as `Token` (source: the vendor's clients)."""
        return "Bearer" if is_jwt(token.get_secret_value()) else self.scheme

    async def clusters(self) -> Listing[Cluster]:
        """The clusters. There is no call for one cluster; the statuses of all come from another call."""
        clusters = await self._all(f"{self._organization}/cluster")
        statuses = await self._all(f"{self._organization}/cluster/status")
        listing = await self.listing(with_statuses(clusters, statuses), WireCluster, self._to_cluster)
        return replace(listing, contradicted=shown_by_status_alone(clusters, statuses))

    async def exists(self, external_id: str) -> bool:
        """Reads the status of the cluster. For a deleted cluster, Qovery answers 400 or 404, and at times 403, which it
        also answers where the token may not see it (source: its Terraform provider).
        """
        try:
            await self.get(f"{self._organization}/cluster/{segment(external_id)}/status", WireStatus)
        except (NotFound, Rejected):
            return False
        except Forbidden as error:
            raise Rejected(error.message) from error
        return True

    async def nodes(self, cluster: Cluster) -> Listing[Node]:
        """The first message of the stream of metrics, which has everything of a node. Where the cluster has no agent
        for them, or more than is read, the names alone: at the path of the vendor's command, else at the document's.
        """
        segment(cluster.external_id)  # refused here as it would be in a path
        if self._refused is not None:
            return Listing(items=(), withheld=self._refused)
        try:
            raw = await self._raw_nodes(cluster)
        except (Forbidden, NotFound, Rejected) as error:
            return Listing(items=(), withheld=withheld_because(error))
        except Unauthenticated as error:  # of the token, so that nothing is asked of the other clusters
            self._refused = withheld_because(error)
            return Listing(items=(), withheld=self._refused)
        return await self.listing(raw, WireNode, lambda wire: to_node(wire, cluster))

    async def integrations(self) -> Listing[Integration]:
        raw = await self._all(f"{self._organization}/credentials")
        return await self.listing(raw, WireCredentialUse, lambda wire: to_integration(wire, self.account.id))

    async def cost_estimate(self, cluster: Cluster) -> CostEstimate | None:
        return to_cost_estimate(await self.get(f"{self._path(cluster)}/currentCost", WireCostRange))

    async def spend(self) -> Listing[Statement]:
        current = await self.get(f"{self._organization}/currentCost", WireCurrentCost)
        raw = await self._all(f"{self._organization}/invoice")
        invoices = await self.statements(raw, WireInvoice, to_statements)
        return with_running(to_running(current, self.account.id), invoices)

    async def subscription(self) -> Subscription:
        return to_subscription(await self.get(f"{self._organization}/currentCost", WireCurrentCost))

    async def regions(self) -> Listing[Region]:
        return await join(self._regions(cloud, path) for cloud, path in REGIONS.items())

    async def instance_types(self, used: Collection[tuple[Cloud, str]]) -> Listing[InstanceType]:
        places = await self._places(used)
        listing = await join(self._instance_types(place) for place in places[:MOST_PLACES])
        if len(places) <= MOST_PLACES:
            return listing
        left_out = f"{len(places) - MOST_PLACES} of {len(places)} lists of instance types were not asked for."
        return replace(listing, incomplete=listing.incomplete or left_out)

    async def create_cluster(self, name: str, spec: ClusterSpec) -> Cluster:
        """Registers the cluster. It is created when it is deployed."""
        assert isinstance(spec, QoveryClusterSpec)
        wanted = spec.integration_external_id
        credentials = None if wanted is None else await self._find_credentials(wanted, "spec")
        body = to_create_cluster_request(name, spec, credentials)
        answer = await self.change(
            "POST", f"{self._organization}/cluster", body, secrets=secrets_in_cluster(body)
        )
        return self._to_cluster(await self.read(answer, WireCluster))

    async def update_cluster(self, cluster: Cluster, patch: ClusterPatch) -> None:
        """Registers a change: replaces the whole cluster, as it was read just before, with the changed one. The
        credentials of the cloud and the kubeconfig have requests of their own.
        """
        assert isinstance(patch, QoveryClusterPatch)
        if patch.integration_external_id is not None:
            await self._give_credentials(cluster, patch.integration_external_id)
            return
        if patch.kubeconfig is not None:
            await self._give_kubeconfig(cluster, patch.kubeconfig)
            return
        raw = await self._settings_of(cluster)
        body = to_update_cluster_request(raw, patch)
        secrets = (*secrets_in_cluster(raw), *secrets_in_cluster(body))
        answer = await self.change("PUT", self._path(cluster), body, secrets=secrets)
        await self.confirm(answer)

    async def deploy_cluster(self, cluster: Cluster) -> None:
        await self.confirm(await self.change("POST", f"{self._path(cluster)}/deploy"))

    async def upgrade_cluster(self, cluster: Cluster, version: str) -> None:
        """To the next version, which the cluster shows and nobody chooses. It begins a deployment by itself."""
        await self.confirm(await self.change("POST", f"/cluster/{segment(cluster.external_id)}/upgrade"))

    async def stop_cluster(self, cluster: Cluster) -> None:
        await self.confirm(await self.change("POST", f"{self._path(cluster)}/stop"))

    async def lock_cluster(self, cluster: Cluster, reason: str, days: int | None) -> None:
        """For one to five days, or without an end. Source: the vendor's command."""
        if days is not None and days > MOST_DAYS_LOCKED:
            raise InvalidInput(
                f"Qovery locks a cluster for at most {MOST_DAYS_LOCKED} days. Without days it has no end.",
                path=("days",),
            )
        body = {"reason": reason} if days is None else {"reason": reason, "ttl_in_days": days}
        await self.confirm(await self.change("POST", self._lock(cluster), body))

    async def unlock_cluster(self, cluster: Cluster) -> None:
        await self.confirm(await self.change("DELETE", self._lock(cluster)))

    async def delete_cluster(self, cluster: Cluster) -> None:
        """Deletes the cluster with the default mode, which deletes what runs in the cloud. Another mode would leave it
        running.
        """
        answer = await self.change("DELETE", self._path(cluster), params={"deleteMode": "DEFAULT"})
        await self.confirm(answer)

    async def create_integration(self, wanted: CreateIntegration) -> Integration:
        body = to_create_credentials_request(wanted)
        assert wanted.credentials is not None
        path = f"{self._organization}/{to_path(wanted.credentials.cloud)}/credentials"
        answer = await self.change("POST", path, body, secrets=secrets_in(wanted.credentials))
        credential = await self.read(answer, WireCredential)
        return to_integration(WireCredentialUse(credential=credential), self.account.id)

    async def update_integration(self, integration: Integration, wanted: UpdateIntegration) -> None:
        body = to_update_credentials_request(integration, wanted)
        secrets = secrets_in(wanted.credentials)
        await self.confirm(await self.change("PUT", self._credentials(integration), body, secrets=secrets))

    async def delete_integration(self, integration: Integration) -> None:
        await self.confirm(await self.change("DELETE", self._credentials(integration)))

    @staticmethod
    def complaint(body: Mapping[str, object]) -> Complaint:
        """The message of an error. The guide has it in `message`, the vendor's own clients read `detail`."""
        return Complaint(message=first_text(body.get("detail"), body.get("message"), body.get("error")))

    @property
    def _organization(self) -> str:
        return f"/organization/{segment(self.scope)}"

    def _path(self, cluster: Cluster) -> str:
        return f"{self._organization}/cluster/{segment(cluster.external_id)}"

    def _lock(self, cluster: Cluster) -> str:
        return f"/cluster/{segment(cluster.external_id)}/lock"

    def _credentials(self, integration: Integration) -> str:
        kind = to_path(integration.cloud)
        return f"{self._organization}/{kind}/credentials/{segment(integration.external_id)}"

    async def _give_credentials(self, cluster: Cluster, external_id: str) -> None:
        """Source: the vendor's console and Terraform provider, which change the credentials of a cluster so."""
        credentials = await self._find_credentials(external_id, "patch")
        region = next(iter(cluster.regions), "")
        body = to_credentials_reference(cluster.cloud or Cloud.UNKNOWN, region, credentials, "patch")
        await self.confirm(await self.change("POST", f"{self._path(cluster)}/cloudProviderInfo", body))

    async def _give_kubeconfig(self, cluster: Cluster, kubeconfig: SecretStr) -> None:
        if cluster.plan != QoveryKubernetesMode.PARTIALLY_MANAGED:
            raise Unsupported(
                "Qovery takes a kubeconfig for PARTIALLY_MANAGED clusters alone.",
                path=("patch", "kubeconfig"),
            )
        text = kubeconfig.get_secret_value()
        body = SecretText(text=text, media_type="application/x-yaml")
        await self.confirm(
            await self.change("PUT", f"{self._path(cluster)}/kubeconfig", body, secrets=(text,))
        )

    async def _find_credentials(self, external_id: str, place: str) -> Integration:
        with self.before_sending():
            known = (await self.integrations()).items
        for integration in known:
            if integration.external_id == external_id:
                return integration
        raise NoSuchThing(
            "Qovery does not list credentials of that id.", path=(place, "integration_external_id")
        )

    async def _settings_of(self, cluster: Cluster) -> Mapping[str, Any]:
        """The cluster as it is listed now, if it is unchanged since it was read."""
        with self.before_sending():
            for raw in await self._all(f"{self._organization}/cluster"):
                if isinstance(raw, Mapping) and WireCluster.identify(raw) == cluster.external_id:
                    break
            else:
                raise NotFound("Qovery does not list the cluster any more.")
            now = await self.listing([raw], WireCluster, self._to_cluster)
            if not now.items:
                raise UnexpectedResponse(f"Qovery lists the cluster. {now.unreadable[0].reason}")
        self.expect(cluster, now.items[0])
        return raw

    async def _raw_nodes(self, cluster: Cluster) -> Items:
        from adapters.websocket import TooLarge

        params = {"organization": self.scope, "cluster": cluster.external_id}
        with suppress(NotFound, TooLarge):
            return await self._message("/cluster/metrics", params)
        with suppress(NotFound):
            return await self._message("/cluster/nodes", params)
        return await self._message("/cluster/node", params)

    async def _message(self, path: str, params: Mapping[str, str]) -> Items:
        return (await self.read(await self._gateway.first_message(path, params), WireNodes)).nodes

    @cached_property
    def _gateway(self) -> "WebSocket":
        # Imported here, because only an observation needs it: no other process has the library.
        from adapters.websocket import WebSocket

        own = self.account.base_url in (None, self.base_url)
        return WebSocket(http=replace(self._http, base_url=self.gateway_url) if own else self._http)

    def _to_cluster(self, wire: WireCluster) -> Cluster:
        return self.discreet(to_cluster(wire, self.account.id))

    async def _regions(self, cloud: Cloud, path: str) -> Listing[Region]:
        return await self.listing(
            await self._all(path), WireRegion, lambda wire: to_region(wire, self.account.id, cloud)
        )

    async def _places(self, used: Collection[tuple[Cloud, str]]) -> list[Place]:
        zones: Mapping[str, tuple[str, ...]] = {}
        if any(cloud is Cloud.SCALEWAY for cloud, _ in used):
            listed = await self.get(REGIONS[Cloud.SCALEWAY], WireRegions)
            zones = {wire.name: to_zones(wire) for wire in listed.results}
        places: list[Place] = [(path, None, cloud, None) for cloud, path in INSTANCE_TYPES.items()]
        for cloud, region in used:
            if path := REGIONAL_INSTANCE_TYPES.get(cloud):
                names = zones.get(region, (region,)) if cloud is Cloud.SCALEWAY else (region,)
                places += [(path, name, cloud, region) for name in names]
        return places

    async def _instance_types(self, place: Place) -> Listing[InstanceType]:
        path, name, cloud, region = place
        return await self.listing(
            await self._all(path if name is None else f"{path}/{segment(name)}"),
            WireInstanceType,
            lambda wire: to_instance_type(wire, self.account.id, cloud, region),
        )

    async def _all(self, path: str) -> list[object]:
        async def fetch(page: int | None) -> tuple[Items, int | None]:
            params = {"page": str(page)} if page is not None else None
            answer = await self.get(path, WireResults, params=params)
            page_info = answer.pagination
            return (
                answer.results,
                page_info.page + 1 if page_info and page_info.page < page_info.total_pages else None,
            )

        return await self.follow(fetch)
