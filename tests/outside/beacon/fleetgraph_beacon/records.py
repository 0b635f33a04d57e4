"""Beacon: what it is and what only it knows of a cluster."""

from collections.abc import Iterable

from fleet.model.capability import Capability
from fleet.model.cluster import Cluster, ClusterDetails
from fleet.model.provider import Provider
from fleet.model.rate_limit import RateLimit, RateScope
from fleet.model.spec import ClusterSpec, Compared, NameRule


class BeaconDetails(ClusterDetails):
    """`size` is Beacon's word for what a cluster has to work with: small or large."""

    size: str | None = None


class BeaconClusterSpec(ClusterSpec):
    name_rule = NameRule(
        pattern=r"[a-z][a-z0-9-]{1,39}", sentence="Beacon takes up to 40 letters, digits and dashes."
    )

    size: str

    def compare(self, cluster: Cluster) -> Iterable[Compared]:
        size = cluster.details.size if isinstance(cluster.details, BeaconDetails) else None
        yield Compared("size", self.size, size, size == self.size)


FIXED = "A Beacon cluster stays as it was created."
ITS_OWN = "Beacon runs clusters in its own cloud, and shows nothing of it."

PROVIDER = Provider(
    key="beacon",
    name="Beacon",
    documentation_url="https://beacon.invalid/docs",
    rate_limit=RateLimit(requests=1000, window_seconds=60, scope=RateScope.TOKEN),
    details=BeaconDetails,
    spec=BeaconClusterSpec,
    needs_external_id=False,
    unsupported={
        Capability.UPDATE_CLUSTER: FIXED,
        Capability.STOP_CLUSTER: FIXED,
        Capability.DEPLOY_CLUSTER: FIXED,
        Capability.UPGRADE_CLUSTER: FIXED,
        Capability.LOCK_CLUSTER: FIXED,
        Capability.ALLOWLIST: FIXED,
        Capability.BACKUPS: FIXED,
        Capability.FINALIZE_UPGRADE: FIXED,
        Capability.CONDITIONAL_UPDATE: FIXED,
        Capability.SPEND_LIMIT: "Beacon has one price.",
        Capability.COST_ESTIMATE: "Beacon has one price.",
        Capability.SPEND: "Beacon has one price.",
        Capability.CLUSTER_SPEND: "Beacon has one price.",
        Capability.LIST_NODES: ITS_OWN,
        Capability.NODE_MAINTENANCE: ITS_OWN,
        Capability.LIST_INTEGRATIONS: ITS_OWN,
        Capability.CHANGE_INTEGRATION: ITS_OWN,
        Capability.LIST_REGIONS: ITS_OWN,
        Capability.LIST_INSTANCE_TYPES: ITS_OWN,
        Capability.LIST_VERSIONS: ITS_OWN,
    },
)
