"""Takes the picture of the fleet that the README shows: `python -m tests.browser.screenshot FILE`."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from tests.browser.conftest import CHROMIUM, QUIETLY
from tests.runner import running

WARM_UP_MS = 90_000


def take(path: Path) -> None:
    with (
        tempfile.TemporaryDirectory() as state,
        running(Path(state)) as runner,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIETLY)
        page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light")
        page.goto(runner.origin)
        expect(page.get_by_role("region", name="Needs attention")).to_be_visible(timeout=30_000)
        page.wait_for_timeout(WARM_UP_MS)  # so that something has changed
        page.screenshot(path=path)
        browser.close()


if __name__ == "__main__":
    if not CHROMIUM:
        sys.exit("No Chromium: install it, or name one in CHROMIUM.")
    take(Path(sys.argv[1]))
