"""What is asked for the nodes of every cluster, and what the answers change."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from fleet.model.account import Collection
from fleet.model.capability import Capability
from fleet.model.failure import Failure, FailureKind
from fleet.model.node import Node, node_key
from fleet.model.tracking import Tracked, Unread
from fleet.observing.collections.answers import Answers, ask_each
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
    complete = {
        key for key, listing in listings.items() if listing.incomplete is None and listing.withheld is None
    }
    observed = Listing[Node](items=tuple(node for listing in listings.values() for node in listing.items))
    missed = _missed(context, answers, known)
    told = {node.key for node in observed.items} | missed.keys()
    before = [
        row
        for row in known
        if row.item.key in told or row.item.cluster_key in complete or row.item.cluster_key not in alive
    ]
    changes = reconcile_items(before, observed, now=context.now, last_read_at=None, missed=missed)
    problem = answers.problem or next((one.incomplete for one in listings.values() if one.incomplete), None)
    collected = await save_items(context, changes, problem)
    # What was seen once is shown with its age: that it is withheld now proves nothing of it.
    seen = {row.item.cluster_key for row in known}
    facts = {
        key: {"nodes_withheld": reason}
        for key, listing in listings.items()
        if (reason := None if key in seen else listing.withheld) != context.rows[key].facts.nodes_withheld
    }
    if facts:
        linked = await save_facts(context, facts, collected.problem)
        collected = replace(linked, changed=linked.changed + collected.changed)
    return answers.ended(collected)


def _missed(
    context: CollectionContext, answers: Answers[Listing[Node]], known: Sequence[Tracked[Node]]
) -> Mapping[str, Unread]:
    """By the key of a node that was asked for and not shown: why, and when it was seen. A node that a whole list leaves
    out is gone.
    """
    state = context.lease.tracked.state.of(Collection.NODES)
    serving = {row.item.key for row in context.serving(Capability.LIST_NODES)}
    missed = {}
    for row in known:
        node, listing = row.item, answers.of.get(row.item.cluster_key)
        cluster = context.rows.get(node.cluster_key)
        failure = None
        if listing is not None:
            failure = _why(context, node, listing)
        elif (error := answers.missed.get(node.cluster_key)) is not None:
            failure = error.to_failure(context.now)
        elif node.cluster_key not in serving and cluster is not None and not cluster.is_tombstone:
            message = f"{cluster.item.name} is {cluster.item.phase}: it is not asked for its nodes."
            failure = Failure(kind=FailureKind.UNAVAILABLE, message=message, occurred_at=context.now)
        if failure is not None:
            read_at = state.asked_at(node.cluster_key) or context.now
            missed[node.key] = Unread(failure=failure, read_at=read_at)
    return missed


def _why(context: CollectionContext, node: Node, listing: Listing[Node]) -> Failure | None:
    unreadable = {node_key(node.cluster_key, one.external_id): one.reason for one in listing.unreadable}
    if listing.withheld is not None:
        kind, message = FailureKind.PERMISSION, listing.withheld
    elif reason := unreadable.get(node.key) or listing.incomplete:
        kind, message = FailureKind.UNEXPECTED_RESPONSE, reason
    else:
        return None
    return Failure(kind=kind, message=message, occurred_at=context.now, is_retryable=True)
