"""Deploying, stopping and deleting: sent when the provider takes it, and not twice."""

import pytest

from fleet.model.account import Account
from fleet.model.change import DeleteCluster, DeployCluster, StopCluster, UpdateCluster
from fleet.model.cluster import Phase
from fleet.model.failure import Conflict
from fleet.model.operation import OperationState, Step
from fleet.model.refusal import Conflicting, NoSuchThing, Unsupported
from fleet.ports.reader import Ref
from fleet.providers.qovery import QoveryClusterPatch, SecretManagerWanted
from tests.fleet.asked import ADA, BOB, UPDATE
from tests.fleet.things import cluster
from tests.fleet.world import Script, World, Writable


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
