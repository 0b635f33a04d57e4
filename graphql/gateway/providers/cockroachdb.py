"""What only CockroachDB Cloud knows of a cluster."""

import strawberry

from fleet.providers.cockroachdb import CockroachdbDetails
from gateway.details import ClusterDetails
from gateway.records import field, serves


@strawberry.type(description="One region of a CockroachDB cluster.")
class CockroachdbRegion:
    name: str
    node_count: int | None = field("Null on the serverless plans, which have no nodes of their own.")
    sql_host: str | None = field("Where SQL clients connect.")
    ui_host: str | None = field("Where the DB Console answers.")
    internal_host: str | None = field("Where SQL clients connect over a private link.")
    is_primary: bool | None


@strawberry.type(description="What only CockroachDB Cloud knows of a cluster.")
class CockroachdbClusterDetails(ClusterDetails):
    is_type_of = serves(CockroachdbDetails)

    creator_id: str | None = field("The user or service account that created it.")
    routing_id: str | None = field("What a connection string names the cluster by.")
    regions: list[CockroachdbRegion]
    upgrade_status: str | None = field("How far a major upgrade has come, in the provider's word.")
