"""Accounts on the page: how they are observed, and who may change them."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Witness
from tests.browser.looking import axe, settled


def test_the_ledger_says_what_is_asked_when_and_what_observations_did(page: Page, witness: Witness) -> None:
    page.goto("/accounts")
    settled(page)
    page.get_by_role("button", name="Observations of Acme Tools").click()
    dialog = page.get_by_role("dialog", name="Observations of Acme Tools")
    schedule = dialog.get_by_role("region", name="What is asked when")
    expect(schedule.get_by_role("row").filter(has_text="Clusters")).to_contain_text(re.compile(r"\d+s"))
    ledger = dialog.get_by_role("region", name="Ledger")
    expect(ledger.get_by_role("listitem").first).to_contain_text(re.compile(r"\d+ changes?"))
    expect(ledger.get_by_role("listitem").first).to_contain_text(re.compile(r"\d+ requests? in"))
    assert axe(page) == []
    assert witness.complaints == []


def test_what_the_requests_of_an_account_went_to_is_said(page: Page, witness: Witness) -> None:
    page.goto("/accounts")
    page.get_by_role("button", name="Observations of Kestrel (personal)").click()
    schedule = page.get_by_role("dialog").get_by_role("region", name="What is asked when")
    expect(schedule).to_contain_text(re.compile(r"What is older than .+ is stale\."))
    expect(schedule).to_contain_text(re.compile(r"requests went \d+ to lists of clusters"))
    assert witness.complaints == []
