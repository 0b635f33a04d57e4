"""What is asked for the list of integrations, and which of them a cluster was made with."""

from dataclasses import replace

from fleet.model.account import Collection
from fleet.model.integration import Integration
from fleet.model.tracking import TrackedCluster
from fleet.observing.collections.context import Collected, CollectionContext
from fleet.observing.collections.saving import save_facts, save_items
from fleet.observing.reconciliation import reconcile_items, unshown
from fleet.ports.adapter import ListsIntegrations


async def collect_integrations(context: CollectionContext) -> Collected:
    adapter = context.adapter
    assert isinstance(adapter, ListsIntegrations)
    listing = await adapter.integrations()
    known = await context.store.items(context.lease.account_id, Integration)
    last_read_at = context.last_read_at(Collection.INTEGRATIONS)
    keys = {row.item.external_id: row.item.key for row in known}
    observed = await save_items(
        context,
        reconcile_items(known, listing, now=context.now, last_read_at=last_read_at),
        listing.incomplete or unshown(listing, keys),
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
    linked = await save_facts(context, facts, observed.problem)
    return replace(linked, changed=linked.changed + observed.changed, shown=shown)


def _kept_link(row: TrackedCluster, listed: frozenset[str]) -> str | None:
    """The link to an integration that is still there, and does not list the cluster any more. No provider lets go of
    the credentials that a cluster was made with.
    """
    link = row.facts.integration_external_id
    return link if link in listed else None
