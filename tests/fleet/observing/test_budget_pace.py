"""The pace that a request budget allows."""

from datetime import timedelta

import pytest

from fleet.model.account import Collection, CollectionState
from fleet.model.cluster import Phase
from fleet.model.failure import Unavailable
from fleet.model.rate_limit import Budget, RateFacts, RateLimit, RateScope, Share, SharingAccount
from fleet.model.tracking import TrackedCluster
from fleet.observing.budget_pace import paced
from fleet.observing.schedule import Pace
from fleet.rate_limits.budget import grant, learn
from tests.fleet.things import NOON, row

CLUSTERS, NODES = Collection.CLUSTERS, Collection.NODES
PACE = Pace()
HOURLY = RateLimit(requests=1000, window_seconds=3600, scope=RateScope.TOKEN)
ANYTHING_GOES = RateLimit(requests=None, window_seconds=60, scope=RateScope.TOKEN)


def after(
    *rows: TrackedCluster,
    clusters: int = 1,
    nodes: int = 0,
    budget: Budget | None = None,
    rate: RateLimit = HOURLY,
) -> dict[Collection, CollectionState]:
    states = {CLUSTERS: CollectionState(observed_at=NOON, requests=clusters)}
    if nodes:
        states[NODES] = CollectionState(observed_at=NOON, requests=nodes)
    return paced(states, states, rows, budget or Budget(), rate, PACE, NOON)


def seconds(state: CollectionState) -> float:
    assert state.next_attempt_at is not None
    return (state.next_attempt_at - NOON).total_seconds()


def spent(requests: int) -> Budget:
    return grant(Budget(), HOURLY, Share.POLLING, requests, NOON).budget


@pytest.mark.parametrize("rate", [HOURLY, ANYTHING_GOES])
def test_a_budget_that_is_enough_changes_no_pace(rate: RateLimit) -> None:
    states = after(clusters=2, nodes=10, rate=rate)
    assert (seconds(states[CLUSTERS]), seconds(states[NODES])) == (60, 300)
    assert {one.budget_until for one in states.values()} == {None}
    assert states[CLUSTERS].expected_age_seconds == 60 + 120


def test_what_moves_is_observed_as_fast_as_the_budget_allows() -> None:
    moving = row(phase=Phase.PENDING)
    assert seconds(after(moving)[CLUSTERS]) == 5
    assert seconds(after(moving, budget=spent(700))[CLUSTERS]) == 18
    assert seconds(after(moving, clusters=10, budget=spent(700))[CLUSTERS]) == 180


def test_where_the_budget_holds_the_pace_down_it_is_kept_until_when() -> None:
    states = after(clusters=10, budget=spent(700))
    assert states[CLUSTERS].budget_until == states[CLUSTERS].next_attempt_at == NOON + timedelta(seconds=180)


def test_nodes_are_put_off_before_clusters_are() -> None:
    states = after(nodes=400)
    assert seconds(states[CLUSTERS]) == 60
    assert seconds(states[NODES]) == 1800
    assert states[NODES].budget_until is not None


def test_what_lacks_something_is_asked_for_again_no_faster_than_the_budget_allows() -> None:
    failure = Unavailable("Down.").to_failure(NOON)
    lacking = CollectionState(
        observed_at=NOON, requests=400, failure=failure, next_attempt_at=NOON + timedelta(seconds=60)
    )
    states = {CLUSTERS: CollectionState(observed_at=NOON), NODES: lacking}
    assert seconds(paced(states, states, [], Budget(), HOURLY, PACE, NOON)[NODES]) == 360


def test_accounts_of_one_key_share_its_budget() -> None:
    shared = Budget(accounts=[SharingAccount(id=str(number), at=NOON) for number in range(10)])
    assert seconds(after(clusters=4, budget=shared)[CLUSTERS]) == 90
    assert seconds(after(clusters=4)[CLUSTERS]) == 60


def test_what_others_send_slows_us_down() -> None:
    others = learn(Budget(), HOURLY, RateFacts(remaining=250, resets_at=NOON + timedelta(hours=1)), NOON)
    assert seconds(after(clusters=5, budget=others)[CLUSTERS]) == 180


def test_a_budget_that_is_gone_leaves_a_quarter_of_an_hour_between_attempts() -> None:
    states = after(nodes=5, budget=spent(800))
    assert seconds(states[CLUSTERS]) == 900
    assert states[CLUSTERS].budget_until is not None
