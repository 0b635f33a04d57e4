"""What is asked for statements, the subscription and the plans of an account."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from fleet.model.account import Collection
from fleet.model.failure import ProviderError, RateLimited
from fleet.model.spend import Statement, running, spend_by_cluster
from fleet.model.subscription import OfferedPlan
from fleet.model.tracking import TrackedCluster
from fleet.observing.collections.context import Collected, CollectionContext
from fleet.observing.collections.saving import save_facts, save_items, save_listing
from fleet.observing.reconciliation import reconcile_items
from fleet.ports.adapter import ListsPlans, ReadsSubscription, TellsSpend


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
    saved = await save_items(context, changes, listing.incomplete)
    forgotten = {row.item.key for row in changes.deletes} | {one.key for one in listing.items}
    told = [*listing.items, *(row.item for row in known if row.item.key not in forgotten)]
    split = spend_by_cluster(told)
    facts = {
        key: {"spend": split.get(key, ())}
        for key, row in context.rows.items()
        if key in split or (split and row.facts.spend)
    }
    linked = await save_facts(context, facts, saved.problem)
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
    saved = await save_listing(context, Collection.SPEND, OfferedPlan, await context.adapter.plans())
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
