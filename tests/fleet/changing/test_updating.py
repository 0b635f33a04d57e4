"""Updating: held to the revision that was read, and done when it shows."""

import asyncio

import pytest

from fleet.model.account import Account
from fleet.model.cluster import Phase
from fleet.model.failure import Conflict
from fleet.model.operation import OperationState, Target, TargetKind
from fleet.model.refusal import Conflicting, NoSuchThing
from fleet.ports.reader import Ref
from tests.fleet.asked import ADA, AS_SPECIFIED, NEWER, UPDATE
from tests.fleet.things import cluster
from tests.fleet.world import Script, World


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
