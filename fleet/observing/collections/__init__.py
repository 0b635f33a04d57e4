"""The collections of an account, in the order in which an observation asks for them. The files beside this one say what
is asked for each of them, and what the answers change.
"""

from collections.abc import Awaitable, Callable, Mapping

from fleet.model.account import Collection
from fleet.observing.collections.catalog import collect_instance_types, collect_regions, collect_versions
from fleet.observing.collections.clusters import collect_clusters
from fleet.observing.collections.context import Collected, CollectionContext
from fleet.observing.collections.details import (
    collect_allowlists,
    collect_connections,
    collect_costs,
    collect_upgrades,
    collect_upkeep,
)
from fleet.observing.collections.integrations import collect_integrations
from fleet.observing.collections.nodes import collect_nodes
from fleet.observing.collections.spend import collect_spend
from fleet.ports.adapter import (
    EstimatesCost,
    KeepsAllowlist,
    ListsInstanceTypes,
    ListsIntegrations,
    ListsNodes,
    ListsRegions,
    ListsVersions,
    OffersUpgrades,
    ReadsConnection,
    ReadsUpkeep,
    TellsSpend,
)

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
"""What an adapter has to promise for a collection; every adapter lists clusters."""

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
