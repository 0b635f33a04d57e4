"""How an envelope stands, and what it cannot know."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from fleet.model.account import AccountState, Collection, CollectionState, TrackedAccount
from fleet.model.cluster import Facts, Phase
from fleet.model.envelope import BudgetState, Envelope, EnvelopeStatus
from fleet.model.money import Money, SpendLimitBasis
from fleet.model.spend import ClusterSpend, PeriodTotal
from fleet.model.summary import Summary
from fleet.model.tracking import TrackedCluster
from fleet.reading.envelopes import status_of
from fleet.reading.snapshot import AccountSnapshot
from tests.fleet.things import NOON, UNLIMITED, UNSUPPORTED, account, limited, row

BEGAN, ENDS = NOON - timedelta(days=10), NOON + timedelta(days=20)


def money(cents: int, currency: str = "USD") -> Money:
    return Money(minor_units=cents, currency=currency)


def at(name: str, *totals: Money, clusters: tuple[TrackedCluster, ...] = ()) -> AccountSnapshot:
    its = account().model_copy(update={"id": name, "name": name, "external_id": name})
    spend = tuple(PeriodTotal(period="now", since=BEGAN, until=ENDS, total=one) for one in totals)
    asked = {Collection.SPEND: CollectionState(observed_at=NOON, next_attempt_at=ENDS)} if totals else {}
    return AccountSnapshot(
        account=TrackedAccount(account=its, state=AccountState(spend=spend, collections=asked)),
        clusters=tuple(
            one.model_copy(update={"item": one.item.model_copy(update={"account_id": name})})
            for one in clusters
        ),
    )


def costing(name: str, cents: int | None, **more: Any) -> TrackedCluster:
    part = (
        ()
        if cents is None
        else (ClusterSpend(period="now", since=BEGAN, until=ENDS, amount=money(cents), is_final=False),)
    )
    return row(name, **{"spend_limit": UNSUPPORTED, **more}).model_copy(update={"facts": Facts(spend=part)})


def stands(*snapshots: AccountSnapshot, cents: int = 10_000, **more: Any) -> EnvelopeStatus:
    envelope = Envelope(name="ours", money=money(cents), set_by="me", set_at=NOON, **more)
    return status_of(envelope, snapshots, lambda provider: None, NOON)


def test_what_was_spent_is_extended_to_the_end_of_the_period() -> None:
    status = stands(at("a", money(1000)), at("b", money(2000)))
    assert (status.state, status.reasons, status.not_counted) == (BudgetState.OK, (), ())
    assert (status.spent, status.estimate) == (money(3000), money(9000))


@pytest.mark.parametrize(
    ("spent", "state"), [(3000, BudgetState.OK), (4000, BudgetState.AT_RISK), (10_001, BudgetState.OVER)]
)
def test_it_is_at_risk_when_the_estimate_is_over_it_and_over_when_so_much_was_spent(
    spent: int, state: BudgetState
) -> None:
    assert stands(at("a", money(spent))).state is state


def test_a_budget_that_is_spent_names_no_limits_where_there_are_none() -> None:
    assert stands(at("a", money(10_001))).reasons == (
        "100.01 USD were spent, of 100.00 USD.",
        "The estimate to the end of the period is 300.03 USD.",
    )


def test_limits_that_could_still_be_spent_put_it_at_risk() -> None:
    web = costing("web", 500, spend_limit=limited(9_000, SpendLimitBasis.MONEY))
    status = stands(at("a", money(2_000), clusters=(web,)))
    assert (status.state, status.limits_left) == (BudgetState.AT_RISK, money(8_500))
    assert status.reasons == ("The limits of its clusters allow 85.00 USD more.",)


def test_an_account_whose_costs_nobody_knows_puts_it_at_risk_and_is_named() -> None:
    status = stands(at("a", money(10)), at("b"))
    assert status.state is BudgetState.AT_RISK
    assert status.reasons == ("b: What it costs was not observed yet.",)


def test_what_is_in_another_currency_is_named_and_never_converted() -> None:
    status = stands(at("a", money(10), money(99, "GBP")))
    assert status.spent == money(10)
    assert [one.reason for one in status.not_counted] == ["It costs 0.99 GBP, and nothing is converted."]


def test_a_cluster_without_a_limit_is_named_and_alone_no_risk() -> None:
    status = stands(at("a", money(10), clusters=(costing("web", 10, spend_limit=UNLIMITED),)))
    assert (status.state, status.reasons) == (BudgetState.OK, ())
    assert [(one.name, one.reason) for one in status.not_counted] == [("a/web", "It has no spend limit.")]


def test_an_envelope_of_labels_is_about_the_clusters_that_have_them() -> None:
    ours = costing("web", 700, labels={"team": "shop", "env": "prod"})
    theirs = costing("db", 9_000, labels={"team": "other"})
    dark = costing("cache", None, labels={"team": "shop"})
    status = stands(at("a", money(50_000), clusters=(ours, theirs, dark)), labels={"team": "shop"})
    assert (status.spent, status.estimate) == (money(700), money(2_100))
    assert [one.name for one in status.not_counted] == ["a/cache"]
    assert status.state is BudgetState.AT_RISK


def test_an_envelope_is_about_its_accounts_alone_and_names_those_that_are_gone() -> None:
    status = stands(at("a", money(10)), at("b", money(99_999)), account_ids=frozenset({"a", "z"}))
    assert status.spent == money(10)
    assert [(one.name, one.reason) for one in status.not_counted] == [
        ("z", "The account is not connected any more.")
    ]


def drawing(name: str, cents: int, most: int) -> TrackedCluster:
    """A cluster that is limited in use, and draws on the organization's free allowance."""
    return costing(name, cents, spend_limit=limited(most, SpendLimitBasis.USAGE))


