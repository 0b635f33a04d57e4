"""Writes what a collection found. What the table cannot hold is left as it was, and the rest is written."""

from collections.abc import Mapping
from dataclasses import replace

from fleet.model.account import Collection
from fleet.model.cluster import Facts
from fleet.observing.collections.context import Collected, CollectionContext
from fleet.observing.reconciliation import ItemT, identity_of, reconcile_items, refresh_facts, unshown
from fleet.ports.adapter import Listing
from fleet.ports.store import Changes, RowTooLarge


async def save_items(context: CollectionContext, changes: Changes, problem: str | None) -> Collected:
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


async def save_facts(
    context: CollectionContext, found: Mapping[str, Mapping[str, object]], problem: str | None
) -> Collected:
    facts: dict[str, Facts] = {
        key: context.rows[key].facts.model_copy(update=dict(update)) for key, update in found.items()
    }
    changed = refresh_facts(context.rows, facts)
    await context.store.save(context.lease, Changes(puts=changed))
    rows = {**context.rows, **{row.item.key: row for row in changed}}
    return Collected(rows=rows, changed=len(changed), problem=problem, shown=frozenset(found))


async def save_listing(
    context: CollectionContext, collection: Collection, kind: type[ItemT], listing: Listing[ItemT]
) -> Collected:
    """What a listing of all things of a kind changes."""
    known = await context.store.items(context.lease.account_id, kind)
    last_read_at = context.last_read_at(collection)
    changes = reconcile_items(known, listing, now=context.now, last_read_at=last_read_at)
    problem = listing.incomplete or unshown(listing, {identity_of(row.item) for row in known})
    return await save_items(context, changes, problem)
