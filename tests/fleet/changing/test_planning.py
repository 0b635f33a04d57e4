"""Plans at the domain: whose they are, when they are refused, and what they leave behind."""

from typing import get_args

import pytest

from fleet.changing.intents import ClusterChange
from fleet.changing.plan_permits import Held, Recording
from fleet.changing.verbs import VERBS
from fleet.model.account import Account
from fleet.model.change import CordonNode, CreateCluster, DeleteCluster, StopCluster
from fleet.model.cluster import Phase
from fleet.model.operation import OperationState, TargetKind
from fleet.model.plan import NEW_ID, Outgoing, Plan
from fleet.model.rate_limit import RateFacts
from fleet.model.refusal import Conflicting, NoSuchThing, Refused
from fleet.ports.adapter import Listing
from fleet.ports.reader import Ref
from tests.fleet.asked import ADA, BOB, SPEC, UPDATE
from tests.fleet.things import cluster, node
from tests.fleet.world import Script, World, Writable


def outgoing(
    url: str = "https://a.invalid/clusters",
    *,
    method: str = "POST",
    digest: str = "d",
    body: str | None = None,
) -> Outgoing:
    return Outgoing(method=method, url=url, digest=digest, body=body)


class TestPlanning:
    async def test_a_plan_asks_what_there_is_and_sends_nothing(
        self, world: World, acme: tuple[Account, Script]
    ) -> None:
        account, script = acme
        script.asked.clear()
        plan = await world.changer.planner.create_cluster(ADA, account.id, "shop", SPEC)
        assert script.asked == ["clusters"]
        assert [one.method for one in plan.requests] == ["POST"]
        assert await world.store.open_changes(account.id) == []
        assert await world.store.operations(before=None, limit=9) == []

    async def test_two_plans_of_one_change_are_two(self, world: World, acme: tuple[Account, Script]) -> None:
        account, _ = acme
        web, planner = Ref(account.id, "web"), world.changer.planner
        first = await planner.change_cluster(ADA, web, DeleteCluster())
        again = await planner.change_cluster(ADA, web, DeleteCluster())
        assert first.digest != again.digest

    async def test_nothing_is_planned_beside_an_open_change(
        self, world: World, acme: tuple[Account, Script]
    ) -> None:
        account, _ = acme
        web = Ref(account.id, "web")
        asked = await world.changer.change_cluster(ADA, web, UPDATE)
        with pytest.raises(Conflicting, match="in flight") as refused:
            await world.changer.planner.change_cluster(ADA, web, DeleteCluster())
        assert refused.value.operation is not None
        assert refused.value.operation.id == asked.id

    async def test_nothing_is_planned_while_the_provider_is_busy_with_it(self, world: World) -> None:
        """The change itself would wait, and what it sends then is not known."""
        world.adapter = Writable
        account, script = await world.connect(provider="qovery")
        script.clusters = [cluster("web", of=account)]
        await world.observe(account)
        script.become("web", phase=Phase.UPDATING, provider_phase="DEPLOYING")
        with pytest.raises(Conflicting, match="busy"):
            await world.changer.planner.change_cluster(ADA, Ref(account.id, "web"), StopCluster())

    async def test_a_node_is_planned_too(self, world: World) -> None:
        world.adapter = Writable
        account, script = await world.connect(provider="northflank")
        byoc = cluster("byoc", of=account)
        script.clusters, script.nodes["byoc"] = [byoc], Listing(items=(node("n1", of=byoc),))
        await world.observe(account)
        (row,) = await world.store.nodes_of(Ref(account.id, "byoc"), after=None, limit=9)
        plan = await world.changer.planner.change_node(ADA, Ref(account.id, row.item.key), CordonNode())
        assert len(plan.requests) == 1
        assert script.times_asked("cordon") == 0


