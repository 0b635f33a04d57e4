"""The explorer as a person meets it: the real runner, the page that it serves, headless Chromium."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from tests.runner import ROOT, Runner, running

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
QUIETLY = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
ARTIFACTS = ROOT / os.environ.get("ARTIFACTS", "artifacts")
BUNDLE = ROOT / "graphql" / "explorer" / "dist" / "index.html"
OPERATIONS = ROOT / "graphql" / "operations"

TAB = ".graphiql-tab-button"

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium: install it, or name one in CHROMIUM"),
    pytest.mark.skipif(not BUNDLE.exists(), reason="the explorer is not built: make explorer"),
]


@dataclass(kw_only=True)
class Witness:
    """What a page did that nobody saw on it. Chromium reports a breach of the policy as an error of the console."""

    origin: str
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._see)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def _see(self, request: Request) -> None:
        if urlsplit(request.url).netloc != urlsplit(self.origin).netloc:
            self.strangers.append(request.url)


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    with running(tmp_path_factory.mktemp("state")) as started:
        yield started


@pytest.fixture
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIETLY)
        yield browser
        browser.close()


@pytest.fixture
def witness(runner: Runner) -> Witness:
    return Witness(origin=runner.origin)


@pytest.fixture
def page(browser: Browser, witness: Witness, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A first visit; its last sight is kept, whether the test passed or not."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    witness.watch(page)
    yield page
    page.screenshot(path=ARTIFACTS / f"{request.node.name}.png")


def is_play(request: Request) -> bool:
    """GraphiQL itself asks for the schema, so a POST alone is no sign of the button."""
    return request.method == "POST" and "query Fleet" in (request.post_data or "")


def operation_name(document: Path) -> str:
    (operation,) = re.findall(
        r"^(?:query|mutation) (\w+)", document.read_text(encoding="utf-8"), re.MULTILINE
    )
    return str(operation)


def read(page: Page, pane: str) -> str:
    """The whole text of an editor, which the page itself holds only as far as it is scrolled into view."""
    script = "pane => __MONACO.editor.getModels().find(model => model.uri.path.endsWith(pane)).getValue()"
    text: str = page.evaluate(script, pane)
    return text


def test_a_first_visitor_plays_the_fleet_query_and_sees_four_providers(
    page: Page, runner: Runner, witness: Witness
) -> None:
    page.goto(runner.origin)
    expect(page).to_have_title("Fleetgraph")
    expect(page.locator(TAB).first).to_have_text("Fleet")
    expect(page.locator(".graphiql-explorer-root").get_by_text("clusters", exact=True).first).to_be_visible()

    with page.expect_request(is_play) as played:
        page.get_by_role("button", name="Execute query").click()
    expect(page.locator(".graphiql-response")).to_contain_text('"data"')

    request = played.value
    assert request.url == f"{runner.origin}/graphql"
    assert request.headers["accept"] == "application/graphql-response+json, application/json;q=0.9"
    answer = json.loads(read(page, "response.json"))
    assert "errors" not in answer
    providers = {cluster["provider"]["name"] for cluster in answer["data"]["clusters"]["nodes"]}
    assert providers == {"CockroachDB Cloud", "Kupe Cloud", "Northflank", "Qovery"}
    assert witness.complaints == []
    assert witness.strangers == []


def test_every_example_has_a_tab_of_its_name(page: Page, runner: Runner) -> None:
    page.goto(runner.origin)
    documents = sorted(OPERATIONS.glob("*.graphql"), key=lambda path: (path.stem != "fleet", path.name))
    expect(page.locator(TAB)).to_have_text([operation_name(path) for path in documents])


def test_a_tab_of_a_visitor_survives_a_reload(page: Page, runner: Runner, witness: Witness) -> None:
    page.goto(runner.origin)
    tabs = page.locator(TAB)
    expect(tabs.first).to_have_text("Fleet")
    given = tabs.count()
    page.get_by_role("button", name="New tab").click()
    page.locator(".graphiql-query-editor .monaco-editor").click()
    page.keyboard.insert_text("query Mine { fleet { clusterCount } }")
    expect(tabs.last).to_have_text("Mine")
    page.wait_for_function("() => sessionStorage.getItem('graphiql:tabState')?.includes('Mine')")

    page.reload()
    expect(tabs).to_have_count(given + 1)
    expect(page.get_by_role("tab", name="Mine", selected=True)).to_be_visible()
    assert read(page, "operation.graphql") == "query Mine { fleet { clusterCount } }"
    assert witness.complaints == []


def test_an_api_key_among_the_headers_is_sent_and_not_stored(page: Page, runner: Runner) -> None:
    document = 'mutation { createApiKey(input: {name: "explorer", scopes: [READ]}) { token } }'
    key = runner.query(document)["createApiKey"]["token"]
    page.goto(runner.origin)
    page.get_by_role("button", name="Headers").click()
    page.locator(".graphiql-editor-tool .monaco-editor:visible").click()
    page.keyboard.insert_text(json.dumps({"authorization": f"Bearer {key}"}))
    with page.expect_request(is_play) as played:
        page.get_by_role("button", name="Execute query").click()
    assert played.value.headers["authorization"] == f"Bearer {key}"
    expect(page.locator(".graphiql-response")).to_contain_text('"data"')
    page.get_by_role("button", name="New tab").click()
    page.wait_for_function(
        "() => JSON.parse(sessionStorage.getItem('graphiql:tabState'))?.activeTabIndex > 0"
    )
    assert key not in page.evaluate("JSON.stringify([localStorage, sessionStorage])")


def test_what_is_typed_goes_with_the_tab_of_the_browser(page: Page, runner: Runner) -> None:
    """Variables may hold a provider's token."""
    page.goto(runner.origin)
    page.get_by_role("button", name="New tab").click()
    page.wait_for_function(
        "() => JSON.parse(sessionStorage.getItem('graphiql:tabState'))?.activeTabIndex > 0"
    )
    assert page.evaluate("localStorage.length") == 0
