"""Nodes: kept for each cluster that was asked, and asked for within the budget."""

from datetime import timedelta

from fleet.model.account import Account, Collection
from fleet.model.capability import Capability
from fleet.model.cluster import Phase
from fleet.model.failure import Forbidden, Unavailable
from fleet.model.freshness import Freshness, FreshnessState, freshness_of
from fleet.model.node import Node
from fleet.model.rate_limit import BudgetExhausted
from fleet.ports.adapter import Listing, Unreadable
from tests.fleet.things import NOON, cluster, node
from tests.fleet.world import Script, World


async def nodes_of(world: World, account: Account) -> set[str]:
    return {row.item.key for row in await world.store.items(account.id, Node)}


async def unseen(world: World, account: Account) -> dict[str, str]:
    """What was not shown by the latest answer, with why."""
    rows = await world.store.items(account.id, Node)
    return {row.item.key: row.unread.failure.message for row in rows if row.unread is not None}


async def freshness(world: World, account: Account) -> dict[str, Freshness]:
    tracked = await world.store.account(account.id)
    assert tracked is not None
    now = world.clock.now()
    return {
        row.item.key: freshness_of(
            tracked, Collection.NODES, now, unread=row.unread, cluster_key=row.item.cluster_key
        )
        for row in await world.store.items(account.id, Node)
    }


async def with_nodes(world: World) -> tuple[Account, Script]:
    """Two clusters of two nodes each, observed once."""
    account, script = await world.connect()
    script.clusters = [cluster("c1", of=account), cluster("c2", of=account)]
    script.nodes = {
        one.external_id: Listing(items=(node("a", of=one), node("b", of=one))) for one in script.clusters
    }
    await world.observe_when_due(account)
    return account, script


async def test_nodes_are_kept_for_each_cluster(world: World) -> None:
    account, _ = await with_nodes(world)
    assert await nodes_of(world, account) == {"c1/a", "c1/b", "c2/a", "c2/b"}


async def test_a_node_that_left_is_forgotten(world: World) -> None:
    account, script = await with_nodes(world)
    script.nodes["c1"] = Listing(items=(node("b", of=script.clusters[0]),))
    await world.observe_all(account)
    assert await nodes_of(world, account) == {"c1/b", "c2/a", "c2/b"}


async def test_an_incomplete_list_of_nodes_forgets_none_of_its_cluster(world: World) -> None:
    account, script = await with_nodes(world)
    new = node("c", of=script.clusters[0])
    moved = node("b", of=script.clusters[0], zone="z")
    script.nodes["c1"] = Listing(items=(new, moved), incomplete="A page was lost.")
    script.nodes["c2"] = Listing(items=())
    await world.observe_all(account)
    assert await nodes_of(world, account) == {"c1/a", "c1/b", "c1/c"}
    zones = {row.item.key: row.item.zone for row in await world.store.items(account.id, Node)}
    assert zones["c1/b"] == "z"
    failure = (await world.state(account)).of(Collection.NODES).failure
    assert failure is not None
    assert failure.message == "A page was lost."
    world.clock.move(days=1)
    assert (await world.observe(account)).changed == 0, "what is listed again as it was is not written again"


async def test_a_cluster_that_cannot_be_asked_keeps_its_nodes(world: World) -> None:
    account, script = await with_nodes(world)
    script.wrong["nodes c1"] = Forbidden("No.")
    script.nodes["c2"] = Listing(items=())
    await world.observe_all(account)
    assert await nodes_of(world, account) == {"c1/a", "c1/b"}


async def test_nodes_that_a_token_does_not_get_are_a_fact_of_their_cluster_and_no_failure(
    world: World,
) -> None:
    account, script = await world.connect()
    script.clusters = [cluster("c1", of=account), cluster("c2", of=account)]
    script.nodes = {
        "c1": Listing(items=(), withheld="The token does not reach them."),
        "c2": Listing(items=(node("a", of=script.clusters[1]),)),
    }
    await world.observe_when_due(account)
    rows = await world.rows(account)
    assert rows["c1"].facts.nodes_withheld == "The token does not reach them."
    assert rows["c2"].facts.nodes_withheld is None
    assert await nodes_of(world, account) == {"c2/a"}
    assert (await world.state(account)).of(Collection.NODES).failure is None
    world.clock.move(days=1)
    assert (await world.observe(account)).changed == 0, "what is withheld as before is not written again"
    script.nodes["c1"] = Listing(items=(node("b", of=script.clusters[0]),))
    await world.observe_all(account)
    assert (await world.rows(account))["c1"].facts.nodes_withheld is None
    assert await nodes_of(world, account) == {"c1/b", "c2/a"}