class TestApplying:
    async def test_what_was_planned_is_done(self, world: World, acme: tuple[Account, Script]) -> None:
        account, script = acme
        plan = await world.changer.planner.change_cluster(ADA, Ref(account.id, "web"), DeleteCluster())
        done = await world.changer.apply(ADA, plan.digest)
        assert (done.kind, done.requested_by, done.state) == (
            plan.operation.kind,
            "ada",
            OperationState.RUNNING,
        )
        assert script.times_asked("delete") == 1

    async def test_a_plan_is_its_callers_own(self, world: World, acme: tuple[Account, Script]) -> None:
        account, script = acme
        plan = await world.changer.planner.change_cluster(ADA, Ref(account.id, "web"), DeleteCluster())
        with pytest.raises(NoSuchThing):
            await world.changer.apply(BOB, plan.digest)
        assert script.times_asked("delete") == 0

    async def test_a_caller_who_sees_the_account_no_more_applies_nothing(
        self, world: World, acme: tuple[Account, Script]
    ) -> None:
        account, _ = acme
        plan = await world.changer.planner.change_cluster(ADA, Ref(account.id, "web"), DeleteCluster())
        blinded = ADA.model_copy(update={"account_ids": frozenset({"another"})})
        with pytest.raises(NoSuchThing):
            await world.changer.apply(blinded, plan.digest)

    async def test_a_plan_of_an_account_that_was_disconnected_is_refused(
        self, world: World, acme: tuple[Account, Script]
    ) -> None:
        account, _ = acme
        plan = await world.changer.planner.change_cluster(ADA, Ref(account.id, "web"), DeleteCluster())
        await world.store.hide(account.id, due_at=world.clock.now())
        with pytest.raises(NoSuchThing):
            await world.changer.apply(ADA, plan.digest)

    @pytest.mark.parametrize("digest", ["", "unheard of", "x" * 5_000, "\x00"])
    async def test_what_names_no_plan_is_refused(self, world: World, digest: str) -> None:
        with pytest.raises(NoSuchThing):
            await world.changer.apply(ADA, digest)

    async def test_a_plan_is_good_for_a_quarter_of_an_hour(
        self, world: World, acme: tuple[Account, Script]
    ) -> None:
        account, script = acme
        plan = await world.changer.planner.change_cluster(ADA, Ref(account.id, "web"), DeleteCluster())
        world.clock.at = plan.expires_at
        with pytest.raises(NoSuchThing, match="15 minutes"):
            await world.changer.apply(ADA, plan.digest)
        assert script.times_asked("delete") == 0

    async def test_a_plan_of_a_cluster_that_was_changed_is_refused_and_leaves_nothing(
        self, world: World, acme: tuple[Account, Script]
    ) -> None:
        account, script = acme
        plan = await world.changer.planner.change_cluster(ADA, Ref(account.id, "web"), DeleteCluster())
        script.become("web", revision="another")
        with pytest.raises(Conflicting) as refused:
            await world.changer.apply(ADA, plan.digest)
        assert refused.value.current_revision == "another"
        assert await world.store.operations(before=None, limit=9) == []

    async def test_a_plan_does_not_wait_for_a_provider_that_is_busy(self, world: World) -> None:
        world.adapter = Writable
        account, script = await world.connect(provider="qovery")
        script.clusters = [cluster("web", of=account)]
        await world.observe(account)
        plan = await world.changer.planner.change_cluster(ADA, Ref(account.id, "web"), StopCluster())
        script.become("web", phase=Phase.UPDATING, provider_phase="DEPLOYING")
        with pytest.raises(Conflicting, match="busy"):
            await world.changer.apply(ADA, plan.digest)
        assert await world.store.open_changes(account.id) == []

    async def test_another_request_than_the_planned_one_is_not_sent(
        self, world: World, acme: tuple[Account, Script]
    ) -> None:
        account, script = acme
        plan = await world.changer.planner.change_cluster(ADA, Ref(account.id, "web"), DeleteCluster())
        (request,) = plan.requests
        other = request.model_copy(update={"digest": "another"})
        await world.store.keep_plan(plan.model_copy(update={"requests": (other,)}))
        with pytest.raises(Conflicting, match="another request"):
            await world.changer.apply(ADA, plan.digest)
        assert script.times_asked("delete") == 0
        assert await world.store.operations(before=None, limit=9) == []

    async def test_a_second_request_that_was_not_planned_is_not_sent(
        self, world: World, acme: tuple[Account, Script]
    ) -> None:
        account, _ = acme
        plan = await world.changer.planner.change_cluster(ADA, Ref(account.id, "web"), DeleteCluster())
        steps = plan.operation.model_copy(update={"steps": ()})
        await world.store.keep_plan(plan.model_copy(update={"operation": steps}))
        with pytest.raises(Conflicting):
            await world.changer.apply(ADA, plan.digest)


class Free:
    def __init__(self) -> None:
        self.taken = 0

    async def take(self, change: object = None) -> None:
        self.taken += 1

    def learn(self, facts: RateFacts) -> None: ...


class TestHolding:
    async def test_readings_take_their_permits_and_changes_are_written_down(self) -> None:
        free = Free()
        recording = Recording(free)

        async def send() -> None:
            await recording.take()
            await recording.take(outgoing())
            raise AssertionError("it was sent")

        await recording.hold_back(send)
        assert (free.taken, recording.requests) == (1, [outgoing()])

    async def test_the_planned_ones_go_out_in_their_order_and_once(self) -> None:
        first, second = outgoing(), outgoing("https://a.invalid/clusters/1/deploy")
        for sent in ([second], [first, first], [first, second, second]):
            held = Held(Free(), [first, second], Refused("moved"))
            for one in sent[:-1]:
                await held.take(one)
            await held.take()
            with pytest.raises(Refused, match="moved"):
                await held.take(sent[-1])

    @pytest.mark.parametrize(
        ("sent", "is_it"),
        [
            (outgoing("https://a.invalid/clusters/7/deploy"), True),
            (outgoing("https://a.invalid/clusters/7/stop"), False),
            (outgoing("https://b.invalid/clusters/7/deploy"), False),
            (outgoing("https://a.invalid/clusters/7/deploy", method="PUT"), False),
            (outgoing("https://a.invalid/clusters/7/deploy", digest="e"), False),
        ],
    )
    def test_an_id_to_come_may_be_any(self, sent: Outgoing, is_it: bool) -> None:
        assert outgoing(f"https://a.invalid/clusters/{NEW_ID}/deploy").announces(sent) is is_it

    def test_a_plan_is_kept_without_what_it_shows(self, acme: object) -> None:
        assert "body" not in outgoing(body="{}").model_dump()
        assert Plan.model_fields["requests"].annotation == tuple[Outgoing, ...]


def test_a_plan_of_every_change_of_a_cluster_can_be_applied() -> None:
    """`Intents.again` takes these, and fails on any other."""
    of_clusters = {verb.change for verb in VERBS.values() if verb.target is TargetKind.CLUSTER}
    assert set(get_args(ClusterChange)) == of_clusters - {CreateCluster}
