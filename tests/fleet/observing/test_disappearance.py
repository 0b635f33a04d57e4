"""Absence is suspicion: what becomes of a cluster that its provider's list leaves out."""

from datetime import timedelta

import pytest

from fleet.model.account import Account, Collection
from fleet.model.cluster import Phase
from fleet.model.failure import Forbidden, ProviderError, RateLimited, Unauthenticated, Unavailable
from fleet.model.freshness import FreshnessState, freshness_of
from fleet.observing.absence import YOUNG_FOR
from fleet.observing.outcome import Outcome
from tests.fleet.things import NOON, cluster
from tests.fleet.world import Bare, ById, Script, World

CLUSTERS = Collection.CLUSTERS


AGE = YOUNG_FOR + timedelta(seconds=1)


async def observed(world: World, count: int, *, age: timedelta = AGE) -> tuple[Account, Script]:
    """An account with so many clusters, all of them known for a while."""
    account, script = await world.connect()
    script.clusters = [cluster(f"c{number}", of=account) for number in range(count)]
    await world.observe_when_due(account)
    world.clock.at += age
    await world.observe(account)
    script.asked.clear()
    return account, script


async def phases(world: World, account: Account) -> dict[str, Phase]:
    return {key: row.item.phase for key, row in (await world.rows(account)).items()}


async def test_a_missing_cluster_that_its_provider_does_not_know_is_deleted(world: World) -> None:
    world.adapter = ById
    account, script = await observed(world, 2)
    script.clusters.pop()
    await world.observe_when_due(account)
    assert script.asked == ["clusters", "cluster c1"]
    assert await phases(world, account) == {"c0": Phase.READY, "c1": Phase.DELETED}
    last = (await world.history(account, "c1"))[-1]
    assert (last.to_phase, last.after_seconds) == (Phase.DELETED, AGE.total_seconds() + 60)
    assert (await world.state(account)).summary.cluster_count == 1
    await world.observe_when_due(account)
    assert script.asked[2:] == ["clusters"], "a tombstone is not asked for again"


async def test_a_missing_cluster_that_is_there_after_all_stays(world: World) -> None:
    world.adapter = ById
    account, script = await observed(world, 2)
    hidden = script.clusters.pop()
    script.by_id["c1"] = hidden.model_copy(update={"version": "2"})
    await world.observe_when_due(account)
    there = (await world.rows(account))["c1"]
    assert (there.item.version, there.missing_since) == ("2", None)


async def test_a_missing_cluster_that_its_provider_calls_deleted_is(world: World) -> None:
    world.adapter = ById
    account, script = await observed(world, 2)
    script.by_id["c1"] = script.clusters.pop().model_copy(update={"phase": Phase.DELETED})
    await world.observe_when_due(account)
    assert (await phases(world, account))["c1"] is Phase.DELETED


@pytest.mark.parametrize(
    "error", [Forbidden("No."), Unavailable("Down."), Unauthenticated("No."), RateLimited("Slower.")]
)
async def test_any_other_answer_leaves_it_under_suspicion(world: World, error: ProviderError) -> None:
    world.adapter = ById
    account, script = await observed(world, 2)
    script.clusters.pop()
    script.wrong["cluster"] = error
    observation = await world.observe_when_due(account)
    assert observation.outcome is Outcome.OBSERVED
    suspected = (await world.rows(account))["c1"]
    assert (suspected.item.phase, suspected.missing_since) == (Phase.READY, world.clock.now())
    script.wrong.clear()
    await world.observe_when_due(account)
    assert (await phases(world, account))["c1"] is Phase.DELETED


@pytest.mark.parametrize("error", [Forbidden("No."), Unavailable("Down."), Unauthenticated("No.")])
async def test_a_suspect_that_cannot_be_asked_for_does_not_shield_the_next(
    world: World, error: ProviderError
) -> None:
    world.adapter = ById
    account, script = await observed(world, 5)
    del script.clusters[3:]
    script.wrong["cluster c3"] = error
    await world.observe_when_due(account)
    after = await phases(world, account)
    assert (after["c3"], after["c4"]) == (Phase.READY, Phase.DELETED)


async def test_a_young_cluster_is_missed_twice_before_a_404_is_believed(world: World) -> None:
    world.adapter = ById
    account, script = await observed(world, 2, age=timedelta())
    hidden = script.clusters.pop()
    await world.observe_when_due(account)
    assert (await phases(world, account))["c1"] is Phase.READY
    world.clock.move(seconds=20)
    await world.observe(account)
    assert (await phases(world, account))["c1"] is Phase.READY
    script.clusters.append(hidden)
    await world.observe_when_due(account)
    assert (await world.rows(account))["c1"].missing_since is None
    script.clusters.pop()
    for _ in range(2):
        world.clock.move(seconds=30)
        await world.observe(account)
    assert (await phases(world, account))["c1"] is Phase.DELETED


