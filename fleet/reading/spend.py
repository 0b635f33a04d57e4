"""What the fleet costs in the running periods, by currency, provider and account, and what the sums leave out."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fleet.model.account import Collection, TrackedAccount
from fleet.model.freshness import FreshnessState, freshness_of


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """An account that no sum holds, and why."""

    account: TrackedAccount
    reason: str


@dataclass(frozen=True, kw_only=True)
class FleetSpend:
    """Sums in minor units by currency: of all, by the key of a provider, and by account, the dearest first."""

    total: Mapping[str, int]
    by_provider: Mapping[str, Mapping[str, int]]
    by_account: Sequence[tuple[TrackedAccount, Mapping[str, int]]]
    left_out: Sequence[LeftOut]


def sum_up(
    accounts: Iterable[TrackedAccount], unsupported: Callable[[str], str | None], now: datetime
) -> FleetSpend:
    """Two accounts of one organization cost once: the one that was observed last counts. `unsupported` says why a
    provider tells nothing of what its accounts cost, null where it does."""
    by_organization: dict[tuple[str, str, str], TrackedAccount] = {}
    left_out: list[LeftOut] = []
    for tracked in accounts:
        reason = unsupported(tracked.account.provider) or _not_known(tracked, now)
        if reason is not None:
            left_out.append(LeftOut(account=tracked, reason=reason))
            continue
        other = by_organization.get(tracked.account.organization)
        if other is None or _observed(other) < _observed(tracked):
            by_organization[tracked.account.organization] = tracked
    total: Counter[str] = Counter()
    by_provider: dict[str, Counter[str]] = {}
    by_account: list[tuple[TrackedAccount, Mapping[str, int]]] = []
    for tracked in by_organization.values():
        its: Counter[str] = Counter()
        for one in tracked.state.spend:
            its[one.total.currency] += one.total.minor_units
        total.update(its)
        by_provider.setdefault(tracked.account.provider, Counter()).update(its)
        by_account.append((tracked, its))
    by_account.sort(key=lambda one: (-max(one[1].values(), default=0), one[0].account.order))
    return FleetSpend(
        total=dict(sorted(total.items())),
        by_provider={key: dict(sorted(sums.items())) for key, sums in sorted(by_provider.items())},
        by_account=by_account,
        left_out=left_out,
    )


def _not_known(tracked: TrackedAccount, now: datetime) -> str | None:
    if tracked.state.spend:
        return None
    freshness = freshness_of(tracked, Collection.SPEND, now)
    if freshness.state is FreshnessState.NEVER_OBSERVED:
        return "What it costs was not observed yet."
    return freshness.reason or "The provider shows no running period."


def _observed(tracked: TrackedAccount) -> str:
    at = tracked.state.of(Collection.SPEND).observed_at
    return "" if at is None else at.isoformat()
