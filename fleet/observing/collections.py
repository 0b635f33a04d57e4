"""What is asked for each collection of an account, and what the answers change."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from fleet.accounts.organization import require_same_organization
from fleet.model.account import Collection, DeletionGuard
from fleet.model.capability import Capability
from fleet.model.catalog import InstanceType, OfferedVersion, Region
from fleet.model.cluster import Cluster, Facts, Phase
from fleet.model.failure import NotFound, ProviderError, RateLimited
from fleet.model.integration import Integration
from fleet.model.node import Node
from fleet.model.rate_limit import BudgetExhausted
from fleet.model.spend import PeriodTotal, Statement, running, spend_by_cluster
from fleet.model.subscription import OfferedPlan, Subscription
from fleet.model.tracking import TrackedCluster
from fleet.observing.absence import GUARDED_FOR, confirm_absence, guard_deletion
from fleet.observing.events import cluster_events
from fleet.observing.identity import keep_identities
from fleet.observing.reconciliation import (
    Reconciled,
    absent,
    mark_unstorable,
    reconcile_clusters,
    reconcile_items,
    refresh_facts,
)
from fleet.observing.schedule import Pace
from fleet.ports.adapter import (
    Adapter,
    EstimatesCost,
    KeepsAllowlist,
    Listing,
    ListsInstanceTypes,
    ListsIntegrations,
    ListsNodes,
    ListsPlans,
    ListsRegions,
    ListsVersions,
    OffersUpgrades,
    ReadsConnection,
    ReadsSubscription,
    ReadsUpkeep,
    TellsSpend,
)
from fleet.ports.store import Changes, Lease, Observations, RowTooLarge

SILENT = "The provider did not answer in time."
AT_ONCE = 4
"""How many calls about clusters are in flight at once: few cost the HTTP pool little, and a provider less."""
_NOT_SERVING = frozenset({Phase.PENDING, Phase.PROVISIONING, Phase.DELETED, Phase.FAILED})

PROTOCOL_OF: Mapping[Collection, type] = {
    Collection.NODES: ListsNodes,
    Collection.CONNECTIONS: ReadsConnection,
    Collection.COSTS: EstimatesCost,
    Collection.SPEND: TellsSpend,
    Collection.UPGRADES: OffersUpgrades,
    Collection.ALLOWLISTS: KeepsAllowlist,
    Collection.UPKEEP: ReadsUpkeep,
    Collection.INTEGRATIONS: ListsIntegrations,
    Collection.REGIONS: ListsRegions,
    Collection.INSTANCE_TYPES: ListsInstanceTypes,
    Collection.VERSIONS: ListsVersions,
}

ValueT = TypeVar("ValueT")


@dataclass(frozen=True, kw_only=True)
class CollectionContext:
    """What observing one collection needs. `rows` are the account's clusters as the store holds them; `ask_until` is
    the event loop's time from which on no further cluster is asked about, so that what came can be written."""

    store: Observations
    lease: Lease
    adapter: Adapter
    pace: Pace
    now: datetime
    rows: Mapping[str, TrackedCluster]
    ask_until: float

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
    """What observing a collection found: the rows of clusters as they are now, how many rows differ, and what keeps it
    from being the whole truth.

    `shown` are the keys of the things that the provider showed now. `rest_at` is when the rest is asked for, where the
    budget or the time ended before all was (`is_dry`: the budget), and `resume_after` is the cluster that was asked for
    last.
    """

    rows: Mapping[str, TrackedCluster]
    changed: int = 0
    problem: str | None = None
    deletion_guard: DeletionGuard | None = None
    shown: frozenset[str] = frozenset()
    rest_at: datetime | None = None
    is_dry: bool = False
    resume_after: str | None = None
    is_answered: bool = True
    """Whether anything was: where the rest is asked for later, all that came may be failures."""
    spend: tuple[PeriodTotal, ...] | None = None
    """What the account costs in the running period, where that was asked for."""
    subscription: Subscription | None = None


