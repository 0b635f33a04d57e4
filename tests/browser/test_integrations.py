"""Integrations on the page: made, changed and deleted, with secrets that go nowhere but to the API."""

import json
import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Witness
from tests.browser.looking import axe, memory_of, settled

SECRET = "planted on the page and nowhere else"


def row_of(page: Page, name: str) -> Locator:
    return page.locator(".integration").filter(has=page.get_by_text(name, exact=True))


def begin(page: Page, account: str, name: str) -> Locator:
    page.goto("/integrations")
    page.get_by_role("button", name="New integration").click()
    dialog = page.get_by_role("dialog", name="New integration")
    dialog.get_by_label("Account").select_option(label=account)
    dialog.get_by_label("Name").fill(name)
    return dialog


def test_what_cannot_be_read_back_is_masked_sent_once_and_gone(page: Page, witness: Witness) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or ""))
    dialog = begin(page, "Tidewater Studio, Northflank", "Made on the page")
    dialog.get_by_label("Credentials").select_option(label="AWS: an access key")
    dialog.get_by_label("ID of the access key").fill("the id of the key")
    secret = dialog.get_by_label("Secret access key")
    expect(secret).to_have_attribute("type", "password")
    secret.fill(SECRET)
    dialog.get_by_label("Used for").fill("byoc, byoc-logs")
    assert axe(page) == []

    dialog.get_by_role("button", name="Dry run").click()
    shown = dialog.get_by_role("region", name="What would be sent")
    expect(shown).to_contain_text(re.compile("POST .*integrations"))
    expect(shown).to_contain_text("*** stands for a secret.")
    expect(shown).not_to_contain_text(SECRET)
    shown.get_by_role("button", name="Send exactly this").click()
    expect(dialog).to_have_count(0)
    planned, made = [json.loads(body)["variables"] for body in sent if SECRET in body]
    assert planned["dryRun"] is True
    assert made["input"]["credentials"] == {
        "awsKeys": {"accessKeyId": "the id of the key", "secretAccessKey": SECRET}
    }
    assert re.fullmatch("[0-9a-f]{64}", made["plan"]), "exactly the requests of the plan are sent"

    row = row_of(page, "Made on the page")
    expect(row).to_contain_text("byoc-logs", timeout=60_000)
    assert SECRET not in page.content()
    assert SECRET not in page.evaluate("JSON.stringify([localStorage, sessionStorage])")
    assert SECRET not in memory_of(page)
    assert witness.complaints == []

    row.get_by_role("button", name="Delete Made on the page").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0, timeout=60_000)
    assert witness.complaints == []


def test_a_key_of_several_lines_keeps_them(page: Page) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or ""))
    key = "the first line\nthe second\nthe last\n"
    dialog = begin(page, "Tidewater Studio, Northflank", "With a key in PEM")
    dialog.get_by_label("Credentials").select_option(label="Oracle Cloud: a user")
    for name in ("Region", "Tenancy", "Compartment", "User", "Fingerprint of the key"):
        dialog.get_by_label(name, exact=True).fill(f"the {name}")
    field = dialog.get_by_label("Private key")
    assert field.evaluate("one => getComputedStyle(one).webkitTextSecurity") == "disc"
    field.fill(key)
    dialog.get_by_role("button", name="Dry run").click()
    expect(dialog.get_by_role("region", name="What would be sent")).to_be_visible()
    (asked,) = [json.loads(body)["variables"]["input"] for body in sent if "createIntegration" in body]
    assert asked["credentials"]["oci"]["privateKey"] == key
    assert "passphrase" not in asked["credentials"]["oci"]


def test_each_provider_is_asked_for_what_it_takes_alone(page: Page) -> None:
    dialog = begin(page, "Orchard Grocers, Qovery", "roles")
    expect(dialog.get_by_label("ARN of the role")).to_be_visible()
    expect(dialog.get_by_label("External ID")).to_have_count(0)
    expect(dialog.get_by_label("Description")).to_have_count(0)
    options = dialog.get_by_label("Credentials").locator("option")
    expect(options.filter(has_text="Scaleway")).to_have_count(1)
    expect(options.filter(has_text="Cloudflare")).to_have_count(0)
    dialog.get_by_label("ARN of the role").fill("typed at another provider")
    dialog.get_by_label("Account").select_option(label="Tidewater Studio, Northflank")
    expect(dialog.get_by_label("ARN of the role")).to_have_value("")
    expect(dialog.get_by_label("External ID")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    reasons = page.get_by_role("region", name="Without integrations")
    expect(reasons).to_contain_text("Kupe runs clusters in its own cloud")


def test_an_integration_is_changed_and_one_in_use_is_not_deleted(page: Page, witness: Witness) -> None:
    page.goto("/integrations")
    settled(page)
    row = row_of(page, "Production AWS")
    expect(row).to_contain_text("arn:aws:iam::210987654321:role/production-aws")
    expect(row.get_by_role("button", name="Delete Production AWS")).to_have_attribute(
        "title", re.compile("clusters? uses? it")
    )
    row.get_by_role("button", name="Change Production AWS").click()
    dialog = page.get_by_role("dialog", name="Change Production AWS")
    change = dialog.get_by_role("button", name=re.compile("^Change"))
    expect(change).to_have_attribute("title", "Change something first.")
    dialog.get_by_label("Replace its credentials").check()
    expect(change).to_have_attribute("title", "Give: ARN of the role.")
    dialog.get_by_label("Replace its credentials").uncheck()
    dialog.get_by_label("Description").fill("Described on the page")
    dialog.get_by_role("button", name="Dry run").click()
    shown = dialog.get_by_role("region", name="What would be sent")
    expect(shown).to_contain_text("Described on the page")
    expect(shown).not_to_contain_text("byoc-static-egress")
    change.click()
    expect(row).to_contain_text("Described on the page", timeout=60_000)
    assert witness.complaints == []
