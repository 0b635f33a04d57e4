"""The fleet, its clusters and one cluster, as a person meets them: against the running sandbox."""

import csv
import io
import json
import os
import re
import signal
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from fleet.ports import pages
from tests.browser.conftest import ARTIFACTS, SECONDS, Witness, await_that
from tests.browser.looking import axe, open_cluster, settled
from tests.runner import Runner, running

VIEWS = ("/", *(f"/{view}" for view in pages.VIEWS))
ALL_CURRENT = re.compile(r"All \d+ accounts were observed when due\.")


def test_the_fleet_says_how_many_clusters_there_are_and_which_need_attention(
    page: Page, witness: Witness
) -> None:
    page.goto("/")
    attention = page.get_by_role("region", name="Needs attention")
    expect(attention.get_by_role("link", name="Build farm", exact=True)).to_be_visible()
    expect(attention).to_contain_text("2 of 6 nodes have not answered for 40 minutes")
    expect(page.get_by_role("link", name=re.compile("^Broken"))).to_be_visible()
    providers = page.get_by_role("region", name="Providers")
    for name in ("CockroachDB Cloud", "Kupe Cloud", "Northflank", "Qovery"):
        expect(providers.get_by_role("rowheader", name=name)).to_be_visible()
    expect(page.get_by_text(ALL_CURRENT)).to_be_visible()
    assert witness.complaints == []
    assert witness.strangers == []


@pytest.mark.parametrize("path", VIEWS)
def test_every_view_opens_without_a_complaint_and_axe_finds_nothing(
    path: str, page: Page, witness: Witness
) -> None:
    page.goto(path)
    settled(page)
    found = axe(page)
    assert found == []
    below = page.evaluate("document.documentElement.scrollHeight - innerHeight")
    assert below == 0, "the view scrolls within its frame, and there is nothing below it"
    assert witness.complaints == []
    assert witness.strangers == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_a_cluster(scheme: str, page: Page, witness: Witness) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    open_cluster(page, "dispatch-board")
    settled(page)
    assert axe(page) == []
    assert witness.complaints == []


def test_clusters_are_searched_narrowed_and_sorted_and_the_address_says_how(page: Page) -> None:
    page.goto("/clusters")
    table = page.get_by_role("grid", name="Clusters")
    expect(table.get_by_role("row").nth(5)).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("meridian")
    page.get_by_role("checkbox", name=re.compile("^Degraded")).check()
    page.get_by_role("columnheader", name="Name").get_by_role("button").click()
    expect(page).to_have_url(re.compile("q=meridian"))
    expect(page).to_have_url(re.compile("phase=DEGRADED"))
    expect(page).to_have_url(re.compile("sort=name"))
    expect(table.get_by_role("link", name="yard-sensors")).to_be_visible()
    expect(table.get_by_role("link", name="field-notes")).to_have_count(0)

    page.reload()
    expect(table.get_by_role("link", name="yard-sensors")).to_be_visible()
    expect(page.get_by_role("searchbox", name="Search clusters")).to_have_value("meridian")
    expect(page.get_by_role("checkbox", name=re.compile("^Degraded"))).to_be_checked()


def test_a_search_takes_qualifiers_and_says_where_it_cannot_be_read(page: Page) -> None:
    page.goto("/clusters?q=provider:kupe+-phase:ready")
    table = page.get_by_role("grid", name="Clusters")
    expect(table.get_by_role("link", name="Build farm")).to_be_visible()
    expect(table.get_by_text("CockroachDB Cloud")).to_have_count(0)
    expect(page.get_by_role("checkbox", name=re.compile("^Ready"))).to_have_count(0)
    page.get_by_role("searchbox", name="Search clusters").fill("nonsense:kupe")
    expect(page.get_by_role("alert")).to_contain_text("At character 1 of the search")
    expect(table.get_by_role("link", name="Build farm")).to_be_visible()


