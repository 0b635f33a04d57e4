"""What a secret leaves behind on the page: nothing, once it was shown or sent."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.looking import memory_of, settled

TYPED = "planted in a form and nowhere else"


def make_key(dialog: Locator) -> str:
    dialog.get_by_label("Name").fill("shown once")
    dialog.get_by_role("button", name="Make", exact=True).click()
    return dialog.get_by_role("textbox", name="The key").input_value()


def make_webhook(dialog: Locator) -> str:
    dialog.get_by_label("Name").fill("shown once")
    dialog.get_by_label("Address").fill(f"https://hooks.example.com/{TYPED.replace(' ', '-')}")
    dialog.get_by_role("button", name="Create").click()
    return dialog.get_by_role("textbox", name="The secret").input_value()


SHOWN_ONCE = {
    "/keys": ("Make a key", make_key),
    "/webhooks": ("New webhook", make_webhook),
}


@pytest.mark.parametrize("path", SHOWN_ONCE)
def test_a_secret_that_is_shown_once_is_in_memory_until_it_is_put_away(path: str, page: Page) -> None:
    button, make = SHOWN_ONCE[path]
    page.goto(path)
    page.get_by_role("button", name=button).click()
    dialog = page.get_by_role("dialog")
    secret = make(dialog)
    assert secret in memory_of(page), "or this test would see nothing"
    dialog.get_by_role("button", name="Done").click()
    expect(dialog).to_have_count(0)
    memory = memory_of(page)
    assert "shown once" in memory
    assert secret not in memory
    assert TYPED.replace(" ", "-") not in memory


def test_the_token_of_an_account_is_in_memory_until_its_form_is_closed(page: Page) -> None:
    page.goto("/accounts")
    settled(page)
    page.get_by_role("button", name="Replace the token of Acme Tools").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("API token").fill(TYPED)
    dialog.get_by_role("button", name="Replace").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    assert TYPED in memory_of(page)
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_have_count(0)
    assert TYPED not in memory_of(page)
