"""Spend limits in three generations, and what null, absent and zero mean in each."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.cockroachdb.convert import to_cluster
from adapters.cockroachdb.spend import NO_LIMITS, NOT_SHOWN, buy, price
from adapters.cockroachdb.wire import WireCluster
from fleet.model.money import (
    Money,
    SpendEnforcement,
    SpendLimit,
    SpendLimitBasis,
    SpendLimitState,
    SpendLimitStatus,
    UsageLimit,
)
from tests.adapters.replay import fixture

UNLIMITED = SpendLimitStatus(state=SpendLimitState.UNLIMITED)


def read(plan: str | None, config: Any) -> SpendLimitStatus:
    body = {"id": "1", "name": "a", "plan": plan, "config": config}
    return to_cluster(WireCluster.model_validate(body), "account").spend_limit


def read_limit(plan: str | None, serverless: Any) -> SpendLimit:
    status = read(plan, {"serverless": serverless})
    assert status.state is SpendLimitState.LIMITED
    assert status.limit is not None
    return status.limit


def usd(cents: int) -> Money:
    return Money(minor_units=cents, currency="USD")


def test_money_alone_is_held_as_money_and_converted_to_use() -> None:
    limit = read_limit("SERVERLESS", {"spend_limit": 2500})
    assert (limit.basis, limit.money) == (SpendLimitBasis.MONEY, usd(2500))
    assert limit.usage == UsageLimit(request_units=100_000_000, storage_mib=10_240)


def test_use_alone_is_held_as_use_and_converted_to_money() -> None:
    usage = {"request_unit_limit": "100000000", "storage_mib_limit": "10240"}
    limit = read_limit("BASIC", {"usage_limits": usage})
    assert (limit.basis, limit.money) == (SpendLimitBasis.USAGE, usd(2500))
    assert limit.usage == UsageLimit(request_units=100_000_000, storage_mib=10_240)


def test_an_object_that_carries_both_is_shown_with_both_as_they_are() -> None:
    body = fixture("cockroachdb/cluster-basic-2023-both-limits.json")
    body["config"]["serverless"]["spend_limit"] = 9900
    limit = to_cluster(WireCluster.model_validate(body), "account").spend_limit.limit
    assert limit == SpendLimit(
        money=usd(9900),
        usage=UsageLimit(request_units=100_000_000, storage_mib=10_240),
        basis=SpendLimitBasis.BOTH,
        enforcement=SpendEnforcement.STOP,
    )


def test_zero_cents_are_a_limit_of_nothing_beyond_the_free_tier_whose_size_nobody_tells() -> None:
    limit = read_limit("SERVERLESS", {"spend_limit": 0})
    assert (limit.money, limit.usage, limit.basis) == (usd(0), None, SpendLimitBasis.MONEY)


@pytest.mark.parametrize(
    "serverless",
    [
        {},
        {"spend_limit": None},
        {"usage_limits": None},
        {"usage_limits": {}},
        {"spend_limit": None, "usage_limits": None},
        {"usage_limits": {"request_unit_limit": None}},
        {"usage_limits": {"request_unit_limit": "0", "storage_mib_limit": "0"}},
    ],
    ids=str,
)
@pytest.mark.parametrize("plan", ["BASIC", "STANDARD", "SERVERLESS"])
def test_null_and_absent_are_no_limit(plan: str, serverless: object) -> None:
    assert read(plan, {"serverless": serverless}) == UNLIMITED


@pytest.mark.parametrize("config", [None, {}, {"serverless": None}], ids=str)
@pytest.mark.parametrize("plan", ["BASIC", "STANDARD", "SERVERLESS", "PREMIUM", None])
def test_a_configuration_that_is_not_shown_is_neither_limit_nor_none(
    plan: str | None, config: object
) -> None:
    assert read(plan, config) == SpendLimitStatus(state=SpendLimitState.UNKNOWN, reason=NOT_SHOWN)


@pytest.mark.parametrize("plan", ["ADVANCED", "DEDICATED", "CUSTOM"])
def test_machines_of_ones_own_have_no_limit_to_set(plan: str) -> None:
    unsupported = SpendLimitStatus(state=SpendLimitState.UNSUPPORTED, reason=NO_LIMITS)
    assert read(plan, {"dedicated": {}}) == read(plan, None) == unsupported


def test_vcpus_are_a_limit_without_a_price() -> None:
    limit = read_limit("STANDARD", {"usage_limits": {"provisioned_virtual_cpus": "12"}})
    assert limit == SpendLimit(
        usage=UsageLimit(provisioned_vcpus=12),
        basis=SpendLimitBasis.USAGE,
        enforcement=SpendEnforcement.THROTTLE,
    )


@pytest.mark.parametrize(
    ("plan", "enforcement"),
    [
        ("BASIC", SpendEnforcement.STOP),
        ("SERVERLESS", SpendEnforcement.STOP),
        ("STANDARD", SpendEnforcement.THROTTLE),
        ("PREMIUM", SpendEnforcement.UNKNOWN),
        (None, SpendEnforcement.UNKNOWN),
    ],
)
def test_what_happens_at_the_limit_depends_on_the_plan(
    plan: str | None, enforcement: SpendEnforcement
) -> None:
    assert read_limit(plan, {"spend_limit": 1}).enforcement is enforcement


@pytest.mark.parametrize(
    "usage",
    [
        {"request_unit_limit": "50000000"},
        {"storage_mib_limit": "10240"},
        {"request_unit_limit": "1", "storage_mib_limit": "1", "provisioned_virtual_cpus": "2"},
    ],
    ids=str,
)
def test_what_is_limited_in_part_has_no_price(usage: dict[str, str]) -> None:
    assert read_limit("BASIC", {"usage_limits": usage}).money is None


@pytest.mark.parametrize("number", [str(2**63 - 1), 2**63 - 1], ids=["string", "number"])
def test_a_limit_of_64_bits_is_read_exactly_from_string_or_number(number: object) -> None:
    limit = read_limit("BASIC", {"usage_limits": {"request_unit_limit": number}})
    assert limit.usage == UsageLimit(request_units=2**63 - 1)


@given(st.integers(min_value=1, max_value=2**31 - 1))
def test_money_to_use_and_back_is_the_same_money(cents: int) -> None:
    usage = buy(cents)
    assert usage is not None
    assert price(usage) == cents


@given(
    st.integers(min_value=0, max_value=2**31 - 1),
    st.integers(min_value=0, max_value=2**31 - 1),
)
def test_more_money_never_buys_less(one: int, other: int) -> None:
    less, more = buy(1 + min(one, other)), buy(1 + max(one, other))
    assert less is not None
    assert more is not None
    assert (less.request_units or 0) <= (more.request_units or 0)
    assert (less.storage_mib or 0) <= (more.storage_mib or 0)
