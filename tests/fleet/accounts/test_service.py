"""Accounts as their owner has them: connected once, with a token that works, observed now, and forgotten whole."""

from typing import Any

import pytest
from pydantic import SecretStr

from fleet.accounts.service import REFRESHED_WITHIN
from fleet.model.account import Account
from fleet.model.change import DeleteCluster, OperationKind
from fleet.model.failure import Forbidden, Unauthenticated
from fleet.model.operation import OperationState
from fleet.model.refusal import Conflicting, Failing, InvalidInput, NoSuchThing
from fleet.ports.reader import Ref
from fleet.reading.visible import visible_to
from tests.fleet.asked import ADA
from tests.fleet.things import cluster
from tests.fleet.world import Script, World, Writable

TOKEN = SecretStr("another-made-up-token")


async def connect(
    world: World,
    name: str = "acme",
    external_id: str | None = "acme-org",
    provider: str = "kupe",
    token: SecretStr = TOKEN,
    api_version: str | None = None,
) -> Account:
    tracked = await world.account_service.connect(
        ADA,
        token=token,
        provider=provider,
        name=name,
        external_id=external_id,
        api_version=api_version,
    )
    return tracked.account


@pytest.fixture(autouse=True)
def any_script(world: World) -> None:
    """Accounts that are connected here were not given a script before."""
    world.adapter = Writable
    world.scripts = _Scripts()


class TellsOrganization(Writable):
    async def organization(self) -> str:
        return f"org-of-{self._token}"


class _Scripts(dict[str, Script]):
    """A script for whoever comes, as told."""

    def __init__(self, **answers: Any) -> None:
        self._answers = answers

    def __missing__(self, account_id: str) -> Script:
        return self.setdefault(account_id, Script(**self._answers))


class TestConnecting:
    async def test_a_token_that_works_is_kept_and_the_account_due_at_once(self, world: World) -> None:
        account = await connect(world)
        assert await world.vault.token(account.id) == TOKEN
        assert await world.due_at(account) == world.clock.now()
        assert world.scripts[account.id].asked == ["clusters"]

    async def test_a_token_that_is_refused_is_not_kept(self, world: World) -> None:
        refusal = Unauthenticated("Kupe refused the token (401).", http_status=401)
        world.scripts = _Scripts(wrong={"clusters": refusal})
        with pytest.raises(Failing, match="refused the token") as refused:
            await connect(world)
        assert refused.value.failure.http_status == 401
        assert refused.value.path == ("api_token",)
        assert await world.store.accounts(after=None, limit=9) == []

    async def test_the_same_name_is_connected_once(self, world: World) -> None:
        await connect(world)
        with pytest.raises(Conflicting, match="connected already") as refused:
            await connect(world, external_id="other-org")
        assert refused.value.path == ("name",)

    async def test_the_same_organization_is_connected_once(self, world: World) -> None:
        account = await connect(world)
        with pytest.raises(Conflicting, match="as 'acme'"):
            await connect(world, name="acme again")
        assert [one.account.id for one in await world.store.accounts(after=None, limit=9)] == [account.id]

    @pytest.mark.parametrize(
        ("given", "path"),
        [
            ({"provider": "nobody"}, ("provider",)),
            ({"name": " "}, ("name",)),
            ({"external_id": ""}, ("external_id",)),
            ({"api_version": "2024"}, ("api_version",)),
        ],
    )
    async def test_what_cannot_be_meant_is_named(
        self, world: World, given: dict[str, str], path: tuple[str, ...]
    ) -> None:
        with pytest.raises(InvalidInput) as refused:
            await connect(world, **given)  # type: ignore[arg-type]
        assert refused.value.path == path


