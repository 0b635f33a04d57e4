"""Accounts at providers."""

from datetime import datetime
from typing import Annotated

import strawberry

from fleet.model import account as domain
from fleet.model import catalog, money
from fleet.model import provider as providers
from fleet.model.account import TrackedAccount
from fleet.model.capability import Capability
from fleet.model.cloud import Cloud
from fleet.model.freshness import Freshness as KnownFreshness
from fleet.model.freshness import freshness_of
from fleet.model.rate_limit import BudgetStatus, RequestUse
from fleet.model.subscription import MOST_PLANS
from fleet.model.subscription import OfferedPlan as KnownPlan
from fleet.model.subscription import Subscription as KnownSubscription
from fleet.model.tracking import Tracked
from fleet.rate_limits import budget
from fleet.reading import pages
from gateway.context import Info
from gateway.relay.connections import After, Connection, First, Page, ask
from gateway.relay.ids import Node
from gateway.types.capability import unsupported_by_provider
from gateway.types.catalog import CHUNK, ClusterVersion, InstanceType, Region, list_catalog
from gateway.types.cluster_connection import ClusterConnection, ClusterPage, list_clusters
from gateway.types.freshness import Freshness, Observed
from gateway.types.money import FreeAllowance
from gateway.types.provider import Provider, provider_of
from gateway.types.records import field, given, serves
from gateway.types.spend import AccountSpend, spend_of_account
from gateway.types.subscription import AccountSubscription, OfferedPlan

Row = strawberry.Parent[TrackedAccount]

OfCloud = Annotated[Cloud | None, strawberry.argument(description="Only entries of this cloud.")]
OfRegion = Annotated[
    str | None, strawberry.argument(description="Only machine types that this region offers.")
]


def provider(row: Row) -> providers.Provider:
    return provider_of(row.account.provider)


def itself(row: Row) -> TrackedAccount:
    return row


def is_accepted(row: Row) -> bool | None:
    return row.state.is_token_accepted


def guard_of(row: Row) -> domain.DeletionGuard | None:
    return row.state.deletion_guard


def expected_age(row: Row) -> int | None:
    return row.state.of(domain.Collection.CLUSTERS).expected_age_seconds


def free_allowance(row: Row) -> money.FreeAllowance | None:
    return provider_of(row.account.provider).free_allowance


def subscription(row: Row) -> KnownSubscription | None:
    return row.state.subscription


async def offered_plans(row: Row, info: Info, first: First = MOST_PLANS) -> list[KnownPlan]:
    pager = ask("plans", row.account.id, first=first, after=strawberry.UNSET)
    known = await info.context.reader.plans_of(row.account.id)
    return [one.item for one in known][: 0 if pager.shows_none else pager.first]


def spend_freshness(row: Row, info: Info) -> KnownFreshness:
    return freshness_of(row, domain.Collection.SPEND, info.context.now)


async def request_budget(row: Row, info: Info) -> BudgetStatus | None:
    spent = await info.context.budgets.load(row.account.budget_key)
    return budget.budget_status(spent, provider_of(row.account.provider).rate_limit, info.context.now)


async def clusters(row: Row, info: Info, first: First = 20, after: After = strawberry.UNSET) -> ClusterPage:
    where = pages.ClusterFilter(account_ids=frozenset({row.account.id}))
    return await list_clusters(info, where, "Account.clusters", row.account.id, first=first, after=after)


async def regions(
    row: Row,
    info: Info,
    first: First = 50,
    after: After = strawberry.UNSET,
    cloud: OfCloud = strawberry.UNSET,
) -> Page[Tracked[catalog.Region]] | None:
    account = row.account
    pager = ask("regions", account.id, first=first, after=after)
    if Capability.LIST_REGIONS in unsupported_by_provider(account.provider):
        return None
    return await list_catalog(
        lambda last_key: info.context.reader.regions_of(account.id, after=last_key, limit=CHUNK),
        pager,
        cloud=given(cloud),
    )


async def instance_types(
    row: Row,
    info: Info,
    first: First = 50,
    after: After = strawberry.UNSET,
    cloud: OfCloud = strawberry.UNSET,
    region: OfRegion = strawberry.UNSET,
) -> Page[Tracked[catalog.InstanceType]] | None:
    account, wanted = row.account, given(region)
    pager = ask("instanceTypes", account.id, first=first, after=after)
    if Capability.LIST_INSTANCE_TYPES in unsupported_by_provider(account.provider):
        return None
    return await list_catalog(
        lambda last_key: info.context.reader.instance_types_of(account.id, after=last_key, limit=CHUNK),
        pager,
        cloud=given(cloud),
        matches=lambda offer: wanted is None or offer.region in (wanted, None),
    )


