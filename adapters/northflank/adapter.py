"""Northflank: clusters in clouds for which a person or a team has integrations.

Source: the vendor's API documentation of June 2026 and its own clients.
"""

from collections.abc import Collection, Mapping
from datetime import timedelta
from itertools import count

from adapters.adapter import BaseAdapter, first_text, segment, with_running
from adapters.http import Complaint
from adapters.join import join
from adapters.northflank.billing import (
    WireInvoice,
    WireInvoicePage,
    WireRawAnswer,
    WireUseAnswer,
    to_identified,
    to_running,
    to_statements,
)
from adapters.northflank.camel import CamelItem
from adapters.northflank.convert import (
    is_deleted,
    to_cloud,
    to_cluster,
    to_instance_type,
    to_node,
    to_provider_cloud,
    to_region,
)
from adapters.northflank.credentials import (
    changes_mode,
    to_create_integration_request,
    to_update_integration_request,
)
from adapters.northflank.integrations import hides_identity, to_integration
from adapters.northflank.request import to_create_cluster_request, to_update_cluster_request
from adapters.northflank.wire import (
    WireCatalogPage,
    WireCluster,
    WireClusterAnswer,
    WireClusterPage,
    WireIntegration,
    WireIntegrationAnswer,
    WireIntegrationPage,
    WireNode,
    WireNodePage,
    WireNodeType,
    WirePage,
    WireRawClusterAnswer,
    WireRegion,
)
from adapters.redaction import secrets_of
from adapters.wire import Items
from fleet.model.catalog import InstanceType, Region
from fleet.model.change import CreateIntegration, UpdateIntegration
from fleet.model.cloud import Cloud
from fleet.model.cluster import Cluster
from fleet.model.failure import Forbidden, NotFound, Rejected, Unavailable, UnexpectedResponse
from fleet.model.integration import Integration
from fleet.model.node import Node
from fleet.model.spec import ClusterPatch, ClusterSpec
from fleet.model.spend import Statement, newest_first
from fleet.ports.adapter import Listing
from fleet.providers.northflank import FEATURES, NORTHFLANK, NorthflankClusterPatch, NorthflankClusterSpec

PER_PAGE = 100
INVOICES_IN_WHOLE = 2
"""The newest invoices that are asked for one by one."""
INTEGRATIONS_IN_WHOLE = 10
"""The integrations that are asked for one by one, at most: with six lists an hour, 60 of the 1000 requests."""


