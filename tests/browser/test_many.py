"""A fleet of ten thousand clusters on the page."""

from datetime import datetime

import pytest
from playwright.sync_api import Page, expect

from fleet.model.cluster import Phase
from infra.store.store import TableStore
from tests.browser.conftest import Witness
from tests.browser.filled import filled
from tests.gateway.fleet import account, cluster, observe

ACCOUNTS, EACH = 10, 1000
PHASES = (Phase.READY, Phase.READY, Phase.READY, Phase.DEGRADED, Phase.UPDATING)


async def fill(store: TableStore, now: datetime) -> None:
    for number in range(ACCOUNTS):
        owner = account("cockroachdb", f"account-{number}")
        names = [f"cluster-{number}-{index:03}" for index in range(EACH)]
        rows = [cluster(owner, name, PHASES[index % 5], since=now) for index, name in enumerate(names)]
        await observe(store, owner, rows, now=now)


@pytest.mark.timeout(400)
def test_ten_thousand_clusters_are_scrolled_sorted_and_searched(page: Page, witness: Witness) -> None:
    with filled(fill) as fleet:
        witness.origin = fleet.origin
        page.goto(f"{fleet.origin}/clusters")
        table = page.get_by_role("grid", name="Clusters")
        expect(table.get_by_role("link", name="Cluster-0-000")).to_be_visible()
        expect(page.get_by_role("status").filter(has_text="10,000 clusters")).to_be_visible()
        for loaded in range(200, 1_001, 100):
            table.evaluate("table => table.scrollTo(0, table.scrollHeight)")
            expect(page.get_by_text(f"{loaded:,} loaded")).to_be_visible()
        table.evaluate("table => table.scrollTo(0, table.scrollHeight)")
        expect(table.get_by_role("link", name="Cluster-0-999")).to_be_visible()
        assert table.get_by_role("row").count() < 100, "only what is in sight is drawn"
        name = page.get_by_role("columnheader", name="Name").get_by_role("button")
        name.click()
        name.click()
        expect(table.get_by_role("link", name="Cluster-9-999")).to_be_visible()
        page.get_by_role("searchbox", name="Search clusters").fill("name:cluster-7-04*")
        expect(page.get_by_role("status").filter(has_text="10 clusters")).to_be_visible()
        expect(table.get_by_role("link", name="Cluster-7-042")).to_be_visible()
        assert witness.complaints == []