async def test_nodes_that_were_seen_once_are_kept_when_a_token_does_not_get_them_any_more(
    world: World,
) -> None:
    account, script = await with_nodes(world)
    script.nodes["c1"] = Listing(items=(), withheld="The token does not reach them.")
    await world.observe_all(account)
    assert await nodes_of(world, account) == {"c1/a", "c1/b", "c2/a", "c2/b"}
    assert (await world.rows(account))["c1"].facts.nodes_withheld is None
    assert (await world.state(account)).of(Collection.NODES).failure is None
    withheld = {"c1/a": "The token does not reach them.", "c1/b": "The token does not reach them."}
    assert await unseen(world, account) == withheld
    world.clock.move(days=1)
    assert (await world.observe(account)).changed == 0, "what is withheld as before is not written again"
    shown = await freshness(world, account)
    assert (shown["c1/a"].state, shown["c1/a"].observed_at) == (FreshnessState.UNREACHABLE, NOON)
    assert (shown["c2/a"].state, shown["c2/a"].observed_at) == (FreshnessState.CURRENT, world.clock.now())
    script.nodes["c1"] = Listing(items=(node("b", of=script.clusters[0]),))
    await world.observe_all(account)
    assert await nodes_of(world, account) == {"c1/b", "c2/a", "c2/b"}
    assert await unseen(world, account) == {}


async def test_nodes_that_were_not_shown_are_as_old_as_they_are_and_their_neighbours_are_not(
    world: World,
) -> None:
    account, script = await with_nodes(world)
    third = cluster("c3", of=account)
    script.clusters.append(third)
    script.nodes["c3"] = Listing(items=(node("a", of=third), node("b", of=third)))
    await world.observe_all(account)
    seen_at = world.clock.now()
    script.wrong["nodes c1"] = Unavailable("It is away.", http_status=503)
    script.nodes["c2"] = Listing(items=(node("a", of=script.clusters[1]),), incomplete="A page was lost.")
    script.nodes["c3"] = Listing(
        items=(node("a", of=third),), unreadable=(Unreadable(external_id="b", reason="It does not read."),)
    )
    await world.observe_all(account)
    assert await unseen(world, account) == {
        "c1/a": "It is away.",
        "c1/b": "It is away.",
        "c2/b": "A page was lost.",
        "c3/b": "It does not read.",
    }
    shown = await freshness(world, account)
    assert {key for key, one in shown.items() if one.state is FreshnessState.CURRENT} == {"c2/a", "c3/a"}
    assert {one.observed_at for key, one in shown.items() if key not in ("c2/a", "c3/a")} == {seen_at}


async def test_nodes_of_a_cluster_that_is_not_asked_are_as_old_as_they_are(world: World) -> None:
    account, script = await with_nodes(world)
    script.become("c1", phase=Phase.FAILED)
    await world.observe_all(account)
    why = "c1 is FAILED: it is not asked for its nodes."
    assert await unseen(world, account) == {"c1/a": why, "c1/b": why}


async def test_the_nodes_of_a_deleted_cluster_go_with_it(world: World) -> None:
    account, script = await with_nodes(world)
    script.clusters.pop()
    await world.observe_all(account)
    assert await nodes_of(world, account) == {"c1/a", "c1/b"}


async def test_only_a_cluster_that_serves_and_has_the_capability_is_asked(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [
        *(cluster(phase.value, of=account, phase=phase) for phase in Phase),
        cluster("byok", of=account, unsupported={Capability.LIST_NODES: "Its owner has the machines."}),
    ]
    await world.observe_when_due(account)
    asked = {one.removeprefix("nodes ") for one in script.asked if one.startswith("nodes")}
    assert asked == {phase.value for phase in Phase} - {"PENDING", "PROVISIONING", "DELETED", "FAILED"}


async def test_a_cluster_that_turned_ready_gets_its_nodes_at_the_next_pace(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [cluster(of=account, phase=Phase.PROVISIONING)]
    script.nodes = {"c1": Listing(items=(node("a", of=script.clusters[0]),))}
    await world.observe_when_due(account)
    script.clusters = [cluster(of=account)]
    assert await nodes_of(world, account) == set()
    while world.clock.now().timestamp() < NOON.timestamp() + 300:
        await world.observe_when_due(account)
    assert await nodes_of(world, account) == {"c1/a"}


async def test_a_budget_too_small_for_every_cluster_keeps_what_was_asked_and_reaches_all_in_turn(
    world: World,
) -> None:
    account, script = await world.connect()
    script.clusters = [cluster(f"c{number}", of=account) for number in range(4)]
    script.nodes = {one.external_id: Listing(items=(node("a", of=one),)) for one in script.clusters}
    asked: list[str] = []

    async def run_out() -> None:
        asked.append(script.asked[-1])
        if len(asked) % 3 == 0:
            raise BudgetExhausted(world.clock.now() + timedelta(seconds=61))

    script.meanwhile["nodes"] = run_out
    first = await world.observe_when_due(account)
    assert len(await nodes_of(world, account)) == 3
    assert first.due_at == NOON + timedelta(seconds=60)
    state = (await world.state(account)).of(Collection.NODES)
    assert (state.failure, state.next_attempt_at) == (None, NOON + timedelta(seconds=61))
    assert state.resume_after == "c1"
    shown = await freshness(world, account)
    assert {one.observed_at for one in shown.values()} == {NOON}
    await world.observe_when_due(account)
    shown = await freshness(world, account)
    # Those behind the one that found no budget count as asked with the next.
    assert {key for key, one in shown.items() if one.observed_at == world.clock.now()} == {"c2/a"}
    assert {one.observed_at for key, one in shown.items() if key != "c2/a"} == {NOON}
    for _ in range(6):
        await world.observe_when_due(account)
    assert len(await nodes_of(world, account)) == 4
