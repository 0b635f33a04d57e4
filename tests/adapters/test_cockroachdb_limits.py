"""How a limit is asked for in the three generations of CockroachDB Cloud's API, and what is to be sent instead."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.cockroachdb.limits import MONEY_FOR_STANDARD, NOT_DOLLARS, TOO_MUCH, to_limit
from adapters.cockroachdb.request import to_clearing_request
from adapters.cockroachdb.spend import to_spend_limit
from adapters.cockroachdb.versions import BOTH_LIMITS, OLDEST, SPEND_LIMITS, USAGE_LIMITS
from adapters.cockroachdb.wire import WireServerless
from fleet.model.money import LimitWanted, Money, SpendLimitState, UsageLimit
from fleet.model.refusal import InvalidInput, Unsupported

BY_MONEY = (OLDEST, SPEND_LIMITS, BOTH_LIMITS)


def money(minor_units: int, currency: str = "USD") -> LimitWanted:
    return LimitWanted(money=Money(minor_units=minor_units, currency=currency))


def use(**limits: int) -> LimitWanted:
    return LimitWanted(usage=UsageLimit(**limits))


def ask(limit: LimitWanted, version: str, plan: str = "BASIC") -> Any:
    return to_limit(limit, plan, version, ("limit",))


@pytest.mark.parametrize(
    ("limit", "version", "plan", "members"),
    [
        (money(2500), OLDEST, "SERVERLESS", {"spendLimit": 2500}),
        (money(0), OLDEST, "SERVERLESS", {"spendLimit": 0}),
        (money(2500), SPEND_LIMITS, "SERVERLESS", {"spend_limit": 2500}),
        (money(0), BOTH_LIMITS, "SERVERLESS", {"spend_limit": 0}),
        (
            use(request_units=7, storage_mib=9),
            BOTH_LIMITS,
            "SERVERLESS",
            {"usage_limits": {"request_unit_limit": "7", "storage_mib_limit": "9"}},
        ),
        (
            money(2500),
            USAGE_LIMITS,
            "BASIC",
            {"usage_limits": {"request_unit_limit": "100000000", "storage_mib_limit": "10240"}},
        ),
        (use(storage_mib=9), USAGE_LIMITS, "BASIC", {"usage_limits": {"storage_mib_limit": "9"}}),
        (
            use(provisioned_vcpus=4),
            USAGE_LIMITS,
            "STANDARD",
            {"usage_limits": {"provisioned_virtual_cpus": "4"}},
        ),
    ],
)
def test_a_limit_is_written_as_its_generation_writes_it(
    limit: LimitWanted, version: str, plan: str, members: Any
) -> None:
    assert ask(limit, version, plan) == members


@pytest.mark.parametrize(
    ("limit", "version", "plan", "path", "instead"),
    [
        (money(2500), USAGE_LIMITS, "STANDARD", ("money",), MONEY_FOR_STANDARD),
        (money(2500, "EUR"), USAGE_LIMITS, "BASIC", ("money", "currency"), NOT_DOLLARS),
        (money(2500, "EUR"), OLDEST, "SERVERLESS", ("money", "currency"), NOT_DOLLARS),
        (
            use(request_units=1),
            USAGE_LIMITS,
            "STANDARD",
            ("usage", "request_units"),
            "provisioned vCPUs instead",
        ),
        (use(storage_mib=1), USAGE_LIMITS, "STANDARD", ("usage", "storage_mib"), "provisioned vCPUs instead"),
        (
            use(provisioned_vcpus=1),
            USAGE_LIMITS,
            "BASIC",
            ("usage", "provisioned_vcpus"),
            "or money, instead",
        ),
        (use(provisioned_vcpus=1), BOTH_LIMITS, "SERVERLESS", ("usage", "provisioned_vcpus"), "or money"),
        (use(request_units=1), BOTH_LIMITS, "SERVERLESS", ("usage",), "send both"),
        (use(storage_mib=1), BOTH_LIMITS, "SERVERLESS", ("usage",), "send both"),
        (use(request_units=1, storage_mib=1), SPEND_LIMITS, "SERVERLESS", ("usage",), "in US cents instead"),
        (use(request_units=1, storage_mib=1), OLDEST, "SERVERLESS", ("usage",), "in US cents instead"),
        (money(2**31), SPEND_LIMITS, "SERVERLESS", ("money",), TOO_MUCH),
        (money(2**63), USAGE_LIMITS, "BASIC", ("money",), TOO_MUCH),
        (money(2**50), USAGE_LIMITS, "BASIC", ("money",), TOO_MUCH),
        (use(request_units=2**63), USAGE_LIMITS, "BASIC", ("usage",), TOO_MUCH),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_to_send_instead(
    limit: LimitWanted, version: str, plan: str, path: tuple[str, ...], instead: str
) -> None:
    with pytest.raises(InvalidInput) as raised:
        ask(limit, version, plan)
    assert raised.value.path == ("limit", *path)
    assert instead in raised.value.message


def test_a_plan_that_is_new_to_us_is_not_guessed_at() -> None:
    with pytest.raises(Unsupported, match="SUPREME"):
        ask(money(2500), USAGE_LIMITS, "SUPREME")


def test_a_limit_can_be_cleared_today_and_only_be_set_before() -> None:
    assert to_clearing_request(USAGE_LIMITS) == {"serverless": {"usage_limits": {}}}
    for version in BY_MONEY:
        with pytest.raises(Unsupported, match="set another one instead"):
            to_clearing_request(version)


@given(st.integers(min_value=1, max_value=2**31 - 1), st.sampled_from([*BY_MONEY[1:], USAGE_LIMITS]))
def test_money_that_was_set_is_the_money_that_is_shown(cents: int, version: str) -> None:
    shown = to_spend_limit("BASIC", True, WireServerless.model_validate(ask(money(cents), version)))
    assert shown.state is SpendLimitState.LIMITED
    assert money(cents).matches(shown)
    assert not money(cents + 1).matches(shown)


@given(
    st.integers(min_value=1, max_value=2**63 - 1),
    st.integers(min_value=1, max_value=2**63 - 1),
    st.sampled_from([BOTH_LIMITS, USAGE_LIMITS]),
)
def test_use_that_was_set_is_the_use_that_is_shown(units: int, mib: int, version: str) -> None:
    limit = use(request_units=units, storage_mib=mib)
    shown = to_spend_limit("BASIC", True, WireServerless.model_validate(ask(limit, version)))
    assert limit.matches(shown)
    assert use(request_units=units).matches(shown)
    assert not use(request_units=units, provisioned_vcpus=1).matches(shown)