async def collect_clusters(context: CollectionContext) -> Collected:
    rows, now = list(context.rows.values()), context.now
    listing = await context.adapter.clusters()
    account = context.lease.tracked.account
    await require_same_organization(account, context.adapter, rows, listing)
    listing, incarnations_shown = keep_identities(rows, listing)
    suspects = absent(rows, listing)
    guard = guard_deletion(context.lease.tracked.state.deletion_guard, rows, suspects, listing, now)
    gone: frozenset[str] = frozenset()
    if guard is None or guard.since <= now - GUARDED_FOR:
        interval = timedelta(seconds=context.pace.every_seconds[Collection.CLUSTERS])
        confirmed = await confirm_absence(context.adapter, suspects, now=now, interval=interval)
        gone = confirmed.gone
        listing = replace(listing, items=(*listing.items, *confirmed.found))
        if listing.incomplete is None and len(confirmed.found) + len(gone) == len(suspects):
            guard = None
    reconciled = reconcile_clusters(
        rows,
        listing,
        gone=gone,
        now=now,
        last_read_at=context.last_read_at(Collection.CLUSTERS),
        incarnations_shown=incarnations_shown,
    )
    changes, after, unkept = await _save_clusters(context, reconciled)
    known = {row.item.external_id for row in rows}
    return Collected(
        rows=after,
        shown=frozenset(cluster.key for cluster in listing.items)
        | {key for key, row in after.items() if row.unread is not None},
        changed=len(changes.puts),
        problem=guard.reason if guard else listing.incomplete or _unshown(listing, known) or unkept,
        deletion_guard=guard,
    )


async def _save_clusters(
    context: CollectionContext, reconciled: Reconciled
) -> tuple[Changes, Mapping[str, TrackedCluster], str | None]:
    """What was kept, and what of it could not be. A row that the table cannot hold stays as it was and is marked; where
    there was none, it is said. The others are kept.
    """
    account, rows = context.lease.tracked.account, dict(reconciled.rows)
    named = {"account_name": account.name, "provider": account.provider}
    changes = replace(
        reconciled.changes,
        transitions=[one.model_copy(update=named) for one in reconciled.changes.transitions],
        events=cluster_events(
            context.rows, (rows[row.item.key] for row in reconciled.changes.puts), account, context.now
        ),
    )
    unkept: str | None = None
    for _ in range(len(changes.puts) + 1):
        try:
            await context.store.save(context.lease, changes)
        except RowTooLarge as error:
            marked = mark_unstorable(
                context.rows.get(error.key), rows.pop(error.key), str(error), context.now
            )
            puts = [row for row in changes.puts if row.item.key != error.key]
            transitions = [one for one in changes.transitions if one.cluster_key != error.key]
            if marked is None:
                unkept = f"A cluster is listed and cannot be kept: {error}"
            else:
                rows[error.key] = marked
                puts.append(marked)
            events = [one for one in changes.events if one.cluster_key != error.key]
            changes = replace(changes, puts=puts, transitions=transitions, events=events)
        else:
            break
    return changes, rows, unkept


async def collect_nodes(context: CollectionContext) -> Collected:
    adapter = context.adapter
    assert isinstance(adapter, ListsNodes)
    answers = await _each(context, Collection.NODES, Capability.LIST_NODES, adapter.nodes)
    listings = answers.of
    known = await context.store.items(context.lease.account_id, Node)
    alive = {key for key, row in context.rows.items() if not row.is_tombstone}
    observed = Listing[Node](
        items=tuple(node for listing in listings.values() for node in listing.items),
        unreadable=tuple(item for listing in listings.values() for item in listing.unreadable),
    )
    complete = {
        key for key, listing in listings.items() if listing.incomplete is None and listing.withheld is None
    }
    listed = {node.key for node in observed.items}
    before = [
        row
        for row in known
        if row.item.key in listed or row.item.cluster_key in complete or row.item.cluster_key not in alive
    ]
    changes = reconcile_items(
        before, observed, now=context.now, last_read_at=context.last_read_at(Collection.NODES)
    )
    # What was seen once stays as it was: that it is withheld now proves nothing of it.
    seen = {row.item.cluster_key for row in known}
    withheld = {key: None if key in seen else listing.withheld for key, listing in listings.items()}
    problems = [
        listing.incomplete or listing.withheld for key, listing in listings.items() if not withheld[key]
    ]
    problem = answers.problem or next((one for one in problems if one), None)
    collected = await _saved(context, changes, problem)
    facts = {
        key: {"nodes_withheld": reason}
        for key, reason in withheld.items()
        if reason != context.rows[key].facts.nodes_withheld
    }
    if facts:
        linked = await _keep_facts(context, facts, collected.problem)
        collected = replace(linked, changed=linked.changed + collected.changed)
    return answers.ended(collected)


async def collect_connections(context: CollectionContext) -> Collected:
    adapter = context.adapter
    assert isinstance(adapter, ReadsConnection)
    return await _learn(
        context, Collection.CONNECTIONS, Capability.CLUSTER_CONNECTION, "connection", adapter.connection
    )


