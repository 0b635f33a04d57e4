"""Envelopes: who may set one, and what is refused."""

from typing import Any

import pytest

from fleet.model import opaque
from fleet.model.caller import Caller, Scope
from infra.sqlite.table import SqliteTable
from infra.store import writes
from infra.store.envelopes import TableEnvelopes
from infra.store.names import below
from infra.store.store import TableStore
from tests.gateway.fleet import ACME, MERIDIAN
from tests.gateway.world import Client, FewEnvelopes, SetClock, letting_in

SET = """mutation ($input: SetEnvelopeInput!) { setEnvelope(input: $input) {
    envelope { id name accounts { name } labels { key value } setBy } userErrors { __typename message path }
} }"""


def of(account: Any) -> str:
    return opaque.write(["Account", account.id])


def wanted(**more: Any) -> dict[str, Any]:
    return {"name": "ours", "money": {"minorUnits": "500", "currency": "USD"}, **more}


async def put(client: Client, **more: Any) -> dict[str, Any]:
    payload: dict[str, Any] = (await client.query(SET, input=wanted(**more)))["setEnvelope"]
    return payload


async def test_an_envelope_is_replaced_by_the_next_of_its_name(world: TableStore, client: Client) -> None:
    made = await put(client, labels=[{"key": "env", "value": "prod"}])
    assert made["envelope"]["labels"] == [{"key": "env", "value": "prod"}]
    again = await put(client, accountIds=[of(ACME)])
    assert again["envelope"]["id"] == made["envelope"]["id"]
    assert (again["envelope"]["accounts"], again["envelope"]["labels"]) == ([{"name": "acme"}], [])
    node = await client.query(
        "query ($id: ID!) { node(id: $id) { __typename id } }", id=made["envelope"]["id"]
    )
    assert node["node"]["__typename"] == "Envelope"


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"name": " "}, ["name"]),
        ({"money": {"minorUnits": "0", "currency": "USD"}}, ["money", "minorUnits"]),
        ({"accountIds": []}, ["accountIds"]),
        ({"accountIds": ["nonsense"]}, ["accountIds"]),
        ({"labels": [{"key": str(n), "value": ""} for n in range(11)]}, ["labels"]),
    ],
)
async def test_what_is_no_envelope_is_refused_at_the_argument(
    world: TableStore, client: Client, more: dict[str, Any], path: list[str]
) -> None:
    payload = await put(client, **more)
    assert payload["envelope"] is None
    assert [error["path"] for error in payload["userErrors"]] == [["input", *path]]


@pytest.mark.parametrize("currency", ["ABC", "usd", "US", "XXX", "XAU", "CRDB_CLOUD_CREDITS"])
async def test_what_is_no_currency_is_refused(world: TableStore, client: Client, currency: str) -> None:
    money = {"minorUnits": "500", "currency": currency}
    assert "ISO 4217" in await client.refusal(SET, input=wanted(money=money))


async def test_a_key_of_some_accounts_sets_and_sees_envelopes_of_these_alone(
    world: TableStore, clock: SetClock
) -> None:
    envelopes = FewEnvelopes()
    everybody = Client(world, clock, envelopes=envelopes)
    await put(everybody, name="all of it")
    await put(everybody, name="both", accountIds=[of(ACME), of(MERIDIAN)])
    await put(everybody, name="acme's", accountIds=[of(ACME)])
    caller = Caller(id="k", name="k", scopes=frozenset({Scope.WRITE}), account_ids=frozenset({ACME.id}))
    limited = Client(world, clock, envelopes=envelopes, authenticate=letting_in(caller))
    assert [one["name"] for one in (await limited.query("{ envelopes { name } }"))["envelopes"]] == ["acme's"]
    for more in (
        {"name": "x"},
        {"name": "x", "accountIds": [of(MERIDIAN)]},
        {"name": "both", "accountIds": [of(ACME)]},
    ):
        assert (await put(limited, **more))["envelope"] is None
    assert sorted(envelopes.kept) == ["acme's", "all of it", "both"]


@pytest.mark.parametrize("body", ["\x00", "{}", '{"money": 5}'])
async def test_an_envelope_that_does_not_read_is_shown_and_can_be_deleted_or_replaced(
    world: TableStore, clock: SetClock, body: str
) -> None:
    table = SqliteTable()
    envelopes = TableEnvelopes(table, clock)
    client = Client(world, clock, envelopes=envelopes)
    made = (await put(client, accountIds=[of(ACME)]))["envelope"]
    (row,) = await table.query(below("envelopes"), consistent=True)
    await table.write(writes.put({**row, "body": body}))
    asked = "{ envelopes { id name money { currency } budgetStatus { state reasons } } }"
    (shown,) = (await client.query(asked))["envelopes"]
    assert (shown["id"], shown["name"], shown["money"]["currency"]) == (made["id"], "ours", "XXX")
    assert shown["budgetStatus"]["state"] == "UNKNOWN"
    assert "another version" in shown["budgetStatus"]["reasons"][0]
    caller = Caller(id="k", name="k", scopes=frozenset({Scope.WRITE}), account_ids=frozenset({ACME.id}))
    limited = Client(world, clock, envelopes=envelopes, authenticate=letting_in(caller))
    assert (await limited.query(asked))["envelopes"] == []
    assert (await put(limited, accountIds=[of(ACME)]))["envelope"] is None
    delete = "mutation ($id: ID!) { deleteEnvelope(id: $id) { envelope { name } userErrors { message } } }"
    assert (await client.query(delete, id=made["id"]))["deleteEnvelope"] == {
        "envelope": {"name": "ours"},
        "userErrors": [],
    }
    assert (await client.query(asked))["envelopes"] == []
    await table.write(writes.put({**row, "body": body}))
    assert (await put(client))["userErrors"] == []
    (again,) = (await client.query(asked))["envelopes"]
    assert again["money"]["currency"] == "USD"
    table.close()
