"""One thing does not blind its neighbours: what is slow, refused or too large costs itself."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from fleet.model.account import Collection, CollectionState
from fleet.model.cluster import Phase
from fleet.model.failure import Conflict, NotFound, ProviderError, RateLimited, Rejected, Unavailable
from fleet.model.node import Node
from fleet.model.rate_limit import BudgetExhausted
from fleet.observing.collections.answers import AT_ONCE
from fleet.observing.outcome import Outcome
from fleet.ports.adapter import Listing
from tests.fleet.things import NOON, cluster, node
from tests.fleet.world import Script, World, forever, take_all_the_time

NODES = Collection.NODES


async def with_nodes(world: World, count: int) -> Script:
    account, script = await world.connect()
    script.clusters = [cluster(f"c{number}", of=account) for number in range(count)]
    script.nodes = {one.external_id: Listing(items=(node("a", of=one),)) for one in script.clusters}
    return script


async def kept(world: World) -> set[str]:
    (account,) = [one.account for one in await world.store.accounts(after=None, limit=9)]
    return {row.item.cluster_key for row in await world.store.items(account.id, Node)}


async def observe(world: World, seconds: int = 45) -> Outcome:
    (account,) = [one.account for one in await world.store.accounts(after=None, limit=9)]
    return (await replace(world.observer, seconds=seconds).observe(account.id)).outcome


SECONDS = 600
"""Of an observation, most of which pass at once here."""


async def test_a_cluster_that_does_not_answer_costs_nobody_elses_answer(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = await with_nodes(world, 6)

    async def go_silent() -> None:
        while script.times_asked("nodes") < AT_ONCE:  # noqa: ASYNC110 - its neighbours run meanwhile
            await asyncio.sleep(0)
        await take_all_the_time(monkeypatch, SECONDS)

    script.meanwhile["nodes c1"] = go_silent
    assert await observe(world, SECONDS) is Outcome.OBSERVED
    assert await kept(world) == {"c0", "c2", "c3"}
    (account,) = [one.account for one in await world.store.accounts(after=None, limit=9)]
    assert (await world.state(account)).of(NODES).resume_after == "c3"
    script.asked.clear()
    world.clock.move(seconds=5)
    await observe(world, SECONDS)
    assert await kept(world) == {"c0", "c2", "c3", "c4", "c5"}
    assert [one for one in script.asked if one.startswith("nodes")][:2] == ["nodes c4", "nodes c5"]


async def test_what_came_before_the_limit_is_kept_and_the_rest_waits_for_it(world: World) -> None:
    script = await with_nodes(world, 6)
    retry_at = NOON + timedelta(seconds=30)
    script.wrong["nodes c4"] = RateLimited("Slower.", retry_at=retry_at)
    assert await observe(world) is Outcome.OBSERVED
    assert await kept(world) == {"c0", "c1", "c2", "c3", "c5"}
    (account,) = [one.account for one in await world.store.accounts(after=None, limit=9)]
    state = (await world.state(account)).of(NODES)
    assert (state.next_attempt_at, state.resume_after) == (retry_at, "c3")


async def test_clusters_that_do_not_answer_leave_a_turn_to_those_behind_them(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = await with_nodes(world, AT_ONCE + 2)

    async def go_silent() -> None:
        while script.times_asked("nodes") < AT_ONCE:  # noqa: ASYNC110 - its neighbours run meanwhile
            await asyncio.sleep(0)
        await take_all_the_time(monkeypatch, SECONDS)

    script.meanwhile = {f"nodes c{number}": forever for number in range(1, AT_ONCE)}
    script.meanwhile["nodes c0"] = go_silent
    assert await observe(world, SECONDS) is Outcome.OBSERVED
    state = await state_of_nodes(world)
    assert (state.resume_after, state.observed_at) == ("c3", None)
    assert state.failure is not None
    script.meanwhile.clear()
    world.clock.at = state.next_attempt_at or NOON
    await observe(world, SECONDS)
    assert {"c4", "c5"} <= await kept(world)


@pytest.mark.parametrize(
    "error",
    [
        NotFound("Not here.", http_status=404),
        Rejected("cluster is DELETED", http_status=400),
        Conflict("the cluster is DELETING", http_status=409),
    ],
)
@pytest.mark.parametrize("is_leaving", [True, False])
async def test_a_cluster_that_is_being_deleted_and_tells_nothing_any_more_is_no_failure_of_its_machines(
    world: World, is_leaving: bool, error: ProviderError
) -> None:
    script = await with_nodes(world, 2)
    if is_leaving:
        script.become("c0", phase=Phase.DELETING, provider_phase="DELETING")
    script.wrong["nodes c0"] = error
    await observe(world)
    state = await state_of_nodes(world)
    assert (state.failure is None, state.observed_at) == (is_leaving, NOON)
    assert await kept(world) == {"c1"}


async def state_of_nodes(world: World) -> CollectionState:
    (account,) = [one.account for one in await world.store.accounts(after=None, limit=9)]
    return (await world.state(account)).of(NODES)


@pytest.mark.parametrize("limited", ["nodes", "nodes c4"])
async def test_a_limit_that_is_met_before_the_first_answer_does_not_begin_all_over(
    world: World, limited: str
) -> None:
    script = await with_nodes(world, 6)
    for number in (4, 5):
        script.wrong[f"nodes c{number}"] = RateLimited("Slower.", retry_at=NOON + timedelta(seconds=30))
    await observe(world)
    script.wrong = {limited: RateLimited("Slower.", retry_at=NOON + timedelta(seconds=90))}
    world.clock.move(seconds=30)
    await observe(world)
    assert (await state_of_nodes(world)).resume_after == "c3"
    script.wrong.clear()
    script.asked.clear()
    world.clock.move(seconds=60)
    await observe(world)
    assert [one for one in script.asked if one.startswith("nodes")][:2] == ["nodes c4", "nodes c5"]


async def test_clusters_that_fail_do_not_use_up_the_budget_of_those_behind_them_again_and_again(
    world: World,
) -> None:
    script = await with_nodes(world, 6)
    for number in range(AT_ONCE):
        script.wrong[f"nodes c{number}"] = Unavailable("Down.", http_status=503)
    for number in range(AT_ONCE, 6):
        script.wrong[f"nodes c{number}"] = BudgetExhausted(NOON + timedelta(seconds=90))
    await observe(world)
    state = await state_of_nodes(world)
    assert (state.resume_after, state.observed_at) == (f"c{AT_ONCE - 1}", None)
    assert state.failure is not None
    script.wrong = {name: error for name, error in script.wrong.items() if isinstance(error, Unavailable)}
    world.clock.move(seconds=90)
    await observe(world)
    assert await kept(world) == {"c4", "c5"}


@pytest.mark.parametrize("was_known", [True, False])
async def test_a_row_that_the_table_cannot_hold_is_marked_alone(world: World, was_known: bool) -> None:
    account, script = await world.connect()
    script.clusters = [cluster(f"c{number}", of=account) for number in range(20)]
    if not was_known:
        script.clusters.pop()
    await world.observe_when_due(account)
    script.clusters = [cluster(f"c{number}", of=account, version="2") for number in range(19)]
    script.clusters.append(cluster("c19", of=account, description="x" * 450_000))
    observation = await world.observe_when_due(account)
    rows = await world.rows(account)
    assert [rows[f"c{number}"].item.version for number in range(19)] == ["2"] * 19
    if was_known:
        assert observation.outcome is Outcome.OBSERVED
        assert rows["c19"].item.description is None
        assert rows["c19"].unread is not None
        assert "cannot be kept" in rows["c19"].unread.failure.message
    else:
        assert "c19" not in rows
        assert observation.reason is not None
        assert "cannot be kept" in observation.reason