def allowing(snapshot: AccountSnapshot, cents: int, **more: Any) -> AccountSnapshot:
    tracked = snapshot.account
    state = tracked.state.model_copy(update={"summary": Summary(free_allowance={"USD": cents})})
    its = tracked.account.model_copy(update=more)
    return replace(snapshot, account=tracked.model_copy(update={"state": state, "account": its}))


def test_what_is_left_of_a_free_allowance_is_taken_off_the_limits_once_for_each_organization() -> None:
    clusters = (drawing("web", 500, 1500), drawing("db", 0, 1000))
    used = allowing(at("a", money(0), clusters=clusters), 1500)
    status = stands(used)
    assert (status.limits_left, status.free_allowance) == (money(1_000), money(1_000))
    again = allowing(at("b", money(0)), 1500, external_id="a")
    assert stands(used, again).free_allowance == money(1_000)
    other = allowing(at("c", money(0), clusters=(drawing("app", 0, 1500),)), 1500)
    both = stands(used, other)
    assert (both.limits_left, both.free_allowance) == (money(1_000), money(2_500))


def test_nothing_is_taken_off_where_labels_choose_among_the_clusters_of_an_organization() -> None:
    cluster = drawing("web", 500, 1500)
    labelled = cluster.model_copy(update={"item": cluster.item.model_copy(update={"labels": {"team": "a"}})})
    status = stands(allowing(at("a", clusters=(labelled,)), 1500), labels={"team": "a"})
    assert (status.limits_left, status.free_allowance) == (money(1_000), money(0))


def test_a_cluster_that_is_gone_has_cost_what_it_cost_and_can_spend_no_more() -> None:
    gone = costing(
        "web",
        700,
        labels={"team": "a"},
        phase=Phase.DELETED,
        spend_limit=limited(9_000, SpendLimitBasis.MONEY),
    )
    free = costing("old", None, labels={"team": "a"}, phase=Phase.DELETED)
    status = stands(at("a", clusters=(gone, free)), labels={"team": "a"})
    assert (status.spent, status.limits_left, status.not_counted) == (money(700), money(0), ())
