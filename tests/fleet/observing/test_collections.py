"""What takes a call of its own: nodes, connections, costs, integrations, regions, machine types."""

from datetime import timedelta

import pytest

from fleet.model.account import Account, Collection
from fleet.model.capability import Capability
from fleet.model.catalog import InstanceType, OfferedVersion, Region
from fleet.model.cluster import Connection, Phase
from fleet.model.failure import Forbidden, Unavailable
from fleet.model.integration import Integration
from fleet.model.money import CostEstimate, Money
from fleet.model.node import Node
from fleet.model.rate_limit import BudgetExhausted
from fleet.model.spend import SpendLine, Statement
from fleet.model.subscription import OfferedPlan, Subscription
from fleet.model.upkeep import Backup, Upkeep
from fleet.ports.adapter import Listing, Unreadable
from tests.fleet.things import NOON, cluster, instance_type, integration, node, region, version
from tests.fleet.world import Script, World


async def nodes_of(world: World, account: Account) -> set[str]:
    return {row.item.key for row in await world.store.items(account.id, Node)}


async def observe_all(world: World, account: Account) -> None:
    """A day later, when everything is due."""
    world.clock.move(days=1)
    await world.observe(account)


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
    await observe_all(world, account)
    assert await nodes_of(world, account) == {"c1/b", "c2/a", "c2/b"}


async def test_an_incomplete_list_of_nodes_forgets_none_of_its_cluster(world: World) -> None:
    account, script = await with_nodes(world)
    new = node("c", of=script.clusters[0])
    moved = node("b", of=script.clusters[0], zone="z")
    script.nodes["c1"] = Listing(items=(new, moved), incomplete="A page was lost.")
    script.nodes["c2"] = Listing(items=())
    await observe_all(world, account)
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
    await observe_all(world, account)
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
    await observe_all(world, account)
    assert (await world.rows(account))["c1"].facts.nodes_withheld is None
    assert await nodes_of(world, account) == {"c1/b", "c2/a"}


async def test_nodes_that_were_seen_once_are_kept_when_a_token_does_not_get_them_any_more(
    world: World,
) -> None:
    account, script = await with_nodes(world)
    script.nodes["c1"] = Listing(items=(), withheld="The token does not reach them.")
    await observe_all(world, account)
    assert await nodes_of(world, account) == {"c1/a", "c1/b", "c2/a", "c2/b"}
    assert (await world.rows(account))["c1"].facts.nodes_withheld is None
    failure = (await world.state(account)).of(Collection.NODES).failure
    assert failure is not None
    assert failure.message == "The token does not reach them."


async def test_the_nodes_of_a_deleted_cluster_go_with_it(world: World) -> None:
    account, script = await with_nodes(world)
    script.clusters.pop()
    await observe_all(world, account)
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


