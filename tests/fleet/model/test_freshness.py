from datetime import datetime, timedelta

import pytest

from fleet.model.account import AccountState, Collection, CollectionState, TrackedAccount
from fleet.model.asked import Part
from fleet.model.failure import Unavailable, UnexpectedResponse
from fleet.model.freshness import GRACE, FreshnessState, freshness_of, is_missing
from fleet.model.tracking import Unread
from tests.fleet.things import NOON, account

DUE = NOON + timedelta(seconds=60)
DOWN = Unavailable("It is down.").to_failure(NOON)


def tracked(**clusters: datetime | object) -> TrackedAccount:
    known = CollectionState.model_validate(clusters)
    return TrackedAccount(account=account(), state=AccountState(collections={Collection.CLUSTERS: known}))


@pytest.mark.parametrize(
    ("known", "now", "state"),
    [
        (tracked(), NOON, FreshnessState.NEVER_OBSERVED),
        (tracked(observed_at=NOON, next_attempt_at=DUE), NOON, FreshnessState.CURRENT),
        (tracked(observed_at=NOON, next_attempt_at=DUE), DUE + GRACE, FreshnessState.CURRENT),
        (
            tracked(observed_at=NOON, next_attempt_at=DUE),
            DUE + GRACE + timedelta(microseconds=1),
            FreshnessState.STALE,
        ),
        (tracked(observed_at=NOON, next_attempt_at=None), NOON, FreshnessState.STALE),
        (tracked(observed_at=NOON, next_attempt_at=DUE, failure=DOWN), NOON, FreshnessState.UNREACHABLE),
        (tracked(next_attempt_at=DUE, failure=DOWN), NOON, FreshnessState.UNREACHABLE),
    ],
)
def test_a_collection_is_as_fresh_as_its_latest_attempt(
    known: TrackedAccount, now: datetime, state: FreshnessState
) -> None:
    assert freshness_of(known, Collection.CLUSTERS, now).state is state
    assert is_missing(known, now) is (state is not FreshnessState.CURRENT)


def test_a_collection_that_was_never_observed_says_so_beside_one_that_was() -> None:
    known = tracked(observed_at=NOON, next_attempt_at=DUE)
    assert freshness_of(known, Collection.NODES, NOON).state is FreshnessState.NEVER_OBSERVED


def test_data_keeps_its_age_while_its_provider_is_down() -> None:
    known = tracked(observed_at=NOON, next_attempt_at=DUE, failure=DOWN)
    shown = freshness_of(known, Collection.CLUSTERS, NOON + timedelta(seconds=50.9))
    assert (shown.observed_at, shown.age_seconds) == (NOON, 50)
    assert (shown.next_attempt_at, shown.last_failure) == (DUE, DOWN)


def test_the_next_attempt_is_never_in_the_past() -> None:
    known, late = tracked(observed_at=NOON, next_attempt_at=DUE), DUE + timedelta(seconds=30)
    assert freshness_of(known, Collection.CLUSTERS, late).next_attempt_at == late


def test_an_age_is_never_negative() -> None:
    known = tracked(observed_at=NOON, next_attempt_at=DUE)
    assert freshness_of(known, Collection.CLUSTERS, NOON - timedelta(seconds=5)).age_seconds == 0


def test_an_item_that_does_not_read_is_older_than_its_collection() -> None:
    known = tracked(observed_at=NOON, next_attempt_at=DUE)
    read_at = NOON - timedelta(hours=1)
    unread = Unread(failure=UnexpectedResponse("plan").to_failure(NOON), read_at=read_at)
    shown = freshness_of(known, Collection.CLUSTERS, NOON, unread=unread)
    assert (shown.state, shown.observed_at, shown.age_seconds) == (FreshnessState.UNREACHABLE, read_at, 3600)
    assert shown.last_failure == unread.failure


PART = Part(after="", until="b", at=NOON)


@pytest.mark.parametrize(
    ("key", "failed_at", "state", "observed_at"),
    [
        ("a", None, FreshnessState.CURRENT, NOON),
        ("c", None, FreshnessState.CURRENT, NOON - timedelta(hours=1)),
        ("a", NOON, FreshnessState.CURRENT, NOON),
        ("a", NOON + timedelta(seconds=9), FreshnessState.UNREACHABLE, NOON),
    ],
    ids=["asked now", "asked before", "a neighbour failed", "all failed since"],
)
def test_what_belongs_to_a_cluster_is_as_old_as_its_answer(
    key: str, failed_at: datetime | None, state: FreshnessState, observed_at: datetime
) -> None:
    failure = None if failed_at is None else Unavailable("It is down.").to_failure(failed_at)
    known = tracked(
        observed_at=NOON,
        next_attempt_at=DUE,
        failure=failure,
        parts=(PART,),
        whole_at=NOON - timedelta(hours=1),
    )
    shown = freshness_of(known, Collection.CLUSTERS, NOON, cluster_key=key)
    assert (shown.state, shown.observed_at) == (state, observed_at)
