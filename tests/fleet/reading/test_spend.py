from datetime import timedelta

from fleet.model.account import AccountState, Collection, CollectionState, TrackedAccount
from fleet.model.failure import Failure, FailureKind
from fleet.model.money import Money
from fleet.model.spend import PeriodTotal
from fleet.reading.spend import sum_up
from tests.fleet.things import NOON, account

FORBIDDEN = Failure(kind=FailureKind.PERMISSION, message="The token may not see bills.", occurred_at=NOON)


def of(name: str, *totals: tuple[int, str], failure: Failure | None = None, **more: object) -> TrackedAccount:
    its = account().model_copy(update={"id": name, "name": name, "external_id": name, **more})
    spend = tuple(
        PeriodTotal(period="2026-11", total=Money(minor_units=units, currency=currency))
        for units, currency in totals
    )
    asked = CollectionState(observed_at=NOON, next_attempt_at=NOON + timedelta(hours=1), failure=failure)
    collections = {Collection.SPEND: asked} if totals or failure else {}
    return TrackedAccount(account=its, state=AccountState(spend=spend, collections=collections))


def nothing(provider: str) -> str | None:
    return "It tells nothing of costs." if provider == "beacon" else None


def test_costs_are_summed_by_currency_provider_and_account_and_never_converted() -> None:
    summed = sum_up([of("a", (100, "USD"), (5, "EUR")), of("b", (900, "USD"))], nothing, NOON)
    assert summed.total == {"EUR": 5, "USD": 1000}
    assert list(summed.by_provider.values()) == [{"EUR": 5, "USD": 1000}]
    assert [(one.account.name, sums) for one, sums in summed.by_account] == [
        ("b", {"USD": 900}),
        ("a", {"EUR": 5, "USD": 100}),
    ]
    assert summed.left_out == []


def test_two_running_periods_of_one_currency_are_both_counted() -> None:
    summed = sum_up([of("a", (100, "USD"), (40, "USD"))], nothing, NOON)
    assert summed.total == {"USD": 140}
    assert [sums for _, sums in summed.by_account] == [{"USD": 140}]


def test_what_no_sum_holds_is_named_with_the_reason() -> None:
    left = sum_up(
        [of("a"), of("b", failure=FORBIDDEN), of("c", provider="beacon"), of("d", (1, "USD"))], nothing, NOON
    ).left_out
    assert [(one.account.account.name, one.reason) for one in left] == [
        ("a", "What it costs was not observed yet."),
        ("b", "The token may not see bills."),
        ("c", "It tells nothing of costs."),
    ]


def test_two_accounts_of_one_organization_cost_once() -> None:
    one, other = of("a", (100, "USD")), of("b", (100, "USD"), external_id="a")
    assert sum_up([one, other], nothing, NOON).total == {"USD": 100}