async def test_connections_and_costs_land_on_their_clusters(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [cluster("c1", of=account), cluster("c2", of=account)]
    script.connections = {"c1": Connection(endpoint="https://c1.invalid")}
    amount = Money(minor_units=100, currency="USD")
    script.costs = {"c2": CostEstimate(minimum=amount, maximum=amount)}
    await world.observe_when_due(account)
    rows = await world.rows(account)
    assert (rows["c1"].facts.connection, rows["c1"].cost_estimate) == (script.connections["c1"], None)
    assert (rows["c2"].facts.connection, rows["c2"].cost_estimate) == (None, script.costs["c2"])
    script.connections.clear()
    await observe_all(world, account)
    assert (await world.rows(account))["c1"].facts.connection is None


async def test_a_connection_that_cannot_be_asked_for_stays_as_it_was(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [cluster("c1", of=account), cluster("c2", of=account)]
    script.connections = {"c1": Connection(endpoint="https://c1.invalid")}
    await world.observe_when_due(account)
    script.wrong["connection c1"] = Forbidden("No.")
    await observe_all(world, account)
    assert (await world.rows(account))["c1"].facts.connection == script.connections["c1"]


async def test_integrations_that_tell_their_clusters_are_linked_to_them(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [cluster("c1", of=account), cluster("c2", of=account)]
    script.integrations = Listing(
        items=(
            integration("aws", of=account, cluster_external_ids=("c1",)),
            integration("gcp", of=account, cluster_external_ids=()),
        )
    )
    await world.observe_when_due(account)
    assert {row.item.key for row in await world.store.items(account.id, Integration)} == {"aws", "gcp"}
    linked = {key: row.integration_external_id for key, row in (await world.rows(account)).items()}
    assert linked == {"c1": "aws", "c2": None}
    script.integrations = Listing(items=(integration("gcp", of=account, cluster_external_ids=("c2",)),))
    await observe_all(world, account)
    linked = {key: row.integration_external_id for key, row in (await world.rows(account)).items()}
    assert linked == {"c1": None, "c2": "gcp"}
    assert {row.item.key for row in await world.store.items(account.id, Integration)} == {"gcp"}


async def test_integrations_that_do_not_list_their_clusters_leave_what_the_clusters_say(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [cluster(of=account, integration_external_id="aws")]
    script.integrations = Listing(items=(integration("aws", of=account),))
    await world.observe_when_due(account)
    assert (await world.rows(account))["c1"].integration_external_id == "aws"


async def test_an_integration_that_no_longer_lists_a_cluster_keeps_it(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [cluster(of=account)]
    script.integrations = Listing(items=(integration("aws", of=account, cluster_external_ids=("c1",)),))
    await world.observe_when_due(account)
    other = integration("gcp", of=account, cluster_external_ids=())
    script.integrations = Listing(items=(integration("aws", of=account, cluster_external_ids=()), other))
    await observe_all(world, account)
    assert (await world.rows(account))["c1"].integration_external_id == "aws"
    moved = integration("gcp", of=account, cluster_external_ids=("c1",))
    script.integrations = Listing(items=(integration("aws", of=account, cluster_external_ids=()), moved))
    await observe_all(world, account)
    assert (await world.rows(account))["c1"].integration_external_id == "gcp"


async def test_an_integration_that_does_not_read_keeps_its_clusters(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [cluster(of=account)]
    script.integrations = Listing(items=(integration("aws", of=account, cluster_external_ids=("c1",)),))
    await world.observe_when_due(account)
    other = integration("gcp", of=account, cluster_external_ids=())
    script.integrations = Listing(items=(other,), unreadable=(Unreadable(external_id="aws", reason="?"),))
    await observe_all(world, account)
    assert (await world.rows(account))["c1"].integration_external_id == "aws"


async def test_an_integration_that_was_never_read_is_said(world: World) -> None:
    account, script = await world.connect()
    script.integrations = Listing(items=(), unreadable=(Unreadable(external_id="aws", reason="no name"),))
    await world.observe_when_due(account)
    freshness = (await world.state(account)).of(Collection.INTEGRATIONS)
    assert "aws is listed and cannot be shown: no name" in str(freshness.failure)


async def test_an_incomplete_list_of_integrations_cuts_no_link(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [cluster(of=account)]
    script.integrations = Listing(items=(integration("aws", of=account, cluster_external_ids=("c1",)),))
    await world.observe_when_due(account)
    other = integration("gcp", of=account, cluster_external_ids=())
    script.integrations = Listing(items=(other,), incomplete="A page was lost.")
    await observe_all(world, account)
    assert (await world.rows(account))["c1"].integration_external_id == "aws"
    assert {row.item.key for row in await world.store.items(account.id, Integration)} == {"aws", "gcp"}


async def test_regions_machine_types_and_versions_come_and_go(world: World) -> None:
    account, script = await world.connect()
    script.regions = Listing(items=(region("eu-1", of=account), region("us-1", of=account)))
    script.instance_types = Listing(items=(instance_type("small", of=account),))
    script.versions = Listing(items=(version("v25.2", of=account), version("v25.4", of=account)))
    await world.observe_when_due(account)
    assert {row.item.key for row in await world.store.items(account.id, Region)} == {"AWS/eu-1", "AWS/us-1"}
    assert {row.item.key for row in await world.store.items(account.id, InstanceType)} == {"AWS//small"}
    assert [row.item.name for row in await world.store.items(account.id, OfferedVersion)] == [
        "v25.2",
        "v25.4",
    ]
    script.regions = Listing(items=(region("eu-1", of=account),))
    script.instance_types = Listing(items=())
    script.versions = Listing(items=(version("v25.4", of=account), version("v26.1", of=account)))
    await observe_all(world, account)
    assert {row.item.key for row in await world.store.items(account.id, Region)} == {"AWS/eu-1"}
    assert await world.store.items(account.id, InstanceType) == []
    assert [row.item.name for row in await world.store.items(account.id, OfferedVersion)] == [
        "v25.4",
        "v26.1",
    ]


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
    for _ in range(6):
        await world.observe_when_due(account)
    assert len(await nodes_of(world, account)) == 4


async def test_a_cluster_that_never_read_is_said_to_be_left_out(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [cluster("c1", of=account)]
    script.unreadable = (Unreadable(external_id="c2", reason="state: Field required"),)
    await world.observe_when_due(account)
    failure = (await world.state(account)).of(Collection.CLUSTERS).failure
    assert failure is not None
    assert "c2" in failure.message
    assert "state: Field required" in failure.message


async def test_a_cluster_loses_its_link_with_the_last_integration(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [cluster("c1", of=account)]
    link = integration("aws", of=account).model_copy(update={"cluster_external_ids": ("c1",)})
    script.integrations = Listing(items=(link,))
    await world.observe_when_due(account)
    assert (await world.rows(account))["c1"].integration_external_id == "aws"
    script.integrations = Listing(items=())
    await observe_all(world, account)
    assert (await world.rows(account))["c1"].integration_external_id is None


def statement(of: Account, cents: int, period: str = "2026-11", *, is_final: bool = False) -> Statement:
    total = Money(minor_units=cents, currency="USD")
    line = SpendLine(label="c1", cluster_external_id="c1", amount=total)
    return Statement(
        account_id=of.id, external_id=period, period=period, total=total, is_final=is_final, lines=(line,)
    )


async def test_what_an_account_costs_is_kept_with_its_running_total_and_its_clusters_parts(
    world: World,
) -> None:
    account, script = await world.connect()
    script.clusters = [cluster("c1", of=account)]
    script.spend = Listing(items=(statement(account, 700), statement(account, 900, "2026-10", is_final=True)))
    await world.observe_when_due(account)
    kept = {row.item.key: row.item for row in await world.store.items(account.id, Statement)}
    assert {key: one.lines[0].cluster_key for key, one in kept.items()} == {
        "2026-10/USD": "c1",
        "2026-11/USD": "c1",
    }
    spend = (await world.rows(account))["c1"].facts.spend
    assert spend is not None
    (part,) = spend
    assert (part.amount.minor_units, part.period, part.is_final) == (700, "2026-11", False)
    tracked = await world.store.account(account.id)
    assert tracked is not None
    assert [one.total.minor_units for one in tracked.state.spend] == [700]


async def test_a_cluster_that_the_newest_statement_does_not_name_costs_nothing_by_it(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [cluster("c1", of=account), cluster("c2", of=account)]
    script.spend = Listing(items=(statement(account, 700),))
    await world.observe_when_due(account)
    line = SpendLine(label="c2", cluster_external_id="c2", amount=Money(minor_units=5, currency="USD"))
    script.spend = Listing(
        items=(
            statement(account, 5, "2026-12").model_copy(update={"lines": (line,)}),
            statement(account, 700, is_final=True),
        )
    )
    await observe_all(world, account)
    rows = await world.rows(account)
    assert rows["c1"].facts.spend == ()
    assert [part.amount.minor_units for part in rows["c2"].facts.spend or ()] == [5]


@pytest.mark.parametrize("incomplete", [None, "The second page did not come."])
async def test_a_statement_that_does_not_come_takes_nothing_back_of_what_it_said(
    world: World, incomplete: str | None
) -> None:
    account, script = await world.connect()
    script.clusters = [cluster("c1", of=account)]
    newest, before = statement(account, 700), statement(account, 900, "2026-10", is_final=True)
    script.spend = Listing(items=(newest, before))
    await world.observe_when_due(account)
    unread = () if incomplete else (Unreadable(external_id="2026-11", reason="total: Field required"),)
    script.spend = Listing(items=(before,), unreadable=unread, incomplete=incomplete)
    await observe_all(world, account)
    parts = (await world.rows(account))["c1"].facts.spend or ()
    assert [(part.period, part.amount.minor_units) for part in parts] == [("2026-11", 700)]
    assert [one.total.minor_units for one in (await world.state(account)).spend] == [700]


async def test_a_token_that_may_not_see_bills_costs_the_bills_alone_and_keeps_the_last(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [cluster("c1", of=account)]
    script.spend = Listing(items=(statement(account, 700),))
    await world.observe_when_due(account)
    script.wrong["spend"] = Forbidden("The token may not see bills.", http_status=403)
    await observe_all(world, account)
    tracked = await world.store.account(account.id)
    assert tracked is not None
    assert [one.total.minor_units for one in tracked.state.spend] == [700]
    assert tracked.state.is_token_accepted is True
    failure = tracked.state.of(Collection.SPEND).failure
    assert failure is not None
    assert failure.message == "The token may not see bills."
    assert tracked.state.of(Collection.CLUSTERS).failure is None


async def test_the_plan_of_an_account_comes_with_what_it_costs_and_outlives_a_failure(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [cluster("c1", of=account)]
    script.spend = Listing(items=(statement(account, 700),))
    script.subscription = Subscription(plan="pro", cluster_count=1)
    await world.observe_when_due(account)
    tracked = await world.store.account(account.id)
    assert tracked is not None
    assert tracked.state.subscription == script.subscription
    before = tracked.state.changes
    script.subscription = Subscription(plan="pro", cluster_count=2)
    await observe_all(world, account)
    tracked = await world.store.account(account.id)
    assert tracked is not None
    assert tracked.state.changes > before
    script.spend = Listing(items=(statement(account, 800),))
    script.wrong["subscription"] = Unavailable("It is away.", http_status=503)
    await observe_all(world, account)
    tracked = await world.store.account(account.id)
    assert tracked is not None
    assert tracked.state.subscription == script.subscription
    assert [one.total.minor_units for one in tracked.state.spend] == [800]
    failure = tracked.state.of(Collection.SPEND).failure
    assert failure is not None
    assert failure.message == "It is away."


async def test_the_plans_on_offer_come_with_what_an_account_costs_and_outlive_a_failure(world: World) -> None:
    account, script = await world.connect()
    script.subscription = Subscription(plan="pro")
    script.plans = Listing(
        items=tuple(OfferedPlan(account_id=account.id, name=one) for one in ("free", "pro"))
    )
    await world.observe_when_due(account)
    script.plans = Listing(items=script.plans.items[1:])
    await observe_all(world, account)
    script.subscription = Subscription(plan="free")
    script.wrong["plans"] = Unavailable("They are away.", http_status=503)
    await observe_all(world, account)
    assert [row.item.name for row in await world.store.items(account.id, OfferedPlan)] == ["pro"]
    tracked = await world.store.account(account.id)
    assert tracked is not None
    assert tracked.state.subscription == script.subscription
    failure = tracked.state.of(Collection.SPEND).failure
    assert failure is not None
    assert failure.message == "They are away."


async def test_the_upkeep_of_a_cluster_is_kept_with_it(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [
        cluster("c1", of=account),
        cluster("c2", of=account, unsupported={Capability.BACKUPS: "It has none."}),
    ]
    script.upkeep = Upkeep(last_backup=Backup(external_id="b-1", as_of=NOON))
    await world.observe_when_due(account)
    rows = await world.rows(account)
    assert (rows["c1"].facts.upkeep, rows["c2"].facts.upkeep) == (script.upkeep, None)
    assert script.times_asked("upkeep") == 1
