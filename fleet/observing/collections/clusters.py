"""What is asked for the list of clusters, and what it changes."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from fleet.accounts.organization import require_same_organization
from fleet.model.account import Collection
from fleet.model.tracking import TrackedCluster
from fleet.observing.absence import GUARDED_FOR, confirm_absence, guard_deletion
from fleet.observing.collections.context import Collected, CollectionContext
from fleet.observing.events import cluster_events
from fleet.observing.identity import keep_identities
from fleet.observing.reconciliation import Reconciled, absent, mark_unstorable, reconcile_clusters, unshown
from fleet.ports.store import Changes, RowTooLarge


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
        problem=guard.reason if guard else listing.incomplete or unshown(listing, known) or unkept,
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
