"""Operations on the page: one that waits is cancelled."""

import httpx
from playwright.sync_api import Page, expect

from tests.browser.conftest import Witness
from tests.browser.looking import axe
from tests.runner import Runner

STOP = (
    "mutation ($id: ID!) { stopCluster(id: $id) { operation { id canBeCancelled } userErrors { message } } }"
)


def test_a_change_that_waits_for_its_provider_is_cancelled(
    page: Page, runner: Runner, witness: Witness
) -> None:
    """Somebody deploys the cluster at the provider itself, which takes no second change until it is done."""
    found = runner.query(
        '{ clusters(filter: {nameContains: "video-encode"}) { nodes { id externalId account { externalId name } } } }'
    )
    (cluster,) = found["clusters"]["nodes"]
    address = runner.addresses["qovery"]
    accounts = httpx.get(f"{address}/_sandbox/accounts").json()["accounts"]
    (account,) = [one for one in accounts if one["name"] == cluster["account"]["name"]]
    headers = {"Authorization": f"Token {account['token']}"}
    place = f"{address}/organization/{account['external_id']}/cluster/{cluster['externalId']}/deploy"
    assert httpx.post(place, headers=headers).is_success

    asked = runner.query(STOP, {"id": cluster["id"]})["stopCluster"]
    assert asked["userErrors"] == []
    assert asked["operation"]["canBeCancelled"]
    page.goto(f"/operations/{asked['operation']['id']}")
    expect(page.get_by_role("heading", name="Stop cluster video-encode")).to_be_visible()
    assert axe(page) == []
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("It is cancelled. Nothing was sent.")).to_be_visible()
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
    expect(page.get_by_role("main")).to_contain_text("cancelled it before anything was sent.")
    assert witness.complaints == []