async def collect_costs(context: CollectionContext) -> Collected:
    adapter = context.adapter
    assert isinstance(adapter, EstimatesCost)
    return await _learn(
        context, Collection.COSTS, Capability.COST_ESTIMATE, "cost_estimate", adapter.cost_estimate
    )


async def collect_integrations(context: CollectionContext) -> Collected:
    adapter = context.adapter
    assert isinstance(adapter, ListsIntegrations)
    listing = await adapter.integrations()
    known = await context.store.items(context.lease.account_id, Integration)
    last_read_at = context.last_read_at(Collection.INTEGRATIONS)
    keys = {row.item.external_id: row.item.key for row in known}
    observed = await _saved(
        context,
        reconcile_items(known, listing, now=context.now, last_read_at=last_read_at),
        listing.incomplete or _unshown(listing, keys),
    )
    # What is listed and does not read is there.
    marked = frozenset(keys[one.external_id] for one in listing.unreadable if one.external_id in keys)
    shown = frozenset(one.key for one in listing.items) | marked
    integration_of = {
        external_id: one.external_id
        for one in listing.items
        for external_id in one.cluster_external_ids or ()
    }
    if listing.incomplete is not None or any(one.cluster_external_ids is None for one in listing.items):
        return replace(observed, shown=shown)
    listed = frozenset(one.external_id for one in listing.items)
    listed |= {one.external_id for one in listing.unreadable}
    facts = {
        key: {"integration_external_id": integration_of.get(row.item.external_id, _kept_link(row, listed))}
        for key, row in context.rows.items()
        if not row.is_tombstone
    }
    linked = await _keep_facts(context, facts, observed.problem)
    return replace(linked, changed=linked.changed + observed.changed, shown=shown)


def _kept_link(row: TrackedCluster, listed: frozenset[str]) -> str | None:
    """The link to an integration that is still there, and does not list the cluster any more. No provider lets go of
    the credentials that a cluster was made with.
    """
    link = row.facts.integration_external_id
    return link if link in listed else None


async def collect_spend(context: CollectionContext) -> Collected:
    """The statements, and of the newest that splits its sum by cluster what each cluster costs. One that it does not
    name costs nothing by it. A statement that did not come or does not read says what it said before.
    """
    adapter = context.adapter
    assert isinstance(adapter, TellsSpend)
    listing = await adapter.spend()
    keys = _keys_by_external_id(context.rows.values())
    listing = replace(listing, items=tuple(_with_keys(one, keys) for one in listing.items))
    known = await context.store.items(context.lease.account_id, Statement)
    last_read_at = context.last_read_at(Collection.SPEND)
    changes = reconcile_items(known, listing, now=context.now, last_read_at=last_read_at)
    saved = await _saved(context, changes, listing.incomplete)
    forgotten = {row.item.key for row in changes.deletes} | {one.key for one in listing.items}
    told = [*listing.items, *(row.item for row in known if row.item.key not in forgotten)]
    split = spend_by_cluster(told)
    facts = {
        key: {"spend": split.get(key, ())}
        for key, row in context.rows.items()
        if key in split or (split and row.facts.spend)
    }
    linked = await _keep_facts(context, facts, saved.problem)
    found = replace(linked, changed=linked.changed + saved.changed, spend=running(told))
    for add in (_with_subscription, _with_plans):
        try:
            found = await add(context, found)
        except RateLimited:
            raise
        except ProviderError as error:
            found = replace(found, problem=found.problem or error.message)
    return found


async def _with_subscription(context: CollectionContext, found: Collected) -> Collected:
    if not isinstance(context.adapter, ReadsSubscription):
        return found
    subscription = await context.adapter.subscription()
    differs = subscription != context.lease.tracked.state.subscription
    return replace(found, subscription=subscription, changed=found.changed + differs)


async def _with_plans(context: CollectionContext, found: Collected) -> Collected:
    if not isinstance(context.adapter, ListsPlans):
        return found
    listing = await context.adapter.plans()
    known = await context.store.items(context.lease.account_id, OfferedPlan)
    last_read_at = context.last_read_at(Collection.SPEND)
    changes = reconcile_items(known, listing, now=context.now, last_read_at=last_read_at)
    saved = await _saved(context, changes, listing.incomplete)
    return replace(found, changed=found.changed + saved.changed, problem=found.problem or saved.problem)


