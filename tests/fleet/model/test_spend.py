from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from fleet.model.money import Money
from fleet.model.spend import (
    MOST_LINES,
    SpendLine,
    Statement,
    bounded,
    newest_first,
    period_name,
    running,
    spend_by_cluster,
)

NOVEMBER = datetime(2026, 11, 1, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)


def line(label: str, units: int, cluster: str | None = None) -> SpendLine:
    amount = Money(minor_units=units, currency="USD")
    return SpendLine(label=label, amount=amount, cluster_external_id=cluster, cluster_key=cluster)


def statement(name: str, until: datetime | None, *lines: SpendLine, is_final: bool = True) -> Statement:
    return Statement(
        account_id="a",
        external_id=name,
        period=name,
        until=until,
        total=Money(minor_units=7, currency="USD"),
        is_final=is_final,
        lines=lines,
    )


@pytest.mark.parametrize(
    ("since", "until", "name"),
    [
        (NOVEMBER, DECEMBER, "2026-11"),
        (NOVEMBER, DECEMBER - timedelta(seconds=1), "2026-11"),
        (NOVEMBER, NOVEMBER + timedelta(days=9), "2026-11-01 to 2026-11-10"),
        (NOVEMBER + timedelta(days=4), DECEMBER, "2026-11-05 to 2026-12-01"),
        (None, DECEMBER, "until 2026-12-01"),
        (NOVEMBER, None, "since 2026-11-01"),
        (None, None, "current"),
    ],
)
def test_a_period_is_named_after_its_month_or_its_days(
    since: datetime | None, until: datetime | None, name: str
) -> None:
    assert period_name(since, until) == name


def test_the_running_period_is_before_those_that_ended_last() -> None:
    old, new = statement("old", NOVEMBER), statement("new", DECEMBER)
    now = statement("now", None, is_final=False)
    assert [one.period for one in newest_first([old, now, new])] == ["now", "new", "old"]
    assert [one.period for one in running([old, now, new])] == ["now"]


def test_many_lines_are_cut_and_their_sum_is_kept() -> None:
    lines = [line(str(number), number) for number in range(200)]
    kept = bounded(lines, "USD")
    assert len(kept) == MOST_LINES
    assert kept[0].label == "199"
    assert sum(one.amount.minor_units for one in kept) == sum(range(200))
    assert bounded([line("nothing", 0), line("credit", -5)], "USD") == (line("credit", -5),)


def test_a_cluster_costs_what_the_newest_split_statement_says() -> None:
    unsplit = statement("now", None, line("fee", 3), is_final=False)
    newer = statement("2026-11", DECEMBER, line("web", 2, "web"), line("gone", 9, "gone"))
    older = statement("2026-10", NOVEMBER, line("web", 1, "web"), line("db", 1, "db"))
    found = spend_by_cluster([unsplit, newer, older])
    assert {key: [(one.period, one.amount.minor_units) for one in parts] for key, parts in found.items()} == {
        "web": [("2026-11", 2)],
        "gone": [("2026-11", 9)],
    }


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [("1188.0625", "USD", 118806), ("0.005", "USD", 1), ("-0.005", "USD", -1), ("12.4", "JPY", 12)],
)
def test_a_part_of_the_smallest_unit_is_rounded(amount: str, currency: str, units: int) -> None:
    assert Money.rounded(Decimal(amount), currency) == Money(minor_units=units, currency=currency)
