"""Operations, integrations and nodes in any order: pages that stay right while rows move, and where an order ends."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest

from fleet.model.caller import Caller, Scope
from fleet.model.cloud import Cloud
from fleet.model.node import NodePhase
from fleet.model.operation import OperationState
from infra.store.store import TableStore
from tests.gateway.fleet import ACME, MERIDIAN, NORTH, QUAY, cluster, integration, node, observe
from tests.gateway.world import Client, SetClock, letting_in
from tests.infra.samples import make_operation, must_begin_change

PAGE = "pageInfo { hasNextPage endCursor }"
OPERATIONS = f"""query ($filter: OperationFilter, $orderBy: [OperationOrder!], $first: Int = 20, $after: String) {{
    operations(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {{
        nodes {{ name: targetName state kind requestedBy requestedAt finishedAt account {{ name }} }} {PAGE}
    }} }}"""
INTEGRATIONS = f"""query (
    $filter: IntegrationFilter, $orderBy: [IntegrationOrder!], $first: Int = 20, $after: String
) {{
    integrations(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {{
        nodes {{ name cloud createdAt account {{ name provider {{ kind }} }} freshness {{ state }} }} {PAGE}
    }} }}"""
NODES = f"""query ($filter: ClusterNodeFilter, $orderBy: [ClusterNodeOrder!], $first: Int = 20, $after: String) {{
    clusters(first: 1, search: "name:shipments-ledger") {{ nodes {{
        nodes(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {{
            nodes {{ name phase pool region zone instanceType createdAt }} {PAGE}
        }} }} }} }}"""

Ways = Mapping[str, str]
"""Where an answer has what each field of an order sorts by."""

OPERATION_WAYS: Ways = {
    "REQUESTED_AT": "requestedAt",
    "FINISHED_AT": "finishedAt",
    "STATE": "state",
    "KIND": "kind",
    "TARGET_NAME": "name",
    "ACCOUNT": "account.name",
    "REQUESTED_BY": "requestedBy",
}
INTEGRATION_WAYS: Ways = {
    "NAME": "name",
    "PROVIDER": "account.provider.kind",
    "ACCOUNT": "account.name",
    "CLOUD": "cloud",
    "CREATED_AT": "createdAt",
}
NODE_WAYS: Ways = {
    "NAME": "name",
    "PHASE": "phase",
    "POOL": "pool",
    "REGION": "region",
    "ZONE": "zone",
    "INSTANCE_TYPE": "instanceType",
    "CREATED_AT": "createdAt",
}


DOCUMENTS = {"operations": OPERATIONS, "integrations": INTEGRATIONS, "nodes": NODES}
WAYS = {"operations": OPERATION_WAYS, "integrations": INTEGRATION_WAYS, "nodes": NODE_WAYS}
NUMBERED = {("operations", "TARGET_NAME"), ("nodes", "NAME")}
"""What sorts by numbers too has a test of its own."""


def listing(answer: Any) -> Any:
    """The connection in an answer: its only one, or that of the nodes of the only cluster."""
    (found,) = answer.values()
    return found if "pageInfo" in found else listing(found["nodes"][0])


async def walk(client: Client, document: str, first: int, **asked: Any) -> list[Any]:
    nodes, after = list[Any](), None
    while True:
        page = listing(await client.query(document, first=first, after=after, **asked))
        nodes += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return nodes
        after = page["pageInfo"]["endCursor"]


def value(row: Any, way: str) -> str:
    for name in way.split("."):
        row = row and row[name]
    return str(row or "").casefold()


def by(*fields: str, direction: str = "ASC") -> list[dict[str, str]]:
    return [{"field": field, "direction": direction} for field in fields]


def names(rows: Sequence[Any]) -> list[str]:
    return [row["name"] for row in rows]


@pytest.fixture
async def busy(store: TableStore, clock: SetClock) -> TableStore:
    """A fleet with operations of two accounts and of one that is gone, integrations of three, and nodes of a pool."""
    ledger = cluster(MERIDIAN, "shipments-ledger")
    moments = [clock.now() - timedelta(days=day) for day in range(12)]
    pool = [
        node(ledger, f"pool-{number}").item.model_copy(
            update={
                "phase": NodePhase.NOT_READY if number % 5 == 0 else NodePhase.READY,
                "pool": ("blue", "green", None)[number % 3],
                "zone": ("a", None)[number % 2],
                "region": ("eu-west-1", "us-east-1")[number % 2],
                "instance_type": (None, "m6i.large", "c6i.large")[number % 3],
                "created_at": None if number == 7 else moments[number],
            }
        )
        for number in range(1, 12)
    ]
    await observe(
        store, MERIDIAN, [ledger, *(node(ledger, one.name).model_copy(update={"item": one}) for one in pool)]
    )
    for owner, clouds in ((NORTH, (Cloud.GCP, Cloud.AWS)), (QUAY, (Cloud.AWS, Cloud.SCALEWAY)), (ACME, ())):
        known = [integration(owner, f"{owner.name}-{number}", cloud) for number, cloud in enumerate(clouds)]
        ages = {
            one.item.key: one.item.model_copy(update={"created_at": moments[number] if number else None})
            for number, one in enumerate(known)
        }
        await observe(store, owner, [one.model_copy(update={"item": ages[one.item.key]}) for one in known])
    people = ("ada", "Bob")
    for number, owner in enumerate((ACME, MERIDIAN, ACME, NORTH, MERIDIAN, ACME)):
        asked = clock.now() + timedelta(minutes=number)
        operation = make_operation(owner, f"{number:016x}0", locks=(f"cluster {number}",), requested_at=asked)
        members: dict[str, Any] = {"target_name": f"web-{10 - number}", "requested_by": people[number % 2]}
        if number in (1, 4):
            members |= {
                "state": OperationState.SUCCEEDED,
                "finished_at": asked + timedelta(minutes=9 - number),
            }
        await must_begin_change(store, operation.model_copy(update=members))
    return store


@pytest.fixture
def client(busy: TableStore, clock: SetClock) -> Client:
    return Client(busy, clock)


@pytest.mark.parametrize("first", [1, 3])
@pytest.mark.parametrize("direction", ["ASC", "DESC"])
@pytest.mark.parametrize(
    ("plural", "field"), [(one, by) for one, ways in WAYS.items() for by in ways if (one, by) not in NUMBERED]
)
async def test_a_listing_is_sorted_page_by_page_and_the_unknown_comes_last(
    client: Client, plural: str, field: str, direction: str, first: int
) -> None:
    document, way = DOCUMENTS[plural], WAYS[plural][field]
    everything = await walk(client, document, 100)
    found = await walk(client, document, first, orderBy=by(field, direction=direction))
    values = [value(row, way) for row in found]
    known = [one for one in values if one]
    assert values == [*sorted(known, reverse=direction == "DESC"), *[""] * (len(values) - len(known))]
    assert sorted(names(found)) == sorted(names(everything))


async def test_numbers_in_names_count_as_numbers(client: Client) -> None:
    pools = [f"pool-{number}" for number in range(1, 12)]
    assert names(await walk(client, NODES, 4, orderBy=by("NAME"))) == pools
    found = await walk(client, OPERATIONS, 4, orderBy=by("TARGET_NAME"))
    assert names(found) == [f"web-{number}" for number in range(5, 11)]


async def test_where_all_is_equal_the_newest_operation_comes_first(client: Client) -> None:
    newest = names(await walk(client, OPERATIONS, 100))
    for direction in ("ASC", "DESC"):
        assert names(await walk(client, OPERATIONS, 2, orderBy=by("KIND", direction=direction))) == newest


async def test_several_fields_sort_one_after_the_other(client: Client) -> None:
    found = await walk(client, NODES, 2, orderBy=[*by("POOL"), *by("NAME", direction="DESC")])
    numbers = [int(name.removeprefix("pool-")) for name in names(found)]
    assert numbers == [9, 6, 3, 10, 7, 4, 1, 11, 8, 5, 2]


async def test_a_filter_and_an_order_go_together(client: Client) -> None:
    found = await walk(client, OPERATIONS, 1, filter={"requestedBy": "ada"}, orderBy=by("TARGET_NAME"))
    assert names(found) == ["web-6", "web-8", "web-10"]
    found = await walk(
        client, INTEGRATIONS, 1, filter={"clouds": ["AWS"]}, orderBy=by("NAME", direction="DESC")
    )
    assert names(found) == ["quay-0", "north-1"]
    found = await walk(client, NODES, 1, filter={"phases": ["NOT_READY"]}, orderBy=by("CREATED_AT"))
    assert names(found) == ["pool-10", "pool-5"]


async def test_pages_stay_right_while_operations_come_and_end(busy: TableStore, clock: SetClock) -> None:
    client = Client(busy, clock)
    seen, after, turn = list[str](), None, 0
    for turn in range(6):
        page = listing(await client.query(OPERATIONS, orderBy=by("TARGET_NAME"), first=2, after=after))
        seen += names(page["nodes"])
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
        for name in (f"alpha-{turn}", f"zone-{turn}"):
            one = make_operation(ACME, f"f{turn:015x}{name}", locks=(f"name {name}",))
            await must_begin_change(busy, one.model_copy(update={"target_name": name}))
    assert seen[:6] == [f"web-{number}" for number in range(5, 11)]
    assert seen[6:] == [f"zone-{number}" for number in range(turn)]


@pytest.mark.parametrize(
    ("plural", "one", "other"),
    [("operations", "STATE", "KIND"), ("integrations", "NAME", "CLOUD"), ("nodes", "NAME", "PHASE")],
)
async def test_a_cursor_of_another_order_is_refused(
    client: Client, plural: str, one: str, other: str
) -> None:
    document = DOCUMENTS[plural]
    cursor = listing(await client.query(document, orderBy=by(one), first=1))["pageInfo"]["endCursor"]
    for orders in (by(other), by(one, direction="DESC"), by(one, other), None):
        assert "not a cursor" in await client.refusal(document, orderBy=orders, first=1, after=cursor)
    assert "up to 4 fields, not 5" in await client.refusal(document, orderBy=by(one) * 5)


@pytest.mark.parametrize(
    ("plural", "field", "module"),
    [
        ("operations", "STATE", "operation_pages"),
        ("integrations", "NAME", "integration_pages"),
        ("nodes", "NAME", "node_pages"),
    ],
)
async def test_more_than_can_be_sorted_is_refused_and_not_cut_off(
    client: Client, monkeypatch: pytest.MonkeyPatch, plural: str, field: str, module: str
) -> None:
    monkeypatch.setattr(f"fleet.reading.{module}.SORTED_ROWS", 5)
    monkeypatch.setattr("fleet.reading.node_pages._CHUNK", 2)
    refused = await client.refusal(DOCUMENTS[plural], orderBy=by(field), first=1)
    assert (
        refused
        == f"Argument `orderBy`: up to 2000 {plural} are read to sort them, and there are more. Narrow `filter`."
    )


async def test_integrations_count_beside_the_accounts_that_they_are_in(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four accounts, of which each counts as five rows, and four integrations."""
    for most, is_refused in ((23, True), (24, False)):
        monkeypatch.setattr("fleet.reading.integration_pages.SORTED_ROWS", most)
        answer = await client.send(INTEGRATIONS, orderBy=by("NAME"))
        assert ("errors" in answer) is is_refused


async def test_a_filter_makes_few_enough_to_sort(
    client: Client, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fleet.reading.operation_pages.SORTED_ROWS", 3)
    monkeypatch.setattr("fleet.reading.integration_pages.SORTED_ROWS", 7)
    since = (clock.now() + timedelta(minutes=3)).isoformat()
    found = await walk(client, OPERATIONS, 2, filter={"since": since}, orderBy=by("TARGET_NAME"))
    assert names(found) == ["web-5", "web-6", "web-7"]
    found = await walk(client, INTEGRATIONS, 1, filter={"providers": ["QOVERY"]}, orderBy=by("NAME"))
    assert names(found) == ["quay-0", "quay-1"]


async def test_no_order_shows_what_its_caller_may_not_see(busy: TableStore, clock: SetClock) -> None:
    caller = Caller(id="k", name="k", scopes=frozenset({Scope.READ}), account_ids=frozenset({NORTH.id}))
    limited = Client(busy, clock, authenticate=letting_in(caller))
    assert names(await walk(limited, OPERATIONS, 1, orderBy=by("TARGET_NAME"))) == ["web-7"]
    assert names(await walk(limited, INTEGRATIONS, 1, orderBy=by("NAME"))) == ["north-0", "north-1"]


@pytest.mark.parametrize(
    ("plural", "field"), [("operations", "STATE"), ("integrations", "NAME"), ("nodes", "NAME")]
)
async def test_an_order_costs_what_a_filter_costs(client: Client, plural: str, field: str) -> None:
    async def cost(**asked: Any) -> int:
        answer = await client.send(DOCUMENTS[plural], **asked)
        spent: int = answer["extensions"]["rateLimit"]["cost"]
        return spent

    plain = await cost()
    assert await cost(orderBy=by(field)) - plain == 200
    assert await cost(filter={}) - plain == 200
    assert await cost(filter={}, orderBy=by(field)) - plain == 400
