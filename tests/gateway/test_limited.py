"""A key that is limited to two accounts meets a fleet of two accounts, whatever it asks."""

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import httpx
import pytest
from graphql import (
    GraphQLObjectType,
    GraphQLUnionType,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    is_composite_type,
    parse,
    visit,
)
from graphql.language import FieldNode

from fleet.model import opaque
from fleet.model.account import Account
from fleet.model.caller import Caller, Scope
from fleet.model.change import RefreshAccount
from fleet.model.cluster import Phase
from fleet.model.envelope import Envelope
from fleet.model.money import Money
from fleet.model.operation import Operation, Target, TargetKind, new_operation_id
from gateway.http.app import create_app
from gateway.schema import SCHEMA
from gateway.services import Policy
from infra.store.store import TableStore
from tests.gateway.fleet import (
    ACME,
    MERIDIAN,
    NORTH,
    QUAY,
    ZEPPELIN,
    cluster,
    integration,
    observe,
    populate,
    transition,
)
from tests.gateway.world import ANYBODY, NOON, Client, FewEnvelopes, SetClock, letting_in, services_over

VISIBLE, HIDDEN = (ACME, NORTH), (MERIDIAN, QUAY, ZEPPELIN)
CALLER = Caller(
    id="key k1",
    name="dashboard",
    scopes=frozenset({Scope.READ}),
    account_ids=frozenset({*(owner.id for owner in VISIBLE), "of-an-account-long-gone"}),
)

PAGE = "pageInfo { hasNextPage endCursor startCursor }"
CLUSTER = f"""id name account {{ name externalId }} freshness {{ state }} integration {{ name }}
    details {{ __typename }} operation {{ id }}
    nodes(first: 3) {{ edges {{ cursor }} nodes {{ id name cluster {{ name }} }} }}
    statusHistory(first: 2) {{ nodes {{ clusterName }} edges {{ cursor }} {PAGE} }}"""
COVERAGE = (
    f"isComplete accountCount missingCount missing(first: 4) {{ edges {{ cursor }} nodes {{ name }} {PAGE} }}"
)


def cluster_page(arguments: str = "") -> str:
    return (
        f"clusters{arguments} {{ edges {{ cursor }} nodes {{ {CLUSTER} }} {PAGE} coverage {{ {COVERAGE} }} }}"
    )


ACCOUNT = f"""id name externalId freshness {{ state lastFailure {{ message }} }} token {{ hint }}
    requestBudget {{ remaining }} {cluster_page("(first: 5)")} regions(first: 3) {{ nodes {{ name }} {PAGE} }}
    instanceTypes(first: 3) {{ nodes {{ name }} {PAGE} }} versions(first: 3) {{ nodes {{ name }} {PAGE} }}"""
INTEGRATION = f"id name account {{ name }} usedBy {{ nodes {{ name }} coverage {{ {COVERAGE} }} {PAGE} }}"
OPERATION = "id targetName account { name } target { __typename } candidates { name }"
ANY = """id ... on Account { name clusters { nodes { name } } } ... on Cluster { name } ... on Integration { name }
    ... on ClusterNode { name } ... on Operation { targetName } ... on ApiKey { hint }"""

