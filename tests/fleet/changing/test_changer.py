"""Changes from the asking to their end: sent once, held to their revision, followed by observations, or refused."""

import asyncio
from datetime import timedelta

import pytest

from fleet.changing.settling import GRACE
from fleet.model.account import Account
from fleet.model.caller import trusted
from fleet.model.capability import Capability
from fleet.model.change import (
    CordonNode,
    CreateIntegration,
    DeleteCluster,
    DeleteIntegration,
    DeployCluster,
    SetSpendLimit,
    StopCluster,
    UpdateCluster,
    UpdateIntegration,
)
from fleet.model.cloud import Cloud
from fleet.model.cluster import Cluster, Phase
from fleet.model.credentials import AwsRole
from fleet.model.failure import Conflict, Rejected, Unavailable, Unreachable
from fleet.model.integration import Integration
from fleet.model.money import LimitWanted, UsageLimit
from fleet.model.operation import Operation, OperationState, Step, Target, TargetKind
from fleet.model.refusal import (
    BudgetUsedUp,
    Conflicting,
    Failing,
    InUse,
    NoSuchThing,
    SeveralRefusals,
    Unsupported,
)
from fleet.ports.adapter import Listing, Unreadable
from fleet.ports.store import Ref
from fleet.providers import PROVIDERS
from fleet.providers.kupe import KupeClusterPatch, KupeDetails
from fleet.providers.qovery import QoveryClusterPatch, QoveryClusterSpec, SecretManagerWanted
from fleet.rate_limits.budget import reserved
from tests.fleet.asked import AS_SPECIFIED, SPEC
from tests.fleet.things import cluster, integration, node
from tests.fleet.world import Script, World, Writable

ADA, BOB = trusted("ada"), trusted("bob")
NEWER = KupeDetails(isolation="shared", requested_version="1.34")
UPDATE = UpdateCluster(provider="kupe", patch=KupeClusterPatch(version="1.34"))


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