async def test_newcomers_do_not_make_up_for_those_that_vanished(world: World) -> None:
    world.adapter = ById
    account, script = await observed(world, 6)
    script.clusters = [script.clusters[0], *(cluster(f"new{number}", of=account) for number in range(9))]
    for _ in range(3):
        await world.observe_when_due(account)
    state = await world.state(account)
    assert state.deletion_guard is not None
    assert "5 of 6 clusters vanished" in state.deletion_guard.reason
    assert Phase.DELETED not in (await phases(world, account)).values()


async def test_an_account_that_shows_none_of_many_known_clusters_is_another_organization(
    world: World,
) -> None:
    world.adapter = ById
    account, script = await observed(world, 3)
    before = await world.rows(account)
    script.clusters = [cluster("theirs", of=account)]
    for _ in range(3):
        observation = await world.observe_when_due(account)
        assert observation.outcome is Outcome.FAILED
        assert observation.reason is not None
        assert "another organization" in observation.reason
    world.clock.move(hours=2)
    await world.observe(account)
    assert await world.rows(account) == before


class TellsOrganization(ById):
    async def organization(self) -> str:
        return self._token


@pytest.mark.parametrize(("reported", "is_believed"), [("a-made-up-token", True), ("somebody-elses", False)])
async def test_a_provider_that_tells_the_organization_decides_about_few_clusters(
    world: World, reported: str, is_believed: bool
) -> None:
    world.adapter = TellsOrganization
    account, script = await observed(world, 1)
    await world.store.connect(
        account.model_copy(update={"organization_id": reported}), due_at=world.clock.now()
    )
    script.clusters = [cluster("other", of=account)]
    observation = await world.observe(account)
    assert (observation.outcome is Outcome.OBSERVED) is is_believed
    assert ("other" in await world.rows(account)) is is_believed


async def test_what_another_answer_of_the_provider_shows_is_not_absent(world: World) -> None:
    world.adapter = Bare
    account, script = await observed(world, 2)
    script.clusters.pop()
    script.contradicted = frozenset({"c1"})
    for _ in range(20):
        await world.observe_when_due(account)
    kept = (await world.rows(account))["c1"]
    assert (kept.item.phase, kept.missing_since) == (Phase.READY, None)
    assert kept.unread is not None


class TellsExistence(Bare):
    async def exists(self, external_id: str) -> bool:
        await self._ask("exists", external_id)
        return external_id in self._script.by_id


async def test_a_provider_that_knows_a_missing_cluster_by_its_id_keeps_it(world: World) -> None:
    world.adapter = TellsExistence
    account, script = await observed(world, 2)
    script.by_id["c1"] = script.clusters.pop()
    for _ in range(20):
        await world.observe_when_due(account)
    assert (await phases(world, account))["c1"] is Phase.READY
    script.by_id.clear()
    for _ in range(8):
        await world.observe_when_due(account)
    assert (await phases(world, account))["c1"] is Phase.DELETED


async def test_times_of_creation_that_change_at_once_are_no_births_and_no_deaths(world: World) -> None:
    world.adapter = ById
    account, script = await world.connect()
    names = [f"c{number}" for number in range(6)]
    script.clusters = [cluster(name, of=account, incarnation="old") for name in names]
    await world.observe_when_due(account)
    script.clusters = [cluster(name, of=account, incarnation="new") for name in names]
    for _ in range(3):
        await world.observe_when_due(account)
    assert await phases(world, account) == {f"{name}@old": Phase.READY for name in names}
    script.clusters[0] = cluster("c0", of=account, incarnation="born again")
    await world.observe_when_due(account)
    after = await phases(world, account)
    assert (after["c0@old"], after["c0@born again"]) == (Phase.DELETED, Phase.READY)


