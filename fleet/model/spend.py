"""What an account costs: the provider's statements, each of one period and one currency."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from fleet.model.money import Money
from fleet.model.record import Instant, Record, UnreadMembers

MOST_LINES = 50
"""Lines of a statement. The smallest of more are summed in one, so that the sum stays that of all."""
MOST_STATEMENTS = 13
"""Statements of an account that are kept: the running period and a year."""
CURRENT = "current"
"""The external id of a running period that has none of its own."""


class SpendLine(Record):
    """A part of a statement. `cluster_external_id` is the cluster that it is for, where the provider tells one;
    `cluster_key` the cluster of that id which is known here.
    """

    label: str
    cluster_external_id: str | None = None
    cluster_key: str | None = None
    amount: Money


class Statement(Record):
    """What a provider charges an account for a period. `period` is its name: a month such as 2026-11 where it is one.

    `since` and `until` (exclusive) are null where the provider tells no period. `as_of` is when the provider worked it
    out, null where it does not tell. `lines` need not add up to `total`: providers round, discount and tax the whole.
    """

    account_id: str
    external_id: str
    period: str
    since: Instant | None = None
    until: Instant | None = None
    total: Money
    is_final: bool
    as_of: Instant | None = None
    lines: tuple[SpendLine, ...] = ()
    unread_members: UnreadMembers = ()

    @property
    def key(self) -> str:
        return f"{self.external_id}/{self.total.currency}"


class ClusterSpend(Record):
    """A cluster's part of a statement."""

    period: str
    since: Instant | None = None
    until: Instant | None = None
    amount: Money
    is_final: bool


class PeriodTotal(Record):
    """A running period of an account."""

    period: str
    since: Instant | None = None
    until: Instant | None = None
    total: Money


def newest_first(statements: Iterable[Statement]) -> list[Statement]:
    """Running periods, then those that ended last."""
    return sorted(statements, key=lambda one: (not one.is_final, _ended(one), one.key), reverse=True)


def _ended(one: Statement) -> str:
    at = one.until or one.since or one.as_of
    return "" if at is None else at.isoformat()


def running(statements: Iterable[Statement]) -> tuple[PeriodTotal, ...]:
    return tuple(
        PeriodTotal(period=one.period, since=one.since, until=one.until, total=one.total)
        for one in newest_first(statements)
        if not one.is_final
    )


def bounded(lines: Iterable[SpendLine], currency: str) -> tuple[SpendLine, ...]:
    """The largest lines, largest first, and the sum of the others. Lines of nothing are left out."""
    largest = sorted(
        (one for one in lines if one.amount.minor_units), key=lambda one: (-one.amount.minor_units, one.label)
    )
    if len(largest) <= MOST_LINES:
        return tuple(largest)
    rest = largest[MOST_LINES - 1 :]
    total = Money(minor_units=sum(one.amount.minor_units for one in rest), currency=currency)
    return (*largest[: MOST_LINES - 1], SpendLine(label=f"{len(rest)} others", amount=total))


def period_name(since: datetime | None, until: datetime | None) -> str:
    """A month where it is one, else the days; `until` may be the month's last second or the first of the next."""
    if since is None:
        return CURRENT if until is None else f"until {until:%Y-%m-%d}"
    if until is None:
        return f"since {since:%Y-%m-%d}"
    following = (since.replace(day=1) + timedelta(days=32)).replace(day=1)
    is_month = since == since.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    if is_month and abs(following - until) <= timedelta(days=1):
        return f"{since:%Y-%m}"
    return f"{since:%Y-%m-%d} to {until:%Y-%m-%d}"


def spend_by_cluster(statements: Iterable[Statement]) -> Mapping[str, tuple[ClusterSpend, ...]]:
    """By cluster key: its part of the newest statement of each currency that splits its sum by cluster."""
    found: dict[str, list[ClusterSpend]] = {}
    split: set[str] = set()
    for one in newest_first(statements):
        lines = [line for line in one.lines if line.cluster_external_id is not None]
        if not lines or one.total.currency in split:
            continue
        split.add(one.total.currency)
        for line in lines:
            if line.cluster_key is not None:
                part = ClusterSpend(
                    period=one.period,
                    since=one.since,
                    until=one.until,
                    amount=line.amount,
                    is_final=one.is_final,
                )
                found.setdefault(line.cluster_key, []).append(part)
    return {key: tuple(parts) for key, parts in found.items()}