class TestReplacing:
    async def test_observation_goes_on_with_the_new_token(self, world: World) -> None:
        account = await connect(world)
        script = world.scripts[account.id]
        script.refused_tokens.add(TOKEN.get_secret_value())
        await world.observe(account)
        fresh = SecretStr("a-third-made-up-token")
        replaced = await world.account_service.replace_token(ADA, account.id, fresh)
        assert replaced.account.token_hint == "oken"
        await world.observe_when_due(account)
        assert (await world.state(account)).is_token_accepted is True

    async def test_a_token_that_may_not_list_is_not_taken(self, world: World) -> None:
        account = await connect(world)
        world.scripts[account.id].wrong["clusters"] = Forbidden("not allowed", http_status=403)
        with pytest.raises(Failing):
            await world.account_service.replace_token(ADA, account.id, SecretStr("a-third-made-up-token"))
        assert await world.vault.token(account.id, fresh=True) == TOKEN

    async def test_a_refused_replacement_leaves_the_old_token(self, world: World) -> None:
        other = SecretStr("a-token-of-another-organization")
        first = await connect(world, provider="northflank", name="one", external_id=None)
        await connect(world, provider="northflank", name="two", external_id=None, token=other)
        with pytest.raises(Conflicting, match="as 'two'"):
            await world.account_service.replace_token(ADA, first.id, other)
        assert await world.vault.token(first.id, fresh=True) == TOKEN
        kept = (await world.tracked(first)).account
        assert (kept.token_hint, kept.budget_key) == (first.token_hint, first.budget_key)

    async def test_a_token_that_shows_other_clusters_is_not_taken(self, world: World) -> None:
        account = await connect(world)
        script = world.scripts[account.id]
        script.clusters = [cluster(f"ours-{number}", of=account) for number in range(3)]
        await world.observe(account)
        script.clusters = [cluster("theirs", of=account)]
        with pytest.raises(Failing, match="another organization"):
            await world.account_service.replace_token(ADA, account.id, SecretStr("a-third-made-up-token"))
        assert await world.vault.token(account.id, fresh=True) == TOKEN

    async def test_a_token_of_another_organization_is_refused_where_the_provider_tells(
        self, world: World
    ) -> None:
        world.adapter = TellsOrganization
        account = await connect(world, provider="northflank", external_id=None)
        assert account.organization_id == "org-of-another-made-up-token"
        with pytest.raises(Conflicting, match="another organization"):
            await world.account_service.replace_token(ADA, account.id, SecretStr("a-third-made-up-token"))
        assert await world.vault.token(account.id, fresh=True) == TOKEN

    async def test_a_vault_that_fails_leaves_the_account_as_it_was(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        account = await connect(world)

        async def fail(account_id: str, token: SecretStr) -> None:
            raise OSError("the vault is shut")

        monkeypatch.setattr(world.vault, "keep", fail)
        world.clock.move(seconds=5)  # what is new shows when its token was given
        with pytest.raises(OSError, match="shut"):
            await world.account_service.replace_token(ADA, account.id, SecretStr("a-third-made-up-token"))
        assert (await world.tracked(account)).account == account
        assert await world.vault.token(account.id, fresh=True) == TOKEN

    async def test_a_name_that_is_free_again_is_another_account(self, world: World) -> None:
        first = await connect(world)
        await world.account_service.disconnect(ADA, first.id)
        second = await connect(world)
        assert second.id != first.id
        limited = visible_to(ADA.model_copy(update={"account_ids": frozenset({first.id})}), world.store)
        assert await limited.accounts(after=None, limit=9) == []
        assert await limited.account_named(*second.order) is None


class TestRefreshing:
    async def test_an_account_is_observed_now(self, world: World) -> None:
        account = await connect(world)
        await world.observe_when_due(account)
        world.clock.move(seconds=1)
        asked = await world.account_service.refresh(ADA, account.id)
        assert await world.due_at(account) == world.clock.now()
        requests = len(world.scripts[account.id].asked)
        await world.observe_when_due(account)
        assert len(world.scripts[account.id].asked) > requests
        assert (await world.operation(asked)).state is OperationState.SUCCEEDED

    async def test_a_second_one_is_the_first(self, world: World) -> None:
        account = await connect(world)
        first = await world.account_service.refresh(ADA, account.id)
        assert (await world.account_service.refresh(ADA, account.id)).id == first.id

    async def test_the_failure_of_a_provider_is_the_failure_of_the_operation(self, world: World) -> None:
        account = await connect(world)
        world.scripts[account.id].wrong["clusters"] = Forbidden("not allowed", http_status=403)
        asked = await world.account_service.refresh(ADA, account.id)
        ended = await world.follow(asked)
        assert ended.state is OperationState.FAILED
        assert ended.failure is not None
        assert ended.failure.http_status == 403

    async def test_one_that_nobody_comes_to_times_out(self, world: World) -> None:
        account = await connect(world)
        asked = await world.account_service.refresh(ADA, account.id)
        world.scripts[account.id].wrong["clusters"] = ConnectionError("a fault of ours")
        world.clock.at = asked.requested_at + REFRESHED_WITHIN
        with pytest.raises(ConnectionError):
            await world.observe(account)
        world.scripts[account.id].wrong.clear()
        assert (await world.follow(asked)).is_final


class TestDisconnecting:
    async def test_all_that_was_observed_goes_and_nothing_at_the_provider(self, world: World) -> None:
        account = await connect(world)
        script = world.scripts[account.id]
        script.clusters = [cluster("web", of=account)]
        await world.observe(account)
        asked_before = list(script.asked)
        operation = await world.account_service.disconnect(ADA, account.id)
        assert operation.state is OperationState.SUCCEEDED
        assert await world.store.account(account.id) is None
        assert await world.store.clusters(account.id) == []
        assert script.asked == asked_before
        with pytest.raises(KeyError):
            await world.vault.token(account.id, fresh=True)

    async def test_what_was_under_way_is_admitted_not_to_be_known(self, world: World) -> None:
        account = await connect(world)
        script = world.scripts[account.id]
        script.clusters = [cluster("web", of=account)]
        await world.observe(account)
        script.lost.add("delete")
        change = await world.changer.change_cluster(ADA, Ref(account.id, "web"), DeleteCluster())
        await world.account_service.disconnect(ADA, account.id)
        ended = await world.operation(change)
        assert ended.state is OperationState.TIMED_OUT
        assert ended.failure is not None
        assert "disconnected" in ended.failure.message

    @pytest.mark.parametrize("step", ["hide", "remove"])
    async def test_an_interrupted_one_is_gone_on_with(
        self, world: World, monkeypatch: pytest.MonkeyPatch, step: str
    ) -> None:
        account = await connect(world)

        async def die(*args: object, **kwargs: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as dying:
            dying.setattr(world.store, step, die)
            with pytest.raises(KeyboardInterrupt):
                await world.account_service.disconnect(ADA, account.id)
        await world.observer.observe(account.id)
        assert await world.store.account(account.id) is None
        (operation,) = await world.store.operations_of(account.id, before=None, limit=9)
        assert (operation.kind, operation.state) == (
            OperationKind.DISCONNECT_ACCOUNT,
            OperationState.SUCCEEDED,
        )

    async def test_a_late_message_does_not_forget_the_token_of_an_account_that_is_just_being_connected(
        self, world: World
    ) -> None:
        account = await connect(world)
        await world.account_service.disconnect(ADA, account.id)
        await world.vault.keep(account.id, TOKEN)
        await world.observer.observe(account.id)
        assert await world.vault.token(account.id, fresh=True) == TOKEN

    async def test_nobody_there_is_said(self, world: World) -> None:
        with pytest.raises(NoSuchThing):
            await world.account_service.disconnect(ADA, "nobody")
