"""What one look at one collection of an account asks, and what it changes."""

import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from fleet.model.account import Collection, DeletionGuard
from fleet.model.capability import Capability
from fleet.model.catalog import InstanceType, Region
from fleet.model.cluster import Cluster, Facts, Phase
from fleet.model.failure import NotFound, ProviderError, RateLimited, Unauthenticated, Unavailable
from fleet.model.integration import Integration
from fleet.model.node import Node
from fleet.model.rate_limit import BudgetExhausted
from fleet.model.tracking import TrackedCluster
from fleet.observing.reconciliation import absent, reconcile_clusters, reconcile_items, refresh_facts
from fleet.observing.schedule import Pace
from fleet.ports.adapter import (
    Adapter,
    EstimatesCost,
    Listing,
    ListsInstanceTypes,
    ListsIntegrations,
    ListsNodes,
    ListsRegions,
    ReadsCluster,
    ReadsConnection,
)
from fleet.ports.store import Changes, Lease, Observations

GUARDED_FOR = timedelta(hours=1)
"""How long much of an account must stay absent before it is believed deleted."""
_NOT_SERVING = frozenset({Phase.PENDING, Phase.PROVISIONING, Phase.DELETED, Phase.FAILED})

PROTOCOL_OF: Mapping[Collection, type] = {
    Collection.NODES: ListsNodes,
    Collection.CONNECTIONS: ReadsConnection,
    Collection.COSTS: EstimatesCost,
    Collection.INTEGRATIONS: ListsIntegrations,
    Collection.REGIONS: ListsRegions,
    Collection.INSTANCE_TYPES: ListsInstanceTypes,
}

ValueT = TypeVar("ValueT")


@dataclass(frozen=True, kw_only=True)
class CollectionContext:
    """Everything a look needs. `rows` are the account's clusters as the store holds them."""

    store: Observations
    lease: Lease
    adapter: Adapter
    pace: Pace
    now: datetime
    rows: Mapping[str, TrackedCluster]

    def last_read_at(self, collection: Collection) -> datetime | None:
        return self.lease.tracked.state.of(collection).observed_at

    def serving(self, capability: Capability) -> list[TrackedCluster]:
        return [
            row
            for row in self.rows.values()
            if row.item.phase not in _NOT_SERVING and capability not in row.item.unsupported
        ]


@dataclass(frozen=True, kw_only=True)
class Collected:
    """What a look found: the rows as they are now, how many differ, and what keeps it from being the whole truth.

    `exhausted` when the budget ended before the look did: the rest is for the next one.
    """

    rows: Mapping[str, TrackedCluster]
    changed: int = 0
    problem: str | None = None
    deletion_guard: DeletionGuard | None = None
    exhausted: BudgetExhausted | None = None


async def collect_clusters(context: CollectionContext) -> Collected:
    listing = await context.adapter.clusters()
    suspects = absent(context.rows.values(), listing)
    deletion_guard = _deletion_guard(context, listing, suspects)
    gone: frozenset[str] = frozenset()
    if deletion_guard is None or deletion_guard.since <= context.now - GUARDED_FOR:
        found, gone = await _confirm(context, suspects)
        listing = replace(listing, items=(*listing.items, *found))
        if listing.incomplete is None and len(found) + len(gone) == len(suspects):
            deletion_guard = None
    reconciled = reconcile_clusters(
        context.rows.values(),
        listing,
        gone=gone,
        now=context.now,
        last_read_at=context.last_read_at(Collection.CLUSTERS),
    )
    await context.store.save(context.lease, reconciled.changes)
    return Collected(
        rows=reconciled.rows,
        changed=len(reconciled.changes.puts),
        problem=deletion_guard.reason if deletion_guard else listing.incomplete or _unshown(context, listing),
        deletion_guard=deletion_guard,
    )


