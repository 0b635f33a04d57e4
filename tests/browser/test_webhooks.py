"""Webhooks on the page: made, paused, changed and deleted."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Witness
from tests.browser.looking import axe

ADDRESS = "https://hooks.example.com/a-secret-part"


def test_a_webhook_is_made_paused_changed_and_deleted(page: Page, witness: Witness) -> None:
    page.goto("/webhooks")
    page.get_by_role("button", name="New webhook").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("pager")
    dialog.get_by_label("Address").fill("http://hooks.example.com/plain")
    dialog.get_by_role("checkbox", name="Broken").check()
    dialog.get_by_role("checkbox", name="Acme Tools").check()
    assert axe(page) == []
    dialog.get_by_role("button", name="Create").click()
    expect(dialog.get_by_role("alert")).to_contain_text("https")
    dialog.get_by_label("Address").fill(ADDRESS)
    dialog.get_by_role("button", name="Create").click()
    assert dialog.get_by_role("textbox", name="The secret").input_value().startswith("whsec_")
    dialog.get_by_role("button", name="Done").click()

    row = page.locator(".webhook").filter(has_text="pager")
    expect(row).to_contain_text("https://hooks.example.com")
    expect(row).to_contain_text("signed JSON · Broken · every kind · 1 account")
    assert "a-secret-part" not in page.content()
    row.get_by_role("button", name="Pause pager").click()
    expect(row).to_contain_text("Paused")
    row.get_by_role("button", name="Change pager").click()
    dialog.get_by_role("checkbox", name="Stuck").check()
    dialog.get_by_role("button", name="Change").click()
    expect(row).to_contain_text("Broken, Stuck")
    row.get_by_role("button", name="Resume pager").click()
    expect(row.get_by_role("button", name="Pause pager")).to_be_visible()
    row.get_by_role("button", name="Delete pager").click()
    dialog.get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)
    assert witness.complaints == []
