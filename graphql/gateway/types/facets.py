"""Clusters counted by their values."""

import strawberry

from fleet.reading.facets import MOST_BUCKETS, FacetBy
from gateway.types.money import Money
from gateway.types.records import field


@strawberry.type(description="The clusters with one value.")
class ClusterBucket:
    value: str | None = field("Null for clusters that have no value or whose value is unknown.")
    display_name: str | None = field(
        "The value as people write it: for a provider its name, and otherwise the value itself."
    )
    cluster_count: int
    node_count: int = field("The number of nodes, of the clusters for which it is known.")
    spend_limits: list[Money] = field(
        "The sums of the limits that providers keep in money, one for each currency."
    )
    converted_spend_limits: list[Money] = field(
        "The sums of the limits that providers keep in use, converted to money. A free allowance belongs to an "
        "organization and is not taken off here, as it is in `Fleet.convertedSpendLimits`."
    )


@strawberry.type(description="Clusters counted by one criterion, the largest group first.")
class ClusterFacet:
    by: FacetBy
    label: str | None = field("The key of the label. Null unless clusters are counted by a label.")
    buckets: list[ClusterBucket] = field(
        f"Up to {MOST_BUCKETS}. A cluster in several regions is counted in each."
    )
    left_out: int = field("The number of clusters in groups that are not in `buckets`.")
