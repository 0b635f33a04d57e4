"""Connections, costs and upkeep: single facts about a cluster."""

from fleet.model.capability import Capability
from fleet.model.cluster import Connection
from fleet.model.failure import Forbidden
from fleet.model.money import CostEstimate, Money
from fleet.model.upkeep import Backup, Upkeep
from tests.fleet.things import NOON, cluster
from tests.fleet.world import World


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
    await world.observe_all(account)
    assert (await world.rows(account))["c1"].facts.connection is None


async def test_a_connection_that_cannot_be_asked_for_stays_as_it_was(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [cluster("c1", of=account), cluster("c2", of=account)]
    script.connections = {"c1": Connection(endpoint="https://c1.invalid")}
    await world.observe_when_due(account)
    script.wrong["connection c1"] = Forbidden("No.")
    await world.observe_all(account)
    assert (await world.rows(account))["c1"].facts.connection == script.connections["c1"]


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
