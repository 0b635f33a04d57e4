"""What a provider does wrong is kept as a fact where it happened, and costs nothing else."""

import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr

from fleet.model.account import Collection, CollectionState
from fleet.model.failure import (
    FailureKind,
    Forbidden,
    ProviderError,
    RateLimited,
    Unauthenticated,
    Unavailable,
    UnexpectedResponse,
)
from fleet.model.freshness import FreshnessState, freshness_of
from fleet.model.rate_limit import RateFacts
from fleet.observing.failures import REFUSED_AFTER, fail
from fleet.observing.outcome import Outcome
from fleet.observing.schedule import Pace
from fleet.ports.adapter import Listing, Unreadable
from tests.fleet.things import NOON, cluster
from tests.fleet.world import World, forever, take_all_the_time

CLUSTERS, NODES, REGIONS = Collection.CLUSTERS, Collection.NODES, Collection.REGIONS
PACE = Pace()
DOWN = Unavailable("It is down.")
OTHERS = set(Collection) - {CLUSTERS}


async def test_a_provider_that_is_down_keeps_its_rows_and_what_is_known_of_the_outage(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [cluster(of=account)]
    await world.observe_when_due(account)
    rows, retry_at = await world.rows(account), NOON + timedelta(hours=1)
    script.wrong["clusters"] = Unavailable("It is down.", http_status=503, retry_at=retry_at)
    observation = await world.observe_when_due(account)
    assert (observation.outcome, observation.reason) == (Outcome.FAILED, "It is down.")
    assert await world.rows(account) == rows
    tracked = await world.tracked(account)
    known = tracked.state.of(CLUSTERS)
    assert known.failure is not None
    assert (known.failure.kind, known.failure.http_status) == (FailureKind.UNAVAILABLE, 503)
    assert (known.failing_since, known.failed_attempts) == (world.clock.now(), 1)
    assert known.observed_at == NOON
    assert known.next_attempt_at == retry_at
    assert tracked.state.summary.cluster_count == 1
    assert freshness_of(tracked, CLUSTERS, world.clock.now()).state is FreshnessState.UNREACHABLE


async def test_a_provider_that_is_down_is_asked_once_and_backed_off_from(world: World) -> None:
    account, script = await world.connect()
    script.wrong["clusters"] = Unavailable("It is down.")
    waits = []
    for _ in range(6):
        observation = await world.observe_when_due(account)
        assert observation.due_at is not None
        waits.append((observation.due_at - world.clock.now()).total_seconds())
    assert waits == [60, 120, 240, 480, 900, 900]
    assert script.asked == ["clusters"] * 6


async def test_an_outage_is_logged_when_it_begins_and_when_it_ends(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="fleet")
    account, script = await world.connect()
    await world.observe_when_due(account)
    assert caplog.messages == []
    script.wrong["clusters"] = Unavailable("It is down.")
    for _ in range(3):
        await world.observe_when_due(account)
    assert caplog.messages == ["kupe account 'acme': clusters cannot be observed: It is down."]
    caplog.clear()
    script.wrong.clear()
    for _ in range(3):
        await world.observe_when_due(account)
    assert caplog.messages == ["kupe account 'acme': clusters are observed again"]
    assert (await world.state(account)).of(CLUSTERS).failing_since is None


@pytest.mark.parametrize("error", [Forbidden("No."), UnexpectedResponse("What?"), Unavailable("Down.")])
async def test_a_collection_that_fails_leaves_the_others_alone(world: World, error: ProviderError) -> None:
    account, script = await world.connect()
    script.clusters = [cluster(of=account)]
    script.wrong["nodes"] = error
    for _ in range(5):
        assert (await world.observe_when_due(account)).outcome is Outcome.OBSERVED
    state = await world.state(account)
    failed = state.of(NODES)
    assert failed.failure is not None
    assert (failed.failure.message, failed.observed_at) == (str(error), None)
    assert failed.failed_attempts > 1
    for collection in set(Collection) - {NODES}:
        assert state.of(collection).failure is None
        assert state.of(collection).observed_at is not None


async def test_one_cluster_that_fails_costs_its_own_answer(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [cluster("c1", of=account), cluster("c2", of=account)]
    script.wrong["nodes c1"] = Forbidden("No.")
    await world.observe_when_due(account)
    state = (await world.state(account)).of(NODES)
    assert "nodes c2" in script.asked
    assert state.failure is not None
    assert state.failure.message == "c1: No."
    assert state.observed_at == NOON


async def test_one_refusal_among_good_answers_is_no_refused_token(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [cluster(of=account)]
    await world.observe_when_due(account)
    script.refused_tokens = {"a-made-up-token"}
    script.asked.clear()
    refused = await world.observe_when_due(account)
    assert refused.outcome is Outcome.FAILED
    assert script.asked == ["clusters"], "the same token is not tried twice"
    assert refused.due_at == world.clock.now() + REFUSED_AFTER
    assert (await world.state(account)).is_token_accepted is True
    script.refused_tokens.clear()
    assert (await world.observe_when_due(account)).outcome is Outcome.OBSERVED
    assert (await world.state(account)).of(CLUSTERS).failure is None


@pytest.mark.parametrize(
    "collection", ["nodes", "connection", "cost", "integrations", "regions", "instance_types", "versions"]
)
async def test_a_refusal_of_anything_else_costs_that_alone(world: World, collection: str) -> None:
    account, script = await world.connect()
    script.clusters = [cluster(of=account)]
    script.wrong[collection] = Unauthenticated("No.", http_status=401)
    for _ in range(5):
        observation = await world.observe_when_due(account)
        assert (observation.outcome, observation.is_token_refused) == (Outcome.OBSERVED, False)
    state = await world.state(account)
    assert len([one for one in Collection if state.of(one).failure is not None]) == 1
    assert state.of(CLUSTERS).failure is None


async def test_two_refusals_in_one_moment_are_no_refused_token(world: World) -> None:
    account, script = await world.connect()
    await world.observe_when_due(account)
    script.refused_tokens = {"a-made-up-token"}
    await world.observe(account)
    world.clock.move(seconds=REFUSED_AFTER.total_seconds() - 1)
    await world.observe(account)  # because a person asks
    assert (await world.state(account)).is_token_accepted is True
    world.clock.move(seconds=REFUSED_AFTER.total_seconds())
    assert (await world.observe(account)).is_token_refused
    assert (await world.state(account)).is_token_accepted is False


async def test_a_refusal_of_a_secondary_list_puts_none_of_the_others_off(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [cluster(of=account)]
    script.wrong["nodes"] = Unauthenticated("No.", http_status=401)
    await world.observe_when_due(account)
    assert {"clusters", "nodes", "connection", "integrations", "regions"} <= {
        one.partition(" ")[0] for one in script.asked
    }
    state = await world.state(account)
    assert all(state.of(one).observed_at == NOON for one in set(Collection) - {NODES})


async def test_a_token_refused_again_is_tried_slowly_and_never_given_up(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [cluster(of=account)]
    await world.observe_when_due(account)
    script.refused_tokens = {"a-made-up-token"}
    waits, refused = [], []
    for _ in range(40):
        observation = await world.observe_when_due(account)
        assert observation.due_at is not None
        waits.append((observation.due_at - world.clock.now()) // timedelta(minutes=1))
        refused.append(observation.is_token_refused)
    assert waits[:3] == [1, 15, 15]
    assert sorted(set(waits)) == [1, 15, 60, 240]
    assert refused[-1]
    tracked = await world.tracked(account)
    assert tracked.state.is_token_accepted is False
    failure = tracked.state.of(CLUSTERS).failure
    assert failure is not None
    assert failure.kind is FailureKind.AUTHENTICATION
    assert set(await world.rows(account)) == {"c1"}

    await world.connect(token="another-made-up-token")
    assert (await world.observe_when_due(account)).outcome is Outcome.OBSERVED
    state = await world.state(account)
    assert state.is_token_accepted is True
    assert state.of(CLUSTERS).failure is None


async def test_a_refusal_of_the_token_before_says_nothing_about_the_one_that_replaced_it(
    world: World,
) -> None:
    account, script = await world.connect()
    await world.observe_when_due(account)
    script.refused_tokens = {"a-made-up-token", "another-made-up-token"}
    await world.observe(account)
    world.clock.move(seconds=REFUSED_AFTER.total_seconds() + 1)
    await world.connect(token="another-made-up-token")
    assert not (await world.observe(account)).is_token_refused
    assert (await world.state(account)).is_token_accepted is not False
    assert (await world.observe_when_due(account)).is_token_refused


async def test_a_token_that_was_not_tried_yet_is_not_called_refused(world: World) -> None:
    account, script = await world.connect()
    script.refused_tokens = {"a-made-up-token"}
    for _ in range(2):
        await world.observe_when_due(account)
    assert (await world.state(account)).is_token_accepted is False
    world.clock.move(seconds=1)
    await world.connect(token="another-made-up-token")
    script.wrong["clusters"] = Unavailable("Down.", http_status=503)
    await world.observe_when_due(account)
    state = await world.state(account)
    assert state.is_token_accepted is None
    assert state.of(CLUSTERS).failure is not None


async def test_nothing_of_an_account_stays_current_once_its_token_is_refused(world: World) -> None:
    account, script = await world.connect()
    await world.observe_when_due(account)
    world.clock.move(days=2)
    script.refused_tokens = {"a-made-up-token"}
    for _ in range(2):
        await world.observe(account)
        world.clock.move(minutes=2)
    tracked = await world.tracked(account)
    for collection in Collection:
        shown = freshness_of(tracked, collection, world.clock.now())
        assert shown.state in (FreshnessState.STALE, FreshnessState.UNREACHABLE), collection


async def test_a_token_replaced_a_moment_ago_is_read_afresh_once(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [cluster(of=account)]
    await world.observe_when_due(account)
    await world.vault.keep(account.id, SecretStr("another-made-up-token"))
    script.refused_tokens = {"a-made-up-token"}
    script.asked.clear()
    world.clock.move(days=2)
    observation = await world.observe(account)
    assert observation.outcome is Outcome.OBSERVED
    assert script.asked[:3] == ["clusters", "clusters", "nodes c1"]
    assert (await world.state(account)).is_token_accepted is True


async def test_an_account_without_a_token_is_shown_as_refused(world: World) -> None:
    account, script = await world.connect()
    await world.vault.forget(account.id)
    script.refused_tokens = {""}
    for _ in range(2):
        await world.observe_when_due(account)
    assert (await world.state(account)).is_token_accepted is False


async def test_a_rate_limited_provider_is_left_alone_until_the_time_it_names(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [cluster(of=account)]
    retry_at = NOON + timedelta(minutes=50)
    script.facts = RateFacts(retry_at=retry_at)
    script.wrong["clusters"] = RateLimited("Slower.", http_status=429, retry_at=retry_at)
    observation = await world.observe_when_due(account)
    assert (observation.outcome, observation.due_at, script.asked) == (Outcome.FAILED, retry_at, ["clusters"])
    script.facts = None
    script.wrong.clear()
    asked_early = await world.observe(account)
    assert (asked_early.outcome, script.asked) == (Outcome.SKIPPED, ["clusters"])
    assert (await world.observe_when_due(account)).outcome is Outcome.OBSERVED
    assert world.clock.now() == retry_at


async def test_a_limit_met_by_one_collection_puts_off_those_that_come_after_it(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [cluster("c1", of=account), cluster("c2", of=account)]
    retry_at = NOON + timedelta(seconds=30)
    script.wrong["nodes"] = RateLimited("Slower.", retry_at=retry_at)
    await world.observe_when_due(account)
    assert script.asked == ["clusters", "nodes c1", "nodes c2"]
    state = await world.state(account)
    assert {state.of(one).next_attempt_at for one in OTHERS - {NODES}} == {retry_at}
    assert {one for one in Collection if state.of(one).failure is not None} == {NODES}


async def test_a_provider_that_does_not_answer_in_time_has_timed_out(world: World) -> None:
    account, script = await world.connect()
    script.meanwhile["clusters"] = forever
    observer = replace(world.observer, seconds=0)
    observation = await observer.observe(account.id)
    assert observation.outcome is Outcome.FAILED
    known = (await world.state(account)).of(CLUSTERS)
    assert known.failure is not None
    assert known.failure.kind is FailureKind.TIMEOUT
    assert known.next_attempt_at == NOON + timedelta(seconds=60)
    script.meanwhile.clear()
    assert (await world.observe(account)).outcome is Outcome.OBSERVED


async def test_what_an_observation_had_no_time_for_is_left_to_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, script = await world.connect()
    await world.observe_when_due(account)
    world.clock.move(hours=2)  # all but regions and machine types are due again
    script.clusters = [cluster(of=account)]
    script.meanwhile["nodes"] = lambda: take_all_the_time(monkeypatch, 600)
    await replace(world.observer, seconds=600).observe(account.id)
    state = await world.state(account)
    assert {one for one in Collection if state.of(one).failure is not None} == {NODES}
    assert await world.due_at(account) == world.clock.now()
    await world.observe_when_due(account)
    state = await world.state(account)
    assert state.of(Collection.INTEGRATIONS).observed_at == world.clock.now()
    assert script.asked.count("nodes c1") == 1


async def test_what_an_incomplete_listing_leaves_out_is_said(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [cluster(of=account)]
    await world.observe_when_due(account)
    script.clusters, script.incomplete = [], "Something had no readable identity."
    observation = await world.observe_when_due(account)
    assert (observation.outcome, observation.reason) == (Outcome.FAILED, script.incomplete)
    tracked = await world.tracked(account)
    assert freshness_of(tracked, CLUSTERS, world.clock.now()).state is FreshnessState.UNREACHABLE
    assert (await world.rows(account))["c1"].missing_since is None


async def test_an_item_that_does_not_read_leaves_its_collection_current(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [cluster("c1", of=account), cluster("c2", of=account)]
    await world.observe_when_due(account)
    script.clusters = [cluster("c2", of=account)]
    script.unreadable = (Unreadable(external_id="c1", reason="plan: is no text"),)
    observation = await world.observe_when_due(account)
    assert observation.outcome is Outcome.OBSERVED
    marked = (await world.rows(account))["c1"]
    assert marked.unread is not None
    assert marked.unread.read_at == NOON
    assert (await world.rows(account))["c2"].unread is None
    script.clusters, script.unreadable = [cluster("c1", of=account), cluster("c2", of=account)], ()
    await world.observe_when_due(account)
    assert (await world.rows(account))["c1"].unread is None


async def test_a_rarely_observed_collection_that_failed_is_soon_tried_again(world: World) -> None:
    account, script = await world.connect()
    script.wrong["regions"] = Unavailable("Down.")
    await world.observe_when_due(account)
    script.wrong.clear()
    await world.observe_when_due(account)
    assert (await world.state(account)).of(REGIONS).observed_at == NOON + timedelta(seconds=60)


@pytest.mark.parametrize("is_partial", [False, True], ids=["failed", "incomplete"])
async def test_what_is_rarely_observed_is_not_asked_for_again_at_every_observation(
    world: World, is_partial: bool
) -> None:
    account, script = await world.connect()
    script.clusters = [cluster(of=account)]
    if is_partial:
        script.regions = Listing(items=(), incomplete="Some are not allowed.")
    else:
        script.wrong["regions"] = Forbidden("Not allowed.")
    asked = []
    while world.clock.now() < NOON + timedelta(hours=1):
        before = (await world.state(account)).of(REGIONS).failed_attempts
        await world.observe_when_due(account)
        state = (await world.state(account)).of(REGIONS)
        if state.failed_attempts > before:
            asked.append((world.clock.now() - NOON).total_seconds())
    assert asked == [0, 60, 180, 420, 900, 1860]
    script.wrong.clear()
    script.regions = Listing(items=())
    while (await world.state(account)).of(REGIONS).failure is not None:
        assert world.clock.now() < NOON + timedelta(hours=2)
        await world.observe_when_due(account)
    assert (await world.state(account)).of(REGIONS).failed_attempts == 0


def fail_often(collection: Collection, error: ProviderError, times: int) -> list[float]:
    """The seconds that each attempt puts off the next one."""
    state, delays, now = CollectionState(observed_at=NOON), [], NOON
    for _ in range(times):
        state = fail(state, error.to_failure(now), collection, PACE, now)
        assert state.next_attempt_at is not None
        delays.append((state.next_attempt_at - now).total_seconds())
        now = state.next_attempt_at
    assert (state.observed_at, state.failing_since, state.failed_attempts) == (NOON, NOON, times)
    return delays


def test_failing_backs_off_up_to_a_quarter_of_an_hour() -> None:
    assert fail_often(CLUSTERS, DOWN, 7) == [60, 120, 240, 480, 900, 900, 900]


def test_what_is_rarely_observed_is_soon_tried_again_and_at_last_as_rarely() -> None:
    delays = fail_often(REGIONS, Forbidden("No."), 13)
    assert delays[:3] == [60, 120, 240]
    assert max(delays) <= 86_400
    assert delays[-1] == 61_440


def test_a_provider_that_says_when_to_ask_again_is_heeded() -> None:
    far, near = NOON + timedelta(hours=1), NOON + timedelta(seconds=1)
    for retry_at, expected in ((far, far), (near, NOON + timedelta(seconds=60))):
        failure = RateLimited("Slower.", retry_at=retry_at).to_failure(NOON)
        assert fail(CollectionState(), failure, CLUSTERS, PACE, NOON).next_attempt_at == expected


def test_a_refused_token_is_tried_again_soon_at_first() -> None:
    refused = fail(CollectionState(), Unauthenticated("No.").to_failure(NOON), CLUSTERS, PACE, NOON)
    assert (refused.next_attempt_at, refused.failing_since) == (NOON + REFUSED_AFTER, NOON)