async def versions(
    row: Row, info: Info, first: First = 50, after: After = strawberry.UNSET
) -> Page[Tracked[catalog.OfferedVersion]] | None:
    account = row.account
    pager = ask("versions", account.id, first=first, after=after)
    if Capability.LIST_VERSIONS in unsupported_by_provider(account.provider):
        return None
    return await list_catalog(
        lambda last_key: info.context.reader.versions_of(account.id, after=last_key, limit=CHUNK),
        pager,
        cloud=None,
    )


@strawberry.type(description="What can be shown of a stored token.")
class TokenStatus:
    token_hint: str = field("Its last four characters.", name="hint")
    token_replaced_at: datetime = field("When this token was stored.", name="replacedAt")
    token_expires_at: datetime | None = field(
        "When it expires, as it says itself. Null where it does not say. `freshness.reason` warns a day before.",
        name="expiresAt",
    )
    is_accepted: bool | None = field(
        "Whether the provider accepted the token when it was last used. Null until it was used.",
        resolver=is_accepted,
    )


@strawberry.type(description="How many requests of a window were sent for one use.")
class UsedRequests:
    use: RequestUse
    requests: int


@strawberry.type(description="The rate limit of a provider, in requests.")
class RequestBudget:
    limit: int = field("The number of requests that the provider accepts in a window.")
    remaining: int = field("The number of requests that are left now.")
    reserved: int = field(
        "The part of the limit that is reserved for people. Scheduled observations do not use it."
    )
    window_seconds: int
    resets_at: datetime | None = field("When the full limit is available again. Null when nothing was sent.")
    used_by: list[UsedRequests] = field("What the requests of the window were sent for.")


@strawberry.type(
    description="Many clusters of an account are missing at once. They are marked deleted only after they have "
    "been missing for a while."
)
class AccountHold:
    since: datetime
    reason: str


@strawberry.type(description="An account at a provider, which calls it an organization, a tenant or a team.")
class Account(Node, Observed):
    is_type_of = serves(domain.Account)

    provider: Provider = field(resolver=provider)
    name: str = field("Its name here, unique among the accounts at its provider.")
    external_id: str | None = field(
        "The provider's own identifier of the account. Null where the token implies it."
    )
    token: TokenStatus = field(resolver=itself)
    deletion_guard: AccountHold | None = field(
        "Set while many clusters of the account are missing at once. They are not marked deleted meanwhile.",
        resolver=guard_of,
    )
    hold: AccountHold | None = field(
        "The same as `deletionGuard`.",
        resolver=guard_of,
        deprecated="Use `deletionGuard`.",
    )
    request_budget: RequestBudget | None = field(
        "The provider's rate limit, and how much of it is left. Null where no limit is known.",
        resolver=request_budget,
    )
    free_allowance: FreeAllowance | None = field(
        "What its organization may use for nothing in a calendar month. Null where the provider gives nothing. Where "
        "several accounts are of one organization, they share it.",
        resolver=free_allowance,
    )
    spend: list[AccountSpend] | None = field(
        "What it costs: the running period, then the last ones, one entry for each period and currency. Null where "
        "SPEND is unsupported. `spendFreshness` says how old it is, and why there is none.",
        resolver=spend_of_account,
    )
    subscription: AccountSubscription | None = field(
        "The plan that it is on, and what is used of it. Null where the provider tells nothing of it, and until it was "
        "first observed. It is as old as `spend`.",
        resolver=subscription,
    )
    offered_plans: list[OfferedPlan] = field(
        "The plans that the provider offers, the account's own among them, by name. Empty where it does not tell. They "
        "are as old as `spend`.",
        resolver=offered_plans,
    )
    spend_freshness: Freshness = field("How old `spend` is, and why.", resolver=spend_freshness)
    expected_age: int | None = field(
        "The expected age of its clusters' data, in seconds. Older data is STALE. Null until the first observation.",
        resolver=expected_age,
    )
    api_version: str | None = field(
        "The version of the provider's API that Fleetgraph asks for. Null where none is pinned."
    )
    clusters: ClusterConnection = field(
        "Its clusters by name, without deleted clusters and without clusters whose creation failed.",
        resolver=clusters,
    )
    regions: Connection[Region] | None = field(
        "Regions in which the account can create clusters. Null where LIST_REGIONS is unsupported.",
        resolver=regions,
    )
    instance_types: Connection[InstanceType] | None = field(
        "Machine types that the account can use. Null where LIST_INSTANCE_TYPES is unsupported.",
        resolver=instance_types,
    )
    versions: Connection[ClusterVersion] | None = field(
        "Versions that a new cluster can have, the oldest first. Null where LIST_VERSIONS is unsupported, and empty "
        "where `apiVersion` lists none.",
        resolver=versions,
    )
