"""The state of an envelope: what was spent, what could still be spent, the estimate for the end of the period, and
which costs are not known.

The estimate is what an account (or a cluster) has cost so far, times the length of its period, divided by the
part of the period that has passed (at least a day). If the provider does not say when the period began, the
estimate is what has been spent so far.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fleet.model.account import TrackedAccount
from fleet.model.envelope import BudgetState, Envelope, EnvelopeStatus, NotCounted
from fleet.model.money import Money, SpendLimitBasis, SpendLimitState
from fleet.model.stored import FROM_ANOTHER_VERSION
from fleet.model.tracking import TrackedCluster
from fleet.reading.snapshot import AccountSnapshot
from fleet.reading.spend import sum_up

RULE = (
    "What was spent so far, times the length of the period over the part of it that has passed (a day at least); "
    "as it is, where the provider does not tell when the period began."
)
MOST_NOT_COUNTED = 100
_A_DAY = timedelta(days=1)


@dataclass
class _Sums:
    currency: str
    now: datetime
    spent: int = 0
    estimate: float = 0
    not_counted: list[NotCounted] = field(default_factory=list)

    def add(self, name: str, amount: Money, since: datetime | None, until: datetime | None) -> None:
        if amount.currency != self.currency:
            if amount.minor_units:
                self.miss(name, f"It costs {amount.decimal} {amount.currency}, and nothing is converted.")
            return
        self.spent += amount.minor_units
        self.estimate += amount.minor_units * _times(since, until, self.now)

    def miss(self, name: str, reason: str) -> None:
        self.not_counted.append(NotCounted(name=name, reason=reason))


def status_of(
    envelope: Envelope,
    snapshots: Iterable[AccountSnapshot],
    unsupported: Callable[[str], str | None],
    now: datetime,
) -> EnvelopeStatus:
    """`snapshots` are of every account that the envelope may be about."""
    if not envelope.is_understood:
        nothing = Money(minor_units=0, currency=envelope.money.currency)
        return EnvelopeStatus(
            state=BudgetState.UNKNOWN,
            reasons=(FROM_ANOTHER_VERSION,),
            spent=nothing,
            limits_left=nothing,
            free_allowance=nothing,
            estimate=nothing,
            not_counted=(),
        )
    held = [one for one in snapshots if _holds(envelope, one.account)]
    clusters = [row for one in held for row in one.clusters if _is_meant(envelope, row)]
    names = {one.account.account.id: one.account.account.name for one in held}
    sums = _Sums(envelope.money.currency, now)
    if envelope.labels:
        for row in clusters:
            _add_cluster(sums, row, _name(names, row))
    else:
        _add_accounts(sums, [one.account for one in held], unsupported)
    for account_id in sorted((envelope.account_ids or frozenset()) - names.keys()):
        sums.miss(account_id, "The account is not connected any more.")
    unknown = list(sums.not_counted)
    left = sum(_limit_left(sums, row, _name(names, row)) for row in clusters if not row.is_tombstone)
    free = 0 if envelope.labels else min(left, _free_left(held, envelope.money.currency))
    return _judge(envelope, sums, unknown, left - free, free)


def _judge(
    envelope: Envelope, sums: _Sums, unknown: Sequence[NotCounted], left: int, free: int
) -> EnvelopeStatus:
    currency, most = envelope.money.currency, envelope.money.minor_units

    def money(units: float) -> Money:
        return Money(minor_units=round(units), currency=currency)

    estimate = max(round(sums.estimate), sums.spent)
    reasons: list[str] = []
    if sums.spent > most:
        reasons.append(f"{_text(money(sums.spent))} were spent, of {_text(envelope.money)}.")
    if estimate > most:
        reasons.append(f"The estimate to the end of the period is {_text(money(estimate))}.")
    if left and sums.spent + left > most:
        reasons.append(f"The limits of its clusters allow {_text(money(left))} more.")
    reasons += [f"{one.name}: {one.reason}" for one in unknown[:MOST_NOT_COUNTED]]
    state = BudgetState.OVER if sums.spent > most else BudgetState.AT_RISK if reasons else BudgetState.OK
    return EnvelopeStatus(
        state=state,
        reasons=tuple(reasons),
        spent=money(sums.spent),
        limits_left=money(left),
        free_allowance=money(free),
        estimate=money(estimate),
        not_counted=tuple(sums.not_counted[:MOST_NOT_COUNTED]),
    )


def _holds(envelope: Envelope, account: TrackedAccount) -> bool:
    return envelope.account_ids is None or account.account.id in envelope.account_ids


def _is_meant(envelope: Envelope, row: TrackedCluster) -> bool:
    labels = row.item.labels or {}
    return all(labels.get(key) == value for key, value in envelope.labels.items())


def _add_accounts(
    sums: _Sums, accounts: Sequence[TrackedAccount], unsupported: Callable[[str], str | None]
) -> None:
    summed = sum_up(accounts, unsupported, sums.now)
    for account, _ in summed.by_account:
        for one in account.state.spend:
            sums.add(account.account.name, one.total, one.since, one.until)
    for left in summed.left_out:
        sums.miss(left.account.account.name, left.reason)


def _add_cluster(sums: _Sums, row: TrackedCluster, name: str) -> None:
    """One that is gone has cost what it cost in the running period."""
    parts = [one for one in row.facts.spend or () if not one.is_final]
    if not parts and not row.is_tombstone:
        sums.miss(name, "Its provider tells nothing of what it costs in the running period.")
    for one in parts:
        sums.add(name, one.amount, one.since, one.until)


def _free_left(snapshots: Sequence[AccountSnapshot], currency: str) -> int:
    """What the free allowances still cover of the limits, of each organization once: the covered part of the limits,
    less what clusters that draw on it have used. Only whole accounts can be judged, because the clusters of an
    organization share its allowance.
    """
    covered: Counter[tuple[str, str, str]] = Counter()
    used: Counter[tuple[str, str, str]] = Counter()
    for one in snapshots:
        organization = one.account.account.organization
        part = one.account.state.summary.free_allowance.get(currency, 0)
        drawn = sum(_spent(row, currency) for row in one.clusters if _draws(row))
        covered[organization] = max(covered[organization], part)
        used[organization] = max(used[organization], drawn)
    return sum((covered - used).values())


def _draws(row: TrackedCluster) -> bool:
    limit = row.item.spend_limit.limit
    return limit is not None and limit.money is not None and limit.basis is SpendLimitBasis.USAGE


def _spent(row: TrackedCluster, currency: str) -> int:
    parts = (one for one in row.facts.spend or () if not one.is_final and one.amount.currency == currency)
    return sum(one.amount.minor_units for one in parts)


def _limit_left(sums: _Sums, row: TrackedCluster, name: str) -> int:
    """What the cluster could still spend up to its limit. What has no limit in this currency is named."""
    status = row.item.spend_limit
    if status.state is SpendLimitState.UNSUPPORTED:
        return 0
    money = None if status.limit is None else status.limit.money
    if money is None:
        because = status.reason or (status.limit and status.limit.money_reason) or "It has no spend limit."
        sums.miss(name, because)
        return 0
    if money.currency != sums.currency:
        sums.miss(name, f"Its limit is in {money.currency}.")
        return 0
    return max(0, money.minor_units - _spent(row, sums.currency))


def _times(since: datetime | None, until: datetime | None, now: datetime) -> float:
    if since is None or until is None or not since < until:
        return 1
    passed = min(max(now - since, _A_DAY), until - since)
    return (until - since) / passed


def _name(names: dict[str, str], row: TrackedCluster) -> str:
    return f"{names[row.item.account_id]}/{row.item.name}"


def _text(money: Money) -> str:
    return f"{money.decimal} {money.currency}"