def _keys_by_external_id(rows: Iterable[TrackedCluster]) -> Mapping[str, str]:
    """Of clusters that a statement may name: deleted ones too, and of several of one id the latest."""
    ordered = sorted(rows, key=lambda row: (not row.is_tombstone, row.first_observed_at))
    return {row.item.external_id: row.item.key for row in ordered}


def _with_keys(statement: Statement, keys: Mapping[str, str]) -> Statement:
    lines = tuple(
        line.model_copy(update={"cluster_key": keys.get(line.cluster_external_id or "")})
        for line in statement.lines
    )
    return statement.model_copy(update={"lines": lines})


async def collect_upgrades(context: CollectionContext) -> Collected:
    """The versions on offer, for the clusters that can be upgraded."""
    adapter = context.adapter
    assert isinstance(adapter, OffersUpgrades)
    rows = context.serving(Capability.UPGRADE_CLUSTER)
    available = await adapter.upgrade_versions([row.item for row in rows])
    return await _keep_facts(
        context, {row.item.key: {"upgrade_versions": available.get(row.item.key)} for row in rows}, None
    )


async def collect_allowlists(context: CollectionContext) -> Collected:
    adapter = context.adapter
    assert isinstance(adapter, KeepsAllowlist)
    return await _learn(context, Collection.ALLOWLISTS, Capability.ALLOWLIST, "allowlist", adapter.allowlist)


async def collect_upkeep(context: CollectionContext) -> Collected:
    adapter = context.adapter
    assert isinstance(adapter, ReadsUpkeep)
    return await _learn(context, Collection.UPKEEP, Capability.BACKUPS, "upkeep", adapter.upkeep)


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


async def collect_versions(context: CollectionContext) -> Collected:
    adapter = context.adapter
    assert isinstance(adapter, ListsVersions)
    listing = await adapter.versions()
    known = await context.store.items(context.lease.account_id, OfferedVersion)
    last_read_at = context.last_read_at(Collection.VERSIONS)
    changes = reconcile_items(known, listing, now=context.now, last_read_at=last_read_at)
    return await _saved(context, changes, listing.incomplete)


COLLECT: Mapping[Collection, Callable[[CollectionContext], Awaitable[Collected]]] = {
    Collection.CLUSTERS: collect_clusters,
    Collection.NODES: collect_nodes,
    Collection.CONNECTIONS: collect_connections,
    Collection.COSTS: collect_costs,
    Collection.INTEGRATIONS: collect_integrations,
    Collection.SPEND: collect_spend,
    Collection.UPGRADES: collect_upgrades,
    Collection.ALLOWLISTS: collect_allowlists,
    Collection.UPKEEP: collect_upkeep,
    Collection.REGIONS: collect_regions,
    Collection.INSTANCE_TYPES: collect_instance_types,
    Collection.VERSIONS: collect_versions,
}
"""In the order in which an observation spends its budget: what matters most comes first."""


def _unshown(listing: Listing[Cluster] | Listing[Integration], known: Iterable[str]) -> str | None:
    """One that is listed, does not read and was never read before: it has no row to be marked."""
    unshown = [item for item in listing.unreadable if item.external_id not in set(known)]
    return f"{unshown[0].external_id} is listed and cannot be shown: {unshown[0].reason}" if unshown else None


@dataclass(frozen=True, kw_only=True)
class _Answers(Generic[ValueT]):
    """By cluster key. `rest_at`, `is_dry`, `resume_after` and `is_answered` as in `Collected`."""

    of: Mapping[str, ValueT]
    problem: str | None
    rest_at: datetime | None
    is_dry: bool
    resume_after: str | None
    is_answered: bool

    def ended(self, collected: Collected) -> Collected:
        return replace(
            collected,
            rest_at=self.rest_at,
            is_dry=self.is_dry,
            resume_after=self.resume_after,
            is_answered=self.is_answered,
        )


