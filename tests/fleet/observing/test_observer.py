"""One observation from its lease to its next time: what it costs, what it keeps, and who wins when two of them meet."""

import asyncio
from datetime import timedelta

import pytest

from fleet.model.account import Account, Collection
from fleet.model.cloud import Cloud
from fleet.model.cluster import Connection, Facts, Phase
from fleet.model.freshness import FreshnessState, freshness_of
from fleet.model.operation import OperationState
from fleet.model.rate_limit import RequestUse, Share
from fleet.observing.outcome import Observation, Outcome
from fleet.providers import PROVIDERS
from fleet.rate_limits.budget import LAST_PERCENT
from tests.fleet.asked import ADA
from tests.fleet.things import NOON, cluster, row
from tests.fleet.world import Bare, World, forever
from tests.tables import writes


async def test_a_first_observation_keeps_what_it_saw_and_when_the_next_is_due(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [cluster("c1", of=account), cluster("c2", of=account, phase=Phase.FAILED)]
    observation = await world.observe_when_due(account)
    assert (observation.outcome, observation.changed, observation.reason) == (Outcome.OBSERVED, 2, None)
    assert set(await world.rows(account)) == {"c1", "c2"}
    state = await world.state(account)
    assert state.is_token_accepted is True
    assert state.summary.by_phase == {Phase.READY: 1, Phase.FAILED: 1}
    assert set(state.collections) == set(Collection)
    assert observation.due_at == await world.due_at(account) == NOON + timedelta(seconds=60)


async def test_what_a_provider_does_not_support_is_not_observed(world: World) -> None:
    world.adapter = Bare
    account, script = await world.connect()
    await world.observe_when_due(account)
    assert script.asked == ["clusters"]
    assert set((await world.state(account)).collections) == {Collection.CLUSTERS}


async def test_what_a_provider_ceased_to_support_leaves_no_account_due_for_ever(world: World) -> None:
    account, _ = await world.connect()
    await world.observe_when_due(account)
    world.adapter = Bare
    for _ in range(6):
        await world.observe_when_due(account)
    assert await world.due_at(account) == world.clock.now() + timedelta(seconds=60)


@pytest.mark.parametrize("provider", ["kupe", "northflank"])
async def test_an_unchanged_account_costs_two_writes_and_one_of_its_budget(
    world: World, provider: str
) -> None:
    account, script = await world.connect(provider=provider)
    script.clusters = [cluster(f"c{number}", of=account) for number in range(5)]
    await world.observe_when_due(account)
    world.clock.move(days=2)  # everything is due
    with world.table.calls_meanwhile() as sent:
        observation = await world.observe(account)
    assert (observation.outcome, observation.changed, len(script.asked)) == (
        Outcome.OBSERVED,
        0,
        observation.requests * 2,
    )
    assert writes(sent) == 2 + (provider != "kupe")
    state = await world.state(account)
    assert {one.observed_at for one in state.collections.values()} == {world.clock.now()}


async def test_a_change_costs_one_transaction_more_and_is_kept_with_its_duration(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [cluster(of=account, phase=Phase.PROVISIONING)]
    await world.observe_when_due(account)
    script.clusters = [cluster(of=account)]
    with world.table.calls_meanwhile() as sent:
        observation = await world.observe_when_due(account)
    assert (observation.changed, sent["transact"], writes(sent)) == (
        1,
        2,
        3,
    )  # its end comes with an entry of the ledger
    assert [
        (one.from_phase, one.to_phase, one.after_seconds) for one in await world.history(account, "c1")
    ] == [
        (None, Phase.PROVISIONING, None),
        (Phase.PROVISIONING, Phase.READY, 5),
    ]


async def test_what_moves_is_followed_until_it_has_arrived(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [cluster(of=account, phase=Phase.UPDATING)]
    waits = []
    for number in range(9):
        if number == 7:
            script.clusters = [cluster(of=account)]
        observation = await world.observe_when_due(account)
        assert observation.due_at is not None
        waits.append(round((observation.due_at - world.clock.now()).total_seconds()))
    assert waits[:7] == [5, 5, 5, 5, 5, 6, 7]
    assert waits[7:] == [60, 60]


async def test_a_refresh_observes_clusters_before_they_are_due_and_nothing_else(world: World) -> None:
    account, script = await world.connect()
    await world.observe_when_due(account)
    script.asked.clear()
    world.clock.move(seconds=10)
    await world.observe(account, share=Share.INTERACTIVE)
    assert script.asked == ["clusters"]


async def test_a_message_that_is_out_of_date_asks_nobody_anything(world: World) -> None:
    account, script = await world.connect()
    await world.observe_when_due(account)
    script.asked.clear()
    with world.table.calls_meanwhile() as sent:
        observation = await world.observer.observe(account.id, due_at=NOON)
    assert observation.outcome is Outcome.SKIPPED
    assert observation.reason is not None
    assert "stale" in observation.reason
    assert (script.asked, writes(sent)) == ([], 0)


async def test_an_account_that_nobody_connected_is_skipped(world: World) -> None:
    assert (await world.observer.observe("nobody")).outcome is Outcome.SKIPPED


async def test_a_second_observer_of_the_same_account_is_skipped(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [cluster(of=account)]
    second: list[Observation] = []

    async def observe_too() -> None:
        second.append(await world.observe(account))

    script.meanwhile["clusters"] = observe_too
    first = await world.observe(account)
    assert first.outcome is Outcome.OBSERVED
    assert [one.outcome for one in second] == [Outcome.SKIPPED]
    assert script.asked.count("clusters") == 1


async def test_an_observer_that_was_overtaken_keeps_nothing(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [cluster(of=account, version="old")]

    async def stall_while_another_observes() -> None:
        script.meanwhile.clear()
        world.clock.move(seconds=world.observer.seconds + 16)
        script.clusters = [cluster(of=account, version="new")]
        assert (await world.observe(account)).outcome is Outcome.OBSERVED
        script.clusters = [cluster(of=account, version="old")]

    script.meanwhile["clusters"] = stall_while_another_observes
    late = await world.observe(account)
    assert (late.outcome, late.reason) == (Outcome.SKIPPED, "a later observation took over")
    assert (await world.rows(account))["c1"].item.version == "new"


async def test_an_account_disconnected_meanwhile_stays_gone(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [cluster(of=account)]
    script.meanwhile["clusters"] = lambda: world.store.hide(account.id, due_at=world.clock.now())
    observation = await world.observe(account)
    assert (observation.outcome, observation.reason) == (
        Outcome.SKIPPED,
        "the account was disconnected meanwhile",
    )
    assert await world.store.account(account.id) is None
    assert await world.store.clusters(account.id) == []


async def test_a_fault_of_ours_is_raised_and_gives_the_lease_back(world: World) -> None:
    account, script = await world.connect()
    await world.observe_when_due(account)
    before = await world.state(account)
    script.wrong["clusters"] = ZeroDivisionError("ours")
    with pytest.raises(ZeroDivisionError):
        await world.observe_when_due(account)
    assert await world.state(account) == before
    assert await world.due_at(account) == world.clock.now() + timedelta(minutes=15)
    script.wrong.clear()
    assert (await world.observe(account)).outcome is Outcome.OBSERVED


async def test_a_fault_of_ours_is_raised_even_when_another_observer_took_over(world: World) -> None:
    account, script = await world.connect()

    async def stall_while_another_observes() -> None:
        script.meanwhile.clear()
        world.clock.move(seconds=world.observer.seconds + 16)
        await world.observe(account)
        script.wrong["clusters"] = ZeroDivisionError("ours")

    script.meanwhile["clusters"] = stall_while_another_observes
    with pytest.raises(ZeroDivisionError):
        await world.observe(account)


async def test_an_observation_that_is_cancelled_gives_the_lease_back(world: World) -> None:
    account, script = await world.connect()
    begun = asyncio.Event()

    async def hang() -> None:
        begun.set()
        await forever()

    script.meanwhile["clusters"] = hang
    observing = asyncio.create_task(world.observe(account))
    await begun.wait()
    observing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await observing
    script.meanwhile.clear()
    assert (await world.observe(account)).outcome is Outcome.OBSERVED


async def test_a_used_up_budget_puts_an_account_off_until_there_is_some(world: World) -> None:
    account, script = await world.connect(provider="northflank")
    rate = PROVIDERS["northflank"].rate_limit
    spent = await world.store.spend(account.budget_key, rate, Share.POLLING, 10_000, NOON)
    refused = await world.store.spend(account.budget_key, rate, Share.POLLING, 1, NOON)
    assert spent.granted > 0
    observation = await world.observe_when_due(account)
    assert (observation.outcome, observation.reason, script.asked) == (
        Outcome.SKIPPED,
        "the request budget is used up",
        [],
    )
    assert await world.due_at(account) == refused.retry_at
    assert (await world.observe(account, share=Share.INTERACTIVE)).outcome is Outcome.OBSERVED
    world.clock.at = refused.retry_at or NOON
    assert (await world.observe(account)).outcome is Outcome.OBSERVED


async def test_a_refresh_takes_from_people_what_it_asked_for_and_not_the_details_that_are_due(
    world: World,
) -> None:
    account, script = await world.connect(provider="northflank")
    script.clusters = [cluster(f"c{number}", of=account) for number in range(20)]
    world.clock.move(minutes=1)
    await world.account_service.refresh(ADA, account.id)
    await world.observe_when_due(account)
    assert script.times_asked("nodes") == 20
    assert await used_by(world, account, RequestUse.PEOPLE) == 1


async def test_what_people_used_up_delays_no_schedule(world: World) -> None:
    account, _ = await world.connect(provider="northflank")
    await world.observe_when_due(account)
    world.clock.move(minutes=1)
    operation = await world.account_service.refresh(ADA, account.id)
    rate = PROVIDERS["northflank"].rate_limit
    await world.store.spend(account.budget_key, rate, Share.INTERACTIVE, 10_000, world.clock.now())
    observation = await world.observe_when_due(account)
    assert observation.outcome is Outcome.OBSERVED
    assert (await world.operation(operation)).state is OperationState.SUCCEEDED
    assert (await world.state(account)).of(Collection.CLUSTERS).budget_until is None


async def used_by(world: World, account: Account, use: RequestUse) -> int:
    spent = (await world.store.budget(account.budget_key)).spent
    return sum(one.requests for one in spent if one.use is use)


async def test_details_that_would_take_too_long_go_on_in_the_next_observation_and_fail_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, script = await world.connect(provider="northflank")
    script.clusters = [cluster(of=account)]
    monkeypatch.setattr("fleet.observing.observer.DETAILS_SECONDS", 0)
    assert (await world.observe(account)).outcome is Outcome.OBSERVED
    assert script.asked == ["clusters"]
    assert await world.due_at(account) == world.clock.now()
    state = await world.state(account)
    assert all(one.failure is None and one.failing_since is None for one in state.collections.values())
    monkeypatch.undo()
    await world.observe(account)
    assert "nodes c1" in script.asked


async def test_a_budget_that_ends_midway_puts_the_rest_off_and_fails_nothing(world: World) -> None:
    account, script = await world.connect(provider="northflank")
    script.clusters = [cluster(of=account)]
    rate = PROVIDERS["northflank"].rate_limit
    assert rate.requests is not None
    left, of_the_clusters = 2, rate.requests * 8 // 10 * LAST_PERCENT // 100
    allowed = (await world.store.spend(account.budget_key, rate, Share.POLLING, 1, NOON)).granted
    before = rate.requests * 8 // 10 - left - allowed - of_the_clusters
    await world.store.spend(account.budget_key, rate, Share.POLLING, before, NOON)
    refused = NOON + timedelta(seconds=rate.window_seconds * 13 / 12 + 60)
    observation = await world.observe_when_due(account)
    assert (observation.outcome, observation.requests) == (Outcome.OBSERVED, left)
    assert script.asked == ["clusters", "nodes c1"]
    state = await world.state(account)
    assert all(one.failure is None for one in state.collections.values())
    put_off = {name for name, one in state.collections.items() if one.next_attempt_at == refused}
    assert put_off == set(Collection) - {Collection.CLUSTERS, Collection.NODES}
    assert {name for name, one in state.collections.items() if one.budget_until == refused} == put_off


async def test_machine_types_are_asked_for_where_clusters_are(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [
        cluster("c1", of=account, regions=("eu-1", "us-1")),
        cluster("c2", of=account, regions=("eu-1",)),
        cluster("c3", of=account, cloud=None),
        cluster("c4", of=account, phase=Phase.DELETED, regions=("ap-1",)),
    ]
    await world.observe_when_due(account)
    assert list(script.used) == [(Cloud.AWS, "eu-1"), (Cloud.AWS, "us-1")]


async def test_facts_stay_with_a_cluster_from_one_listing_to_the_next(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [cluster(of=account)]
    script.connections = {"c1": Connection(endpoint="https://c1.invalid")}
    await world.observe_when_due(account)
    script.clusters = [cluster(of=account, version="2")]
    await world.observe_when_due(account)
    after = (await world.rows(account))["c1"]
    assert after.item.version == "2"
    assert after.facts == Facts(connection=script.connections["c1"])
    assert after.since == NOON
    assert after.facts != row().facts


async def test_a_held_pace_is_said_when_it_begins_and_when_it_ends(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    account, script = await world.connect(provider="northflank")
    script.clusters = [cluster(of=account)]
    rate = PROVIDERS["northflank"].rate_limit
    await world.observe_when_due(account)
    await world.store.spend(account.budget_key, rate, Share.POLLING, 10_000, world.clock.now())
    with caplog.at_level("INFO"):
        for _ in range(3):
            await world.observe_when_due(account)
    said = [record.message for record in caplog.records if "request budget" in record.message]
    assert len(said) == 2
    assert "holds its pace down until" in said[0]
    assert "usual pace again" in said[1]


async def test_an_account_without_budget_is_stale_once_it_is_older_than_expected_and_says_why(
    world: World,
) -> None:
    account, script = await world.connect(provider="northflank")
    script.clusters = [cluster(of=account)]
    rate = PROVIDERS["northflank"].rate_limit
    await world.observe_when_due(account)
    await world.store.spend(account.budget_key, rate, Share.POLLING, 10_000, world.clock.now())
    assert (await world.observe_when_due(account)).outcome is Outcome.SKIPPED
    tracked = await world.tracked(account)
    world.clock.move(minutes=10)
    shown = freshness_of(tracked, Collection.CLUSTERS, world.clock.now())
    assert shown.state is FreshnessState.STALE
    assert shown.reason == f"request budget until {tracked.due_at:%H:%M}"
    assert shown.next_attempt_at == tracked.due_at
    assert shown.last_failure is None
