"""Changes on the page: what a dry run shows, what is sent, and what happens when somebody else was first."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Witness
from tests.browser.looking import axe, open_cluster, settled
from tests.runner import Runner


def nothing(page: Page) -> None:
    pass


def fill(label: str, text: str) -> Callable[[Page], None]:
    def fill_in(page: Page) -> None:
        page.get_by_role("textbox", name=label).fill(text)

    return fill_in


@dataclass(frozen=True, kw_only=True)
class Change:
    """Opened by a button of a cluster's page. `request` is what has to go out."""

    cluster: str
    button: str
    give: Callable[[Page], None] = nothing
    request: str


CHANGES = {
    "stop": Change(cluster="newsroom", button="Stop", request="POST .*/stop"),
    "deploy": Change(cluster="newsroom", button="Deploy", request="POST .*/deploy"),
    "scale nodes": Change(
        cluster="warehouse",
        button="Scale",
        give=fill("Minimum nodes", "4"),
        request='PUT .*"min_running_nodes": 4',
    ),
    "scale quantities": Change(
        cluster="Build farm", button="Scale", give=fill("Memory", "320Gi"), request='"memory": "320Gi"'
    ),
    "scale regions": Change(
        cluster="tracking-events",
        button="Scale",
        give=fill("Nodes in us-east1", "4"),
        request="PATCH .*us-east1",
    ),
    "scale pools": Change(cluster="Blog", button="Scale", give=fill("Nodes", "4"), request='"nodeCount": 4'),
    "upgrade": Change(cluster="tracking-events", button="Upgrade", request="PATCH .*v25.4"),
    "finalize": Change(cluster="lane-pricing", button="Finalize", request="PATCH .*FINALIZED"),
    "roll back": Change(cluster="lane-pricing", button="Roll back", request="PATCH .*ROLLBACK"),
    "delete": Change(
        cluster="Nightly reporting",
        button="Delete",
        give=fill("Type reporting to", "reporting"),
        request="DELETE .*/reporting",
    ),
    "protect": Change(
        cluster="driver-app",
        button="Turn on the protection from deletion",
        request='"delete_protection": "ENABLED"',
    ),
    "lock": Change(
        cluster="newsroom",
        button="Lock",
        give=fill("Reason", "Elections"),
        request='POST .*/lock.*"reason": "Elections"',
    ),
    "unlock": Change(cluster="till-edge", button="Unlock", request="DELETE .*/lock"),
    "limit": Change(
        cluster="fraud-signals",
        button="Change",
        give=fill("Limit a month", "33.00"),
        request="PATCH .*spend_limit|usage",
    ),
    "no limit": Change(
        cluster="driver-app",
        button="Change",
        give=lambda page: page.get_by_label("No limit at all").check(),
        request="PATCH ",
    ),
    "allow a network": Change(
        cluster="fraud-signals",
        button="Allow",
        give=fill("Network", "198.51.100.0/24"),
        request="198.51.100.0",
    ),
    "take a network off": Change(
        cluster="fraud-signals", button=r"Take \S+ off", request="DELETE .*/allowlist|networking"
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_change_of_a_cluster_shows_by_a_dry_run_what_it_would_send(
    name: str, page: Page, witness: Witness
) -> None:
    change = CHANGES[name]
    open_cluster(page, change.cluster)
    page.get_by_role("button", name=re.compile(f"^{change.button}")).first.click()
    change.give(page)
    page.get_by_role("button", name="Dry run").click()
    shown = page.get_by_role("region", name="What would be sent")
    expect(shown).to_contain_text("Nothing was changed.")
    expect(shown.get_by_role("listitem").first).to_contain_text(re.compile(change.request, re.DOTALL))
    expect(page.get_by_text("A change is on its way")).to_have_count(0)
    assert axe(page) == []
    assert witness.complaints == []


def test_a_lock_is_shown_with_its_reason_and_keeps_every_other_change_off(page: Page) -> None:
    open_cluster(page, "edge-cache")
    page.get_by_role("button", name="Lock", exact=True).click()
    dialog = page.get_by_role("dialog", name="Lock the cluster")
    expect(dialog.get_by_role("button", name=re.compile("^Lock"))).to_have_attribute("title", "Say why.")
    dialog.get_by_label("Reason").fill("A demonstration")
    dialog.get_by_label("Days").fill("9")
    dialog.get_by_role("button", name="Lock").click()
    expect(dialog.get_by_role("alert")).to_contain_text("at most 5 days")
    dialog.get_by_label("Days").fill("2")
    dialog.get_by_role("button", name="Lock").click()
    expect(dialog).to_have_count(0)
    header = page.locator(".cluster-header")
    expect(header).to_contain_text("for 2 days: A demonstration", timeout=60_000)
    unlock = header.get_by_role("button", name="Unlock", exact=True)
    expect(unlock).not_to_have_attribute("aria-disabled", "true", timeout=60_000)
    for name in ("Scale", "Stop", "Delete"):
        button = header.get_by_role("button", name=re.compile(f"^{name}"))
        expect(button).to_have_attribute("title", "It is locked: unlock it first.")
    unlock.click()
    page.get_by_role("dialog", name="Unlock the cluster").get_by_role("button", name="Unlock").click()
    expect(header.get_by_role("button", name="Lock", exact=True)).to_be_visible(timeout=60_000)
    expect(header).not_to_contain_text("A demonstration")


def test_nobody_is_offered_a_size_that_karpenter_chooses(page: Page) -> None:
    open_cluster(page, "newsroom")
    scale = page.get_by_role("button", name=re.compile("^Scale"))
    expect(scale).to_have_attribute("aria-disabled", "true")
    expect(scale).to_have_attribute("title", re.compile("chooses its machines and their number"))


def test_a_node_is_cordoned_after_a_dry_run_showed_the_request(page: Page, witness: Witness) -> None:
    open_cluster(page, "Blog")
    page.get_by_role("button", name=re.compile("^Maintenance of")).first.click()
    page.get_by_role("menuitem", name=re.compile("^Cordon")).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Dry run").click()
    expect(dialog.get_by_role("listitem").first).to_contain_text(re.compile("POST .*/cordon"))
    dialog.get_by_role("button", name="Send exactly this").click()
    expect(page.get_by_text("gets no new work.")).to_be_visible()
    expect(dialog).to_have_count(0)
    assert witness.complaints == []


def test_a_plan_of_another_input_is_not_shown_and_the_shown_one_is_sent(page: Page, runner: Runner) -> None:
    open_cluster(page, "Robot fleet control")
    page.get_by_role("button", name="Scale").click()
    dialog = page.get_by_role("dialog", name="Scale the cluster")
    expect(dialog.get_by_role("button", name=re.compile("^Dry run"))).to_have_attribute(
        "aria-disabled", "true"
    )
    dialog.get_by_label("CPU").fill("48")
    dialog.get_by_role("button", name="Dry run").click()
    shown = dialog.get_by_role("region", name="What would be sent")
    expect(shown).to_contain_text('"cpu": "48"')
    dialog.get_by_label("CPU").fill("16")
    expect(shown).to_have_count(0)
    dialog.get_by_label("CPU").fill("48")
    expect(shown).to_be_visible()
    shown.get_by_role("button", name="Send exactly this").click()
    expect(page.locator(".flight")).to_contain_text("Update cluster")
    found = runner.query("{ operations(first: 1) { nodes { kind targetName input { field value } } } }")
    (operation,) = found["operations"]["nodes"]
    assert (operation["kind"], operation["targetName"]) == ("UPDATE_CLUSTER", "fleet-control")
    assert {"field": "resources.cpu", "value": "48"} in operation["input"]


def test_a_limit_is_changed_in_place_and_somebody_elses_change_is_shown(page: Page, runner: Runner) -> None:
    open_cluster(page, "card-tokens")
    limit = page.get_by_role("region", name="Spend and limit")
    expect(limit).to_contain_text("25.00 USD")
    limit.get_by_role("button", name="Change").click()
    limit.get_by_label(re.compile("Limit a month")).fill("31.50")

    found = runner.query('{ clusters(filter: {nameContains: "card-tokens"}) { nodes { id } } }')
    document = """mutation ($id: ID!) {
      setSpendLimit(clusterId: $id, limit: {money: {minorUnits: "2700", currency: "USD"}}) {
        userErrors { message }
      }
    }"""
    cluster = found["clusters"]["nodes"][0]["id"]
    assert runner.query(document, {"id": cluster})["setSpendLimit"]["userErrors"] == []
    expect(limit).to_contain_text("27.00 USD", timeout=60_000)

    limit.get_by_role("button", name="Set").click()
    conflict = limit.get_by_role("alert")
    expect(conflict).to_contain_text("27.00 USD")
    expect(conflict).to_contain_text("31.50 USD")
    conflict.get_by_role("button", name="Take the new state").click()
    limit.get_by_role("button", name="Set").click()
    expect(limit.get_by_role("definition").filter(has_text="31.50 USD")).to_be_visible(timeout=60_000)


def test_a_cluster_goes_from_the_form_to_ready(page: Page, witness: Witness) -> None:
    page.goto("/")
    page.get_by_role("link", name="Create").click()
    page.get_by_role("radio", name=re.compile("Kupe Cloud")).click()
    page.get_by_role("radio", name=re.compile("Acme Tools")).click()
    create = page.get_by_role("button", name=re.compile("Create the cluster"))
    page.get_by_label("Name", exact=True).fill("-wrong")
    expect(create).to_have_attribute("title", re.compile("lower-case letters"))
    page.get_by_label("Name", exact=True).fill("made-on-the-page")
    page.get_by_label("Display name").fill("Made on the page")
    create.click()
    expect(page).to_have_url(re.compile("/operations/.+"))
    expect(page.get_by_role("heading", name="Create cluster made-on-the-page")).to_be_visible()
    expect(page.get_by_text("Succeeded").first).to_be_visible(timeout=120_000)
    page.get_by_role("link", name="Made on the page").first.click()
    expect(page.locator(".cluster-header").get_by_text("Ready", exact=True)).to_be_visible(timeout=60_000)
    expect(page.get_by_role("region", name="History")).to_contain_text("Provisioning")
    assert witness.complaints == []


def begin(page: Page, provider: str, account: str) -> None:
    page.goto("/create")
    page.get_by_role("radio", name=re.compile(provider)).click()
    page.get_by_role("radio", name=re.compile(account)).click()
    page.get_by_label("Name", exact=True).fill("from-the-form")


def test_the_form_offers_the_versions_that_the_plan_can_have(page: Page, witness: Witness) -> None:
    begin(page, "CockroachDB Cloud", "Meridian")
    what = page.get_by_role("region", name="What", exact=True)
    expect(what).to_contain_text(
        "Version None is on offer here: the provider chooses it.", use_inner_text=True
    )
    page.get_by_label("Plan").select_option("advanced")
    version = page.get_by_label("Version")
    expect(version.locator("option").nth(1)).to_have_text(re.compile(r"v\d+\.\d+, .*supported until \d{4}-"))
    assert axe(page) == []
    chosen = version.locator("option").nth(1).get_attribute("value")
    version.select_option(chosen)
    page.get_by_label("Cloud", exact=True).select_option("GCP")
    page.get_by_label("Region").select_option(index=1)
    page.get_by_role("button", name="Dry run").click()
    shown = page.get_by_role("region", name="What would be sent")
    expect(shown).to_contain_text(f'"cockroach_version": "{chosen}"')
    assert witness.complaints == []


def test_the_form_says_why_no_versions_are_on_offer_and_what_the_plan_of_the_account_holds(
    page: Page,
) -> None:
    what = page.get_by_role("region", name="What", exact=True)
    begin(page, "Northflank", "Tidewater Studio")
    expect(what).to_contain_text("Northflank chooses the Kubernetes version of a new cluster.")
    expect(page.get_by_label("Version")).to_have_count(0)
    expect(what).to_contain_text("Choose the region first.")
    page.get_by_label("Cloud", exact=True).select_option("AWS")
    page.get_by_label("Region").select_option("eu-west-1")
    expect(page.get_by_label("Node type").locator("option").nth(1)).to_have_text(re.compile("vCPU, .*GiB"))
    begin(page, "Kupe Cloud", "Acme Tools")
    expect(what).to_contain_text("Kupe lists no versions on offer.")
    facts = what.get_by_role("definition")
    expect(facts.nth(1)).to_have_text(re.compile(r"^\d+ of \d+$"))
    expect(facts.nth(2)).to_have_text(re.compile(r"\d+ vCPU, .*GiB"))


def test_a_dry_run_shows_the_requests_and_sends_exactly_these(page: Page, witness: Witness) -> None:
    page.goto("/create")
    page.get_by_role("radio", name=re.compile("Kupe Cloud")).click()
    page.get_by_role("radio", name=re.compile("Acme Tools")).click()
    page.get_by_label("Name", exact=True).fill("planned-on-the-page")
    page.get_by_label("Display name").fill("Planned on the page")
    page.get_by_role("button", name="Dry run").click()
    shown = page.get_by_role("region", name="What would be sent")
    expect(shown).to_contain_text("Nothing was changed.")
    expect(shown.get_by_role("listitem")).to_contain_text(re.compile(r"POST .*/clusters"))
    expect(shown.get_by_label(re.compile("^The body of POST"))).to_contain_text('"planned-on-the-page"')
    assert axe(page) == []
    page.get_by_label("Display name").fill("Another wish")
    expect(shown).to_have_count(0)
    page.get_by_label("Display name").fill("Planned on the page")
    page.get_by_role("button", name="Dry run").click()
    shown.get_by_role("button", name="Send exactly this").click()
    expect(page).to_have_url(re.compile("/operations/.+"))
    expect(page.get_by_role("heading", name="Create cluster planned-on-the-page")).to_be_visible()
    assert witness.complaints == []


def test_protection_from_deletion_is_turned_where_the_provider_can(page: Page, witness: Witness) -> None:
    open_cluster(page, "dispatch-board")
    button = page.get_by_role("button", name=re.compile("^Turn (on|off) the protection from deletion"))
    before = button.inner_text()
    button.click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("^Turn it (on|off)")).click()
    expect(page.get_by_text(re.compile("Turning it (on|off) was asked for"))).to_be_visible()
    expect(button).not_to_have_text(before, timeout=60_000)
    open_cluster(page, "Build farm")
    settled(page)
    expect(button).to_have_count(0)
    page.goto("/clusters")
    expect(page.get_by_role("checkbox", name=re.compile("^CockroachDB Cloud"))).to_be_visible()
    assert witness.complaints == []