async def collect_nodes(context: CollectionContext) -> Collected:
    adapter = context.adapter
    assert isinstance(adapter, ListsNodes)
    answers = await _each(context, Capability.LIST_NODES, adapter.nodes)
    listings = answers.of
    known = await context.store.items(context.lease.account_id, Node)
    alive = {key for key, row in context.rows.items() if not row.is_tombstone}
    seen = Listing[Node](
        items=tuple(node for listing in listings.values() for node in listing.items),
        unreadable=tuple(item for listing in listings.values() for item in listing.unreadable),
    )
    complete = {key for key, listing in listings.items() if listing.incomplete is None}
    listed = {node.key for node in seen.items}
    before = [
        row
        for row in known
        if row.item.key in listed or row.item.cluster_key in complete or row.item.cluster_key not in alive
    ]
    changes = reconcile_items(
        before, seen, now=context.now, last_read_at=context.last_read_at(Collection.NODES)
    )
    problem = answers.problem or next((one.incomplete for one in listings.values() if one.incomplete), None)
    return replace(await _saved(context, changes, problem), exhausted=answers.exhausted)


async def collect_connections(context: CollectionContext) -> Collected:
    adapter = context.adapter
    assert isinstance(adapter, ReadsConnection)
    return await _learn(context, Capability.CLUSTER_CONNECTION, "connection", adapter.connection)


async def collect_costs(context: CollectionContext) -> Collected:
    adapter = context.adapter
    assert isinstance(adapter, EstimatesCost)
    return await _learn(context, Capability.COST_ESTIMATE, "cost_estimate", adapter.cost_estimate)


async def collect_integrations(context: CollectionContext) -> Collected:
    adapter = context.adapter
    assert isinstance(adapter, ListsIntegrations)
    listing = await adapter.integrations()
    known = await context.store.items(context.lease.account_id, Integration)
    last_read_at = context.last_read_at(Collection.INTEGRATIONS)
    seen = await _saved(
        context,
        reconcile_items(known, listing, now=context.now, last_read_at=last_read_at),
        listing.incomplete,
    )
    link = {
        external_id: one.external_id
        for one in listing.items
        for external_id in one.cluster_external_ids or ()
    }
    if listing.incomplete is not None or any(one.cluster_external_ids is None for one in listing.items):
        return seen
    facts = {
        key: {"integration_external_id": link.get(row.item.external_id)}
        for key, row in context.rows.items()
        if not row.is_tombstone
    }
    linked = await _keep_facts(context, facts, None)
    return replace(linked, changed=linked.changed + seen.changed)


async def collect_regions(context: CollectionContext) -> Collected:
    adapter = context.adapter
    assert isinstance(adapter, ListsRegions)
    listing = await adapter.regions()
    known = await context.store.items(context.lease.account_id, Region)
    last_read_at = context.last_read_at(Collection.REGIONS)
    changes = reconcile_items(known, listing, now=context.now, last_read_at=last_read_at)
    return await _saved(context, changes, listing.incomplete)


async def collect_instance_types(context: CollectionContext) -> Collected:
    adapter = context.adapter
    assert isinstance(adapter, ListsInstanceTypes)
    used = {
        (row.item.cloud, region)
        for row in context.rows.values()
        if row.item.cloud is not None and not row.is_tombstone
        for region in row.item.regions
    }
    listing = await adapter.instance_types(sorted(used))
    known = await context.store.items(context.lease.account_id, InstanceType)
    last_read_at = context.last_read_at(Collection.INSTANCE_TYPES)
    changes = reconcile_items(known, listing, now=context.now, last_read_at=last_read_at)
    return await _saved(context, changes, listing.incomplete)


COLLECT: Mapping[Collection, Callable[[CollectionContext], Awaitable[Collected]]] = {
    Collection.CLUSTERS: collect_clusters,
    Collection.NODES: collect_nodes,
    Collection.CONNECTIONS: collect_connections,
    Collection.COSTS: collect_costs,
    Collection.INTEGRATIONS: collect_integrations,
    Collection.REGIONS: collect_regions,
    Collection.INSTANCE_TYPES: collect_instance_types,
}
"""In the order in which an observation spends its budget: what matters most comes first."""


def _deletion_guard(
    context: CollectionContext, listing: Listing[Cluster], suspects: list[TrackedCluster]
) -> DeletionGuard | None:
    held = context.lease.tracked.state.deletion_guard
    if listing.incomplete is not None:
        return held  # it proves nothing, and disproves nothing either
    alive = sum(not row.is_tombstone for row in context.rows.values())
    if len(suspects) <= 3 or len(suspects) * 2 <= alive:
        return None
    reason = (
        f"{len(suspects)} of {alive} clusters vanished from the provider's list at once. They are kept as they were "
        f"and believed deleted only when they stay absent for {GUARDED_FOR // timedelta(minutes=1)} minutes."
    )
    return DeletionGuard(since=context.now if held is None else held.since, reason=reason)


