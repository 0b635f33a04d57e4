"""Facets: counts clusters by a property that they share, with their nodes and what they may spend."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from fleet.model.money import Money, SpendLimitBasis
from fleet.model.summary import money_of
from fleet.reading.ordering import Listed

MOST_BUCKETS = 200
"""For each facet; what is rarer is left out, and the facet says how many clusters that is."""


class FacetBy(StrEnum):
    PROVIDER = "PROVIDER"
    ACCOUNT = "ACCOUNT"
    PHASE = "PHASE"
    SEVERITY = "SEVERITY"
    CLOUD = "CLOUD"
    REGION = "REGION"
    VERSION = "VERSION"
    PLAN = "PLAN"
    ENGINE = "ENGINE"
    LABEL = "LABEL"


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """`value` null stands for clusters that have none. `display_name` is the value as people write it. `node_count` is
    of those whose number is known. Limits that a provider holds in use are summed apart, as in `Summary`.
    """

    value: str | None
    display_name: str | None
    cluster_count: int
    node_count: int
    spend_limits: Sequence[Money]
    converted_spend_limits: Sequence[Money]


@dataclass(frozen=True, kw_only=True)
class Facet:
    by: FacetBy
    label: str | None
    buckets: Sequence[Bucket]
    left_out: int


def count(
    listed: Sequence[Listed], by: FacetBy, label: str | None = None, *, name_provider: Callable[[str], str]
) -> Facet:
    """The largest first. A cluster in several regions counts in each. `name_provider` turns a provider's key into its
    display name.
    """
    groups: dict[str | None, list[Listed]] = {}
    for one in listed:
        for value in _values(one, by, label) or (None,):
            groups.setdefault(value, []).append(one)
    largest = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0] or ""))
    kept = largest[:MOST_BUCKETS]
    name = name_provider if by is FacetBy.PROVIDER else str
    return Facet(
        by=by,
        label=label,
        buckets=[_bucket(value, value and name(value), members) for value, members in kept],
        left_out=sum(len(members) for _, members in largest[MOST_BUCKETS:]),
    )


def _values(listed: Listed, by: FacetBy, label: str | None) -> Sequence[str]:
    if by is FacetBy.LABEL:
        value = (listed.row.item.labels or {}).get(label or "")
        return () if value is None else (value,)
    return [value for value in _VALUES[by](listed) if value]


def _bucket(value: str | None, display_name: str | None, members: Iterable[Listed]) -> Bucket:
    clusters = nodes = 0
    held: Counter[str] = Counter()
    converted: Counter[str] = Counter()
    for one in members:
        item = one.row.item
        clusters += 1
        nodes += item.capacity.node_count or 0
        limit = item.spend_limit.limit
        if limit is not None and limit.money is not None:
            is_converted = limit.basis is SpendLimitBasis.USAGE
            (converted if is_converted else held)[limit.money.currency] += limit.money.minor_units
    return Bucket(
        value=value,
        display_name=display_name,
        cluster_count=clusters,
        node_count=nodes,
        spend_limits=money_of(dict(sorted(held.items()))),
        converted_spend_limits=money_of(dict(sorted(converted.items()))),
    )


_VALUES: Mapping[FacetBy, Callable[[Listed], Sequence[str | None]]] = {
    FacetBy.PROVIDER: lambda listed: (listed.row.item.provider,),
    FacetBy.ACCOUNT: lambda listed: (listed.account.account.name,),
    FacetBy.PHASE: lambda listed: (listed.row.item.phase,),
    FacetBy.SEVERITY: lambda listed: (listed.severity,),
    FacetBy.CLOUD: lambda listed: (listed.row.item.cloud,),
    FacetBy.REGION: lambda listed: listed.row.item.regions,
    FacetBy.VERSION: lambda listed: (listed.row.item.version,),
    FacetBy.PLAN: lambda listed: (listed.row.item.plan,),
    FacetBy.ENGINE: lambda listed: (listed.row.item.engine,),
}
