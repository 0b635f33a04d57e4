from decimal import Decimal

import pytest

from fleet.model.cluster import Phase
from fleet.model.money import (
    CURRENCIES,
    MINOR_DIGITS,
    NO_CURRENCY,
    FreeAllowance,
    Money,
    SpendEnforcement,
    SpendLimit,
    SpendLimitBasis,
    SpendLimitState,
    SpendLimitStatus,
    UsageLimit,
)
from fleet.model.summary import Summary, add, money_of, summarize
from tests.fleet.things import UNKNOWN_LIMIT, UNLIMITED, UNSUPPORTED, limited, row

MONEY, USAGE, BOTH = SpendLimitBasis.MONEY, SpendLimitBasis.USAGE, SpendLimitBasis.BOTH


def test_clusters_are_counted_by_phase_and_tombstones_are_left_out() -> None:
    summary = summarize([row("a"), row("b"), row("c", phase=Phase.FAILED), row("d", phase=Phase.DELETED)])
    assert summary.by_phase == {Phase.READY: 2, Phase.FAILED: 1}
    assert summary.cluster_count == 3


def test_limits_are_summed_by_currency_and_those_converted_from_use_apart() -> None:
    summary = summarize(
        row(str(number), spend_limit=limit)
        for number, limit in enumerate(
            [limited(1000, MONEY), limited(250, BOTH), limited(7, MONEY, "EUR"), limited(400, USAGE)]
        )
    )
    assert summary.spend_limits == {"EUR": 7, "USD": 1250}
    assert summary.converted_spend_limits == {"USD": 400}
    assert (summary.unlimited_count, summary.unknown_limit_count) == (0, 0)


def test_what_no_sum_can_hold_is_counted_apart() -> None:
    summary = summarize(
        row(str(number), spend_limit=limit)
        for number, limit in enumerate(
            [UNLIMITED, UNLIMITED, UNKNOWN_LIMIT, limited(None, USAGE), UNSUPPORTED]
        )
    )
    assert (summary.unlimited_count, summary.unknown_limit_count) == (2, 2)
    assert summary.spend_limits == summary.converted_spend_limits == {}


def test_limits_in_vcpus_are_a_class_of_their_own() -> None:
    limit = SpendLimitStatus(
        state=SpendLimitState.LIMITED,
        limit=SpendLimit(
            usage=UsageLimit(provisioned_vcpus=4), basis=USAGE, enforcement=SpendEnforcement.THROTTLE
        ),
    )
    summary = summarize([row("a", spend_limit=limit), row("b", spend_limit=limit)])
    assert (summary.vcpu_limited_count, summary.vcpu_limits, summary.unknown_limit_count) == (2, 8, 0)


ALLOWANCE = FreeAllowance(
    money=Money(minor_units=1500, currency="USD"),
    usage=UsageLimit(request_units=50, storage_mib=10),
    plans=frozenset({"BASIC"}),
    condition="Who pays by the month has it.",
)


@pytest.mark.parametrize(
    ("limits", "covered"),
    [
        ([limited(1500, USAGE)], {"USD": 1500}),
        ([limited(900, USAGE), limited(4000, USAGE)], {"USD": 1500}),
        ([limited(700, USAGE)], {"USD": 700}),
        ([limited(700, MONEY)], {}),
        ([limited(700, USAGE), UNLIMITED], {}),
        ([limited(700, USAGE), UNKNOWN_LIMIT], {}),
        ([limited(700, USAGE), limited(None, USAGE)], {}),
    ],
)
def test_the_free_allowance_covers_a_part_of_the_converted_limits_once(
    limits: list[SpendLimitStatus], covered: dict[str, int]
) -> None:
    rows = [row(str(number), plan="BASIC", spend_limit=limit) for number, limit in enumerate(limits)]
    assert summarize([*rows, row("x", plan="STANDARD")], ALLOWANCE).free_allowance == covered
    assert summarize(rows).free_allowance == {}


def test_a_limit_of_nothing_is_a_limit() -> None:
    assert summarize([row(spend_limit=limited(0, MONEY))]).spend_limits == {"USD": 0}


def test_the_limit_of_a_deleted_cluster_is_no_part_of_a_sum() -> None:
    assert summarize([row(phase=Phase.DELETED, spend_limit=limited(5, MONEY))]) == Summary()


def test_a_fleet_is_the_sum_of_its_accounts() -> None:
    rows = [
        row("a", spend_limit=limited(1, MONEY)),
        row("b", spend_limit=limited(2, MONEY)),
        row("c", spend_limit=limited(3, USAGE), phase=Phase.STOPPED),
        row("d", spend_limit=UNKNOWN_LIMIT),
        row("e", spend_limit=limited(4, MONEY, "EUR")),
        row("f"),
    ]
    assert add([summarize(rows[:2]), summarize(rows[2:]), Summary()]) == summarize(rows)
    assert add([]) == Summary()


def test_a_sum_is_money_again() -> None:
    assert money_of({"EUR": 7, "JPY": 9}) == (
        Money(minor_units=7, currency="EUR"),
        Money(minor_units=9, currency="JPY"),
    )


@pytest.mark.parametrize(
    ("currency", "amount"), [("USD", "12.50"), ("JPY", "1250"), ("KWD", "1.250"), ("UGX", "1250")]
)
def test_money_is_exact_in_the_digits_of_its_currency(currency: str, amount: str) -> None:
    assert str(Money(minor_units=1250, currency=currency).decimal) == str(Decimal(amount))


def test_every_currency_whose_digits_are_known_can_be_named() -> None:
    assert MINOR_DIGITS.keys() <= CURRENCIES
    assert NO_CURRENCY not in CURRENCIES
    assert {len(one) for one in CURRENCIES} == {3}


def test_a_limit_comes_exactly_with_being_limited() -> None:
    limit = SpendLimit(basis=MONEY, enforcement=SpendEnforcement.STOP)
    for state, given in ((SpendLimitState.LIMITED, None), (SpendLimitState.UNLIMITED, limit)):
        with pytest.raises(ValueError, match="exactly when"):
            SpendLimitStatus(state=state, limit=given)


@pytest.mark.parametrize("state", [SpendLimitState.UNSUPPORTED, SpendLimitState.UNKNOWN])
def test_what_cannot_be_known_needs_a_reason(state: SpendLimitState) -> None:
    with pytest.raises(ValueError, match="needs a reason"):
        SpendLimitStatus(state=state)