class TestUpdating:
    async def test_an_update_is_done_when_its_fields_show_in_a_settled_cluster(
        self, world: World, acme: tuple[Account, Script]
    ) -> None:
        account, script = acme
        script.updated = {"details": NEWER, "is_converged": False, "phase": Phase.UPDATING}
        asked = await world.changer.change_cluster(ADA, Ref(account.id, "web"), UPDATE)
        assert (await world.follow(asked)).state is OperationState.RUNNING
        script.become("web", phase=Phase.READY, is_converged=True)
        assert (await world.follow(asked)).state is OperationState.SUCCEEDED

    async def test_what_was_remembered_shows_nothing(
        self, world: World, acme: tuple[Account, Script]
    ) -> None:
        """It shows what is asked for already, and was seen before the sending."""
        account, script = acme
        script.become("web", details=NEWER)
        await world.observe(account)
        web = script.clusters
        asked = await world.changer.change_cluster(ADA, Ref(account.id, "web"), UPDATE)
        script.clusters, script.incomplete = [], "the rest is missing"
        assert (await world.follow(asked, observations=3)).state is OperationState.RUNNING
        script.clusters, script.incomplete = web, None
        assert (await world.follow(asked)).state is OperationState.SUCCEEDED

    async def test_a_revision_that_is_not_the_expected_one_is_a_conflict_that_names_the_current(
        self, world: World, acme: tuple[Account, Script]
    ) -> None:
        account, script = acme
        script.become("web", revision="r2")
        with pytest.raises(Conflicting) as refused:
            await world.changer.change_cluster(ADA, Ref(account.id, "web"), UPDATE, expected_revision="r1")
        assert refused.value.current_revision == "r2"
        assert script.times_asked("update") == 0

    async def test_of_two_at_once_one_wins_and_one_gets_the_conflict(
        self, world: World, acme: tuple[Account, Script]
    ) -> None:
        account, script = acme
        script.updated = {"details": NEWER, "revision": "r2"}

        async def update() -> object:
            try:
                return await world.changer.change_cluster(
                    ADA, Ref(account.id, "web"), UPDATE, expected_revision="r1"
                )
            except Conflicting as conflict:
                return conflict

        outcomes = await asyncio.gather(update(), update())
        assert sum(isinstance(one, Conflicting) for one in outcomes) == 1
        assert script.times_asked("update") == 1

    async def test_a_revision_that_moved_by_the_providers_own_hand_is_tried_once_more(
        self, world: World, acme: tuple[Account, Script]
    ) -> None:
        account, script = acme
        script.become("web", provider_revision='"1"')

        async def move_on() -> None:
            script.wrong["update"] = Conflict("412", http_status=412)
            script.meanwhile.pop("update")
            script.meanwhile["cluster web"] = settle_down

        async def settle_down() -> None:
            script.wrong.pop("update", None)
            script.become("web", provider_revision='"2"')

        script.meanwhile["update"] = move_on
        asked = await world.changer.change_cluster(ADA, Ref(account.id, "web"), UPDATE)
        assert asked.state is OperationState.RUNNING
        assert script.times_asked("update") == 2
        assert script.sent_revisions == ['"2"']

    async def test_a_revision_that_somebody_else_moved_is_a_conflict(
        self, world: World, acme: tuple[Account, Script]
    ) -> None:
        account, script = acme

        async def intrude() -> None:
            script.wrong["update"] = Conflict("412", http_status=412)
            script.become("web", revision="theirs")

        script.meanwhile["update"] = intrude
        with pytest.raises(Conflicting) as refused:
            await world.changer.change_cluster(ADA, Ref(account.id, "web"), UPDATE)
        assert refused.value.current_revision == "theirs"
        assert script.times_asked("update") == 1
        assert await world.store.open_changes(account.id) == []

    async def test_a_cluster_that_is_gone_is_said_to_be(
        self, world: World, acme: tuple[Account, Script]
    ) -> None:
        account, script = acme
        with pytest.raises(NoSuchThing):
            await world.changer.change_cluster(ADA, Ref(account.id, "nobody"), UPDATE)
        script.clusters = []
        with pytest.raises(NoSuchThing, match="not there any more"):
            await world.changer.change_cluster(ADA, Ref(account.id, "web"), UPDATE)

    async def test_a_successor_of_the_same_name_is_not_updated_in_its_place(
        self, world: World, acme: tuple[Account, Script]
    ) -> None:
        account, script = acme
        script.clusters = [cluster("shop", of=account, incarnation="1", **AS_SPECIFIED)]
        await world.observe(account)
        script.clusters = [cluster("shop", of=account, incarnation="2", **AS_SPECIFIED)]
        with pytest.raises(NoSuchThing):
            await world.changer.change_cluster(ADA, Ref(account.id, "shop@1"), UPDATE)
        assert script.times_asked("update") == 0

    @pytest.mark.parametrize(("first", "then"), [(None, "1"), ("1", None)])
    async def test_a_time_of_creation_that_appears_or_is_missing_makes_no_other_cluster_of_it(
        self, world: World, acme: tuple[Account, Script], first: str | None, then: str | None
    ) -> None:
        """Kupe's newest servers show it seconds after they answered with the cluster."""
        account, script = acme
        script.clusters = [cluster("shop", of=account, incarnation=first, **AS_SPECIFIED)]
        await world.observe(account)
        script.clusters = [cluster("shop", of=account, incarnation=then, **AS_SPECIFIED)]
        key = cluster("shop", of=account, incarnation=first).key
        asked = await world.changer.change_cluster(ADA, Ref(account.id, key), UPDATE)
        assert (asked.state, asked.target) == (
            OperationState.RUNNING,
            Target(kind=TargetKind.CLUSTER, key=key),
        )
        assert script.times_asked("update") == 1


