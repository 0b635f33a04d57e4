"""What CockroachDB Cloud gives free of charge."""

from fleet.model.cluster import Cluster
from fleet.model.money import FreeAllowance, Money, UsageLimit

FREE_ALLOWANCE = FreeAllowance(
    money=Money(minor_units=1500, currency="USD"),
    usage=UsageLimit(request_units=50_000_000, storage_mib=10_240),
    plans=frozenset({"BASIC", "SERVERLESS"}),
    condition=(
        "Only organizations that pay by the month have it, and CockroachDB Cloud does not tell which do. "
        "All Basic clusters of the organization draw on it together."
    ),
)
"""Source: the vendor's pages on planning a Basic cluster and on costs, June 2026."""


def is_free(cluster: Cluster) -> bool:
    """Whether it is limited to what is free, in versions of the API that hold limits in use."""
    limit = cluster.spend_limit.limit
    return limit is not None and limit.usage is not None and FREE_ALLOWANCE.holds(limit.usage)
