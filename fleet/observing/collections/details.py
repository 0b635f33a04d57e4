"""What is asked about each cluster: its connection, its costs, its upgrades, its networks and its backups."""

from collections.abc import Awaitable, Callable

from fleet.model.account import Collection
from fleet.model.capability import Capability
from fleet.model.cluster import Cluster
from fleet.observing.collections.answers import ask_each
from fleet.observing.collections.context import Collected, CollectionContext
from fleet.observing.collections.saving import save_facts
from fleet.ports.adapter import EstimatesCost, KeepsAllowlist, OffersUpgrades, ReadsConnection, ReadsUpkeep


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


async def collect_upgrades(context: CollectionContext) -> Collected:
    """The versions on offer, for the clusters that can be upgraded."""
    adapter = context.adapter
    assert isinstance(adapter, OffersUpgrades)
    rows = context.serving(Capability.UPGRADE_CLUSTER)
    available = await adapter.upgrade_versions([row.item for row in rows])
    return await save_facts(
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


async def _learn(
    context: CollectionContext,
    collection: Collection,
    capability: Capability,
    fact: str,
    ask: Callable[[Cluster], Awaitable[object]],
) -> Collected:
    """Asks every cluster for one of its `Facts`."""
    answers = await ask_each(context, collection, capability, ask)
    facts = {key: {fact: value} for key, value in answers.of.items()}
    collected = await save_facts(context, facts, answers.problem)
    return answers.ended(collected)
