"""An account in numbers. A fleet is the sum of its accounts."""

from collections import Counter
from collections.abc import Iterable, Mapping

from fleet.model.cluster import Phase
from fleet.model.money import Money, SpendLimitBasis, SpendLimitState
from fleet.model.record import Record
from fleet.model.tracking import TrackedCluster


class Summary(Record):
    """Counts of the clusters that are not deleted, by phase, and of what they may spend.

    Limits are sums in minor units by currency: those that the provider holds in money, and those it holds in use,
    converted. Clusters without a limit, and those whose limit cannot be known, are counted apart: no sum holds them.
    """

    by_phase: Mapping[Phase, int] = {}
    spend_limits: Mapping[str, int] = {}
    converted_spend_limits: Mapping[str, int] = {}
    unlimited_count: int = 0
    unknown_limit_count: int = 0

    @property
    def cluster_count(self) -> int:
        return sum(self.by_phase.values())


def summarize(clusters: Iterable[TrackedCluster]) -> Summary:
    phases: Counter[Phase] = Counter()
    states: Counter[SpendLimitState] = Counter()
    held: Counter[str] = Counter()
    converted: Counter[str] = Counter()
    for tracked in clusters:
        if tracked.is_tombstone:
            continue
        status = tracked.item.spend_limit
        phases[tracked.item.phase] += 1
        states[status.state] += 1
        if status.limit is None:
            continue
        if status.limit.money is None:
            states[SpendLimitState.UNKNOWN] += (
                1  # held in a use that has no price: no sum of money can hold it
            )
            continue
        sums = converted if status.limit.basis is SpendLimitBasis.USAGE else held
        sums[status.limit.money.currency] += status.limit.money.minor_units
    return Summary(
        by_phase=dict(sorted(phases.items())),
        spend_limits=dict(sorted(held.items())),
        converted_spend_limits=dict(sorted(converted.items())),
        unlimited_count=states[SpendLimitState.UNLIMITED],
        unknown_limit_count=states[SpendLimitState.UNKNOWN],
    )


def add(summaries: Iterable[Summary]) -> Summary:
    phases: Counter[Phase] = Counter()
    held: Counter[str] = Counter()
    converted: Counter[str] = Counter()
    unlimited = unknown = 0
    for summary in summaries:
        phases.update(summary.by_phase)
        held.update(summary.spend_limits)
        converted.update(summary.converted_spend_limits)
        unlimited += summary.unlimited_count
        unknown += summary.unknown_limit_count
    return Summary(
        by_phase=dict(sorted(phases.items())),
        spend_limits=dict(sorted(held.items())),
        converted_spend_limits=dict(sorted(converted.items())),
        unlimited_count=unlimited,
        unknown_limit_count=unknown,
    )


def money_of(sums: Mapping[str, int]) -> tuple[Money, ...]:
    return tuple(Money(minor_units=units, currency=currency) for currency, units in sums.items())