class TestDeploying:
    """Qovery's way: what is registered is deployed by a request of its own, and a busy cluster is waited for."""

    PATCH = UpdateCluster(provider="qovery", patch=QoveryClusterPatch(description="new"))

    @pytest.fixture
    async def qovery(self, world: World) -> tuple[Account, Script]:
        world.adapter = Writable
        account, script = await world.connect(provider="qovery")
        script.clusters = [cluster("k8s", of=account, provider_phase="DEPLOYED")]
        script.updated = {"description": "new", "is_converged": False}
        await world.observe(account)
        return account, script

    async def test_an_update_is_deployed(self, world: World, qovery: tuple[Account, Script]) -> None:
        account, script = qovery
        asked = await world.changer.change_cluster(ADA, Ref(account.id, "k8s"), self.PATCH)
        assert (asked.steps, script.times_asked("update"), script.times_asked("deploy")) == ((), 1, 1)
        assert (await world.follow(asked)).state is OperationState.RUNNING
        script.become("k8s", phase=Phase.READY, provider_phase="DEPLOYED", is_converged=True)
        assert (await world.follow(asked)).state is OperationState.SUCCEEDED

    async def test_a_stopped_cluster_is_not_started_by_an_update(
        self, world: World, qovery: tuple[Account, Script]
    ) -> None:
        account, script = qovery
        script.become("k8s", phase=Phase.STOPPED, provider_phase="STOPPED")
        await world.observe(account)
        asked = await world.changer.change_cluster(ADA, Ref(account.id, "k8s"), self.PATCH)
        assert script.times_asked("deploy") == 0
        assert (await world.follow(asked)).state is OperationState.SUCCEEDED

    async def test_what_waits_can_be_cancelled_and_is_then_not_sent(
        self, world: World, qovery: tuple[Account, Script]
    ) -> None:
        account, script = qovery
        script.become("k8s", phase=Phase.UPDATING, provider_phase="DEPLOYING")
        asked = await world.changer.change_cluster(ADA, Ref(account.id, "k8s"), StopCluster())
        assert asked.can_be_cancelled
        ended = await world.changer.cancel(BOB, Ref(account.id, asked.id))
        assert (ended.state, ended.failure and ended.failure.message) == (
            OperationState.FAILED,
            "bob cancelled it before anything was sent.",
        )
        script.become("k8s", phase=Phase.READY, provider_phase="DEPLOYED")
        await world.observe(account)
        assert script.times_asked("stop") == 0
        again = await world.changer.change_cluster(ADA, Ref(account.id, "k8s"), StopCluster())
        assert again.answered_at is not None
        with pytest.raises(Conflicting, match="ended"):
            await world.changer.cancel(ADA, Ref(account.id, asked.id))

    async def test_what_was_sent_cannot_be_cancelled_nor_what_one_does_not_see(
        self, world: World, qovery: tuple[Account, Script]
    ) -> None:
        account, _ = qovery
        asked = await world.changer.change_cluster(ADA, Ref(account.id, "k8s"), StopCluster())
        assert not asked.can_be_cancelled
        with pytest.raises(Unsupported, match="no provider takes a request back"):
            await world.changer.cancel(ADA, Ref(account.id, asked.id))
        with pytest.raises(NoSuchThing):
            await world.changer.cancel(ADA, Ref(account.id, "another"))
        blinded = ADA.model_copy(update={"account_ids": frozenset({"another"})})
        with pytest.raises(NoSuchThing):
            await world.changer.cancel(blinded, Ref(account.id, asked.id))

    async def test_a_busy_cluster_is_waited_for_and_then_changed(
        self, world: World, qovery: tuple[Account, Script]
    ) -> None:
        account, script = qovery
        script.become("k8s", phase=Phase.UPDATING, provider_phase="DEPLOYING")
        asked = await world.changer.change_cluster(ADA, Ref(account.id, "k8s"), StopCluster())
        assert (asked.state, asked.is_waiting, script.times_asked("stop")) == (
            OperationState.RUNNING,
            True,
            0,
        )
        assert (await world.follow(asked)).is_waiting
        script.become("k8s", phase=Phase.READY, provider_phase="DEPLOYED")
        assert (await world.follow(asked)).steps == ()
        assert script.times_asked("stop") == 1
        script.become("k8s", phase=Phase.STOPPED, provider_phase="STOPPED")
        assert (await world.follow(asked)).state is OperationState.SUCCEEDED

    async def test_a_deployment_that_was_refused_for_a_moment_is_sent_later(
        self, world: World, qovery: tuple[Account, Script]
    ) -> None:
        account, script = qovery
        script.wrong["deploy"] = Conflict("busy", http_status=409)
        asked = await world.changer.change_cluster(ADA, Ref(account.id, "k8s"), self.PATCH)
        assert (asked.state, asked.steps) == (OperationState.RUNNING, (Step.DEPLOY,))
        del script.wrong["deploy"]
        assert (await world.follow(asked)).steps == ()
        assert (script.times_asked("update"), script.times_asked("deploy")) == (1, 2)

    async def test_what_was_registered_is_deployed_though_its_secret_is_not_kept(
        self, world: World, qovery: tuple[Account, Script]
    ) -> None:
        account, script = qovery
        manager = SecretManagerWanted.model_validate(
            {
                "name": "vault",
                "kind": "AWS_SECRET_MANAGER",
                "region": "eu-west-3",
                "authentication": "AWS_STATIC_CREDENTIALS",
                "access_key_id": "planted-id",
                "secret_access_key": "planted-key",
            }
        )
        change = UpdateCluster(
            provider="qovery", patch=QoveryClusterPatch(description="new", secret_managers=(manager,))
        )
        script.wrong["deploy"] = Conflict("busy", http_status=409)
        asked = await world.changer.change_cluster(ADA, Ref(account.id, "k8s"), change)
        del script.wrong["deploy"]
        followed = await world.follow(asked)
        assert (followed.state, followed.steps) == (OperationState.RUNNING, ())
        assert (script.times_asked("update"), script.times_asked("deploy")) == (1, 2)

    async def test_deploying_applies_what_is_registered(
        self, world: World, qovery: tuple[Account, Script]
    ) -> None:
        account, script = qovery
        asked = await world.changer.change_cluster(ADA, Ref(account.id, "k8s"), DeployCluster())
        script.become("k8s", phase=Phase.READY, provider_phase="DEPLOYED")
        assert (await world.follow(asked)).state is OperationState.SUCCEEDED


