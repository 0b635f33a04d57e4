"""Freshness: how old the data is, and why."""

from datetime import datetime

import strawberry

from fleet.model.account import Collection, TrackedAccount
from fleet.model.cluster import Cluster
from fleet.model.failure import FailureKind
from fleet.model.freshness import Freshness as KnownFreshness
from fleet.model.freshness import FreshnessState
from fleet.model.integration import Integration
from fleet.model.node import Node
from fleet.model.tracking import Tracked, Unread
from gateway.context import Context, Info, Maybe
from gateway.types.records import field

_COLLECTIONS = {
    Cluster: Collection.CLUSTERS,
    Node: Collection.NODES,
    Integration: Collection.INTEGRATIONS,
}

Row = TrackedAccount | Tracked[Cluster] | Tracked[Node] | Tracked[Integration]


@strawberry.type(
    description="An error of a provider, in Fleetgraph's words and its own. It holds no credentials and no "
    "response body."
)
class ProviderFailure:
    kind: FailureKind
    message: str = field("A sentence for people.")
    occurred_at: datetime
    http_status: int | None = field("The HTTP status of the response. Null when there was none.")
    provider_request_id: str | None = field("The provider's id of the request, for its support.")
    is_retryable: bool = field("Whether the same request may succeed later.")
    retry_at: datetime | None = field(
        "The earliest time at which a retry may help. Null unless the provider says so."
    )


@strawberry.type(
    description="How old the data is, and why. Queries are answered from the store, so an outage of a provider "
    "shows here and not as a missing object. Clusters, nodes and integrations are each observed at their own "
    "pace."
)
class Freshness:
    state: FreshnessState
    observed_at: datetime | None = field(
        "When this was last observed. Null until the provider's first answer."
    )
    age_seconds: int | None = field("The age of the data, in seconds.")
    next_attempt_at: datetime | None = field(
        "When the next observation is due. Null while the provider refuses the token: it must be replaced first."
    )
    reason: str | None = field(
        "Why it is not observed at its usual pace, e.g. `request budget until 05:10`, in UTC, or that the "
        "token of its account expires soon. Null otherwise."
    )
    last_failure: ProviderFailure | None = field("Why the latest observation failed. Null when it succeeded.")


def freshness(row: strawberry.Parent[Row], info: Info) -> Maybe[KnownFreshness]:
    context = info.context
    if isinstance(row, TrackedAccount):
        return context.freshness(row, Collection.CLUSTERS)
    collection, unread = _COLLECTIONS[type(row.item)], row.unread
    cluster_key = row.item.cluster_key if isinstance(row.item, Node) else None
    account = context.known_account(row.item.account_id)
    if account is None:
        return _load_and_judge(context, row.item.account_id, collection, unread, cluster_key)
    return context.freshness(account, collection, unread, cluster_key)


async def _load_and_judge(
    context: Context, account_id: str, collection: Collection, unread: Unread | None, cluster_key: str | None
) -> KnownFreshness:
    return context.freshness(await context.account(account_id), collection, unread, cluster_key)


@strawberry.interface(description="Something that was observed at a provider and is stored here.")
class Observed:
    freshness: Freshness = field("How old the data is, and why.", resolver=freshness)
