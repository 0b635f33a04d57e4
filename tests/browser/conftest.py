"""A real browser before the real runner. Where there is no Chromium, the tests say so."""

import os
import shutil
import time
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
BUILT = ROOT / "web" / "dist" / "stamp"
SECONDS = 30
expect.set_options(
    timeout=SECONDS * 1000
)  # what a page shows comes from another process, on whatever machine


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here not in item.path.parents:
            continue
        item.add_marker(pytest.mark.apart)
        item.add_marker(pytest.mark.timeout(180))
        item.add_marker(pytest.mark.xdist_group("browser"))
        if not CHROMIUM:
            item.add_marker(pytest.mark.skip(reason="no Chromium: install it, or name one in CHROMIUM"))
        elif not BUILT.exists():
            item.add_marker(pytest.mark.skip(reason="the pages are not built: make web"))


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
        address = urlsplit(request.url)
        if address.scheme != "blob" and address.netloc != urlsplit(self.origin).netloc:
            self.strangers.append(request.url)


def await_that(page: Page, expression: str) -> None:
    """Waits until an expression of JavaScript is true.

    The page's `wait_for_function` asks again from within the page, where our policy refuses to evaluate a string.
    """
    give_up_at = time.monotonic() + SECONDS
    while not page.evaluate(expression):
        assert time.monotonic() < give_up_at, f"this never came true: {expression}"
        page.wait_for_timeout(50)


@pytest.fixture(scope="session")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    with running(tmp_path_factory.mktemp("state")) as started:
        yield started


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIETLY)
        yield browser
        browser.close()


@pytest.fixture
def witness(runner: Runner) -> Witness:
    return Witness(origin=runner.origin)


@pytest.fixture
def page(
    browser: Browser, witness: Witness, runner: Runner, request: pytest.FixtureRequest
) -> Iterator[Page]:
    """A first visit; what it showed last is kept, whether the test passed or not."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, base_url=runner.origin)
    context.set_default_timeout(SECONDS * 1000)
    page = context.new_page()
    witness.watch(page)
    yield page
    name = "".join(letter if letter.isalnum() else "-" for letter in request.node.name)
    page.screenshot(path=ARTIFACTS / f"{name}.png")
    context.close()
