"""The audit log on the page: what administrators asked for, and what came of it."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Witness
from tests.browser.looking import axe, settled
from tests.runner import Runner


def test_what_administrators_ask_for_stands_in_the_audit_log(
    page: Page, runner: Runner, witness: Witness
) -> None:
    page.goto("/")
    settled(page)
    page.keyboard.press("g")
    page.keyboard.press("l")
    log = page.get_by_role("region", name="Audit log")
    expect(log).to_be_visible()

    made = runner.query('mutation { createApiKey(input: {name: "noted", scopes: [READ]}) { apiKey { id } } }')
    entry = log.get_by_role("listitem").filter(has_text="Create API key noted")
    expect(entry).to_contain_text("Done")
    expect(entry).to_contain_text("by local")
    revoke = "mutation ($id: ID!) { revokeApiKey(id: $id) { userErrors { message } } }"
    runner.query(revoke, {"id": made["createApiKey"]["apiKey"]["id"]})
    expect(log.get_by_role("listitem").filter(has_text="Revoke API key noted")).to_be_visible()
    runner.query(
        'mutation { connectAccount(input: {provider: KUPE, name: "nobody", apiToken: "no-token-of-theirs"})'
        " { userErrors { message } } }"
    )
    refused = log.get_by_role("listitem").filter(has_text=re.compile("Connect account nobody"))
    expect(refused).to_contain_text("Refused")
    assert axe(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert witness.complaints == []


def test_a_reader_is_told_that_the_audit_log_is_for_administrators(page: Page, runner: Runner) -> None:
    token = runner.query('mutation { createApiKey(input: {name: "curious", scopes: [READ]}) { token } }')
    key = token["createApiKey"]["token"]
    page.add_init_script(f"sessionStorage.setItem('fleetgraph.key', '{key}')")
    page.goto("/audit")
    expect(page.get_by_text("The audit log is for administrators.")).to_be_visible()
    expect(page.get_by_text("Your key would need the scope Admin.")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="curious")).to_have_count(0)
