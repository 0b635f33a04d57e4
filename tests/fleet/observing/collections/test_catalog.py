"""Regions, machine types and versions."""

from fleet.model.catalog import InstanceType, OfferedVersion, Region
from fleet.ports.adapter import Listing
from tests.fleet.things import instance_type, region, version
from tests.fleet.world import World


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
    await world.observe_all(account)
    assert {row.item.key for row in await world.store.items(account.id, Region)} == {"AWS/eu-1"}
    assert await world.store.items(account.id, InstanceType) == []
    assert [row.item.name for row in await world.store.items(account.id, OfferedVersion)] == [
        "v25.4",
        "v26.1",
    ]
