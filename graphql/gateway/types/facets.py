"""Clusters counted by what they have in common."""

import strawberry

from fleet.reading.facets import MOST_BUCKETS, FacetBy
from gateway.types.money import Money
from gateway.types.records import field

strawberry.enum(FacetBy, name="ClusterFacetBy", description="What clusters are counted by.")


@strawberry.type(description="Clusters that have a value in common.")
class ClusterBucket:
    value: str | None = field("Null for the clusters that have none, or whose value is not known.")
    cluster_count: int
    node_count: int = field("Nodes of those clusters whose number of nodes is known.")
    spend_limits: list[Money] = field("Sums of their limits in money, one for each currency.")


@strawberry.type(description="One way to count clusters, the largest group first.")
class ClusterFacet:
    by: FacetBy
    label: str | None = field("The key of the label, where clusters are counted by a label.")
    buckets: list[ClusterBucket] = field(
        f"Up to {MOST_BUCKETS}. A cluster in several regions counts in each."
    )
    left_out: int = field("How many clusters are in groups beyond those.")
