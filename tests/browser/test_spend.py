"""What is spent, what may be, and the envelopes that are kept here."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Witness
from tests.browser.looking import axe, open_cluster, settled
from tests.runner import Runner


def test_months_stand_as_bars_by_currency_and_what_is_in_no_sum_is_said(page: Page, witness: Witness) -> None:
    page.goto("/spend")
    settled(page)
    months = page.get_by_role("region", name="Months")
    dollars = months.get_by_role("list", name="Months in USD").get_by_role("listitem")
    expect(dollars).to_have_count(4)
    expect(dollars.last).to_contain_text("so far")
    expect(dollars.first).to_contain_text(re.compile(r"[\d,]+\.\d\d USD"))
    expect(months.get_by_role("list", name="Months in GBP").get_by_role("listitem").first).to_contain_text(
        "GBP"
    )
    heights = months.locator(".plot span").evaluate_all("all => all.map(one => one.offsetHeight)")
    assert max(heights) > 40
    expect(months).to_contain_text("In no sum")
    expect(months.get_by_text("Fjordline Media").first).to_be_visible()
    assert witness.complaints == []


def test_an_envelope_is_set_says_how_it_stands_and_goes(page: Page, witness: Witness, runner: Runner) -> None:
    page.goto("/spend")
    page.get_by_role("button", name="Set an envelope").click()
    dialog = page.get_by_role("dialog", name="Set an envelope")
    dialog.get_by_label("Name").fill("freight")
    dialog.get_by_label("A month").fill("12")
    dialog.get_by_role("checkbox", name="Meridian Freight").check()
    dialog.get_by_role("button", name="Set", exact=True).click()
    row = (
        page.get_by_role("region", name="Envelopes")
        .get_by_role("listitem")
        .filter(has_text="Meridian Freight")
    )
    expect(row).to_contain_text("Over")
    expect(row).to_contain_text("of 12.00 USD")
    (envelope,) = runner.query("{ envelopes { name budgetStatus { state reasons } } }")["envelopes"]
    assert (envelope["name"], envelope["budgetStatus"]["state"]) == ("freight", "OVER")
    for reason in envelope["budgetStatus"]["reasons"]:
        expect(row).to_contain_text(reason.split()[0])
    assert axe(page) == []
    page.get_by_role("button", name="Delete the envelope freight").click()
    expect(page.get_by_text("There is no envelope.")).to_be_visible()
    assert witness.complaints == []


def test_what_an_account_costs_is_read_line_by_line(page: Page, witness: Witness) -> None:
    page.goto("/spend")
    costs = page.get_by_role("region", name="Costs of the running period")
    providers = costs.get_by_role("list", name="Costs by provider").get_by_role("listitem")
    expect(providers.filter(has_text="CockroachDB Cloud")).to_contain_text("USD")
    costs.get_by_role("button", name="What Acme Tools costs").click()
    dialog = page.get_by_role("dialog", name="What Acme Tools costs")
    lines = dialog.get_by_role("region", name="Lines")
    expect(lines).to_contain_text("so far")
    expect(lines.get_by_role("listitem").filter(has_text="credits")).to_contain_text("-100.00 GBP")
    dialog.get_by_role("group", name="Period").get_by_role("button").nth(1).click()
    expect(lines).to_contain_text("as it was billed")
    expect(lines.get_by_role("listitem").filter(has_text="compute.cpu")).to_contain_text("710.52 GBP")
    plan = dialog.get_by_role("region", name="Plan and allowance")
    expect(plan).to_contain_text("retention 30 days")
    expect(plan).to_contain_text("42,000 active series, the provider stops at what the plan holds")
    assert axe(page) == []
    dialog.get_by_role("button", name="Close").first.click()

    costs.get_by_role("button", name="What Halcyon Pay costs").click()
    dialog = page.get_by_role("dialog", name="What Halcyon Pay costs")
    expect(dialog).to_contain_text("50,000,000 request units, 10 GiB storage, worth 15.00 USD")
    dialog.get_by_role("link", name="payments-core").click()
    expect(page.get_by_role("heading", name="payments-core", level=2)).to_be_visible()
    assert witness.complaints == []


def test_the_fleet_and_a_cluster_say_what_they_cost(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_role("region", name="Spend and limits")).to_contain_text(
        re.compile(r"Spent in the running periods.*\d\.\d\d USD")
    )
    open_cluster(page, "dispatch-board")
    expect(page.get_by_role("region", name="Spend and limit")).to_contain_text(
        re.compile(r"Spent in \d{4}-\d\d.*\d\.\d\d USD so far")
    )
