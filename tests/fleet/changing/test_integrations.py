"""Integrations and nodes: what proves their changes, and what stands in the way."""

import pytest

from fleet.changing.settling import GRACE
from fleet.model.account import Account
from fleet.model.change import CordonNode, CreateIntegration, DeleteIntegration, UpdateIntegration
from fleet.model.credentials import AwsRole
from fleet.model.failure import Conflict, Unavailable
from fleet.model.integration import Integration
from fleet.model.operation import OperationState
from fleet.model.refusal import InUse
from fleet.ports.adapter import Listing, Unreadable
from fleet.ports.reader import Ref
from tests.fleet.asked import ADA
from tests.fleet.things import integration
from tests.fleet.world import Script, World


class TestIntegrations:
    async def test_a_link_is_created_and_its_credentials_are_nowhere_kept(
        self, world: World, linked: tuple[Account, Script]
    ) -> None:
        account, script = linked
        script.links = lambda wanted: integration(wanted.name, of=account)
        secret = "planted-role"
        asked = await world.changer.create_integration(
            ADA, account.id, CreateIntegration(name="new", credentials=AwsRole(role_arn=secret))
        )
        assert secret not in (await world.operation(asked)).model_dump_json()
        assert (await world.follow(asked)).state is OperationState.SUCCEEDED

    async def test_a_link_that_clusters_depend_on_is_in_use(
        self, world: World, linked: tuple[Account, Script]
    ) -> None:
        account, script = linked
        script.become("byoc", integration_external_id="link")
        await world.observe(account)
        with pytest.raises(InUse, match="byoc"):
            await world.changer.change_integration(ADA, Ref(account.id, "link"), DeleteIntegration())
        assert script.times_asked("unlink") == 0

    async def test_a_link_that_the_provider_knows_to_be_in_use_is_in_use(
        self, world: World, linked: tuple[Account, Script]
    ) -> None:
        account, script = linked
        script.wrong["unlink"] = Conflict("in use", http_status=409)
        with pytest.raises(InUse):
            await world.changer.change_integration(ADA, Ref(account.id, "link"), DeleteIntegration())
        assert await world.store.open_changes(account.id) == []

    @pytest.mark.parametrize("is_answered", [True, False])
    async def test_a_link_that_is_listed_and_does_not_read_is_not_gone(
        self, world: World, linked: tuple[Account, Script], is_answered: bool
    ) -> None:
        account, script = linked
        if not is_answered:
            script.lost.add("unlink")
        asked = await world.changer.change_integration(ADA, Ref(account.id, "link"), DeleteIntegration())
        unreadable = (Unreadable(external_id="link", reason="?"),)
        script.integrations = Listing[Integration](items=(), unreadable=unreadable)
        followed = await world.follow(asked, observations=3, every_seconds=GRACE.total_seconds())
        assert followed.state is (OperationState.RUNNING if is_answered else OperationState.FAILED)

    async def test_a_link_that_does_not_read_is_not_missed(
        self, world: World, linked: tuple[Account, Script]
    ) -> None:
        account, script = linked
        script.links = lambda wanted: integration("made", of=account, name=wanted.name)
        script.lost |= {"link", "relink"}
        created = await world.changer.create_integration(
            ADA, account.id, CreateIntegration(name="new", credentials=AwsRole(role_arn="arn:role"))
        )
        updated = await world.changer.change_integration(
            ADA, Ref(account.id, "link"), UpdateIntegration(description="new")
        )
        unreadable = tuple(Unreadable(external_id=one, reason="?") for one in ("made", "link"))
        script.integrations = Listing(items=(), unreadable=unreadable)
        for asked in (created, updated):
            followed = await world.follow(asked, observations=3, every_seconds=GRACE.total_seconds())
            assert (followed.state, followed.absent_observations) == (OperationState.UNCONFIRMED, 0)

    @pytest.mark.parametrize("description", [None, "as before"])
    async def test_credentials_are_not_taken_because_the_link_looks_as_it_did(
        self, world: World, linked: tuple[Account, Script], description: str | None
    ) -> None:
        account, script = linked
        script.wrong["relink"] = Unavailable("no answer")
        script.integrations = Listing(items=(integration("link", of=account, description="as before"),))
        change = UpdateIntegration(description=description, credentials=AwsRole(role_arn="other"))
        asked = await world.changer.change_integration(ADA, Ref(account.id, "link"), change)
        followed = await world.follow(asked, observations=3, every_seconds=GRACE.total_seconds())
        assert followed.state is OperationState.UNCONFIRMED

    async def test_credentials_are_taken_where_what_was_asked_besides_shows(
        self, world: World, linked: tuple[Account, Script]
    ) -> None:
        account, script = linked
        script.lost.add("relink")
        change = UpdateIntegration(description="new", credentials=AwsRole(role_arn="other"))
        asked = await world.changer.change_integration(ADA, Ref(account.id, "link"), change)
        script.integrations = Listing(items=(integration("link", of=account, description="new"),))
        followed = await world.follow(asked, observations=2)
        assert followed.state is OperationState.SUCCEEDED

    async def test_new_credentials_alone_are_proven_by_the_answer(
        self, world: World, linked: tuple[Account, Script]
    ) -> None:
        account, _ = linked
        change = UpdateIntegration(credentials=AwsRole(role_arn="other"))
        asked = await world.changer.change_integration(ADA, Ref(account.id, "link"), change)
        assert asked.state is OperationState.SUCCEEDED


class TestMachines:
    async def test_the_answer_proves_it(self, world: World, linked: tuple[Account, Script]) -> None:
        account, script = linked
        asked = await world.changer.change_node(ADA, Ref(account.id, "byoc/n1"), CordonNode())
        assert asked.state is OperationState.SUCCEEDED
        assert script.times_asked("cordon") == 1

    async def test_what_is_not_answered_is_not_known(
        self, world: World, linked: tuple[Account, Script]
    ) -> None:
        account, script = linked
        script.lost.add("cordon")
        asked = await world.changer.change_node(ADA, Ref(account.id, "byoc/n1"), CordonNode())
        assert (await world.follow(asked)).state is OperationState.UNCONFIRMED
        world.clock.at = asked.deadline
        assert (await world.follow(asked)).state is OperationState.TIMED_OUT
