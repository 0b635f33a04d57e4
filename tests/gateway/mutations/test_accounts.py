"""What a client asks of an account arrives at the domain as it was meant; what was left out does not."""

import pytest
from pydantic import SecretStr

from fleet.model.operation import Target, TargetKind
from infra.store.store import TableStore
from tests.gateway.fleet import ACME
from tests.gateway.mutations.asked import KEY, account_id
from tests.gateway.script import Script, operation
from tests.gateway.world import Client


async def test_an_account_is_connected_and_given_another_token(
    world: TableStore, scripted: Client, script: Script
) -> None:
    tracked = await world.account(ACME.id)
    assert tracked is not None
    script.answer = tracked
    asked = {"provider": "KUPE", "name": "acme", "externalId": "acme", "apiToken": KEY}
    document = """mutation ($input: ConnectAccountInput!, $id: ID!, $token: Secret!) {
        connectAccount(input: $input) { account { name token { hint } } userErrors { message } }
        replaceAccountToken(id: $id, apiToken: $token) { account { externalId } }
    }"""
    data = await scripted.query(document, input=asked, id=account_id(ACME), token=KEY)
    assert data == {
        "connectAccount": {
            "account": {"name": "acme", "token": {"hint": ACME.token_hint}},
            "userErrors": [],
        },
        "replaceAccountToken": {"account": {"externalId": "acme"}},
    }
    connected, replaced = script.calls
    assert connected[2] == {
        "provider": "kupe",
        "name": "acme",
        "external_id": "acme",
        "api_version": None,
        "token": SecretStr(KEY),
    }
    assert replaced[:1] + replaced[1][1:] == ("replace_token", ACME.id, SecretStr(KEY))


@pytest.mark.parametrize("verb", ["disconnect", "refresh"])
async def test_an_account_is_refreshed_and_disconnected(
    verb: str, world: TableStore, scripted: Client, script: Script
) -> None:
    script.answer = operation(ACME, target=Target(kind=TargetKind.ACCOUNT, key=ACME.id))
    data = await scripted.query(
        f"mutation ($id: ID!) {{ done: {verb}Account(id: $id) {{ operation {{ target {{ "
        "... on Account { name } } account { name } } } }",
        id=account_id(ACME),
    )
    assert data["done"]["operation"] == {"target": {"name": "acme"}, "account": {"name": "acme"}}
    assert script.asked == (verb, (ACME.id,), {})