def _unshown(context: CollectionContext, listing: Listing[Cluster]) -> str | None:
    """An unreadable cluster that was never read before has no row to be marked."""
    known = {row.item.external_id for row in context.rows.values()}
    unshown = [item for item in listing.unreadable if item.external_id not in known]
    return f"{unshown[0].external_id} is listed and cannot be shown: {unshown[0].reason}" if unshown else None


async def _confirm(
    context: CollectionContext, suspects: list[TrackedCluster]
) -> tuple[list[Cluster], frozenset[str]]:
    """Clusters that are there after all, and keys of those proven gone. The rest stays under suspicion."""
    found: list[Cluster] = []
    gone: set[str] = set()
    adapter = context.adapter
    if not isinstance(adapter, ReadsCluster):
        interval = timedelta(seconds=context.pace.every_seconds[Collection.CLUSTERS])
        twice = (
            row
            for row in suspects
            if row.missing_since is not None and row.missing_since <= context.now - interval
        )
        return found, frozenset(row.item.key for row in twice)
    for row in suspects:
        try:
            cluster = await adapter.cluster(row.item.external_id)
        except NotFound:
            gone.add(row.item.key)
        except (Unauthenticated, RateLimited, Unavailable, BudgetExhausted):
            break
        except ProviderError:
            continue
        else:
            if cluster.key == row.item.key:
                found.append(cluster)
            else:
                gone.add(row.item.key)  # the name was taken again by a successor, which the listing shows
    return found, frozenset(gone)


@dataclass(frozen=True, kw_only=True)
class _Answers(Generic[ValueT]):
    """By cluster key. `exhausted` when the budget ended before every cluster was asked."""

    of: Mapping[str, ValueT]
    problem: str | None
    exhausted: BudgetExhausted | None


async def _each(
    context: CollectionContext, capability: Capability, ask: Callable[[Cluster], Awaitable[ValueT]]
) -> _Answers[ValueT]:
    """One call a cluster. One that fails costs its own answer, unless it is the token or the limit, or none answers.

    Each look asks in another order, so that a budget too small for all clusters reaches all of them in time.
    """
    rows = context.serving(capability)
    random.Random(context.now.timestamp()).shuffle(rows)  # noqa: S311 - nobody gains by guessing it
    answers: dict[str, ValueT] = {}
    failed: tuple[TrackedCluster, ProviderError] | None = None
    exhausted: BudgetExhausted | None = None
    for row in rows:
        try:
            answers[row.item.key] = await ask(row.item)
        except (Unauthenticated, RateLimited):
            raise
        except ProviderError as error:
            failed = failed or (row, error)
        except BudgetExhausted as error:
            exhausted = error
            break
    if not answers and (error_of_all := failed[1] if failed else exhausted) is not None:
        raise error_of_all
    problem = f"{failed[0].item.name}: {failed[1].message}" if failed else None
    return _Answers(of=answers, problem=problem, exhausted=exhausted)


async def _learn(
    context: CollectionContext, capability: Capability, fact: str, ask: Callable[[Cluster], Awaitable[object]]
) -> Collected:
    """Asks every cluster for one of its `Facts`."""
    answers = await _each(context, capability, ask)
    facts = {key: {fact: value} for key, value in answers.of.items()}
    return replace(await _keep_facts(context, facts, answers.problem), exhausted=answers.exhausted)


async def _keep_facts(
    context: CollectionContext, found: Mapping[str, Mapping[str, object]], problem: str | None
) -> Collected:
    facts: dict[str, Facts] = {
        key: context.rows[key].facts.model_copy(update=dict(update)) for key, update in found.items()
    }
    changed = refresh_facts(context.rows, facts)
    await context.store.save(context.lease, Changes(puts=changed))
    rows = {**context.rows, **{row.item.key: row for row in changed}}
    return Collected(rows=rows, changed=len(changed), problem=problem)


async def _saved(context: CollectionContext, changes: Changes, problem: str | None) -> Collected:
    await context.store.save(context.lease, changes)
    return Collected(rows=context.rows, changed=len(changes.puts) + len(changes.deletes), problem=problem)
