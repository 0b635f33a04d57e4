"""Kupe Cloud: one tenant's clusters. Source: the vendor's command-line client, Terraform provider and documentation."""

from collections.abc import Mapping
from functools import partial

from adapters.adapter import BaseAdapter, first_text, segment, with_running
from adapters.http import Answer, Complaint
from adapters.kupe.billing import (
    WireInvoice,
    WireInvoices,
    WirePlan,
    WirePlans,
    WireTenant,
    to_plan,
    to_running,
    to_statements,
    to_subscription,
)
from adapters.kupe.convert import to_cluster, to_connection
from adapters.kupe.request import texts_in, to_create_request, to_update_request
from adapters.kupe.wire import WireCluster, WireClusters, WireKubeconfig
from fleet.model.cluster import Cluster, Connection, Phase
from fleet.model.failure import Forbidden, NotFound, Unavailable
from fleet.model.spec import ClusterPatch, ClusterSpec
from fleet.model.spend import Statement
from fleet.model.subscription import OfferedPlan, Subscription
from fleet.ports.adapter import Listing
from fleet.providers.kupe import KUPE, KupeClusterPatch, KupeClusterSpec

SERVING = frozenset({Phase.READY, Phase.UPDATING, Phase.DEGRADED})


class KupeAdapter(BaseAdapter):
    provider = KUPE
    base_url = "https://api.kupe.cloud"

    async def clusters(self) -> Listing[Cluster]:
        page = await self.get(self._path(), WireClusters)
        return await self.listing(page.items, WireCluster, self._to_cluster)

    async def cluster(self, external_id: str) -> Cluster:
        return await self._to_marked_cluster(await self.ask(self._path(external_id)))

    async def spend(self) -> Listing[Statement]:
        """The estimate of the running period, and the invoices. There is none before the first month is over."""
        tenant = await self.get(self._tenant(), WireTenant)
        raw = (await self.get(self._tenant("invoices"), WireInvoices)).items
        invoices = await self.statements(raw, WireInvoice, to_statements)
        return with_running(to_running(tenant, self.account.id), invoices)

    async def subscription(self) -> Subscription:
        return to_subscription(await self.get(self._tenant(), WireTenant))

    async def plans(self) -> Listing[OfferedPlan]:
        """None at a server that is too old to tell, or that does not tell this token."""
        try:
            page = await self.get("/api/v1/plans", WirePlans, attempts=1)
        except (Forbidden, NotFound):
            return Listing(items=())
        return await self.listing(page.items, WirePlan, partial(to_plan, account_id=self.account.id))

    async def connection(self, cluster: Cluster) -> Connection | None:
        path = f"{self._path(cluster.external_id)}/kubeconfig"
        try:
            return to_connection(await self.get(path, WireKubeconfig, attempts=1))
        except Unavailable as error:
            # Kupe's answer until the cluster is ready. For a cluster that has been ready, it is a real error.
            if error.http_status == 503 and cluster.phase not in SERVING:
                return None
            raise

    async def create_cluster(self, name: str, spec: ClusterSpec) -> Cluster:
        assert isinstance(spec, KupeClusterSpec)
        request = to_create_request(name, spec)
        answer = await self.change("POST", self._path(), request, secrets=texts_in(spec.alerts))
        return await self._to_marked_cluster(answer)

    async def update_cluster(self, cluster: Cluster, patch: ClusterPatch) -> None:
        """Sends the change, conditional if the provider showed a revision. Without one, the last write wins."""
        assert isinstance(patch, KupeClusterPatch)
        request = to_update_request(patch, cluster)
        headers = {} if cluster.provider_revision is None else {"If-Match": cluster.provider_revision}
        path, secrets = self._path(cluster.external_id), texts_in(patch.alerts)
        await self.confirm(await self.change("PATCH", path, request, headers=headers, secrets=secrets))

    async def delete_cluster(self, cluster: Cluster) -> None:
        """Deletes the cluster, which takes minutes. Kupe has no conditional deletion."""
        await self.confirm(await self.change("DELETE", self._path(cluster.external_id)))

    @staticmethod
    def complaint(body: Mapping[str, object]) -> Complaint:
        """A newer server explains itself in `message`, which `error` repeats or names."""
        return Complaint(message=first_text(body.get("message"), body.get("error")))

    def _path(self, *rest: str) -> str:
        return self._tenant("clusters", *rest)

    def _tenant(self, *rest: str) -> str:
        return "/".join(("/api/v1/tenants", *map(segment, (self.scope, *rest))))

    def _to_cluster(self, wire: WireCluster) -> Cluster:
        return self.discreet(to_cluster(wire, self.account.id))

    async def _to_marked_cluster(self, answer: Answer) -> Cluster:
        """Reads a cluster with its revision, which is in a header."""
        cluster = self._to_cluster(await self.read(answer, WireCluster))
        return cluster.model_copy(update={"provider_revision": answer.etag})
