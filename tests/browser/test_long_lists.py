"""Lists of more than a page of the API: nothing is chosen from a part of them, and no sum is of a part."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from playwright.sync_api import Page, expect

from fleet.model.catalog import InstanceType, Region
from fleet.model.cloud import Cloud
from fleet.model.tracking import Tracked
from infra.store.store import TableStore
from tests.browser.conftest import Witness
from tests.browser.filled import filled
from tests.browser.looking import axe, settled
from tests.gateway.world import account, cluster, limited, observe

LONG = 230
OWNER = account("qovery", "a-first-one", external_id="6f0f1a52-0000-4000-8000-000000000001")


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
        await observe(store, owner, [row], now=now)


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    with filled(fill) as origin:
        yield origin


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
