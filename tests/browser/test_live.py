"""The page follows the fleet: by one small read for all of it, and by the feed of what happened."""

import json
import re
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from playwright.sync_api import Page, Route, expect

from fleet.ports.pages import VIEWS
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


BEAT_MS = 5_000
FOLLOWED = {
    "/": "FleetQuery",
    "/accounts": "AccountsQuery",
    "/activity": "useFeedQuery",
    "/audit": "AuditQuery",
    "/clusters": "useRowsQuery",
    "/create": "CreateQuery",
    "/integrations": "IntegrationsQuery",
    "/keys": "KeysQuery",
    "/operations": "OperationsQuery",
    "/spend": "SpendQuery",
    "/webhooks": "WebhooksQuery",
}
"""By view: what it asks as soon as the version of the fleet differs."""


class Beats:
    """Answers each heartbeat with a version of its own making, and keeps what was asked, in its order."""

    def __init__(self) -> None:
        self.moves = False
        self.asked: list[str] = []

    def answer(self, route: Route) -> None:
        body = json.loads(route.request.post_data or "{}")
        name = body.get("operationName", "")
        self.asked.append(name)
        if name == "beatQuery":
            version = f"version {len(self.asked) if self.moves else 0}"
            route.fulfill(json={"data": {"fleet": {"version": version}}})
        else:
            route.continue_()

    def asked_while_it_moves(self, page: Page, wanted: str) -> list[str]:
        """What was asked until `wanted` came, or four heartbeats told of a change without it."""
        self._await_beats(page, 2, hurry_ms=BEAT_MS)  # the first differs from what the page had
        self.asked.clear()
        self.moves = True
        while wanted not in self.asked and self.asked.count("beatQuery") < 5:
            page.wait_for_timeout(100)
        return self.asked

    def _await_beats(self, page: Page, count: int, *, hurry_ms: int) -> None:
        self.asked.clear()
        while self.asked.count("beatQuery") < count:  # the test has its own end
            page.clock.fast_forward(hurry_ms)
            page.wait_for_timeout(100)


def test_every_view_is_followed() -> None:
    assert set(FOLLOWED) == {"/", *(f"/{view}" for view in VIEWS)}


@pytest.mark.parametrize("path", FOLLOWED)
def test_a_view_asks_again_as_soon_as_the_fleet_has_changed(path: str, page: Page) -> None:
    beats = Beats()
    page.clock.install()
    page.route("**/graphql", beats.answer)
    page.goto(path)
    settled(page)
    assert FOLLOWED[path] in beats.asked_while_it_moves(page, FOLLOWED[path])


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


@pytest.mark.parametrize("path", ["/", "/clusters", "/activity", "/spend"])
def test_a_view_that_nothing_was_read_for_says_why_and_is_tried_again(path: str, page: Page) -> None:
    refusal = {"errors": [{"message": "Fleetgraph cannot answer."}]}
    page.route("**/graphql", lambda route: route.fulfill(status=503, json=refusal))
    page.goto(path)
    problem = page.get_by_role("alert")
    expect(problem).to_contain_text("Fleetgraph cannot answer.")
    expect(page.get_by_role("status").filter(has_text="No answer")).to_be_visible()
    page.unroute("**/graphql")
    problem.get_by_role("button", name="Try again").click()
    expect(problem).to_have_count(0)
    settled(page)
    expect(page.get_by_text("Live", exact=True)).to_be_visible()


def test_a_page_that_hears_nothing_says_that_it_is_stale_and_keeps_what_it_has(page: Page) -> None:
    page.goto("/")
    settled(page)
    page.route("**/graphql", lambda route: route.abort())
    expect(page.get_by_role("status").filter(has_text="Stale")).to_be_visible(timeout=SECONDS * 1000)
    expect(page.get_by_role("region", name="Needs attention").get_by_role("listitem").first).to_be_visible()
    page.unroute("**/graphql")
    expect(page.get_by_text("Live", exact=True)).to_be_visible(timeout=SECONDS * 1000)