def test_what_is_shown_can_be_taken_away_as_csv_and_json(page: Page) -> None:
    page.goto("/clusters?q=meridian&columns=name,provider,version")
    page.get_by_role("link", name="yard-sensors").wait_for()
    texts = {}
    for kind in ("CSV", "JSON"):
        page.get_by_role("button", name="Export").click()
        with page.expect_download() as download:
            page.get_by_role("menuitem", name=re.compile(kind)).click()
        texts[kind] = download.value.path().read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(texts["CSV"])))
    assert set(rows[0]) == {"id", "name", "provider", "version"}
    assert "yard-sensors" in {row["name"] for row in rows}
    assert len(json.loads(texts["JSON"])) == len(rows)


def test_a_cluster_shows_its_history_its_facts_and_why_a_button_is_off(page: Page, witness: Witness) -> None:
    open_cluster(page, "dispatch-board")
    expect(page.get_by_role("region", name="History")).to_contain_text("seen for the first time")
    expect(page.get_by_role("region", name="About")).to_contain_text("us-central1")
    expect(page.get_by_role("button", name=re.compile("^Copy postgresql"))).to_be_visible()
    stop = page.get_by_role("button", name=re.compile("^Stop"))
    expect(stop).to_have_attribute("title", "CockroachDB Cloud clusters run until they are deleted.")
    expect(stop).to_have_attribute("aria-disabled", "true")
    assert witness.complaints == []


def test_a_section_opens_in_the_explorer_with_its_own_query(page: Page) -> None:
    open_cluster(page, "dispatch-board")
    page.get_by_role("button", name="The query of About").click()
    page.get_by_role("menuitem", name="Open in explorer").click()
    expect(page.locator(".graphiql-tab-button", has_text="FactsQuery")).to_be_visible()
    page.get_by_role("button", name="Execute query").click()
    expect(page.locator(".graphiql-response")).to_contain_text("us-central1")
    expect(page).not_to_have_url(re.compile("#query"))


def test_the_keyboard_alone_goes_everywhere(page: Page) -> None:
    page.goto("/")
    settled(page)
    page.keyboard.press("g")
    page.keyboard.press("c")
    expect(page).to_have_url(re.compile("/clusters$"))
    grid = page.get_by_role("grid", name="Clusters")
    expect(grid.get_by_role("row").nth(3)).to_be_visible()
    grid.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/clusters/.+"))
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_focus_goes_back_to_what_opened_a_dialog(page: Page) -> None:
    page.goto("/keys")
    dialog = page.get_by_role("dialog")
    button = page.get_by_role("button", name="Make a key")
    button.press("Enter")
    dialog.get_by_label("Name").fill("of the keyboard")
    page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Done").press("Enter")
    expect(dialog).to_have_count(0)
    expect(button).to_be_focused()
    open_cluster(page, "Blog")
    menu = page.get_by_role("button", name=re.compile("^Maintenance of")).first
    menu.press("Enter")
    page.get_by_role("menuitem", name=re.compile("^Cordon")).press("Enter")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(menu).to_be_focused()


NARROW: ViewportSize = {"width": 390, "height": 844}
FITS = """[document.documentElement, document.querySelector('main')].every(one => one.scrollWidth <= 390)
  && [...document.querySelectorAll('nav :is(a, button)'), ...document.querySelectorAll('[role=menuitem]')]
    .filter(one => one.checkVisibility()).map(one => one.getBoundingClientRect())
    .every(box => box.left >= 0 && box.right <= 390 && box.top >= 0 && box.bottom <= 844)
  && [...document.querySelectorAll('main *, [role=dialog] *')]
    .filter(one => ['auto', 'scroll'].includes(getComputedStyle(one).overflowX))
    .every(one => one.scrollWidth <= one.clientWidth)"""


@pytest.mark.parametrize("path", VIEWS)
def test_nothing_is_cut_off_at_390_pixels(path: str, page: Page) -> None:
    page.set_viewport_size(NARROW)
    page.goto(path)
    settled(page)
    await_that(page, FITS)
    assert axe(page) == []


@pytest.mark.parametrize("name", ["dispatch-board", "Blog", "till-edge", "Build farm"])
def test_nothing_of_a_cluster_is_cut_off_at_390_pixels(name: str, page: Page) -> None:
    page.set_viewport_size(NARROW)
    open_cluster(page, name)
    settled(page)
    await_that(page, FITS)


