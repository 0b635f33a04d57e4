from datetime import datetime, timedelta

import pytest

from fleet.model.account import AccountState, Collection, CollectionState
from fleet.model.cluster import Phase
from fleet.model.tracking import TrackedCluster
from fleet.observing.schedule import (
    Pace,
    due_at,
    next_observation,
    pace_of,
    succeed,
)
from tests.fleet.things import NOON, row

PACE = Pace()
CLUSTERS, NODES = Collection.CLUSTERS, Collection.NODES


def seconds_until_next(*rows: TrackedCluster, later: float = 0) -> float:
    now = NOON + timedelta(seconds=later)
    return (next_observation(rows, PACE, now) - now).total_seconds()


def test_an_account_at_rest_is_observed_every_minute() -> None:
    assert seconds_until_next() == 60
    assert seconds_until_next(row(), row(phase=Phase.FAILED), row(phase=Phase.DELETED)) == 60


@pytest.mark.parametrize(
    ("later", "seconds"), [(0, 5), (16, 5), (40, 10), (120, 30), (240, 60), (86_400, 60)]
)
def test_what_moves_is_observed_soon_and_then_less_often(later: float, seconds: float) -> None:
    assert seconds_until_next(row(), row(phase=Phase.PROVISIONING), later=later) == seconds


def test_a_ready_cluster_whose_change_is_under_way_moves() -> None:
    assert seconds_until_next(row(is_converged=False)) == 5


def test_what_is_missing_is_observed_soon_however_long_it_was_there() -> None:
    old = NOON - timedelta(days=300)
    assert seconds_until_next(row(since=old, missing_since=NOON)) == 5
    assert seconds_until_next(row(since=old, missing_since=NOON), later=120) == 30


def test_a_quiet_pace_slows_down_everything_and_a_moving_one_the_clusters_alone() -> None:
    slow = pace_of(300, 10)
    assert (slow.every_seconds[CLUSTERS], slow.every_seconds[NODES], slow.soonest_seconds) == (300, 900, 10)
    assert pace_of(60, 5) == PACE


def test_a_success_forgets_what_failed() -> None:
    assert succeed(NODES, PACE, NOON, 7) == CollectionState(
        observed_at=NOON, next_attempt_at=NOON + timedelta(seconds=300), requests=7
    )


def state(*due: datetime | None, is_token_accepted: bool | None = True) -> AccountState:
    collections = dict(zip(Collection, (CollectionState(next_attempt_at=one) for one in due), strict=False))
    return AccountState(collections=collections, is_token_accepted=is_token_accepted)


def test_an_account_is_due_with_the_first_of_its_collections() -> None:
    assert due_at(state(NOON + timedelta(hours=1), NOON, None)) == NOON
    assert due_at(state()) is None


def test_an_account_whose_token_is_refused_is_due_with_its_clusters_alone() -> None:
    later = NOON + timedelta(minutes=15)
    assert due_at(state(later, NOON, is_token_accepted=False)) == later
    assert due_at(state(NOON, is_token_accepted=None)) == NOON
