"""Intents whose maker died, and changes that come to no end."""

import asyncio
from datetime import timedelta

import pytest

from fleet.model.account import Account
from fleet.model.change import CreateIntegration, DeleteCluster, UpdateCluster
from fleet.model.cluster import Phase
from fleet.model.credentials import AwsRole
from fleet.model.operation import OperationState
from fleet.ports.reader import Ref
from fleet.providers.kupe import KupeClusterPatch
from tests.fleet.asked import ADA, UPDATE
from tests.fleet.world import Script, World


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