DOCUMENTS: Mapping[str, str] = {
    "node": f"query ($id: ID!) {{ node(id: $id) {{ {ANY} }} }}",
    "nodes": f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ {ANY} }} }}",
    "providers": "{ providers { name kind } }",
    "accounts": f"{{ accounts(first: 5) {{ edges {{ cursor }} nodes {{ {ACCOUNT} }} {PAGE} }} }}",
    "cluster": f"query ($id: ID!) {{ cluster(id: $id) {{ {CLUSTER} }} }}",
    "clusterByName": f"""query ($owner: ID!, $name: String!) {{
        clusterByName(accountId: $owner, name: $name) {{ {CLUSTER} }} }}""",
    "clusters": f"""query ($owners: [ID!]!) {{ {cluster_page("(first: 30)")}
        attention: {cluster_page("(filter: { needsAttention: true })")}
        short: {cluster_page("(first: 1, filter: { needsAttention: true })")}
        named: {cluster_page("(first: 1, filter: { accountIds: $owners })")} }}""",
    "clusterFacets": """{
        clusterFacets(by: [{ by: ACCOUNT }, { by: PROVIDER }]) { buckets { value clusterCount } leftOut } }""",
    "statusChanges": f"""{{
        statusChanges(first: 100) {{ edges {{ cursor }} {PAGE} nodes {{ clusterName cluster {{ name }} }} }}
        short: statusChanges(first: 1) {{ edges {{ cursor }} {PAGE} }} }}""",
    "activity": f"""{{
        activity(first: 100) {{ edges {{ cursor }} {PAGE}
            nodes {{ id clusterName accountName message cluster {{ name }} account {{ name }} }} }}
        short: activity(first: 1, order: OLDEST_FIRST) {{ edges {{ cursor }} {PAGE} }} }}""",
    "observations": f"""query ($owner: ID!) {{ observations(accountId: $owner) {{
        edges {{ cursor }} nodes {{ failure }} {PAGE} }} }}""",
    "integrations": f"{{ integrations {{ edges {{ cursor }} nodes {{ {INTEGRATION} }} {PAGE} }} }}",
    "operations": f"""query ($id: ID!) {{ operations {{ edges {{ cursor }} nodes {{ {OPERATION} }} {PAGE} }}
        short: operations(first: 1) {{ {PAGE} }}
        ofOne: operations(filter: {{ clusterId: $id }}) {{ nodes {{ {OPERATION} }} }} }}""",
    "fleet": f"""{{ fleet {{ clusterCount byPhase {{ phase count }} byProvider {{ provider {{ name }} count }}
        spendLimits {{ decimal }} convertedSpendLimits {{ decimal }} unlimitedClusterCount unknownLimitClusterCount
        coverage {{ {COVERAGE} }} }} }}""",
    "viewer": f"{{ viewer {{ name scopes accounts {{ edges {{ cursor }} nodes {{ name }} {PAGE} }} }} }}",
    "envelopes": """{ envelopes { name accounts { name } budgetStatus { reasons notCounted { name } } } }""",
    "explainSchedule": """query ($owner: ID!) { explainSchedule(accountId: $owner) {
        nextObservationAt account { name } collections { reason } } }""",
    "rateLimit": "{ rateLimit { remaining } }",
    "apiKeys": "{ apiKeys { nodes { name hint } } }",
    "auditLog": "{ auditLog { nodes { subject } } }",
    "webhooks": "{ webhooks { nodes { name deadDeliveries { nodes { failure } } } } }",
}
"""One for every field of `Query`, with every connection that is reached from there somewhere among them."""


def strings(answer: Any) -> Iterator[str]:
    """Every string of an answer, and what is written in those that are opaque."""
    match answer:
        case dict():
            for value in answer.values():
                yield from strings(value)
        case list():
            for value in answer:
                yield from strings(value)
        case str():
            yield answer
            yield from opaque.read(answer) or ()
        case _:
            return


NAMES = {
    ACME.id: {"production", "staging"},
    NORTH.id: {"edge", "lab", "aws-prod", "gcp-lab"},
    MERIDIAN.id: {"shipments-ledger", "billing-vault", "customs-portal", "driver-app", "westeurope"},
    QUAY.id: {"pier", "quay-link", "t3.large", "The provider answered 503."},
    ZEPPELIN.id: {"gondola"},
}
"""What clusters, links and catalog rows of an account are called, and the messages of its failures."""

A_CLUSTER = {
    ACME.id: "production",
    MERIDIAN.id: "shipments-ledger",
    NORTH.id: "edge",
    QUAY.id: "pier",
    ZEPPELIN.id: "gondola",
}


def names_of(owner: Account) -> set[str]:
    """What tells of an account."""
    return {owner.id, owner.name, *NAMES[owner.id]} | ({owner.external_id} if owner.external_id else set())


ALL_VISIBLE = frozenset().union(*map(names_of, VISIBLE))
ALL_HIDDEN = frozenset().union(*map(names_of, HIDDEN))


def names_in(answer: Any) -> set[str]:
    """Which of those names are in an answer, also in the middle of a longer text."""
    text = "\n".join(strings(answer))
    return {one for one in ALL_VISIBLE | ALL_HIDDEN if one in text}


