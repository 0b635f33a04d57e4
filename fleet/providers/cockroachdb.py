"""CockroachDB Cloud: what it is and what only it knows of a cluster."""

from fleet.provider import Capability, ClusterDetails, Provider, RateLimit, RateScope
from fleet.record import Record


class CockroachdbRegion(Record):
    """One region of a cluster. `node_count` is null on the serverless plans, which have no nodes of their own."""

    name: str
    node_count: int | None = None
    sql_host: str | None = None
    ui_host: str | None = None
    internal_host: str | None = None
    is_primary: bool | None = None


class CockroachdbDetails(ClusterDetails):
    creator_id: str | None = None
    routing_id: str | None = None
    regions: tuple[CockroachdbRegion, ...] = ()
    upgrade_status: str | None = None


COCKROACHDB = Provider(
    key="cockroachdb",
    name="CockroachDB Cloud",
    documentation_url="https://www.cockroachlabs.com/docs/cockroachcloud/cloud-api",
    rate_limit=RateLimit(requests=10, window_seconds=1, scope=RateScope.TOKEN),
    details=CockroachdbDetails,
    needs_external_id=False,
    api_versions=("2024-09-16", "2023-04-10", "2022-09-20", "2022-03-31"),
    lacks={
        Capability.STOP_CLUSTER: "CockroachDB Cloud clusters run until they are deleted.",
        Capability.DEPLOY_CLUSTER: "CockroachDB Cloud applies changes by itself; there is nothing to deploy.",
        Capability.NODE_MAINTENANCE: "CockroachDB Cloud maintains its nodes itself.",
        Capability.LIST_INTEGRATIONS: "CockroachDB Cloud does not list links to cloud accounts.",
        Capability.CHANGE_INTEGRATION: "CockroachDB Cloud does not manage links to cloud accounts.",
        Capability.COST_ESTIMATE: "CockroachDB Cloud bills organizations and estimates no single cluster.",
        Capability.LIST_INSTANCE_TYPES: "CockroachDB Cloud does not list machine types.",
        Capability.CONDITIONAL_UPDATE: (
            "CockroachDB Cloud has no revisions; Fleetgraph compares before it writes, "
            "and a change made elsewhere in that moment may be overwritten."
        ),
    },
)
