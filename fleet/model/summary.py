"""An account in numbers. A fleet is the sum of its accounts."""

from collections import Counter
from collections.abc import Iterable, Mapping

from fleet.model.cluster import Phase
from fleet.model.money import FreeAllowance, Money, SpendLimitBasis, SpendLimitState
from fleet.model.record import Record
from fleet.model.tracking import TrackedCluster


class Summary(Record):
    """Counts of the clusters that are not deleted, by phase, and of what they may spend.

    Limits are sums in minor units by currency: those that the provider holds in money, and those it holds in use,
    converted. Clusters without a limit, those limited by vCPUs (which have no price), and those whose limit cannot be
    known are counted apart: no sum holds them. `free_allowance` is the part of the converted sum that the free
    allowance of the organization covers. It covers none while a cluster that draws on it may use all of it.
    """

    by_phase: Mapping[Phase, int] = {}
    spend_limits: Mapping[str, int] = {}
    converted_spend_limits: Mapping[str, int] = {}
    free_allowance: Mapping[str, int] = {}
    unlimited_count: int = 0
    unknown_limit_count: int = 0
    vcpu_limited_count: int = 0
    vcpu_limits: int = 0

    @property
    def cluster_count(self) -> int:
        return sum(self.by_phase.values())


def summarize(clusters: Iterable[TrackedCluster], allowance: FreeAllowance | None = None) -> Summary:
    phases: Counter[Phase] = Counter()
    states: Counter[SpendLimitState] = Counter()
    held: Counter[str] = Counter()
    converted: Counter[str] = Counter()
    covered: Counter[str] = Counter()
    vcpus: list[int] = []
    is_open = False
    for tracked in clusters:
        if tracked.is_tombstone:
            continue
        phases[tracked.item.phase] += 1
        status = tracked.item.spend_limit
        limit, usage = status.limit, status.limit and status.limit.usage
        draws = allowance is not None and tracked.item.plan in allowance.plans and tracked.item.is_active
        if limit is not None and limit.money is not None:
            is_converted = limit.basis is SpendLimitBasis.USAGE
            (converted if is_converted else held)[limit.money.currency] += limit.money.minor_units
            if draws and is_converted:
                covered[limit.money.currency] += limit.money.minor_units
        elif usage and usage.provisioned_vcpus is not None:
            vcpus.append(usage.provisioned_vcpus)
        else:
            states[SpendLimitState.UNKNOWN if limit is not None else status.state] += 1
            is_open = is_open or draws
    return Summary(
        by_phase=dict(sorted(phases.items())),
        spend_limits=dict(sorted(held.items())),
        converted_spend_limits=dict(sorted(converted.items())),
        free_allowance={} if allowance is None or is_open else _capped(covered, allowance.money),
        unlimited_count=states[SpendLimitState.UNLIMITED],
        unknown_limit_count=states[SpendLimitState.UNKNOWN],
        vcpu_limited_count=len(vcpus),
        vcpu_limits=sum(vcpus),
    )


def _capped(covered: Mapping[str, int], most: Money) -> Mapping[str, int]:
    part = min(covered.get(most.currency, 0), most.minor_units)
    return {most.currency: part} if part else {}


def add(summaries: Iterable[Summary]) -> Summary:
    """The sum, of organizations that differ: each has a free allowance of its own."""
    phases: Counter[Phase] = Counter()
    held: Counter[str] = Counter()
    converted: Counter[str] = Counter()
    free: Counter[str] = Counter()
    unlimited = unknown = limited = vcpus = 0
    for summary in summaries:
        phases.update(summary.by_phase)
        held.update(summary.spend_limits)
        converted.update(summary.converted_spend_limits)
        free.update(summary.free_allowance)
        unlimited += summary.unlimited_count
        unknown += summary.unknown_limit_count
        limited += summary.vcpu_limited_count
        vcpus += summary.vcpu_limits
    return Summary(
        by_phase=dict(sorted(phases.items())),
        spend_limits=dict(sorted(held.items())),
        converted_spend_limits=dict(sorted(converted.items())),
        free_allowance=dict(sorted(free.items())),
        unlimited_count=unlimited,
        unknown_limit_count=unknown,
        vcpu_limited_count=limited,
        vcpu_limits=vcpus,
    )


def money_of(sums: Mapping[str, int]) -> tuple[Money, ...]:
    return tuple(Money(minor_units=units, currency=currency) for currency, units in sums.items())


def net_of(sums: Mapping[str, int], taken_off: Mapping[str, int]) -> Mapping[str, int]:
    return {currency: units - taken_off.get(currency, 0) for currency, units in sums.items()}