def test_the_observations_of_an_account_are_not_cut_off_at_390_pixels(page: Page) -> None:
    page.set_viewport_size(NARROW)
    page.goto("/accounts")
    page.get_by_role("button", name="Observations of Meridian Freight").click()
    row = page.get_by_role("dialog").get_by_role("row", name=re.compile(r"^Clusters .*Why then "))
    expect(row).to_be_visible()
    await_that(page, FITS)
    assert axe(page) == []


def test_columns_that_a_person_chose_are_shown_at_390_pixels_too(page: Page) -> None:
    page.set_viewport_size(NARROW)
    page.goto("/clusters")
    heads = page.get_by_role("grid", name="Clusters").get_by_role("columnheader")
    expect(heads).to_have_text(["Name", "Phase", "For"])
    page.get_by_role("button", name="Columns").click()
    page.get_by_role("menuitemcheckbox", name="Account").click()
    expect(heads).to_have_text(["Name", "Phase", "For", "Account"])
    page.get_by_role("menuitemcheckbox", name="Account").click()
    expect(heads).to_have_text(["Name", "Phase", "For"])
    assert "columns" not in page.url


def test_every_view_is_reached_at_390_pixels(page: Page, witness: Witness) -> None:
    page.set_viewport_size(NARROW)
    page.goto("/")
    bar = page.get_by_role("navigation", name="Views")
    reached = set()
    for name in ("Fleet", "Clusters", "Activity", "Operations"):
        bar.get_by_role("link", name=name).click()
        expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
        reached.add(page.evaluate("location.pathname"))
    for name in ("Accounts", "Integrations", "Spend", "Keys", "Webhooks", "Audit log"):
        bar.get_by_role("button").click()
        await_that(page, FITS)
        assert axe(page) == []
        page.get_by_role("menuitem", name=name).click()
        expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
        expect(bar.get_by_role("button")).to_contain_text(name)
        reached.add(page.evaluate("location.pathname"))
    assert reached == set(VIEWS) - {"/create"}
    assert witness.complaints == []


def test_a_long_reason_for_stale_data_moves_nothing_off_the_page(page: Page) -> None:
    page.goto("/")
    settled(page)
    refusal = {"errors": [{"message": "Fleetgraph cannot answer. " * 30}]}
    page.route("**/graphql", lambda route: route.fulfill(status=503, json=refusal))
    expect(page.get_by_role("status").filter(has_text="Stale")).to_be_visible()
    await_that(page, "document.documentElement.scrollWidth <= innerWidth")


def test_a_person_acts_on_a_cluster_at_390_pixels(page: Page) -> None:
    page.set_viewport_size(NARROW)
    open_cluster(page, "dispatch-board")
    page.get_by_role("button", name="Refresh").click()
    expect(page.get_by_text("is being observed")).to_be_visible()


@pytest.fixture
def short_lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    """A runner of one's own, to do harm to, which runs no documents but known ones."""
    settings = {"ADMIN_KEY": "the-key-of-the-administrator-in-tests", "DOCUMENTS": "trusted"}
    with running(tmp_path_factory.mktemp("harmed"), **settings) as one:
        yield one


