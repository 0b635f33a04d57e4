"""What every test of the page does on it."""

import json

import pytest
from playwright.sync_api import Page, expect

from tests.runner import ROOT

AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"


def open_cluster(page: Page, name: str) -> None:
    page.goto(f"/clusters?q={name}")
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", name=name, level=2)).to_be_visible()


def settled(page: Page) -> None:
    expect(page.get_by_role("main")).to_be_visible()
    expect(page.get_by_label("Loading")).to_have_count(0)


def axe(page: Page) -> list[str]:
    """What breaks WCAG 2.1 AA, each with the first element that does."""
    if not AXE.exists():
        pytest.skip("axe is not installed: make web")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
    violations = page.evaluate("async rules => (await axe.run(document, {runOnly: rules})).violations", rules)
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in violations]


def memory_of(page: Page) -> str:
    """Every text that JavaScript on the page can still reach."""
    devtools = page.context.new_cdp_session(page)
    chunks: list[str] = []
    devtools.on("HeapProfiler.addHeapSnapshotChunk", lambda event: chunks.append(event["chunk"]))
    devtools.send("HeapProfiler.collectGarbage")
    devtools.send("HeapProfiler.takeHeapSnapshot", {"reportProgress": False})
    devtools.detach()
    return "\n".join(json.loads("".join(chunks))["strings"])
