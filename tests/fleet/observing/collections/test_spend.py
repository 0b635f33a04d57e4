"""What an account costs, its plan, and the plans on offer."""

import pytest

from fleet.model.account import Account, Collection
from fleet.model.failure import Forbidden, Unavailable
from fleet.model.money import Money
from fleet.model.spend import SpendLine, Statement
from fleet.model.subscription import OfferedPlan, Subscription
from fleet.ports.adapter import Listing, Unreadable
from tests.fleet.things import cluster
from tests.fleet.world import World


def statement(of: Account, cents: int, period: str = "2026-11", *, is_final: bool = False) -> Statement:
    total = Money(minor_units=cents, currency="USD")
    line = SpendLine(label="c1", cluster_external_id="c1", amount=total)
    return Statement(
        account_id=of.id, external_id=period, period=period, total=total, is_final=is_final, lines=(line,)
    )


async def test_what_an_account_costs_is_kept_with_its_running_total_and_its_clusters_parts(
    world: World,
) -> None:
    account, script = await world.connect()
    script.clusters = [cluster("c1", of=account)]
    script.spend = Listing(items=(statement(account, 700), statement(account, 900, "2026-10", is_final=True)))
    await world.observe_when_due(account)
    kept = {row.item.key: row.item for row in await world.store.items(account.id, Statement)}
    assert {key: one.lines[0].cluster_key for key, one in kept.items()} == {
        "2026-10/USD": "c1",
        "2026-11/USD": "c1",
    }
    spend = (await world.rows(account))["c1"].facts.spend
    assert spend is not None
    (part,) = spend
    assert (part.amount.minor_units, part.period, part.is_final) == (700, "2026-11", False)
    tracked = await world.store.account(account.id)
    assert tracked is not None
    assert [one.total.minor_units for one in tracked.state.spend] == [700]


async def test_a_cluster_that_the_newest_statement_does_not_name_costs_nothing_by_it(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [cluster("c1", of=account), cluster("c2", of=account)]
    script.spend = Listing(items=(statement(account, 700),))
    await world.observe_when_due(account)
    line = SpendLine(label="c2", cluster_external_id="c2", amount=Money(minor_units=5, currency="USD"))
    script.spend = Listing(
        items=(
            statement(account, 5, "2026-12").model_copy(update={"lines": (line,)}),
            statement(account, 700, is_final=True),
        )
    )
    await world.observe_all(account)
    rows = await world.rows(account)
    assert rows["c1"].facts.spend == ()
    assert [part.amount.minor_units for part in rows["c2"].facts.spend or ()] == [5]


@pytest.mark.parametrize("incomplete", [None, "The second page did not come."])
async def test_a_statement_that_does_not_come_takes_nothing_back_of_what_it_said(
    world: World, incomplete: str | None
) -> None:
    account, script = await world.connect()
    script.clusters = [cluster("c1", of=account)]
    newest, before = statement(account, 700), statement(account, 900, "2026-10", is_final=True)
    script.spend = Listing(items=(newest, before))
    await world.observe_when_due(account)
    unread = () if incomplete else (Unreadable(external_id="2026-11", reason="total: Field required"),)
    script.spend = Listing(items=(before,), unreadable=unread, incomplete=incomplete)
    await world.observe_all(account)
    parts = (await world.rows(account))["c1"].facts.spend or ()
    assert [(part.period, part.amount.minor_units) for part in parts] == [("2026-11", 700)]
    assert [one.total.minor_units for one in (await world.state(account)).spend] == [700]


async def test_a_token_that_may_not_see_bills_costs_the_bills_alone_and_keeps_the_last(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [cluster("c1", of=account)]
    script.spend = Listing(items=(statement(account, 700),))
    await world.observe_when_due(account)
    script.wrong["spend"] = Forbidden("The token may not see bills.", http_status=403)
    await world.observe_all(account)
    tracked = await world.store.account(account.id)
    assert tracked is not None
    assert [one.total.minor_units for one in tracked.state.spend] == [700]
    assert tracked.state.is_token_accepted is True
    failure = tracked.state.of(Collection.SPEND).failure
    assert failure is not None
    assert failure.message == "The token may not see bills."
    assert tracked.state.of(Collection.CLUSTERS).failure is None


async def test_the_plan_of_an_account_comes_with_what_it_costs_and_outlives_a_failure(world: World) -> None:
    account, script = await world.connect()
    script.clusters = [cluster("c1", of=account)]
    script.spend = Listing(items=(statement(account, 700),))
    script.subscription = Subscription(plan="pro", cluster_count=1)
    await world.observe_when_due(account)
    tracked = await world.store.account(account.id)
    assert tracked is not None
    assert tracked.state.subscription == script.subscription
    before = tracked.state.changes
    script.subscription = Subscription(plan="pro", cluster_count=2)
    await world.observe_all(account)
    tracked = await world.store.account(account.id)
    assert tracked is not None
    assert tracked.state.changes > before
    script.spend = Listing(items=(statement(account, 800),))
    script.wrong["subscription"] = Unavailable("It is away.", http_status=503)
    await world.observe_all(account)
    tracked = await world.store.account(account.id)
    assert tracked is not None
    assert tracked.state.subscription == script.subscription
    assert [one.total.minor_units for one in tracked.state.spend] == [800]
    failure = tracked.state.of(Collection.SPEND).failure
    assert failure is not None
    assert failure.message == "It is away."


async def test_the_plans_on_offer_come_with_what_an_account_costs_and_outlive_a_failure(world: World) -> None:
    account, script = await world.connect()
    script.subscription = Subscription(plan="pro")
    script.plans = Listing(
        items=tuple(OfferedPlan(account_id=account.id, name=one) for one in ("free", "pro"))
    )
    await world.observe_when_due(account)
    script.plans = Listing(items=script.plans.items[1:])
    await world.observe_all(account)
    script.subscription = Subscription(plan="free")
    script.wrong["plans"] = Unavailable("They are away.", http_status=503)
    await world.observe_all(account)
    assert [row.item.name for row in await world.store.items(account.id, OfferedPlan)] == ["pro"]
    tracked = await world.store.account(account.id)
    assert tracked is not None
    assert tracked.state.subscription == script.subscription
    failure = tracked.state.of(Collection.SPEND).failure
    assert failure is not None
    assert failure.message == "They are away."