async def _each(
    context: CollectionContext,
    collection: Collection,
    capability: Capability,
    ask: Callable[[Cluster], Awaitable[ValueT]],
) -> _Answers[ValueT]:
    """One call a cluster, a handful at once, from the cluster on at which the latest observation ended.

    One that fails costs its own answer. When the time or the budget is up, or the provider's limit is reached, what was
    answered is kept, and the next observation goes on with the clusters that had no turn. Raises what stopped it when
    none had a turn, and what failed when all had and none was answered.
    """
    came_to = context.lease.tracked.state.of(collection).resume_after
    rows = _from_where_it_ended(context, came_to, capability)
    answers: dict[str, ValueT] = {}
    failed: list[tuple[TrackedCluster, ProviderError]] = []
    stopped: BudgetExhausted | RateLimited | TimeoutError | None = None
    asked = 0
    for handful in (rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE)):
        for row, result in zip(handful, await _ask_handful(context, handful, ask), strict=True):
            if isinstance(result, BudgetExhausted | RateLimited):
                stopped = stopped or result
                continue
            if isinstance(result, TimeoutError):
                stopped = stopped or result
            elif isinstance(result, ProviderError):
                failed += _failure_of(row, result)
            elif isinstance(result, BaseException):
                raise result
            else:
                answers[row.item.key] = result
            asked += stopped is None or isinstance(stopped, TimeoutError)
        if stopped is not None:
            break
    is_whole = asked == len(rows)
    error = failed[0][1] if failed else stopped
    if error is not None and not answers and (asked == 0 or is_whole):
        raise error
    problem = f"{failed[0][0].item.name}: {failed[0][1].message}" if failed else None
    if not answers and isinstance(stopped, TimeoutError):
        problem = problem or f"{rows[0].item.name}: {SILENT}"
    at_once = context.now if answers else None  # where nobody answers, it backs off
    return _Answers(
        of=answers,
        problem=problem,
        rest_at=None if is_whole else getattr(stopped, "retry_at", None) or at_once,
        is_dry=not is_whole and isinstance(stopped, BudgetExhausted),
        resume_after=None if is_whole else rows[asked - 1].item.key if asked > 0 else came_to,
        is_answered=bool(answers) or is_whole,
    )


def _failure_of(row: TrackedCluster, error: ProviderError) -> list[tuple[TrackedCluster, ProviderError]]:
    """Empty where a cluster that is being deleted is not known any more: its end shows in the list of clusters."""
    is_leaving = row.item.phase is Phase.DELETING or row.missing_since is not None
    return [] if is_leaving and isinstance(error, NotFound) else [(row, error)]


async def _ask_handful(
    context: CollectionContext, handful: Sequence[TrackedCluster], ask: Callable[[Cluster], Awaitable[ValueT]]
) -> Sequence[ValueT | BaseException]:
    """The answers in order, each as it came or as the error that it was; `TimeoutError` where none came in time."""
    tasks = [asyncio.ensure_future(ask(row.item)) for row in handful]
    try:
        left = max(0.0, context.ask_until - asyncio.get_running_loop().time())
        await asyncio.wait(tasks, timeout=left)
    finally:
        for task in tasks:
            task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    return [TimeoutError() if isinstance(one, asyncio.CancelledError) else one for one in results]


def _from_where_it_ended(
    context: CollectionContext, after: str | None, capability: Capability
) -> list[TrackedCluster]:
    rows = sorted(context.serving(capability), key=lambda row: row.item.key)
    if after is None:
        return rows
    return [row for row in rows if row.item.key > after] + [row for row in rows if row.item.key <= after]


async def _learn(
    context: CollectionContext,
    collection: Collection,
    capability: Capability,
    fact: str,
    ask: Callable[[Cluster], Awaitable[object]],
) -> Collected:
    """Asks every cluster for one of its `Facts`."""
    answers = await _each(context, collection, capability, ask)
    facts = {key: {fact: value} for key, value in answers.of.items()}
    collected = await _keep_facts(context, facts, answers.problem)
    return answers.ended(collected)


async def _keep_facts(
    context: CollectionContext, found: Mapping[str, Mapping[str, object]], problem: str | None
) -> Collected:
    facts: dict[str, Facts] = {
        key: context.rows[key].facts.model_copy(update=dict(update)) for key, update in found.items()
    }
    changed = refresh_facts(context.rows, facts)
    await context.store.save(context.lease, Changes(puts=changed))
    rows = {**context.rows, **{row.item.key: row for row in changed}}
    return Collected(rows=rows, changed=len(changed), problem=problem, shown=frozenset(found))


async def _saved(context: CollectionContext, changes: Changes, problem: str | None) -> Collected:
    """A thing that the table cannot hold is left as it was, and said; the others are kept."""
    for _ in range(len(changes.puts) + 1):
        try:
            await context.store.save(context.lease, changes)
        except RowTooLarge as error:
            problem = problem or str(error)
            changes = replace(changes, puts=[row for row in changes.puts if row.item.key != error.key])
        else:
            break
    return Collected(rows=context.rows, changed=len(changes.puts) + len(changes.deletes), problem=problem)