async def populated(store: TableStore, clock: SetClock) -> list[Operation]:
    await populate(store, clock)
    link = integration(QUAY, "quay-link")
    await observe(store, QUAY, [link])
    operations = []
    for owner in (ACME, MERIDIAN, NORTH, QUAY):
        clock.at += timedelta(seconds=1)
        name = min(names_of(owner) - {owner.id, owner.name})
        rows = [cluster(owner, f"{name}-moved", Phase.UPDATING)]
        moved = [transition(rows[0], Phase.READY, Phase.UPDATING, clock.at)]
        await observe(store, owner, rows, transitions=moved, now=clock.at)
        operation = Operation(
            id=new_operation_id(clock.at),
            account_id=owner.id,
            provider=owner.provider,
            kind=RefreshAccount.kind,
            change=RefreshAccount(),
            target=Target(kind=TargetKind.ACCOUNT, key=owner.id),
            target_name=owner.name,
            requested_by=f"somebody who sees {owner.name}",
            requested_at=clock.at,
            deadline=clock.at + timedelta(minutes=5),
            locks=("account REFRESH_ACCOUNT",),
        )
        kept = await store.begin_change(operation, idempotency=None)
        assert isinstance(kept, Operation)
        operations.append(kept)
    clock.at += timedelta(seconds=10)
    return operations


def ids_of(owner: Account, operations: list[Operation]) -> list[str]:
    key = cluster(owner, A_CLUSTER[owner.id]).item.key
    machine = f"{key}/node-0"
    return [
        opaque.write(["Account", owner.id]),
        opaque.write(["Cluster", owner.id, key]),
        opaque.write(["ClusterNode", owner.id, machine]),
        opaque.write(["Integration", owner.id, "aws-prod"]),
        *(opaque.write(["Operation", owner.id, one.id]) for one in operations if one.account_id == owner.id),
    ]


async def every_kind_of_envelope() -> FewEnvelopes:
    """Of every account, of one that is seen, of one that is not, and of both."""
    envelopes = FewEnvelopes()
    for name, owners in {"all": None, "visible": VISIBLE, "hidden": HIDDEN, "both": VISIBLE + HIDDEN}.items():
        account_ids = None if owners is None else frozenset(owner.id for owner in owners)
        money = Money(minor_units=1, currency="USD")
        await envelopes.put(
            Envelope(name=name, money=money, account_ids=account_ids, set_by="admin", set_at=NOON)
        )
    return envelopes


def test_every_field_of_query_is_tried() -> None:
    assert set(DOCUMENTS) == set(SCHEMA.whole()._schema.query_type.fields)  # type: ignore[union-attr]


def test_every_connection_that_a_query_reaches_is_tried() -> None:
    schema = SCHEMA.whole()._schema
    reached, pending = set[str](), ["Query"]
    connections = set[tuple[str, str]]()
    while pending:
        name = pending.pop()
        if name in reached:
            continue
        reached.add(name)
        type_ = schema.type_map[name]
        if not is_composite_type(type_):
            continue
        if not isinstance(type_, GraphQLUnionType):
            for field, definition in type_.fields.items():
                inner = get_named_type(definition.type)
                pending.append(inner.name)
                if inner.name.endswith("Connection") and isinstance(type_, GraphQLObjectType):
                    connections.add((name, field))
        if not isinstance(type_, GraphQLObjectType):
            pending += [one.name for one in schema.get_possible_types(type_)]
    tried = set[tuple[str, str]]()

    class Note(Visitor):
        def enter_field(self, node: FieldNode, *_: object) -> None:
            parent = info.get_parent_type()
            assert parent is not None
            tried.add((parent.name, node.name.value))

    for document in DOCUMENTS.values():
        info = TypeInfo(schema)
        visit(parse(document), TypeInfoVisitor(info, Note()))
    assert connections - tried == set()


async def ask(
    client: Client, field: str, owners: tuple[Account, ...], operations: list[Operation]
) -> list[Any]:
    """The answers about each of the accounts, or the one answer where none is asked for."""
    document = DOCUMENTS[field]
    variables: list[dict[str, Any]] = [{}]
    if "$id:" in document:
        at = 1 if field in ("cluster", "operations") else None
        chosen = [ids_of(owner, operations) for owner in owners]
        variables = [{"id": one} for ids in chosen for one in (ids if at is None else ids[at : at + 1])]
    elif "$ids:" in document:
        variables = [{"ids": [one for owner in owners for one in ids_of(owner, operations)]}]
    elif "$owner:" in document:
        variables = [
            {"owner": opaque.write(["Account", one.id]), "name": A_CLUSTER[one.id]} for one in owners
        ]
    elif "$owners:" in document:
        variables = [{"owners": [opaque.write(["Account", one.id]) for one in owners]}]
    return [await client.send(document, **one) for one in variables]


