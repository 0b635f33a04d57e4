"""How far an answer can be trusted."""

from datetime import datetime

import strawberry

from fleet.model.account import Collection, TrackedAccount
from fleet.model.cluster import Cluster
from fleet.model.failure import FailureKind
from fleet.model.freshness import Freshness as KnownFreshness
from fleet.model.freshness import FreshnessState, freshness_of
from fleet.model.integration import Integration
from fleet.model.node import Node
from fleet.model.tracking import Tracked
from gateway.context import Info
from gateway.types.records import field

_COLLECTIONS = {
    Cluster: Collection.CLUSTERS,
    Node: Collection.NODES,
    Integration: Collection.INTEGRATIONS,
}

Row = TrackedAccount | Tracked[Cluster] | Tracked[Node] | Tracked[Integration]


@strawberry.type(
    description="What a provider did wrong, in our words and its own. Carries no credential and no body of a response."
)
class ProviderFailure:
    kind: FailureKind
    message: str = field("A sentence for people.")
    occurred_at: datetime
    http_status: int | None = field("Status of the response. Null when there was none.")
    provider_request_id: str | None = field(
        "The provider's own name for the request, to quote to its support."
    )
    is_retryable: bool = field("Whether the same request may succeed later.")
    retry_at: datetime | None = field(
        "The earliest time at which asking again is of use, where the provider said it."
    )


@strawberry.type(
    description="How far an answer can be trusted. Queries are answered from memory, so an outage at a provider shows "
    "here and not as a missing object. Clusters, nodes and integrations are observed each at their own pace."
)
class Freshness:
    state: FreshnessState
    observed_at: datetime | None = field(
        "When the provider last answered for this. Null until its first answer."
    )
    age_seconds: int | None = field("How long ago that is.")
    next_attempt_at: datetime | None = field(
        "When we will ask next. Null while there is no point in it: a refused token waits to be replaced."
    )
    last_failure: ProviderFailure | None = field("Why the latest attempt failed. Null when it succeeded.")


async def freshness(row: strawberry.Parent[Row], info: Info) -> KnownFreshness:
    if isinstance(row, TrackedAccount):
        return freshness_of(row, Collection.CLUSTERS, info.context.now)
    account = await info.context.account(row.item.account_id)
    return freshness_of(account, _COLLECTIONS[type(row.item)], info.context.now, unread=row.unread)


@strawberry.interface(description="Something that was seen at a provider and is remembered here.")
class Observed:
    freshness: Freshness = field("How far what is shown can be trusted.", resolver=freshness)
