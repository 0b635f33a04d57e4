"""The page follows the fleet: by one small read for all of it, and by the feed of what happened."""

import json
import re
from datetime import datetime, timedelta
from itertools import pairwise

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import SECONDS, Witness
from tests.browser.looking import open_cluster, settled
from tests.runner import Runner

RECORDED_WITHIN = timedelta(seconds=30)
"""The feed is in the order in which things were recorded; two observations at once show theirs in any order."""


def test_activity_is_the_one_feed_newest_first_and_what_happens_now_comes_by_itself(
    page: Page, witness: Witness, runner: Runner
) -> None:
    page.goto("/activity")
    settled(page)
    log = page.get_by_role("region", name="What happened")
    moments = log.get_by_role("listitem").locator("time").evaluate_all("all => all.map(one => one.dateTime)")
    times = [datetime.fromisoformat(moment) for moment in moments]
    assert all(later > earlier - RECORDED_WITHIN for later, earlier in pairwise(times))

    found = runner.query('{ clusters(filter: {nameContains: "water-quality"}) { nodes { id } } }')
    document = """mutation ($id: ID!) {
      setSpendLimit(clusterId: $id, limit: {money: {minorUnits: "4100", currency: "USD"}}) {
        userErrors { message }
      }
    }"""
    assert runner.query(document, {"id": found["clusters"]["nodes"][0]["id"]})["setSpendLimit"] == {
        "userErrors": []
    }
    begun = log.get_by_role("listitem").filter(has_text="water-quality")
    expect(begun.filter(has_text="Set spend limit").first).to_be_visible(timeout=60_000)
    expect(begun.filter(has_text="41.00 USD").first).to_be_visible(timeout=60_000)

    page.get_by_role("button", name="Operations", exact=True).click()
    expect(page).to_have_url(re.compile("kind=Operations"))
    expect(begun.filter(has_text="was asked for")).to_be_visible()
    expect(log.get_by_text("Limit", exact=True)).to_have_count(0)
    begun.get_by_role("link", name="Set spend limit").first.click()
    expect(page.get_by_role("heading", name="Set spend limit water-quality")).to_be_visible()
    assert witness.complaints == []


def test_the_activity_of_one_cluster_is_a_click_away(page: Page) -> None:
    open_cluster(page, "Build farm")
    page.get_by_role("link", name="All its activity").click()
    expect(page).to_have_url(re.compile("cluster="))
    page.get_by_label("Seen for the first time").check()
    entries = page.get_by_role("region", name="What happened").get_by_role("listitem")
    expect(entries.first).to_be_visible()
    expect(entries.filter(has_not_text="build-farm")).to_have_count(0)


def test_the_fleet_is_asked_again_only_when_its_version_differs(page: Page) -> None:
    """The sandbox always moves: a version that stands still is put in its place."""
    asked: list[str] = []

    def answer(route: Route) -> None:
        name = json.loads(route.request.post_data or "{}").get("operationName", "")
        asked.append(name)
        if name == "beatQuery":
            route.fulfill(json={"data": {"fleet": {"version": "as-it-was"}}})
        else:
            route.continue_()

    page.goto("/")
    settled(page)
    page.route("**/graphql", answer)
    while asked.count("beatQuery") < 3:  # the first differs from what was there; the test has its own end
        page.wait_for_timeout(100)
    assert asked.count("FleetQuery") == 1


def test_an_open_view_of_clusters_shows_a_change_that_somebody_else_made(page: Page, runner: Runner) -> None:
    page.goto("/clusters?q=settlement-test&columns=name,limit")
    table = page.get_by_role("grid", name="Clusters")
    expect(table.get_by_role("link", name="settlement-test")).to_be_visible()
    found = runner.query('{ clusters(filter: {nameContains: "settlement-test"}) { nodes { id } } }')
    document = """mutation ($id: ID!) {
      setSpendLimit(clusterId: $id, limit: {money: {minorUnits: "8800", currency: "USD"}}) {
        userErrors { message }
      }
    }"""
    runner.query(document, {"id": found["clusters"]["nodes"][0]["id"]})
    expect(table.get_by_text("88.00 USD")).to_be_visible(timeout=60_000)


def test_a_page_that_hears_nothing_says_that_it_is_stale_and_keeps_what_it_has(page: Page) -> None:
    page.goto("/")
    settled(page)
    page.route("**/graphql", lambda route: route.abort())
    expect(page.get_by_role("status").filter(has_text="Stale")).to_be_visible(timeout=SECONDS * 1000)
    expect(page.get_by_role("region", name="Needs attention").get_by_role("listitem").first).to_be_visible()
    page.unroute("**/graphql")
    expect(page.get_by_text("Live", exact=True)).to_be_visible(timeout=SECONDS * 1000)