@pytest.mark.parametrize("field", sorted(DOCUMENTS))
async def test_a_field_tells_of_the_accounts_that_the_key_sees_and_of_no_other(
    field: str, store: TableStore, clock: SetClock
) -> None:
    operations = await populated(store, clock)
    envelopes = await every_kind_of_envelope()
    limited = Client(store, clock, caller=CALLER, envelopes=envelopes)
    everything = Client(store, clock, keys=NoKeys(), webhooks=NoWebhooks(), envelopes=envelopes)
    tells_of_accounts = field not in ("providers", "apiKeys", "auditLog", "webhooks", "rateLimit")
    of_all = await ask(everything, field, VISIBLE + HIDDEN, operations)
    if tells_of_accounts and field not in ("fleet", "viewer"):
        assert names_in(of_all) & ALL_HIDDEN, "this document tells nothing that could be hidden"
    of_visible = await ask(limited, field, VISIBLE, operations)
    of_hidden = await ask(limited, field, HIDDEN, operations)
    assert names_in(of_visible) & ALL_HIDDEN == set()
    assert names_in(of_hidden) & ALL_HIDDEN == set()
    if tells_of_accounts and field != "fleet":
        assert names_in(of_visible)


class NoWebhooks:
    """A service of webhooks, and where none is kept."""

    @property
    def webhooks(self) -> "NoWebhooks":
        return self

    async def page(self, *, after: object, limit: int) -> list[object]:
        return []


class NoKeys:
    async def page(self, *, after: object, limit: int) -> list[object]:
        return []


async def test_counts_and_coverage_are_of_what_the_key_sees(store: TableStore, clock: SetClock) -> None:
    await populate(store, clock)
    document = """{ fleet { clusterCount byProvider { provider { kind } count } coverage { accountCount missingCount } }
        clusters { coverage { accountCount } } }"""
    data = await Client(store, clock, caller=CALLER).query(document)
    assert data["fleet"] == {
        "clusterCount": 4,
        "byProvider": [
            {"provider": {"kind": "KUPE"}, "count": 2},
            {"provider": {"kind": "NORTHFLANK"}, "count": 2},
        ],
        "coverage": {"accountCount": 2, "missingCount": 0},
    }
    assert data["clusters"]["coverage"] == {"accountCount": 2}


@pytest.mark.parametrize("first", [1, 2, 3])
@pytest.mark.parametrize(
    ("listing", "wanted"),
    [
        ("clusters", ["production", "staging", "edge", "lab"]),
        ("accounts", ["acme", "north"]),
        ("integrations", ["aws-prod", "gcp-lab"]),
    ],
)
async def test_pages_of_a_limited_key_hold_everything_it_sees_once(
    listing: str, wanted: list[str], first: int, world: TableStore, clock: SetClock
) -> None:
    names = await walk(Client(world, clock, caller=CALLER), listing, "name", first)
    assert names == wanted


