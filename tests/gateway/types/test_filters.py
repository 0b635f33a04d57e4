"""Accounts, operations, integrations and nodes can be chosen from, and accounts sorted, as clusters can."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from fleet.model import opaque
from fleet.model.account import Account
from fleet.model.caller import Caller, Scope
from infra.store.store import TableStore
from tests.gateway.fleet import ACME, MERIDIAN, observe
from tests.gateway.world import Client, SetClock, letting_in
from tests.infra.samples import make_operation, must_begin_change

ACCOUNTS = """query ($filter: AccountFilter, $orderBy: [AccountOrder!], $first: Int = 20, $after: String) {
    accounts(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
        nodes { name freshness { state observedAt } provider { name } }
        pageInfo { hasNextPage endCursor }
    } }"""
OPERATIONS = """query ($filter: OperationFilter, $first: Int = 20, $after: String) {
    operations(filter: $filter, first: $first, after: $after) {
        nodes { targetName kind requestedBy } pageInfo { hasNextPage endCursor }
    } }"""
INTEGRATIONS = "query ($filter: IntegrationFilter) { integrations(filter: $filter) { nodes { name } } }"
NODES = """query ($filter: ClusterNodeFilter, $first: Int = 20, $after: String) {
    clusters(first: 1, search: "name:shipments-ledger") { nodes {
        nodes(filter: $filter, first: $first, after: $after) {
            nodes { name } pageInfo { hasNextPage endCursor }
        } } } }"""


def named(listing: Mapping[str, Any]) -> list[str]:
    return [one["name"] for one in listing["nodes"]]


def id_of(account: Account) -> str:
    return opaque.write(["Account", account.id])


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ({"nameContains": "MERID"}, {"Meridian Freight"}),
        ({"providers": ["KUPE"]}, {"acme"}),
        ({"nameContains": "nobody"}, set()),
        ({"freshness": []}, set()),
    ],
)
async def test_accounts_are_chosen(
    world: TableStore, client: Client, wanted: dict[str, Any], names: set[str]
) -> None:
    found = named((await client.query(ACCOUNTS, filter=wanted))["accounts"])
    assert set(found) == names


async def test_accounts_are_chosen_by_how_old_their_data_is(world: TableStore, client: Client) -> None:
    everything = (await client.query(ACCOUNTS))["accounts"]["nodes"]
    for state in {one["freshness"]["state"] for one in everything}:
        found = named((await client.query(ACCOUNTS, filter={"freshness": [state]}))["accounts"])
        assert found == [one["name"] for one in everything if one["freshness"]["state"] == state]
    assert len({one["freshness"]["state"] for one in everything}) > 1


@pytest.mark.parametrize("direction", ["ASC", "DESC"])
@pytest.mark.parametrize("field", ["NAME", "PROVIDER", "OBSERVED_AT"])
async def test_accounts_are_sorted_page_by_page(
    world: TableStore, client: Client, field: str, direction: str
) -> None:
    order = [{"field": field, "direction": direction}]
    values, names, after = list[str](), list[str](), None
    while True:
        page = (await client.query(ACCOUNTS, orderBy=order, first=2, after=after))["accounts"]
        for one in page["nodes"]:
            names.append(one["name"])
            values.append(
                {
                    "NAME": one["name"].casefold(),
                    "PROVIDER": one["provider"]["name"].casefold(),
                    "OBSERVED_AT": one["freshness"]["observedAt"] or "",
                }[field]
            )
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    everything = named((await client.query(ACCOUNTS))["accounts"])
    assert sorted(names) == sorted(everything)
    known = [value for value in values if value]
    assert values == [*sorted(known, reverse=direction == "DESC"), *[""] * (len(values) - len(known))]


async def test_a_cursor_of_another_order_of_accounts_is_refused(world: TableStore, client: Client) -> None:
    first = (await client.query(ACCOUNTS, orderBy=[{"field": "NAME"}], first=1))["accounts"]
    cursor = first["pageInfo"]["endCursor"]
    refused = await client.refusal(ACCOUNTS, orderBy=[{"field": "PROVIDER"}], first=1, after=cursor)
    assert "not a cursor" in refused
    five = [{"field": "NAME"}] * 5
    assert "up to 4 fields" in await client.refusal(ACCOUNTS, orderBy=five)


async def test_no_filter_and_no_order_shows_an_account_that_its_caller_may_not_see(
    world: TableStore, clock: SetClock
) -> None:
    caller = Caller(id="k", name="k", scopes=frozenset({Scope.READ}), account_ids=frozenset({ACME.id}))
    limited = Client(world, clock, authenticate=letting_in(caller))
    questions: list[dict[str, Any]] = [{"filter": {}}, {"orderBy": [{"field": "OBSERVED_AT"}]}]
    for asked in questions:
        assert named((await limited.query(ACCOUNTS, **asked))["accounts"]) == ["acme"]


@pytest.fixture
async def changed(store: TableStore, clock: SetClock) -> TableStore:
    """Four changes of two people at two accounts, some minutes apart."""
    for account in (ACME, MERIDIAN):
        await observe(store, account, [])
    for number, (account, name, by) in enumerate(
        ((ACME, "web", "ada"), (MERIDIAN, "ledger", "bob"), (ACME, "ledger-copy", "ada"), (ACME, "db", "bob"))
    ):
        operation = make_operation(account, f"o{number}", locks=(f"cluster {name}",))
        asked = clock.now() + timedelta(minutes=number)
        members = {"target_name": name, "requested_by": by, "requested_at": asked}
        await must_begin_change(store, operation.model_copy(update=members))
    return store


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ({}, ["db", "ledger-copy", "ledger", "web"]),
        ({"nameContains": "LEDGER"}, ["ledger-copy", "ledger"]),
        ({"requestedBy": "bob"}, ["db", "ledger"]),
        ({"accountIds": [id_of(MERIDIAN)]}, ["ledger"]),
        ({"accountIds": [id_of(MERIDIAN), id_of(ACME)], "requestedBy": "ada"}, ["ledger-copy", "web"]),
        ({"accountIds": []}, []),
        ({"accountIds": ["nonsense"]}, []),
        ({"kinds": ["DRAIN_NODE"]}, []),
    ],
)
async def test_operations_are_chosen_newest_first(
    changed: TableStore, clock: SetClock, wanted: dict[str, Any], names: list[str]
) -> None:
    client = Client(changed, clock)
    found, after = list[str](), None
    while True:
        page = (await client.query(OPERATIONS, filter=wanted, first=1, after=after))["operations"]
        found += [one["targetName"] for one in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert found == names


async def test_operations_of_late_are_listed_alone(changed: TableStore, clock: SetClock) -> None:
    client = Client(changed, clock)
    since = (clock.now() + timedelta(minutes=2)).isoformat()
    page = (await client.query(OPERATIONS, filter={"since": since}))["operations"]
    assert [one["requestedBy"] for one in page["nodes"]] == ["bob", "ada"]
    assert not page["pageInfo"]["hasNextPage"]


async def test_integrations_are_chosen(world: TableStore, client: Client) -> None:
    everything = named((await client.query(INTEGRATIONS))["integrations"])
    assert everything
    part = everything[0][1:4].upper()
    found = named((await client.query(INTEGRATIONS, filter={"nameContains": part}))["integrations"])
    assert found == [name for name in everything if part.casefold() in name.casefold()]
    none = await client.query(INTEGRATIONS, filter={"providers": []})
    assert named(none["integrations"]) == []


async def test_nodes_are_chosen_page_by_page(world: TableStore, client: Client) -> None:
    async def ask(**variables: Any) -> Mapping[str, Any]:
        (shown,) = (await client.query(NODES, **variables))["clusters"]["nodes"]
        nodes: Mapping[str, Any] = shown["nodes"]
        return nodes

    assert named(await ask(filter={"nameContains": "DE-1"})) == ["node-1"]
    assert named(await ask(filter={"phases": ["UNKNOWN"]})) == []
    assert named(await ask(filter={"pools": ["nobody's"]})) == []
    first = await ask(filter={"nameContains": "node"}, first=2)
    assert (named(first), first["pageInfo"]["hasNextPage"]) == (["node-0", "node-1"], True)
    rest = await ask(filter={"nameContains": "node"}, first=2, after=first["pageInfo"]["endCursor"])
    assert (named(rest), rest["pageInfo"]["hasNextPage"]) == (["node-2"], False)


async def test_a_page_of_chosen_nodes_examines_so_many_and_goes_on(
    world: TableStore, client: Client, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.types.node.EXAMINED_ROWS", 2)
    monkeypatch.setattr("gateway.types.node.MOST_ITEMS", 2)
    (shown,) = (await client.query(NODES, filter={"nameContains": "-2"}))["clusters"]["nodes"]
    assert (named(shown["nodes"]), shown["nodes"]["pageInfo"]["hasNextPage"]) == ([], True)
    after = shown["nodes"]["pageInfo"]["endCursor"]
    (shown,) = (await client.query(NODES, filter={"nameContains": "-2"}, after=after))["clusters"]["nodes"]
    assert (named(shown["nodes"]), shown["nodes"]["pageInfo"]["hasNextPage"]) == (["node-2"], False)
