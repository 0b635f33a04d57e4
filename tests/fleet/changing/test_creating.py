"""Creating: once, under a name that is free, and followed until it is there."""

import asyncio

import pytest

from fleet.changing.settling import GRACE
from fleet.model.account import Account
from fleet.model.change import CreateIntegration
from fleet.model.cloud import Cloud
from fleet.model.cluster import Phase
from fleet.model.credentials import AwsRole
from fleet.model.failure import Rejected, Unavailable, Unreachable
from fleet.model.operation import Operation, OperationState
from fleet.model.refusal import Conflicting, Failing, SeveralRefusals
from fleet.ports.adapter import Listing
from fleet.providers.qovery import QoveryClusterSpec
from tests.fleet.asked import ADA, BOB, SPEC
from tests.fleet.things import cluster, integration
from tests.fleet.world import Script, World, Writable


class TestCreating:
    async def test_a_new_cluster_is_followed_until_it_is_ready(
        self, world: World, acme: tuple[Account, Script]
    ) -> None:
        account, script = acme
        asked = await world.changer.create_cluster(ADA, account.id, "shop", SPEC)
        assert (asked.state, asked.requested_by, asked.steps) == (OperationState.RUNNING, "ada", ())
        assert (await world.follow(asked)).state is OperationState.RUNNING
        script.become("shop", phase=Phase.READY)
        ended = await world.follow(asked)
        assert ended.state is OperationState.SUCCEEDED
        assert script.times_asked("create") == 1

    async def test_the_account_is_due_at_once_after_a_change(
        self, world: World, acme: tuple[Account, Script]
    ) -> None:
        account, _ = acme
        await world.changer.create_cluster(ADA, account.id, "shop", SPEC)
        assert await world.due_at(account) == world.clock.now()

    async def test_the_same_key_and_input_is_the_first_answer(
        self, world: World, acme: tuple[Account, Script]
    ) -> None:
        account, script = acme
        first = await world.changer.create_cluster(ADA, account.id, "shop", SPEC, idempotency_key="k")
        again = await world.changer.create_cluster(ADA, account.id, "shop", SPEC, idempotency_key="k")
        assert again.id == first.id
        assert script.times_asked("create") == 1

    async def test_the_same_key_with_another_input_is_a_conflict(
        self, world: World, acme: tuple[Account, Script]
    ) -> None:
        account, script = acme
        await world.changer.create_cluster(ADA, account.id, "shop", SPEC, idempotency_key="k")
        other = SPEC.model_copy(update={"alerts": {"to": "somebody"}})
        with pytest.raises(Conflicting, match="another input"):
            await world.changer.create_cluster(ADA, account.id, "shop", other, idempotency_key="k")
        assert script.times_asked("create") == 1

    async def test_a_key_is_its_callers_own(self, world: World, acme: tuple[Account, Script]) -> None:
        account, script = acme
        await world.changer.create_cluster(ADA, account.id, "shop", SPEC, idempotency_key="k")
        await world.changer.create_cluster(BOB, account.id, "till", SPEC, idempotency_key="k")
        assert script.times_asked("create") == 2

    async def test_two_at_once_of_one_name_create_one(
        self, world: World, acme: tuple[Account, Script]
    ) -> None:
        account, script = acme

        async def create() -> object:
            try:
                return await world.changer.create_cluster(ADA, account.id, "shop", SPEC)
            except Conflicting as conflict:
                return conflict

        outcomes = await asyncio.gather(create(), create(), create())
        assert sum(isinstance(one, Conflicting) for one in outcomes) == 2
        assert script.times_asked("create") == 1

    async def test_a_name_that_is_taken_is_refused_before_anything_is_sent(
        self, world: World, acme: tuple[Account, Script]
    ) -> None:
        account, script = acme
        with pytest.raises(Conflicting, match="named 'web' already"):
            await world.changer.create_cluster(ADA, account.id, "web", SPEC)
        assert script.times_asked("create") == 0
        assert await world.store.open_changes(account.id) == []

    async def test_a_list_with_gaps_does_not_show_that_a_name_is_free(
        self, world: World, acme: tuple[Account, Script]
    ) -> None:
        account, script = acme
        script.incomplete = "page 2 did not come"
        with pytest.raises(Failing, match="page 2 did not come"):
            await world.changer.create_cluster(ADA, account.id, "shop", SPEC)
        assert script.times_asked("create") == 0

    async def test_the_name_of_a_cluster_that_is_listed_as_deleted_is_free(
        self, world: World, acme: tuple[Account, Script]
    ) -> None:
        account, script = acme
        script.become("web", phase=Phase.DELETED)
        asked = await world.changer.create_cluster(ADA, account.id, "web", SPEC)
        assert (asked.state, script.times_asked("create")) == (OperationState.RUNNING, 1)

    async def test_an_invalid_name_is_refused_with_our_message(
        self, world: World, acme: tuple[Account, Script]
    ) -> None:
        account, _ = acme
        with pytest.raises(SeveralRefusals) as refused:
            await world.changer.create_cluster(ADA, account.id, "Not-A-Name", SPEC)
        assert [one.path for one in refused.value.refusals] == [("name",)]
        assert "lowercase" in str(refused.value)

    async def test_a_refusal_of_the_provider_is_the_end_and_frees_the_name(
        self, world: World, acme: tuple[Account, Script]
    ) -> None:
        account, script = acme
        script.wrong["create"] = Rejected("Kupe rejected the request (400): too large")
        asked = await world.changer.create_cluster(ADA, account.id, "shop", SPEC)
        assert asked.state is OperationState.FAILED
        assert asked.failure is not None
        assert "too large" in asked.failure.message
        del script.wrong["create"]
        again = await world.changer.create_cluster(ADA, account.id, "shop", SPEC)
        assert again.state is OperationState.RUNNING

    async def test_a_lost_answer_is_settled_by_reading(
        self, world: World, acme: tuple[Account, Script]
    ) -> None:
        account, script = acme
        script.lost.add("create")
        asked = await world.changer.create_cluster(ADA, account.id, "shop", SPEC)
        assert asked.state is OperationState.UNCONFIRMED
        with pytest.raises(Conflicting) as refused:
            await world.changer.create_cluster(ADA, account.id, "shop", SPEC)
        assert refused.value.operation is not None
        assert refused.value.operation.id == asked.id
        adopted = await world.follow(asked)
        assert adopted.state is OperationState.RUNNING
        script.become("shop", phase=Phase.READY)
        assert (await world.follow(asked)).state is OperationState.SUCCEEDED
        assert script.times_asked("create") == 1

    async def test_a_request_that_never_arrived_is_found_out_too(
        self, world: World, acme: tuple[Account, Script]
    ) -> None:
        account, script = acme
        script.wrong["create"] = Unavailable("The provider broke off.")
        asked = await world.changer.create_cluster(ADA, account.id, "shop", SPEC)
        assert asked.state is OperationState.UNCONFIRMED
        ended = await world.follow(asked, observations=2, every_seconds=GRACE.total_seconds())
        assert ended.state is OperationState.FAILED
        assert ended.failure is not None
        assert "was not created" in ended.failure.message

    async def test_what_never_left_this_machine_is_no_doubt(
        self, world: World, acme: tuple[Account, Script]
    ) -> None:
        account, script = acme
        script.wrong["create"] = Unreachable("The provider cannot be reached.")
        asked = await world.changer.create_cluster(ADA, account.id, "shop", SPEC)
        assert asked.state is OperationState.FAILED

    async def test_a_provider_that_is_down_refuses_before_an_intent_stays(
        self, world: World, acme: tuple[Account, Script]
    ) -> None:
        account, script = acme
        script.wrong["clusters"] = Unavailable("The provider is out of order.")
        with pytest.raises(Failing, match="out of order"):
            await world.changer.create_cluster(ADA, account.id, "shop", SPEC)
        assert await world.store.open_changes(account.id) == []


