"""The queries. All are answered from the store; a query never calls a provider."""

import asyncio
from typing import Annotated, Any

import strawberry

from fleet.model import provider as providers
from fleet.model.account import TrackedAccount
from fleet.model.tracking import TrackedCluster
from fleet.providers import PROVIDERS
from fleet.reading import account_pages
from fleet.reading.facets import Facet, count
from gateway.context import Info
from gateway.feeds import activity, observations, status_changes
from gateway.http.errors import ClientError
from gateway.inputs.filters import AccountFilter, AccountOrder, ClusterFilter, ClusterOrder, FacetInput
from gateway.listings import integrations, operations
from gateway.relay import ids
from gateway.relay.connections import After, Connection, First, Page, ask
from gateway.relay.ids import Node
from gateway.relay.orders import ask_in_order, read_orders
from gateway.types.account import Account
from gateway.types.api_key import ApiKey, api_keys
from gateway.types.audit_entry import AuditEntry, audit_log
from gateway.types.cluster import Cluster
from gateway.types.cluster_connection import (
    ClusterConnection,
    ClusterPage,
    find_clusters,
    list_clusters,
    sort_clusters,
)
from gateway.types.enums import ProviderKind
from gateway.types.envelope import Envelope, envelopes
from gateway.types.event import Event
from gateway.types.facets import ClusterFacet
from gateway.types.fleet import Fleet, Totals, count_fleet
from gateway.types.integration import Integration
from gateway.types.observation import Observation
from gateway.types.operation import Operation
from gateway.types.provider import Provider, provider_of
from gateway.types.rate_limit import RateLimit, rate_limit
from gateway.types.records import field, given
from gateway.types.schedule import ScheduleExplanation, explain_schedule
from gateway.types.status_change import StatusChange
from gateway.types.viewer import Viewer, viewer
from gateway.types.webhook import Webhook, webhooks

MOST_FACETS = 12

OrderBy = Annotated[
    list[ClusterOrder] | None,
    strawberry.argument(description="Up to 4 fields. The default is provider, account, name."),
]
AccountOrderBy = Annotated[
    list[AccountOrder] | None,
    strawberry.argument(description="Up to 4 fields. The default is provider, name."),
]
SearchText = Annotated[
    str | None,
    strawberry.argument(
        description="Words and qualifiers, such as `cloud:aws phase:degraded,failed region:eu-* label.env=prod "
        "created:>2026-01-01 -plan:basic nightly`. docs/api.md explains it."
    ),
]

OfProvider = Annotated[ProviderKind | None, strawberry.argument(description="Only those at this provider.")]


async def node(info: Info, id: strawberry.ID) -> object | None:  # noqa: A002
    return await ids.find(info.context, id)


async def nodes(info: Info, ids: list[strawberry.ID]) -> list[object | None]:
    return list(await asyncio.gather(*(node(info, one) for one in _bounded(ids))))


def all_providers() -> list[providers.Provider]:
    return sorted(PROVIDERS.values(), key=lambda provider: provider.key)


async def accounts(
    info: Info,
    first: First = 20,
    after: After = strawberry.UNSET,
    provider: OfProvider = strawberry.UNSET,
    filter: AccountFilter | None = strawberry.UNSET,  # noqa: A002
    order_by: AccountOrderBy = strawberry.UNSET,
) -> Page[TrackedAccount]:
    ordering = read_orders(order_by)
    if ordering or given(filter) is not None:
        return await _chosen_accounts(
            info, given(filter), ordering, given(provider), first=first, after=after
        )
    pager = ask("accounts", first=first, after=after, parts=2)
    cursor = (pager.after[0], pager.after[1]) if pager.after else None
    found = await info.context.reader.accounts(after=cursor, limit=pager.first + 1, provider=given(provider))
    return pager.cut([(account.account.order, account) for account in found])


async def _chosen_accounts(
    info: Info,
    wanted: AccountFilter | None,
    ordering: account_pages.Ordering,
    provider: ProviderKind | None,
    *,
    first: int,
    after: Any,
) -> Page[TrackedAccount]:
    pager = ask_in_order("accounts", ordering=ordering, place=2, first=first, after=after)
    fleet = await info.context.fleet()
    if wanted is not None and not ordering:
        info.context.examined.append(len(fleet))
    found = account_pages.page(
        [one for one in fleet if provider in (None, one.account.provider)],
        (wanted or AccountFilter()).to_where(),
        ordering,
        now=info.context.now,
        after=pager.after,
        limit=pager.first + 1,
    )
    return pager.cut(found)


async def cluster(info: Info, id: strawberry.ID) -> TrackedCluster | None:  # noqa: A002
    found = await ids.find(info.context, id)
    return found if isinstance(found, TrackedCluster) else None


async def cluster_by_name(info: Info, account_id: strawberry.ID, name: str) -> TrackedCluster | None:
    known = ids.account_id_of(account_id)
    if known is None or await info.context.accounts.load(known) is None:
        return None
    found = await info.context.reader.clusters_named(known, name)
    live = [row for row in found if not row.is_tombstone]
    return max(live, key=lambda row: row.item.is_active, default=None)


