"""Beacon: one account's clusters."""

from collections.abc import Mapping

from adapters.adapter import BaseAdapter, first_text, segment
from adapters.http import Complaint
from adapters.wire import Identity, Items, Text, When, Wire, WireItem
from fleet.model.capability import Capability
from fleet.model.cluster import Cluster, Connection, Engine, Phase, digest_revision
from fleet.model.money import SpendLimitState, SpendLimitStatus
from fleet.model.spec import ClusterSpec
from fleet.ports.adapter import Listing
from fleetgraph_beacon.records import PROVIDER, BeaconClusterSpec, BeaconDetails

PHASES: Mapping[str, Phase] = {
    "starting": Phase.PROVISIONING,
    "up": Phase.READY,
    "moving": Phase.UPDATING,
    "failed": Phase.FAILED,
    "stopping": Phase.DELETING,
}


class WireCluster(WireItem):
    identifying = frozenset({"name", "state"})

    id: Identity
    name: Text = None
    size: Text = None
    state: Text = None
    address: Text = None
    created: When = None


class WireClusters(Wire):
    clusters: Items


class BeaconAdapter(BaseAdapter):
    provider = PROVIDER
    base_url = "https://api.beacon.invalid"

    async def clusters(self) -> Listing[Cluster]:
        page = await self.get("/v1/clusters", WireClusters)
        return await self.listing(page.clusters, WireCluster, self._to_cluster)

    async def create_cluster(self, name: str, spec: ClusterSpec) -> Cluster:
        assert isinstance(spec, BeaconClusterSpec)
        answer = await self.change("POST", "/v1/clusters", {"name": name, "size": spec.size})
        return self._to_cluster(await self.read(answer, WireCluster))

    async def delete_cluster(self, cluster: Cluster) -> None:
        await self.confirm(await self.change("DELETE", f"/v1/clusters/{segment(cluster.external_id)}"))

    @staticmethod
    def complaint(body: Mapping[str, object]) -> Complaint:
        return Complaint(message=first_text(body.get("message")))

    def _to_cluster(self, wire: WireCluster) -> Cluster:
        cluster = Cluster(
            account_id=self.account.id,
            provider=PROVIDER.key,
            external_id=wire.id,
            name=wire.name or wire.id,
            display_name=wire.name or wire.id,
            engine=Engine.KUBERNETES,
            phase=PHASES.get(wire.state or "", Phase.UNKNOWN),
            provider_phase=wire.state or "",
            created_at=wire.created,
            revision=digest_revision({"size": wire.size}),
            connection=None if wire.address is None else Connection(endpoint=wire.address),
            spend_limit=SpendLimitStatus(
                state=SpendLimitState.UNSUPPORTED, reason=PROVIDER.unsupported[Capability.SPEND_LIMIT]
            ),
            details=BeaconDetails(size=wire.size),
            unread_members=wire.unread,
        )
        return self.discreet(cluster)
