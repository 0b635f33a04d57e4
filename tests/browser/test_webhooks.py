"""Webhooks on the page: made, paused, changed and deleted, tested, and what did not arrive sent again."""

import asyncio
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from fleet.ports.clock import SystemClock
from fleet.webhooks.deliver import TRIED_FOR
from infra.sqlite.table import SqliteTable
from infra.store.webhooks import TableWebhooks
from tests.browser.conftest import Witness
from tests.browser.looking import axe
from tests.receiver import Receiver, receiving
from tests.runner import Runner, running

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
    expect(row).to_contain_text("signed JSON · Broken · every kind · Acme Tools")
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


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


@pytest.fixture
def sending(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    """A runner that may send to this machine."""
    with running(tmp_path_factory.mktemp("sending"), WEBHOOK_ADDRESSES="any") as one:
        yield one


def let_a_day_pass(state: Path) -> None:
    """For all that waits in the storage of a running Fleetgraph: the next attempt is due, and is the last."""

    (file,) = state.glob("*.db")

    async def age() -> None:
        table, clock = SqliteTable(file), SystemClock()
        webhooks = TableWebhooks(table, clock)
        for known in await webhooks.page(after=None, limit=20):
            for one in await webhooks.waiting(known.webhook.id):
                ago = {"since": one.since - TRIED_FOR, "next_at": clock.now()}
                await webhooks.wait(known.webhook.id, one.model_copy(update=ago))
        table.close()

    with ThreadPoolExecutor(1) as thread:  # the browser has a loop of its own in this one
        thread.submit(asyncio.run, age()).result()


def test_a_webhook_is_tested_and_what_was_given_up_is_sent_again(
    page: Page, sending: Runner, receiver: Receiver
) -> None:
    page.goto(f"{sending.origin}/webhooks")
    page.get_by_role("button", name="New webhook").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("pager")
    dialog.get_by_label("Address").fill(receiver.url)
    dialog.get_by_role("checkbox", name="Operation begun").check()
    dialog.get_by_role("button", name="Create").click()
    dialog.get_by_role("button", name="Done").click()
    row = page.locator(".webhook").filter(has_text="pager")
    test = row.get_by_role("button", name="Test pager")

    test.click()
    expect(page.get_by_text("The test message arrived.")).to_be_visible()
    (message,) = receiver.received
    assert json.loads(message.body)["type"] == "webhook.test"
    assert message.headers["webhook-signature"].startswith("v1,")
    receiver.status = 500
    test.click()
    expect(page.get_by_text("It did not arrive. It answered with 500.")).to_be_visible()
    expect(row).not_to_contain_text("500")  # it counts nowhere

    found = sending.query('{ clusters(filter: {nameContains: "card-tokens"}) { nodes { id } } }')
    document = """mutation ($id: ID!) {
      setSpendLimit(clusterId: $id, limit: {money: {minorUnits: "4100", currency: "USD"}}) {
        userErrors { message }
      }
    }"""
    assert sending.query(document, {"id": found["clusters"]["nodes"][0]["id"]})["setSpendLimit"] == {
        "userErrors": []
    }
    expect(row).to_contain_text("1 waiting")
    expect(row).to_contain_text("It answered with 500.")
    again = row.get_by_role("button", name="Send again to pager")
    while not again.is_visible():  # the test has its own end
        let_a_day_pass(sending.state)
        page.wait_for_timeout(500)
    expect(row).to_contain_text("1 given up")
    expect(row).not_to_contain_text("waiting")
    assert axe(page) == []
    row.get_by_role("button", name="1 given up by pager").click()
    dialog = page.get_by_role("dialog", name="What did not arrive at pager")
    given_up = dialog.get_by_role("region", name="Given up").get_by_role("listitem")
    expect(given_up).to_have_count(1)
    expect(given_up).to_contain_text("card-tokens")
    expect(given_up).to_contain_text("Set spend limit")
    expect(given_up).to_contain_text(re.compile(r"It answered with 500\. Tried \d+ times"))
    assert axe(page) == []
    dialog.get_by_role("button", name="Close").click()

    receiver.status = 204
    receiver.received.clear()
    again.click()
    expect(page.get_by_text("They are sent again.")).to_be_visible()
    expect(row).to_contain_text("Delivers")
    expect(row).not_to_contain_text("500")
    expect(again).to_have_count(0)
    (message,) = receiver.received
    assert json.loads(message.body)["type"] == "operation.begun"
