"""Lists of more than a page of the API: nothing is chosen from a part of them, and no sum is of a part."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from fleet.model.catalog import InstanceType, Region
from fleet.model.cloud import Cloud
from fleet.model.cluster import Phase
from fleet.model.node import NodePhase
from fleet.model.tracking import Tracked, TrackedCluster, Transition
from infra.store.store import TableStore
from tests.browser.conftest import Witness
from tests.browser.filled import Filled, filled
from tests.browser.looking import axe, settled
from tests.gateway.fleet import OUTAGE, account, cluster, limited, node, observe, observed_at, transition

LONG = 230
NODES = 130
MOVES = 30
OWNER = account("qovery", "a-first-one", external_id="6f0f1a52-0000-4000-8000-000000000001")


def moved(row: TrackedCluster, at: datetime) -> Transition:
    return transition(row, Phase.READY, Phase.UPDATING, at)


async def fill(store: TableStore, now: datetime) -> None:
    regions = [
        Tracked[Region](item=Region(account_id=OWNER.id, name=f"region-{number:03}", cloud=Cloud.AWS))
        for number in range(LONG)
    ]
    types = [
        Tracked[InstanceType](
            item=InstanceType(
                account_id=OWNER.id, name=f"type-{number:03}", cloud=Cloud.AWS, region="region-229"
            )
        )
        for number in range(LONG)
    ]
    await observe(store, OWNER, [*regions, *types], now=now)
    for number in range(LONG):
        owner = account("cockroachdb", f"account-{number:03}")
        row = cluster(owner, f"cluster-{number:03}", since=now, spend_limit=limited(1000))
        nodes = [node(row, f"node-{number:03}") for number in range(NODES)] if number == 0 else []
        moves = (
            [moved(row, now - timedelta(hours=hour)) for hour in range(MOVES, 0, -1)] if number == 0 else []
        )
        await observe(store, owner, [row, *nodes], transitions=moves, now=now)


@pytest.fixture(scope="module")
def fleet() -> Iterator[Filled]:
    with filled(fill) as fleet:
        yield fleet


@pytest.fixture
def origin(fleet: Filled) -> str:
    return fleet.origin


@pytest.fixture
def witness(origin: str) -> Witness:
    return Witness(origin=origin)


def test_the_last_region_and_the_last_machine_type_can_be_chosen(
    page: Page, origin: str, witness: Witness
) -> None:
    page.goto(f"{origin}/create?provider=QOVERY")
    page.get_by_label("Cloud", exact=True).select_option("AWS")
    region = page.get_by_label("Region")
    expect(region.locator("option")).to_have_count(LONG + 1)
    region.select_option("region-229")
    machine = page.get_by_label("Instance type")
    expect(machine.locator("option")).to_have_count(LONG + 1)
    machine.select_option("type-229")
    assert axe(page) == []
    assert witness.complaints == []


def test_the_last_account_can_be_chosen(page: Page, origin: str, witness: Witness) -> None:
    page.goto(f"{origin}/create?provider=COCKROACHDB")
    expect(page.get_by_role("radio", name="account-229")).to_be_visible()
    page.get_by_role("radio", name="account-229").click()
    expect(page.get_by_role("region", name="What", exact=True)).to_be_visible()
    page.goto(f"{origin}/spend")
    page.get_by_role("button", name="Set an envelope").click()
    expect(page.get_by_role("checkbox", name="account-229")).to_be_visible()
    assert witness.complaints == []


def test_every_account_can_be_read_and_what_is_not_shown_yet_is_said(
    page: Page, origin: str, witness: Witness
) -> None:
    page.goto(f"{origin}/accounts")
    settled(page)
    expect(page.get_by_text("100 connected, and more")).to_be_visible()
    more = page.get_by_role("button", name="More accounts")
    for shown in ("150 connected, and more", "200 connected, and more", f"{LONG + 1} connected"):
        more.click()
        expect(page.get_by_text(shown, exact=True)).to_be_visible()
    expect(more).to_have_count(0)
    expect(page.get_by_role("link", name="account-229")).to_be_visible()
    assert witness.complaints == []


def test_sums_of_limits_are_of_every_cluster(page: Page, origin: str, witness: Witness) -> None:
    page.goto(f"{origin}/spend")
    sums = page.get_by_role("region", name="Limits by provider")
    expect(sums).to_contain_text("2,300.00 USD")
    expect(page.get_by_role("region", name="Limits", exact=True)).to_contain_text("130 more clusters")
    assert witness.complaints == []


def test_all_that_was_paged_on_stays_as_the_fleet_is(page: Page, fleet: Filled, witness: Witness) -> None:
    page.goto(f"{fleet.origin}/accounts")
    settled(page)
    more = page.get_by_role("button", name="More accounts")
    for shown in ("150 connected, and more", "200 connected, and more", f"{LONG + 1} connected"):
        more.click()
        expect(page.get_by_text(shown, exact=True)).to_be_visible()
    last = page.get_by_role("listitem").filter(has=page.get_by_role("link", name="account-229"))
    expect(last).not_to_contain_text(OUTAGE.message)

    async def fail(store: TableStore, now: datetime) -> None:
        state = observed_at(now, OUTAGE)
        await observe(store, account("cockroachdb", "account-229"), state=state, now=now)
        await observe(store, account("cockroachdb", "account-100-and-a-half"), now=now)

    fleet.change(fail)
    expect(last).to_contain_text(OUTAGE.message)
    expect(page.get_by_role("link", name="account-100-and-a-half")).to_be_visible()
    assert witness.complaints == []


def test_the_last_node_of_a_list_that_was_paged_on_stays_as_it_is(
    page: Page, fleet: Filled, witness: Witness
) -> None:
    page.goto(f"{fleet.origin}/clusters?q=cluster-000")
    page.get_by_role("link", name="Cluster-000", exact=True).click()
    nodes = page.get_by_role("region", name="Nodes")
    for shown in ("50 of 50 and more ready", "100 of 100 and more ready"):
        expect(nodes).to_contain_text(shown)
        nodes.get_by_role("button", name="More nodes").click()
    expect(nodes).to_contain_text(f"{NODES} of {NODES} ready")

    async def lose(store: TableStore, now: datetime) -> None:
        owner = account("cockroachdb", "account-000")
        lost = node(cluster(owner, "cluster-000"), f"node-{NODES - 1}")
        item = lost.item.model_copy(update={"phase": NodePhase.NOT_READY})
        await observe(store, owner, [lost.model_copy(update={"item": item})], now=now)

    fleet.change(lose)
    expect(nodes).to_contain_text(f"{NODES - 1} of {NODES} ready")
    assert witness.complaints == []


def test_what_a_cluster_does_comes_in_above_its_earlier_history(
    page: Page, fleet: Filled, witness: Witness
) -> None:
    page.goto(f"{fleet.origin}/clusters?q=cluster-000")
    page.get_by_role("link", name="Cluster-000", exact=True).click()
    history = page.get_by_role("region", name="History")
    history.get_by_role("button", name="Earlier").click()
    changes = history.get_by_role("listitem")
    expect(changes).to_have_count(MOVES)
    newest = changes.first.inner_text()

    async def move(store: TableStore, now: datetime) -> None:
        owner = account("cockroachdb", "account-000")
        row = cluster(owner, "cluster-000", Phase.UPDATING, since=now, spend_limit=limited(1000))
        await observe(store, owner, [row], transitions=[moved(row, now)], now=now)

    fleet.change(move)
    expect(changes.first).not_to_have_text(newest, use_inner_text=True)
    expect(changes.nth(1)).to_have_text(newest, use_inner_text=True)
    expect(changes).to_have_count(MOVES)
    history.get_by_role("button", name="Earlier").click()
    expect(changes).to_have_count(MOVES + 1)
    assert witness.complaints == []


def test_a_limit_that_changes_beyond_the_first_page_is_in_the_sums(
    page: Page, fleet: Filled, witness: Witness
) -> None:
    page.goto(f"{fleet.origin}/spend")
    sums = page.get_by_role("region", name="Limits by provider")
    expect(sums).to_contain_text("2,300.00 USD")

    async def raise_it(store: TableStore, now: datetime) -> None:
        owner = account("cockroachdb", "account-228")
        row = cluster(owner, "cluster-228", since=now, spend_limit=limited(2000))
        await observe(store, owner, [row], now=now)

    fleet.change(raise_it)
    expect(sums).to_contain_text("2,310.00 USD")
    assert witness.complaints == []
