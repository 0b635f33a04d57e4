"""The list of clusters itself."""

from fleet.model.account import Collection
from fleet.ports.adapter import Unreadable
from tests.fleet.things import cluster
from tests.fleet.world import World


async def test_a_cluster_that_never_read_is_said_to_be_left_out(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [cluster("c1", of=account)]
    script.unreadable = (Unreadable(external_id="c2", reason="state: Field required"),)
    await world.observe_when_due(account)
    failure = (await world.state(account)).of(Collection.CLUSTERS).failure
    assert failure is not None
    assert "c2" in failure.message
    assert "state: Field required" in failure.message
