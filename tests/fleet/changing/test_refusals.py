"""What is refused before anything is sent."""

import pytest

from fleet.model.account import Account
from fleet.model.capability import Capability
from fleet.model.change import DeleteCluster, SetSpendLimit, StopCluster
from fleet.model.money import LimitWanted, UsageLimit
from fleet.model.refusal import BudgetUsedUp, NoSuchThing, Unsupported
from fleet.ports.reader import Ref
from fleet.providers import PROVIDERS
from fleet.rate_limits.budget import reserved
from tests.fleet.asked import ADA, SPEC
from tests.fleet.world import Script, World, Writable


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