class TestNamesWithoutCase:
    """Qovery takes names that differ in case alone for one. A name is taken as soon as a request with it is out."""

    SPEC = QoveryClusterSpec(cloud=Cloud.AWS, region="eu-west-3")

    @pytest.fixture
    async def qovery(self, world: World) -> tuple[Account, Script]:
        world.adapter = Writable
        account, script = await world.connect(provider="qovery")
        script.clusters = [cluster("k8s", of=account, provider_phase="DEPLOYED")]
        script.integrations = Listing(items=(integration("role", of=account),))
        script.makes = lambda name: cluster(name, of=account, created_at=world.clock.now())
        script.links = lambda wanted: integration(wanted.name, of=account)
        await world.observe(account)
        return account, script

    async def link(self, world: World, account: Account, name: str) -> Operation:
        change = CreateIntegration(name=name, credentials=AwsRole(role_arn="arn:role"))
        return await world.changer.create_integration(ADA, account.id, change)

    async def test_a_name_is_taken_while_its_cluster_is_made(
        self, world: World, qovery: tuple[Account, Script]
    ) -> None:
        account, script = qovery
        first = await world.changer.create_cluster(ADA, account.id, "shop", self.SPEC)
        script.clusters = []
        with pytest.raises(Conflicting) as refused:
            await world.changer.create_cluster(ADA, account.id, "Shop", self.SPEC)
        assert refused.value.operation is not None
        assert refused.value.operation.id == first.id
        assert script.times_asked("create") == 1

    async def test_a_name_is_taken_while_its_integration_is_made(
        self, world: World, qovery: tuple[Account, Script]
    ) -> None:
        account, script = qovery
        first = await self.link(world, account, "new")
        script.integrations = Listing(items=())
        with pytest.raises(Conflicting) as refused:
            await self.link(world, account, "New")
        assert refused.value.operation is not None
        assert refused.value.operation.id == first.id
        assert script.times_asked("link") == 1

    async def test_what_is_listed_has_its_name(self, world: World, qovery: tuple[Account, Script]) -> None:
        account, script = qovery
        with pytest.raises(Conflicting, match="named 'K8S' already"):
            await world.changer.create_cluster(ADA, account.id, "K8S", self.SPEC)
        with pytest.raises(Conflicting, match="named 'Role' already"):
            await self.link(world, account, "Role")
        assert script.times_asked("create") + script.times_asked("link") == 0

    async def test_what_is_remembered_was_there_before_the_sending(
        self, world: World, qovery: tuple[Account, Script]
    ) -> None:
        account, script = qovery
        script.clusters = []
        script.lost.add("create")
        asked = await world.changer.create_cluster(ADA, account.id, "K8s", self.SPEC)
        assert asked.before.keys == ("k8s",)
