"""What is asked for the nodes of every cluster, and what the answers change."""

from dataclasses import replace

from fleet.model.account import Collection
from fleet.model.capability import Capability
from fleet.model.node import Node
from fleet.observing.collections.answers import ask_each
from fleet.observing.collections.context import Collected, CollectionContext
from fleet.observing.collections.saving import save_facts, save_items
from fleet.observing.reconciliation import reconcile_items
from fleet.ports.adapter import Listing, ListsNodes


async def collect_nodes(context: CollectionContext) -> Collected:
    adapter = context.adapter
    assert isinstance(adapter, ListsNodes)
    answers = await ask_each(context, Collection.NODES, Capability.LIST_NODES, adapter.nodes)
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
    collected = await save_items(context, changes, problem)
    facts = {
        key: {"nodes_withheld": reason}
        for key, reason in withheld.items()
        if reason != context.rows[key].facts.nodes_withheld
    }
    if facts:
        linked = await save_facts(context, facts, collected.problem)
        collected = replace(linked, changed=linked.changed + collected.changed)
    return answers.ended(collected)
