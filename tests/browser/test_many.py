"""A fleet of ten thousand clusters on the page."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime

from playwright.sync_api import Page, expect

from fleet.model.cluster import Phase
from infra.pages import BuiltPages
from infra.store.store import TableStore
from tests.browser.conftest import BUILT, Witness
from tests.gateway.world import SetClock, account, cluster, gateway_of, observe
from tests.serving import serving
from tests.tables import in_sqlite

ACCOUNTS, EACH = 10, 1000
PHASES = (Phase.READY, Phase.READY, Phase.READY, Phase.DEGRADED, Phase.UPDATING)


async def fill(store: TableStore, now: datetime) -> None:
    for number in range(ACCOUNTS):
        owner = account("cockroachdb", f"account-{number}")
        names = [f"cluster-{number}-{index:03}" for index in range(EACH)]
        rows = [cluster(owner, name, PHASES[index % 5], since=now) for index, name in enumerate(names)]
        await observe(store, owner, rows, now=now)


@contextmanager
def ten_thousand() -> Iterator[str]:
    clock = SetClock(datetime.now(UTC))
    with in_sqlite(clock) as opened:
        store = TableStore(opened.table, clock)
        with ThreadPoolExecutor(1) as apart:  # Playwright has an event loop of its own in this thread
            apart.submit(asyncio.run, fill(store, clock.at)).result()
        with serving(gateway_of(store, clock, pages=BuiltPages(folder=BUILT.parent))) as origin:
            yield origin


def test_ten_thousand_clusters_are_scrolled_to_the_end(page: Page, witness: Witness) -> None:
    with ten_thousand() as origin:
        witness.origin = origin
        page.goto(f"{origin}/clusters")
        table = page.get_by_role("grid", name="Clusters")
        expect(table.get_by_role("link", name="Cluster-0-000")).to_be_visible()
        status = page.get_by_role("status").filter(has_text="10,000 clusters")
        expect(status).to_be_visible()
        table.hover()
        for _ in range(600):
            if table.get_attribute("aria-rowcount") == str(ACCOUNTS * EACH + 1):
                break
            table.evaluate("table => table.scrollTo(0, table.scrollHeight)")
            page.wait_for_timeout(50)
        table.evaluate("table => table.scrollTo(0, table.scrollHeight)")
        expect(table.get_by_role("link", name="Cluster-9-999")).to_be_visible()
        assert table.get_by_role("row").count() < 100, "only what is in sight is drawn"
        page.keyboard.press("/")
        page.keyboard.type("cluster-7-04")
        expect(status.or_(page.get_by_role("status").filter(has_text="of 10,000"))).to_contain_text("10")
        expect(table.get_by_role("link", name="Cluster-7-042")).to_be_visible()
        assert witness.complaints == []
