"""Accounts whose provider takes every change."""

import pytest

from fleet.model.account import Account
from fleet.model.cluster import Cluster, Phase
from fleet.ports.adapter import Listing
from tests.fleet.asked import AS_SPECIFIED
from tests.fleet.things import cluster, integration, node
from tests.fleet.world import Script, World, Writable


@pytest.fixture
async def acme(world: World) -> tuple[Account, Script]:
    """A Kupe account whose provider takes every change, seen once."""
    world.adapter = Writable
    account, script = await world.connect()

    def make(name: str) -> Cluster:
        return cluster(name, of=account, phase=Phase.PENDING, **AS_SPECIFIED, created_at=world.clock.now())

    script.makes = make
    script.clusters = [cluster("web", of=account, **AS_SPECIFIED)]
    await world.observe(account)
    return account, script


@pytest.fixture
async def linked(world: World) -> tuple[Account, Script]:
    """A Northflank account with a link, a cluster and a machine of it, seen once."""
    world.adapter = Writable
    account, script = await world.connect(provider="northflank")
    byoc = cluster("byoc", of=account)
    script.clusters = [byoc]
    script.nodes["byoc"] = Listing(items=(node("n1", of=byoc),))
    script.integrations = Listing(items=(integration("link", of=account),))
    await world.observe(account)
    return account, script