class NorthflankAdapter(BaseAdapter):
    provider = NORTHFLANK
    base_url = "https://api.northflank.com"

    async def clusters(self) -> Listing[Cluster]:
        raw = await self._all(f"{self._root}/clusters", WireClusterPage)
        return await self.listing(raw, WireCluster, self._to_cluster)

    async def cluster(self, external_id: str) -> Cluster:
        answer = await self.get(self._cluster(external_id), WireClusterAnswer)
        return self._to_cluster(answer.data)

    async def nodes(self, cluster: Cluster) -> Listing[Node]:
        """Those that run: without the filter the list holds deleted machines too. One that is listed in spite of it is
        no node either.
        """
        path, running = f"{self._cluster(cluster.external_id)}/nodes", {"status": "RUNNING"}
        raw = [one for one in await self._all(path, WireNodePage, running) if not is_deleted(one)]
        return await self.listing(raw, WireNode, lambda wire: to_node(wire, cluster))

    async def integrations(self) -> Listing[Integration]:
        """The first of those whose identity is shown by themselves alone are read one by one, too."""
        listed = await self._all(f"{self._root}/integrations", WireIntegrationPage)
        left, raw = INTEGRATIONS_IN_WHOLE, list[object]()
        for one in listed:
            if left and hides_identity(one):
                left -= 1
                raw.append(await self._whole(one))
            else:
                raw.append(one)
        return await self.listing(raw, WireIntegration, lambda wire: to_integration(wire, self.account.id))

    async def spend(self) -> Listing[Statement]:
        """The invoices, the newest in whole, because only a whole one may be split by cluster; and the use of the
        running month, where no invoice is a draft of it.
        """
        raw = [to_identified(one) for one in await self._all(f"{self._billing}/invoices", WireInvoicePage)]
        listed = await self.statements(raw, WireInvoice, to_statements)
        newest = {one.external_id for one in newest_first(listed.items)[:INVOICES_IN_WHOLE]}
        whole = [await self._invoice(one) if WireInvoice.identify(one) in newest else one for one in raw]
        invoices = await self.statements(whole, WireInvoice, to_statements)
        if any(not one.is_final for one in invoices.items):
            return invoices
        now = self.clock.now()
        month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        params = {
            "startTime": str(int(month.timestamp())),
            "endTime": str(int(now.timestamp())),
            "granularity": "total",
        }
        use = (await self.get(f"{self._billing}/usage", WireUseAnswer, params=params)).data
        until = (month + timedelta(days=32)).replace(day=1)
        return with_running(to_running(use, self.account.id, month, until), invoices)

    async def _invoice(self, raw: object) -> object:
        """As it is by itself, or as it is listed where that is all there is (the older API knows no ids)."""
        identity = WireInvoice.identify(raw)
        assert identity is not None
        try:
            answer = await self.get(f"{self._billing}/invoices/{segment(identity)}", WireRawAnswer)
        except (NotFound, Rejected):
            return raw
        return {**raw, **answer.data} if isinstance(raw, Mapping) else raw

    async def _whole(self, raw: Mapping[str, object]) -> object:
        """An integration as it is by itself, or as it is listed where that is all there is."""
        identity = WireIntegration.identify(raw)
        if identity is None:
            return raw
        try:
            path = f"{self._root}/integrations/{segment(identity)}"
            answer = await self.get(path, WireRawAnswer, attempts=1)
        except (Forbidden, NotFound, Rejected, Unavailable, UnexpectedResponse):
            return raw
        return {**raw, **answer.data}

    async def regions(self) -> Listing[Region]:
        """Regions are requested for each cloud, because a region does not show its cloud."""
        known = await self._all("/v1/cloud-providers", WireCatalogPage)
        provider_clouds = [CamelItem.identify(one) for one in known]
        return await join(
            self._regions(provider_cloud) for provider_cloud in provider_clouds if provider_cloud != "byok"
        )

    async def instance_types(self, used: Collection[tuple[Cloud, str]]) -> Listing[InstanceType]:
        places = [
            (cloud, provider_cloud, region)
            for cloud, region in used
            if (provider_cloud := to_provider_cloud(cloud, region))
        ]
        return await join(self._instance_types(*place) for place in places)

    async def create_cluster(self, name: str, spec: ClusterSpec) -> Cluster:
        assert isinstance(spec, NorthflankClusterSpec)
        body = to_create_cluster_request(name, spec)
        answer = await self.change("POST", f"{self._root}/clusters", body)
        return self._to_cluster((await self.read(answer, WireClusterAnswer)).data)

    async def update_cluster(self, cluster: Cluster, patch: ClusterPatch) -> None:
        assert isinstance(patch, NorthflankClusterPatch)
        path = self._cluster(cluster.external_id)
        with self.before_sending():
            shown = await self.ask(path)
            now = self._to_cluster((await self.read(shown, WireClusterAnswer)).data)
        self.expect(cluster, now)
        body = to_update_cluster_request((await self.read(shown, WireRawClusterAnswer)).data, patch)
        await self.confirm(await self.change("PATCH", path, body))

    async def delete_cluster(self, cluster: Cluster) -> None:
        await self.confirm(await self.change("DELETE", self._cluster(cluster.external_id)))

    async def create_integration(self, wanted: CreateIntegration) -> Integration:
        """The answer can hold the credentials. They are not read."""
        body = to_create_integration_request(wanted, self._api_version)
        secrets = secrets_of(wanted.credentials)
        answer = await self.change("POST", f"{self._root}/integrations", body, secrets=secrets)
        return to_integration((await self.read(answer, WireIntegrationAnswer)).data, self.account.id)

    async def update_integration(self, integration: Integration, wanted: UpdateIntegration) -> None:
        path = f"{self._root}/integrations/{segment(integration.external_id)}"
        level = None
        if changes_mode(integration, wanted) and wanted.permission_check is None:
            with self.before_sending():
                aws = (await self.get(path, WireIntegrationAnswer)).data.aws
            level = aws.permission_check_level if aws else None
        body = to_update_integration_request(integration, wanted, level, self._api_version)
        await self.confirm(await self.change("PATCH", path, body, secrets=secrets_of(wanted.credentials)))

    async def delete_integration(self, integration: Integration) -> None:
        path = f"{self._root}/integrations/{segment(integration.external_id)}"
        await self.confirm(await self.change("DELETE", path))

    async def cordon_node(self, cluster: Cluster, node: Node) -> None:
        await self._tend(cluster, node, "cordon")

    async def uncordon_node(self, cluster: Cluster, node: Node) -> None:
        await self._tend(cluster, node, "uncordon")

    async def drain_node(self, cluster: Cluster, node: Node) -> None:
        await self._tend(cluster, node, "drain")

    @staticmethod
    def complaint(body: Mapping[str, object]) -> Complaint:
        error = body.get("error")
        if not isinstance(error, Mapping):
            return Complaint(message=first_text(error, body.get("message")))
        details = error.get("details")
        fields = {
            str(name): tuple(str(text) for text in (texts if isinstance(texts, list) else [texts]))
            for name, texts in (details if isinstance(details, Mapping) else {}).items()
        }
        return Complaint(message=first_text(error.get("message"), error.get("id")), fields=fields)

    @property
    def _api_version(self) -> str:
        return self.account.api_version or FEATURES

    @property
    def _scope(self) -> str:
        team = self.account.external_id
        return f"/v1/teams/{segment(team)}" if team else "/v1"

    @property
    def _root(self) -> str:
        return f"{self._scope}/cloud-providers"

    @property
    def _billing(self) -> str:
        return f"{self._scope}/billing"

    def _cluster(self, external_id: str) -> str:
        return f"{self._root}/clusters/{segment(external_id)}"

    def _to_cluster(self, wire: WireCluster) -> Cluster:
        return self.discreet(to_cluster(wire, self.account.id))

    async def _tend(self, cluster: Cluster, node: Node, verb: str) -> None:
        path = f"{self._cluster(cluster.external_id)}/nodes/{segment(node.external_id)}/{verb}"
        await self.confirm(await self.change("POST", path))

    async def _regions(self, provider_cloud: str | None) -> Listing[Region]:
        if provider_cloud is None:
            return Listing(items=(), incomplete="Northflank listed a provider without a readable identity.")
        raw = await self._all("/v1/cloud-providers/regions", WireCatalogPage, {"provider": provider_cloud})
        return await self.listing(
            raw, WireRegion, lambda wire: to_region(wire, self.account.id, to_cloud(provider_cloud))
        )

    async def _instance_types(self, cloud: Cloud, provider_cloud: str, region: str) -> Listing[InstanceType]:
        raw = await self._all(
            "/v1/cloud-providers/node-types", WireCatalogPage, {"provider": provider_cloud, "region": region}
        )
        return await self.listing(
            raw, WireNodeType, lambda wire: to_instance_type(wire, self.account.id, cloud, region)
        )

    async def _all(
        self, path: str, page: type[WirePage], params: Mapping[str, str] | None = None
    ) -> list[object]:
        """The next page is given by a cursor, with or without `hasNextPage`, or by number if there is only
        `hasNextPage`. The first request has neither, because a request with a number gets no cursor.

        Some lists accept the parameters of paging and show nothing about pages. There a full page may not be the last;
        the end is a page that is not full, or the same page again.
        """
        numbers = count(2)
        before: Items | None = None

        async def fetch(token: str | None) -> tuple[Items, str | None]:
            nonlocal before
            name, _, value = (token or "").partition("=")
            position = {name: value} if token else {}
            answer = await self.get(
                path, page, params={**(params or {}), "per_page": str(PER_PAGE), **position}
            )
            is_repeated, before, number = answer.items == before, answer.items, next(numbers)
            page_info = answer.pagination
            if page_info is None:
                is_cut = len(answer.items) == PER_PAGE and not is_repeated
                return answer.items, f"page={number}" if is_cut else None
            if page_info.cursor:
                return answer.items, f"cursor={page_info.cursor}"
            if page_info.has_next_page:
                return answer.items, token if is_repeated else f"page={number}"
            return answer.items, None

        return await self.follow(fetch)