class TestDeleting:
    async def test_a_delete_is_done_when_the_cluster_is_gone(
        self, world: World, acme: tuple[Account, Script]
    ) -> None:
        account, _ = acme
        asked = await world.changer.change_cluster(ADA, Ref(account.id, "web"), DeleteCluster())
        assert (await world.follow(asked, observations=2, every_seconds=31)).state is OperationState.SUCCEEDED

    async def test_one_change_of_a_cluster_at_a_time(
        self, world: World, acme: tuple[Account, Script]
    ) -> None:
        account, script = acme
        script.updated = {"phase": Phase.UPDATING}
        update = await world.changer.change_cluster(ADA, Ref(account.id, "web"), UPDATE)
        with pytest.raises(Conflicting) as refused:
            await world.changer.change_cluster(ADA, Ref(account.id, "web"), DeleteCluster())
        assert refused.value.operation is not None
        assert refused.value.operation.id == update.id


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


class TestRefusals:
    async def test_what_the_provider_lacks_is_refused_with_its_sentence(
        self, world: World, acme: tuple[Account, Script]
    ) -> None:
        account, _ = acme
        limit = SetSpendLimit(limit=LimitWanted(usage=UsageLimit(request_units=1)))
        for change in (StopCluster(), limit):
            with pytest.raises(Unsupported) as refused:
                await world.changer.change_cluster(ADA, Ref(account.id, "web"), change)
            assert refused.value.capability in (Capability.STOP_CLUSTER, Capability.SPEND_LIMIT)
            assert refused.value.message.startswith(("A Kupe", "Kupe"))

    async def test_what_this_very_cluster_lacks_is_refused_too(
        self, world: World, acme: tuple[Account, Script]
    ) -> None:
        account, script = acme
        script.become("web", unsupported={Capability.DELETE_CLUSTER: "It is somebody else's."})
        await world.observe(account)
        with pytest.raises(Unsupported, match="somebody else's"):
            await world.changer.change_cluster(ADA, Ref(account.id, "web"), DeleteCluster())

    async def test_an_account_that_is_not_there_is_said_not_to_be(self, world: World) -> None:
        with pytest.raises(NoSuchThing):
            await world.changer.create_cluster(ADA, "nobody", "shop", SPEC)

    async def test_people_have_a_share_of_their_own_and_it_ends(self, world: World) -> None:
        world.adapter = Writable
        account, script = await world.connect(provider="northflank")

        async def refresh_for_ever() -> None:
            for _ in range(reserved(PROVIDERS["northflank"].rate_limit) + 1):
                await world.account_service.refresh(ADA, account.id)
                await world.observer.observe(account.id)
                world.clock.move(seconds=10)

        with pytest.raises(BudgetUsedUp) as refused:
            await refresh_for_ever()
        assert refused.value.retry_at > world.clock.now()
        assert script.times_asked("clusters") == reserved(PROVIDERS["northflank"].rate_limit)


