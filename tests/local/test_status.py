"""What `make status` says of a deployment, and when it says that something is wrong."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from fleet.accounts.new_account import make_account
from fleet.model.account import AccountState, Collection, CollectionState, TrackedAccount
from fleet.model.failure import Failure, FailureKind
from infra.stack import Alarm, Stack
from local.status import sentences

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
STACK = Stack(name="fleet", state="UPDATE_COMPLETE", changed_at=NOW, outputs={"Version": "0.1.0"})
QUIET = [Alarm(name="fleet-LagAlarm", state="OK", description="...")]


FAILURE = Failure(
    kind=FailureKind.TIMEOUT, message="Kupe did not answer in time.", occurred_at=NOW, is_retryable=True
)


def account(
    name: str,
    *,
    age: timedelta | None,
    is_accepted: bool | None = True,
    overdue: timedelta = timedelta(),
    failure: Failure | None = None,
) -> TrackedAccount:
    made = make_account(
        provider="kupe", name=name, external_id=name, token=SecretStr("t" * 20), now=NOW - timedelta(days=1)
    )
    clusters = CollectionState(observed_at=None if age is None else NOW - age, failure=failure)
    state = AccountState(collections={Collection.CLUSTERS: clusters}, is_token_accepted=is_accepted)
    return TrackedAccount(account=made, state=state, due_at=NOW - overdue)


def said(*accounts: TrackedAccount, stack: Stack = STACK, alarms: list[Alarm] = QUIET) -> tuple[bool, str]:
    listed = list(sentences(stack, accounts, alarms, 2, NOW))
    return all(is_well for is_well, _ in listed), "\n".join(sentence for _, sentence in listed)


def test_what_works_is_said_in_sentences() -> None:
    is_well, text = said(account("acme", age=timedelta(seconds=30)))
    assert is_well
    assert "Version 0.1.0" in text
    assert "1 account connected; the oldest data is 30 seconds old." in text
    assert "2 messages in the queue." in text
    assert "0 of 1 alarm ringing." in text


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (
            account("acme", age=timedelta(minutes=10), overdue=timedelta(minutes=3)),
            "'acme' should have been observed more than 2 minutes ago",
        ),
        (
            account("acme", age=timedelta(minutes=1), failure=FAILURE),
            "'acme' could not be observed the last time: Kupe did not answer in time.",
        ),
        (account("acme", age=None), "'acme' was never observed"),
        (account("acme", age=timedelta(), is_accepted=False), "'acme' must get a new token"),
    ],
)
def test_an_account_that_is_not_observed_is_named(wrong: TrackedAccount, sentence: str) -> None:
    is_well, text = said(account("fine", age=timedelta(seconds=5)), wrong)
    assert not is_well
    assert sentence in text


def test_an_account_that_is_not_due_yet_is_fine_however_slow_its_pace_is() -> None:
    assert said(account("acme", age=timedelta(hours=5), overdue=-timedelta(hours=1)))[0]


def test_without_an_account_the_next_step_is_said() -> None:
    is_well, text = said()
    assert not is_well
    assert "make connect" in text


def test_an_alarm_that_rings_and_an_update_that_was_rolled_back_are_said() -> None:
    ringing = [*QUIET, Alarm(name="fleet-ApiErrors", state="ALARM", description="Answering failed.")]
    is_well, text = said(account("acme", age=timedelta(seconds=5)), alarms=ringing)
    assert not is_well
    assert "fleet-ApiErrors: Answering failed." in text
    rolled_back = Stack(name="fleet", state="UPDATE_ROLLBACK_COMPLETE", changed_at=NOW)
    assert not said(account("acme", age=timedelta(seconds=5)), stack=rolled_back)[0]


def test_many_accounts_are_counted_beyond_the_first() -> None:
    _, text = said(*(account(f"a{number}", age=None) for number in range(9)))
    assert "... and 4 more." in text