async def clusters(
    info: Info,
    first: First = 20,
    after: After = strawberry.UNSET,
    filter: ClusterFilter | None = strawberry.UNSET,  # noqa: A002
    order_by: OrderBy = strawberry.UNSET,
    search: SearchText = strawberry.UNSET,
) -> ClusterPage:
    wanted, ordering = given(filter) or ClusterFilter(), read_orders(order_by)
    question = wanted.to_question(given(search))
    if ordering or question.search is not None or wanted.examines_all:
        return await sort_clusters(info, question, ordering, first=first, after=after)
    is_filtered = given(filter) is not None
    return await list_clusters(
        info, question.where, "clusters", first=first, after=after, is_filtered=is_filtered
    )


async def cluster_facets(
    info: Info,
    by: list[FacetInput],
    filter: ClusterFilter | None = strawberry.UNSET,  # noqa: A002
    search: SearchText = strawberry.UNSET,
) -> list[Facet]:
    if not 1 <= len(by) <= MOST_FACETS:
        raise ClientError(f"Argument `by` takes 1 to {MOST_FACETS} entries, not {len(by)}.")
    found = await find_clusters(info, (given(filter) or ClusterFilter()).to_question(given(search)))
    return [
        count(found, one.by, given(one.label), name_provider=lambda key: provider_of(key).name) for one in by
    ]


async def fleet(info: Info) -> Totals:
    return await count_fleet(info.context)


def _bounded(global_ids: list[strawberry.ID]) -> list[strawberry.ID]:
    if len(global_ids) > ids.MOST_IDS:
        raise ClientError(f"Argument `ids` takes up to {ids.MOST_IDS} IDs, not {len(global_ids)}.")
    return global_ids


@strawberry.type(
    description="The queries. They are answered from stored observations; a query never calls a provider."
)
class Query:
    node: Node | None = field("Any object by its global ID. Null when it does not exist.", resolver=node)
    nodes: list[Node | None] = field(
        "Up to 100 objects in the order of the IDs, null for each that does not exist.", resolver=nodes
    )
    providers: list[Provider] = field(
        "Every provider that this gateway supports, connected or not. They are few, so there are no pages.",
        resolver=all_providers,
    )
    accounts: Connection[Account] = field(
        "Connected accounts, in the order provider, name, or as `orderBy` says.", resolver=accounts
    )
    cluster: Cluster | None = field(
        "One cluster by its global ID. Null when it does not exist.", resolver=cluster
    )
    cluster_by_name: Cluster | None = field(
        "The cluster of that name in an account. Null when there is none, or when it is deleted.",
        resolver=cluster_by_name,
    )
    clusters: ClusterConnection = field(
        "Clusters as last observed, in the order provider, account, name, or as `orderBy` says. A cluster that "
        "appears or disappears between two pages does not make another one repeat or go missing. Each page "
        "examines a limited number of clusters, so a filtered page may be short while `hasNextPage` is true.",
        resolver=clusters,
    )
    cluster_facets: list[ClusterFacet] = field(
        "The clusters that match a filter and a search, counted by up to 12 criteria. The counts match `clusters`.",
        resolver=cluster_facets,
    )
    status_changes: Connection[StatusChange] = field(
        "Every change of phase in the fleet, oldest first. The feed is some seconds late, so that a client which "
        "always continues after `endCursor` misses none. Kept for 90 days.",
        resolver=status_changes,
    )
    activity: Connection[Event] = field(
        "What happened in the fleet: changes of phase, version, limit and revision, operations, and accounts that "
        "could not be observed. The feed is some seconds late, so that a client which follows it misses none. Kept for "
        "90 days. A cursor is valid in both orders. Each page examines a limited number of events, so a filtered "
        "page may be short while `hasNextPage` is true.",
        resolver=activity,
    )
    observations: Connection[Observation] | None = field(
        "The observations of an account in the last 7 days that changed something or failed, newest first. Null when "
        "there is no such account.",
        resolver=observations,
    )
    integrations: Connection[Integration] = field(
        "Integrations with outside systems, in the order provider, account, name, or as `orderBy` says. Up to 2,000 "
        "are sorted; where there are more, it says so.",
        resolver=integrations,
    )
    operations: Connection[Operation] = field(
        "Changes that were asked for here, newest first. Kept for 30 days. Each page examines a limited number "
        "of operations, so a filtered page may be short while `hasNextPage` is true. With `orderBy`, up to 2,000 are "
        "sorted; where there are more, it says so: `filter` takes `since`.",
        resolver=operations,
    )
    envelopes: list[Envelope] = field(
        "What sets of accounts or labelled clusters may cost a month, and how that stands, by name. There are 100 at "
        "most.",
        resolver=envelopes,
    )
    fleet: Fleet = field(
        "The whole fleet in numbers, and which accounts they do not fully cover.", resolver=fleet
    )
    explain_schedule: ScheduleExplanation | None = field(
        "When an account is observed next, and why then. Null when it does not exist.",
        resolver=explain_schedule,
    )
    api_keys: Connection[ApiKey] | None = field(
        "Keys of this gateway by name, until 90 days after they end. It needs the scope ADMIN; without it, it is "
        "null with an error.",
        resolver=api_keys,
    )
    rate_limit: RateLimit = field("Your credits for queries.", resolver=rate_limit)
    viewer: Viewer = field("The caller and its scopes.", resolver=viewer)
    audit_log: Connection[AuditEntry] | None = field(
        "Who connected, changed or removed accounts, tokens and keys, newest first, for 400 days. Null, with an error, "
        "without the scope ADMIN.",
        resolver=audit_log,
    )
    webhooks: Connection[Webhook] | None = field(
        "The webhooks by name. Null, with an error, without the scope ADMIN.", resolver=webhooks
    )
