"""What is asked before a request goes out, and what is kept of one that did not come back as it should."""

from typing import Any

import pytest

from fleet.model.account import Account
from fleet.model.change import DeleteCluster, UpdateCluster, UpgradeCluster
from fleet.model.cluster import Cluster, Phase
from fleet.model.failure import UnexpectedResponse
from fleet.model.operation import OperationState, Step
from fleet.model.refusal import Failing, InvalidInput, NoSuchThing
from fleet.model.spec import ClusterSpec
from fleet.ports.adapter import Unreadable
from fleet.ports.reader import Ref
from fleet.providers.qovery import QoveryClusterPatch
from tests.fleet.asked import ADA, AS_SPECIFIED, SPEC
from tests.fleet.things import cluster
from tests.fleet.world import Bare, Script, World, Writable


class OnlyLists(Bare):
    """An adapter that deletes a cluster, and shows one nowhere but in its list."""

    async def delete_cluster(self, cluster: Cluster) -> None:
        await self._ask("delete", cluster.external_id)


class Faulty(Writable):
    """An adapter with a fault of ours before anything is sent."""

    async def create_cluster(self, name: str, spec: ClusterSpec) -> Cluster:
        raise ZeroDivisionError("before the first byte")


async def observed(world: World, provider: str = "kupe", **shown: Any) -> tuple[Account, Script]:
    """An account with one cluster, seen once."""
    account, script = await world.connect(provider=provider)
    script.clusters = [cluster("web", of=account, **shown)]
    await world.observe(account)
    return account, script


class TestClustersThatAreOnlyListed:
    @pytest.fixture
    async def listed(self, world: World) -> tuple[Account, Script]:
        world.adapter = OnlyLists
        return await observed(world)

    async def delete(self, world: World, account: Account) -> OperationState:
        return (await world.changer.change_cluster(ADA, Ref(account.id, "web"), DeleteCluster())).state

    async def test_one_that_a_whole_list_leaves_out_is_gone(
        self, world: World, listed: tuple[Account, Script]
    ) -> None:
        account, script = listed
        script.clusters = []
        with pytest.raises(NoSuchThing):
            await self.delete(world, account)

    async def test_one_that_does_not_read_is_not_gone(
        self, world: World, listed: tuple[Account, Script]
    ) -> None:
        account, script = listed
        script.clusters, script.unreadable = [], (Unreadable(external_id="web", reason="plan: is no text"),)
        with pytest.raises(Failing, match="plan: is no text"):
            await self.delete(world, account)
        assert script.times_asked("delete") == 0

    async def test_another_that_does_not_read_is_no_excuse(
        self, world: World, listed: tuple[Account, Script]
    ) -> None:
        account, script = listed
        script.clusters, script.unreadable = [], (Unreadable(external_id="till", reason="plan: is no text"),)
        with pytest.raises(NoSuchThing):
            await self.delete(world, account)

    async def test_one_that_a_list_with_gaps_leaves_out_is_not_gone(
        self, world: World, listed: tuple[Account, Script]
    ) -> None:
        account, script = listed
        script.clusters, script.incomplete = [], "page 2 did not come"
        with pytest.raises(Failing, match="page 2 did not come"):
            await self.delete(world, account)

    async def test_one_that_a_list_with_gaps_shows_is_there(
        self, world: World, listed: tuple[Account, Script]
    ) -> None:
        account, script = listed
        script.incomplete = "page 2 did not come"
        assert await self.delete(world, account) is OperationState.RUNNING
        assert script.times_asked("delete") == 1


async def test_a_cluster_that_shows_as_deleted_is_gone(world: World) -> None:
    world.adapter = Writable
    account, script = await observed(world)
    script.become("web", phase=Phase.DELETED)
    with pytest.raises(NoSuchThing):
        await world.changer.change_cluster(ADA, Ref(account.id, "web"), DeleteCluster())
    assert script.times_asked("delete") == 0


async def test_what_is_only_listed_and_what_is_only_remembered_was_there_before(world: World) -> None:
    world.adapter = Writable
    account, script = await observed(world, incarnation="remembered")
    script.makes = lambda name: cluster(name, of=account, **AS_SPECIFIED)
    script.clusters = [cluster("web", of=account, phase=Phase.DELETED, incarnation="listed")]
    script.lost.add("create")
    asked = await world.changer.create_cluster(ADA, account.id, "web", SPEC)
    assert asked.before.keys == ("web@listed", "web@remembered")


async def test_the_expected_revision_is_that_of_the_first_request_alone(world: World) -> None:
    """The change itself makes another one, which the deployment that follows finds."""
    world.adapter = Writable
    account, script = await observed(world, "qovery", provider_phase="DEPLOYED")
    script.updated = {"description": "new", "revision": "r2"}
    patch = UpdateCluster(provider="qovery", patch=QoveryClusterPatch(description="new"))
    asked = await world.changer.change_cluster(ADA, Ref(account.id, "web"), patch, expected_revision="r1")
    assert (asked.state, asked.steps) == (OperationState.RUNNING, ())
    assert script.times_asked("deploy") == 1


class TestFaults:
    async def test_an_answer_that_does_not_read_leaves_it_in_doubt(self, world: World) -> None:
        world.adapter = Writable
        account, script = await observed(world)
        script.wrong["delete"] = UnexpectedResponse("The answer is no JSON.", http_status=200)
        asked = await world.changer.change_cluster(ADA, Ref(account.id, "web"), DeleteCluster())
        assert (asked.state, asked.steps) == (OperationState.UNCONFIRMED, (Step.CHANGE,))

    async def test_a_fault_of_ours_before_the_first_byte_leaves_nothing_behind(self, world: World) -> None:
        world.adapter = Faulty
        account, _ = await observed(world)
        with pytest.raises(ZeroDivisionError):
            await world.changer.create_cluster(ADA, account.id, "shop", SPEC)
        assert await world.store.open_changes(account.id) == []

    async def test_a_fault_of_ours_after_it_leaves_the_change_in_doubt(self, world: World) -> None:
        world.adapter = Writable
        account, script = await observed(world)
        script.wrong["create"] = ZeroDivisionError("after the first byte")
        with pytest.raises(ZeroDivisionError):
            await world.changer.create_cluster(ADA, account.id, "shop", SPEC)
        (doubtful,) = await world.store.open_changes(account.id)
        assert (doubtful.state, doubtful.steps) == (OperationState.UNCONFIRMED, (Step.CHANGE,))


@pytest.mark.parametrize(
    ("offered", "sentence"),
    [
        ({}, "CockroachDB Cloud does not tell which versions web can be upgraded to."),
        ({"web": ()}, "No upgrade of web is on offer."),
    ],
    ids=["not told", "none"],
)
@pytest.mark.parametrize("version", [None, "v26.1"])
async def test_an_upgrade_that_is_not_on_offer_is_not_sent(
    world: World, offered: dict[str, tuple[str, ...]], sentence: str, version: str | None
) -> None:
    world.adapter = Writable
    account, script = await observed(world, "cockroachdb", version="v25.4.1")
    script.upgrades = offered
    with pytest.raises(InvalidInput, match=sentence):
        await world.changer.change_cluster(ADA, Ref(account.id, "web"), UpgradeCluster(version=version))
    assert script.times_asked("upgrade") == 0