async def test_a_time_of_creation_that_appears_later_makes_no_other_cluster(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [cluster("c0", of=account)]
    await world.observe_when_due(account)
    for incarnation in ("monday", None, "monday"):
        script.clusters = [cluster("c0", of=account, incarnation=incarnation)]
        await world.observe_when_due(account)
        assert await phases(world, account) == {"c0": Phase.READY}


async def test_a_time_of_creation_that_is_told_more_exactly_makes_no_other_cluster(world: World) -> None:
    world.adapter = ById
    account, script = await world.connect()
    for told in ("2026-11-23T12:00:00Z", "2026-11-23T12:00:00.734Z", "2026-11-23T12:00:01Z"):
        script.clusters = [cluster("c0", of=account, incarnation=told)]
        await world.observe_when_due(account)
        assert await phases(world, account) == {"c0@2026-11-23T12:00:00Z": Phase.READY}


async def test_a_name_taken_again_is_a_new_cluster_and_the_old_one_is_gone(world: World) -> None:
    world.adapter = ById
    account, script = await world.connect()
    script.clusters = [cluster("web", of=account, incarnation="monday")]
    await world.observe_when_due(account)
    script.clusters = [cluster("web", of=account, incarnation="tuesday", phase=Phase.PENDING)]
    await world.observe_when_due(account)
    assert await phases(world, account) == {"web@monday": Phase.DELETED, "web@tuesday": Phase.PENDING}


async def test_where_one_cannot_be_asked_for_two_listings_an_interval_apart_decide(world: World) -> None:
    world.adapter = Bare
    account, script = await observed(world, 2)
    script.clusters.pop()
    first = await world.observe_when_due(account)
    assert (await phases(world, account))["c1"] is Phase.READY
    assert first.due_at == world.clock.now() + timedelta(seconds=5)
    world.clock.move(seconds=59)
    await world.observe(account)
    assert (await phases(world, account))["c1"] is Phase.READY
    world.clock.move(seconds=1)
    await world.observe(account)
    assert (await phases(world, account))["c1"] is Phase.DELETED


async def test_a_listing_that_shows_it_again_begins_the_two_anew(world: World) -> None:
    world.adapter = Bare
    account, script = await observed(world, 2)
    hidden = script.clusters.pop()
    await world.observe_when_due(account)
    script.clusters.append(hidden)
    await world.observe_when_due(account)
    script.clusters.pop()
    world.clock.move(minutes=5)
    await world.observe(account)
    assert (await phases(world, account))["c1"] is Phase.READY


async def test_an_incomplete_listing_is_none_of_the_two(world: World) -> None:
    world.adapter = Bare
    account, script = await observed(world, 2)
    script.clusters.pop()
    await world.observe_when_due(account)
    script.incomplete = "A page was lost."
    world.clock.move(minutes=5)
    await world.observe(account)
    assert (await phases(world, account))["c1"] is Phase.READY


@pytest.mark.parametrize(
    ("count", "lost", "is_held"), [(4, 4, True), (3, 3, False), (8, 4, False), (9, 5, True)]
)
async def test_more_than_three_and_more_than_half_at_once_are_held(
    world: World, count: int, lost: int, is_held: bool
) -> None:
    world.adapter = ById
    account, script = await observed(world, count)
    del script.clusters[:lost]
    await world.observe_when_due(account)
    deleted = [phase for phase in (await phases(world, account)).values() if phase is Phase.DELETED]
    assert len(deleted) == (0 if is_held else lost)
    assert ((await world.state(account)).deletion_guard is not None) is is_held


@pytest.mark.parametrize("adapter", [Bare, ById])
async def test_a_deletion_guard_is_said_lasts_an_hour_and_is_believed_then(
    world: World, adapter: type[Bare]
) -> None:
    world.adapter = adapter
    account, script = await observed(world, 5)
    script.clusters.clear()
    observation = await world.observe_when_due(account)
    held_at = world.clock.now()
    assert observation.outcome is Outcome.FAILED
    tracked = await world.tracked(account)
    shown = freshness_of(tracked, CLUSTERS, world.clock.now())
    assert shown.state is FreshnessState.UNREACHABLE
    assert shown.last_failure is not None
    assert "5 of 5 clusters vanished" in shown.last_failure.message
    assert tracked.state.summary.cluster_count == 5

    world.clock.at = held_at + timedelta(minutes=59)
    await world.observe(account)
    deletion_guard = (await world.state(account)).deletion_guard
    assert deletion_guard is not None
    assert deletion_guard.since == held_at
    assert set((await phases(world, account)).values()) == {Phase.READY}
    assert set(script.asked) == {"clusters"}

    world.clock.at = held_at + timedelta(hours=1)
    observation = await world.observe(account)
    assert observation.outcome is Outcome.OBSERVED
    assert set((await phases(world, account)).values()) == {Phase.DELETED}
    assert (await world.state(account)).deletion_guard is None


async def test_a_deletion_guard_ends_when_the_clusters_are_listed_again(world: World) -> None:
    account, script = await observed(world, 5)
    hidden, script.clusters = script.clusters, []
    await world.observe_when_due(account)
    script.clusters = hidden
    observation = await world.observe_when_due(account)
    assert observation.outcome is Outcome.OBSERVED
    assert (await world.state(account)).deletion_guard is None
    assert [row.missing_since for row in (await world.rows(account)).values()] == [None] * 5


async def test_a_deletion_guard_is_kept_by_what_proves_nothing(world: World) -> None:
    world.adapter = ById
    account, script = await observed(world, 5)
    script.clusters.clear()
    await world.observe_when_due(account)
    held = (await world.state(account)).deletion_guard
    assert held is not None
    script.incomplete = "A page was lost."
    await world.observe_when_due(account)
    assert (await world.state(account)).deletion_guard == held
    script.incomplete, script.wrong["clusters"] = None, Unavailable("Down.")
    await world.observe_when_due(account)
    assert (await world.state(account)).deletion_guard == held
    del script.wrong["clusters"]
    script.wrong["cluster"] = Unavailable("Down.")
    world.clock.at = held.since + timedelta(hours=1)
    await world.observe(account)
    assert (await world.state(account)).deletion_guard == held
    script.wrong.clear()
    await world.observe_when_due(account)
    assert set((await phases(world, account)).values()) == {Phase.DELETED}


async def test_a_deleted_cluster_expires_with_its_history(world: World) -> None:
    world.adapter = ById
    account, script = await observed(world, 1)
    script.clusters.clear()
    await world.observe_when_due(account)
    assert (await world.rows(account))["c0"].expires_at == NOON + AGE + timedelta(seconds=60, days=90)
    world.clock.move(days=91)
    assert await world.rows(account) == {}