def test_a_key_is_asked_for_once_and_a_provider_that_goes_is_said_with_its_age_until_it_is_back(
    page: Page, short_lived: Runner
) -> None:
    page.goto(short_lived.origin)
    page.get_by_label("Key").fill("wrong")
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("alert")).to_contain_text("The key was refused.")
    page.get_by_label("Key").fill("the-key-of-the-administrator-in-tests")
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_text(ALL_CURRENT)).to_be_visible()
    assert "administrator" not in page.evaluate("JSON.stringify(localStorage)")

    os.kill(short_lived.sandboxes["kupe"], signal.SIGSTOP)
    try:
        outage = page.get_by_role("status").filter(has_text="Kupe Cloud")
        expect(outage).to_contain_text("3 accounts not current", timeout=SECONDS * 3000)
        expect(page.get_by_role("region", name="Accounts")).to_contain_text("8 of 11 current")
        expect(page.locator(".item.old").first).to_be_visible()
    finally:
        os.kill(short_lived.sandboxes["kupe"], signal.SIGCONT)
    expect(outage).to_have_count(0, timeout=SECONDS * 3000)
    expect(page.get_by_text(ALL_CURRENT)).to_be_visible()
    expect(page.locator(".item.old")).to_have_count(0)

    page.goto(f"{short_lived.origin}/keys")
    page.get_by_role("button", name="Make a key").click()
    page.get_by_label("Name").fill("reader")
    page.get_by_role("button", name="Make", exact=True).click()
    key = page.get_by_role("textbox", name="The key").input_value()
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("listitem").filter(has_text="reader")).to_be_visible()
    page.evaluate("key => sessionStorage.setItem('fleetgraph.key', key)", key)
    page.goto(short_lived.origin)
    expect(page.get_by_text("reader", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Create")).to_have_count(0)
    page.goto(f"{short_lived.origin}/clusters?q=dispatch-board")
    page.get_by_role("link", name="dispatch-board").click()
    expect(page.get_by_text("Read only. Your key would need the scope Write.")).to_be_visible()
    for verb in ("Scale", "Lock", "Delete", "Change", "Allow", "Turn off the protection from deletion"):
        expect(page.get_by_role("button", name=re.compile(f"^{verb}"))).to_have_count(0)
    page.goto(f"{short_lived.origin}/accounts")
    expect(page.get_by_text("Read only. Your key would need the scope Admin.")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^(Connect|Disconnect|Replace)"))).to_have_count(0)
    page.goto(f"{short_lived.origin}/integrations")
    expect(page.get_by_text("Read only. Your key would need the scope Write.")).to_be_visible()
    expect(page.get_by_text("Production AWS", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^(New|Change|Delete)"))).to_have_count(0)
    for view in ("keys", "webhooks"):
        page.goto(f"{short_lived.origin}/{view}")
        expect(page.get_by_text("Your key would need the scope Admin.")).to_be_visible()


def test_a_fleet_without_accounts_says_on_each_view_where_to_begin(
    page: Page, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with running(tmp_path_factory.mktemp("without")) as runner:
        disconnect = "mutation ($id: ID!) { disconnectAccount(id: $id) { userErrors { message } } }"
        for account in runner.query("{ accounts(first: 100) { nodes { id } } }")["accounts"]["nodes"]:
            runner.query(disconnect, account)
        left = "{ accounts { nodes { id } } clusters { nodes { id } } }"
        runner.await_answer(left, lambda found: not any(one["nodes"] for one in found.values()), seconds=60)
        for view in ("", "clusters", "create", "integrations"):
            page.goto(f"{runner.origin}/{view}")
            settled(page)
            expect(page.get_by_role("link", name="To the accounts").first).to_be_visible()
            assert axe(page) == []


def test_an_expired_key_asks_for_another(page: Page, runner: Runner) -> None:
    page.goto("/")
    settled(page)
    page.route(
        "**/graphql",
        lambda route: route.fulfill(
            status=401,
            json={"errors": [{"message": "The key has ended.", "extensions": {"code": "UNAUTHENTICATED"}}]},
        ),
    )
    expect(page.get_by_text("The key has ended.")).to_be_visible(timeout=SECONDS * 1000)
    expect(page.get_by_label("Key")).to_be_visible()


def test_how_soon_a_slow_machine_shows_the_fleet_is_recorded(page: Page) -> None:
    """A processor four times as slow behind a line of 10 Mbit/s and 40 ms: written down, not judged."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    devtools.send("Network.enable")
    line = {"offline": False, "latency": 40, "downloadThroughput": 1_250_000, "uploadThroughput": 625_000}
    devtools.send("Network.emulateNetworkConditions", line)
    page.goto("/", wait_until="commit")
    while not page.get_by_role("dialog", name="Keyboard").is_visible():  # the test has its own end
        page.keyboard.press("?")
    interactive = page.evaluate("performance.now()")
    page.keyboard.press("Escape")
    page.get_by_role("region", name="Needs attention").get_by_role("listitem").first.wait_for()
    shown = page.evaluate("performance.now()")
    painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime")
    sizes = page.evaluate("performance.getEntriesByType('resource').map(one => one.transferSize)")
    record = {
        "interactiveMs": round(interactive),
        "shownMs": round(shown),
        "firstPaintMs": painted and round(painted),
        "bytes": sum(sizes),
        "files": len(sizes),
    }
    (ARTIFACTS / "first-view.json").write_text(json.dumps(record) + "\n")
    assert record["files"] > 5
