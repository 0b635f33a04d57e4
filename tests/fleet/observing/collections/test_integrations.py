"""Integrations, and which clusters belong to them."""

from fleet.model.account import Collection
from fleet.model.integration import Integration
from fleet.ports.adapter import Listing, Unreadable
from tests.fleet.things import cluster, integration
from tests.fleet.world import World


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
    await world.observe_all(account)
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
    await world.observe_all(account)
    assert (await world.rows(account))["c1"].integration_external_id == "aws"
    moved = integration("gcp", of=account, cluster_external_ids=("c1",))
    script.integrations = Listing(items=(integration("aws", of=account, cluster_external_ids=()), moved))
    await world.observe_all(account)
    assert (await world.rows(account))["c1"].integration_external_id == "gcp"


async def test_an_integration_that_does_not_read_keeps_its_clusters(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [cluster(of=account)]
    script.integrations = Listing(items=(integration("aws", of=account, cluster_external_ids=("c1",)),))
    await world.observe_when_due(account)
    other = integration("gcp", of=account, cluster_external_ids=())
    script.integrations = Listing(items=(other,), unreadable=(Unreadable(external_id="aws", reason="?"),))
    await world.observe_all(account)
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
    await world.observe_all(account)
    assert (await world.rows(account))["c1"].integration_external_id == "aws"
    assert {row.item.key for row in await world.store.items(account.id, Integration)} == {"aws", "gcp"}


async def test_a_cluster_loses_its_link_with_the_last_integration(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [cluster("c1", of=account)]
    link = integration("aws", of=account).model_copy(update={"cluster_external_ids": ("c1",)})
    script.integrations = Listing(items=(link,))
    await world.observe_when_due(account)
    assert (await world.rows(account))["c1"].integration_external_id == "aws"
    script.integrations = Listing(items=())
    await world.observe_all(account)
    assert (await world.rows(account))["c1"].integration_external_id is None