async def walk(client: Client, listing: str, member: str, first: int, arguments: str = "") -> list[str]:
    document = f"""query ($after: String) {{ page: {listing}(first: {first}, after: $after{arguments}) {{
        nodes {{ {member} }} pageInfo {{ hasNextPage endCursor }} }} }}"""
    read: list[str] = []
    after = None
    while True:
        page = (await client.query(document, after=after))["page"]
        read += [node[member] for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            return read
        after = page["pageInfo"]["endCursor"]


@pytest.mark.parametrize("first", [1, 2, 5])
async def test_what_needs_attention_is_found_between_hidden_accounts(
    first: int, store: TableStore, clock: SetClock
) -> None:
    await populate(store, clock)
    for owner in (ACME, MERIDIAN, NORTH, QUAY):
        rows = [cluster(owner, f"{owner.name}-{number}", Phase.DEGRADED) for number in range(3)]
        await observe(store, owner, rows)
    client = Client(store, clock, caller=CALLER)
    names = await walk(client, "clusters", "name", first, ", filter: { needsAttention: true }")
    assert names == ["acme-0", "acme-1", "acme-2", "staging", "north-0", "north-1", "north-2"]


async def test_a_feed_passes_over_any_number_of_hidden_changes(
    store: TableStore, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await populate(store, clock)
    monkeypatch.setattr("infra.store.activity.EXAMINED_ROWS", 3)
    monkeypatch.setattr("infra.store.activity._CHUNK", 2)
    rows = [cluster(MERIDIAN, f"hidden-{number}", Phase.UPDATING) for number in range(12)]
    await observe(
        store, MERIDIAN, rows, transitions=[transition(r, None, Phase.UPDATING, clock.at) for r in rows]
    )
    for number in range(4):
        clock.at += timedelta(seconds=1)
        for owner in (MERIDIAN, NORTH):
            row = cluster(owner, f"{owner.name}-{number}", Phase.UPDATING)
            change = transition(row, None, Phase.UPDATING, clock.at)
            await observe(store, owner, [row], transitions=[change], now=clock.at)
    clock.at += timedelta(seconds=60)
    client = Client(store, clock, caller=CALLER)
    for first in (1, 2, 100):
        assert await walk(client, "statusChanges", "clusterName", first) == [f"north-{n}" for n in range(4)]
    page = f"{{ statusChanges(first: 100) {{ nodes {{ clusterName }} {PAGE} }} }}"
    short = (await client.query(page))["statusChanges"]
    assert short["pageInfo"]["hasNextPage"] is True
    assert MERIDIAN.id not in "".join(strings(short))


async def test_a_cursor_into_what_is_hidden_leads_past_it(world: TableStore, clock: SetClock) -> None:
    everything, limited = Client(world, clock), Client(world, clock, caller=CALLER)
    data = await everything.query("{ clusters(first: 1) { pageInfo { endCursor } } }")
    document = "query ($after: String) { clusters(after: $after) { nodes { name } } }"
    page = await limited.query(document, after=data["clusters"]["pageInfo"]["endCursor"])
    assert [node["name"] for node in page["clusters"]["nodes"]] == ["production", "staging", "edge", "lab"]


async def test_an_error_about_what_is_hidden_is_the_one_about_what_is_not_there(
    world: TableStore, clock: SetClock
) -> None:
    limited = Client(world, clock, caller=CALLER)
    document = "query ($id: ID!) { node(id: $id) { id } }"
    hidden = await limited.send(document, id=opaque.write(["Account", MERIDIAN.id]))
    absent = await limited.send(document, id=opaque.write(["Account", "0" * 16]))
    assert json.dumps(hidden) == json.dumps(absent)


async def test_the_viewer_shows_what_the_key_is_for(world: TableStore, clock: SetClock) -> None:
    document = "{ viewer { name scopes accounts { nodes { name } } } }"
    assert (await Client(world, clock, caller=CALLER).query(document))["viewer"] == {
        "name": "dashboard",
        "scopes": ["READ"],
        "accounts": {"nodes": [{"name": "acme"}, {"name": "north"}]},
    }
    assert (await Client(world, clock).query(document))["viewer"] == {
        "name": "admin",
        "scopes": ["READ", "WRITE", "ADMIN"],
        "accounts": None,
    }


async def test_what_a_process_keeps_for_others_is_not_shown_to_a_limited_key(
    world: TableStore, clock: SetClock
) -> None:
    """Both ask the same process, one after the other and in turn."""
    services = services_over(world, clock)

    def of(caller: Caller) -> Client:
        app = create_app(services, authenticate=letting_in(caller), policy=Policy(), pages=None, health=None)
        client = Client(world, clock)
        client.http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://fleetgraph.test")
        return client

    documents = [
        f"{{ clusters(first: 100) {{ nodes {{ {CLUSTER} }} totalCount {PAGE} }} }}",
        "{ clusters(first: 100, orderBy: [{ field: NAME, direction: DESC }]) { totalCount nodes { name } } }",
        "{ clusterFacets(by: [{ by: ACCOUNT }]) { buckets { value clusterCount } } }",
    ]
    everything, limited, alone = of(ANYBODY), of(CALLER), Client(world, clock, caller=CALLER)
    for document in documents:
        expected = await alone.query(document)
        for _ in range(2):
            assert await everything.query(document) != expected
            assert await limited.query(document) == expected