class TestOrphans:
    """Whoever asked died between the intent and the sending."""

    async def test_an_intent_whose_maker_died_is_sent_by_an_observation(
        self, world: World, acme: tuple[Account, Script], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        account, script = acme

        async def die(self: object) -> None:
            raise asyncio.CancelledError

        with monkeypatch.context() as dying:
            dying.setattr("fleet.changing.sending.Sending.run", die)
            with pytest.raises(asyncio.CancelledError):
                await world.changer.change_cluster(ADA, Ref(account.id, "web"), DeleteCluster())
        (orphan,) = await world.store.open_changes(account.id)
        assert (await world.follow(orphan)).is_unsent
        assert not (await world.follow(orphan, every_seconds=61)).is_unsent
        assert script.times_asked("delete") == 1

    async def test_one_whose_credentials_are_gone_is_not(
        self, world: World, linked: tuple[Account, Script], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        account, script = linked

        async def die(self: object) -> None:
            raise asyncio.CancelledError

        link = CreateIntegration(name="new", credentials=AwsRole(role_arn="x"))
        with monkeypatch.context() as dying:
            dying.setattr("fleet.changing.sending.Sending.run", die)
            with pytest.raises(asyncio.CancelledError):
                await world.changer.create_integration(ADA, account.id, link)
        (orphan,) = await world.store.open_changes(account.id)
        ended = await world.follow(orphan, every_seconds=61)
        assert (ended.state, script.times_asked("link")) == (OperationState.FAILED, 0)

    async def test_one_whose_alerts_are_gone_is_not(
        self, world: World, acme: tuple[Account, Script], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Of these a digest is kept: what is left is not what was asked for."""
        account, script = acme

        async def die(self: object) -> None:
            raise asyncio.CancelledError

        patch = KupeClusterPatch(version="1.34", alerts={"receivers": ["somebody"]})
        with monkeypatch.context() as dying:
            dying.setattr("fleet.changing.sending.Sending.run", die)
            with pytest.raises(asyncio.CancelledError):
                await world.changer.change_cluster(
                    ADA, Ref(account.id, "web"), UpdateCluster(provider="kupe", patch=patch)
                )
        (orphan,) = await world.store.open_changes(account.id)
        ended = await world.follow(orphan, every_seconds=61)
        assert (ended.state, script.times_asked("update")) == (OperationState.FAILED, 0)

    async def test_what_has_no_end_in_sight_times_out(
        self, world: World, acme: tuple[Account, Script]
    ) -> None:
        account, script = acme
        script.updated = {"phase": Phase.UPDATING}
        asked = await world.changer.change_cluster(ADA, Ref(account.id, "web"), UPDATE)
        world.clock.at = asked.deadline - timedelta(seconds=1)
        assert (await world.follow(asked)).state is OperationState.TIMED_OUT
