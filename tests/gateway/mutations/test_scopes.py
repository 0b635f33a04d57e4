"""What a key may not change, it is told; and keys themselves are made and revoked by those who may."""

from datetime import timedelta

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLType,
    is_required_argument,
    is_required_input_field,
)

from fleet.access.authentication import NotAuthenticated, Reason, authenticate_key
from fleet.access.key_token import is_well_formed
from fleet.model import opaque
from fleet.model.caller import Caller, Scope
from gateway.schema import SCHEMA
from infra.store.api_keys import TableKeys
from infra.store.store import TableStore
from infra.store.table import Table
from tests.gateway.fleet import ACME, MERIDIAN, populate
from tests.gateway.world import Client, SetClock

NEEDS_ADMIN = {
    "connectAccount",
    "replaceAccountToken",
    "disconnectAccount",
    "createApiKey",
    "revokeApiKey",
    "createWebhook",
    "updateWebhook",
    "testWebhook",
    "deleteWebhook",
    "replayWebhook",
}
MUTATIONS = SCHEMA.whole()._schema.mutation_type.fields  # type: ignore[union-attr]


def holder_of(*scopes: Scope) -> Caller:
    return Caller(id="key k1", name="ci", scopes=frozenset(scopes))


def has_one_member(type_: GraphQLInputObjectType) -> bool:
    """@oneOf, as Strawberry keeps it."""
    return type_.is_one_of or bool(type_.extensions["strawberry-definition"].is_one_of)


def literal(type_: GraphQLType) -> str:
    """Something that the type takes."""
    match type_:
        case GraphQLNonNull(of_type=inner):
            return literal(inner)
        case GraphQLList(of_type=inner):
            return f"[{literal(inner)}]"
        case GraphQLEnumType():
            return str(next(iter(type_.values)))
        case GraphQLInputObjectType():
            fields = type_.fields.items()
            wanted = (
                list(fields)[:1]
                if has_one_member(type_)
                else [f for f in fields if is_required_input_field(f[1])]
            )
            return "{" + " ".join(f"{name}: {literal(field.type)}" for name, field in wanted) + "}"
        case _:
            return {"Int": "1", "Boolean": "true", "BigInt": '"1"', "CurrencyCode": '"USD"'}.get(
                str(type_), '"x"'
            )


def document(name: str) -> str:
    required = [(n, a) for n, a in MUTATIONS[name].args.items() if is_required_argument(a)]
    arguments = " ".join(f"{argument}: {literal(given.type)}" for argument, given in required)
    refused = "userErrors { __typename message path ... on ForbiddenError { requiredScope } }"
    return f"mutation {{ {name}({arguments}) {{ {refused} }} }}"


async def refusals(client: Client, name: str) -> list[dict[str, object]]:
    data = await client.query(document(name))
    refused: list[dict[str, object]] = data[name]["userErrors"]
    return refused


@pytest.mark.parametrize("name", MUTATIONS)
async def test_a_read_key_changes_nothing(name: str, store: TableStore, clock: SetClock) -> None:
    (refused,) = await refusals(Client(store, clock, caller=holder_of(Scope.READ)), name)
    required = "ADMIN" if name in NEEDS_ADMIN else "WRITE"
    assert refused == {
        "__typename": "ForbiddenError",
        "message": f"This needs the scope {required}, which your key does not have.",
        "path": [],
        "requiredScope": required,
    }


@pytest.mark.parametrize("name", sorted(NEEDS_ADMIN))
async def test_accounts_and_keys_need_more_than_a_write_key(
    name: str, store: TableStore, clock: SetClock
) -> None:
    (refused,) = await refusals(Client(store, clock, caller=holder_of(Scope.WRITE)), name)
    assert refused["requiredScope"] == "ADMIN"


# ------------------------------------------------------------------------------------------------------ keys as things

CREATE = """mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) {
    apiKey { id name hint scopes accountIds createdAt expiresAt lastUsedAt revokedAt } token
    userErrors { __typename message path } } }"""
REVOKE = """mutation ($id: ID!) { revokeApiKey(id: $id) {
    apiKey { name revokedAt } userErrors { __typename message path } } }"""
LIST = "{ apiKeys { nodes { id name hint scopes accountIds revokedAt } } }"


@pytest.fixture
def keys(store: TableStore, clock: SetClock) -> TableKeys:
    table: Table = store._table
    return TableKeys(table, clock)


@pytest.fixture
def admin(store: TableStore, keys: TableKeys, clock: SetClock) -> Client:
    return Client(store, clock, keys=keys)


async def test_a_key_is_shown_once_and_opens_what_it_was_made_for(
    admin: Client, store: TableStore, keys: TableKeys, clock: SetClock
) -> None:
    await populate(store, clock)
    account_id = opaque.write(["Account", ACME.id])
    made = (await admin.query(CREATE, input={"name": "ci", "scopes": ["WRITE"], "accountIds": [account_id]}))[
        "createApiKey"
    ]
    assert made["userErrors"] == []
    token = made["token"]
    assert is_well_formed(token)
    assert made["apiKey"] | {"id": None} == {
        "id": None,
        "name": "ci",
        "hint": token[-4:],
        "scopes": ["READ", "WRITE"],
        "accountIds": [account_id],
        "createdAt": "2026-04-06T12:00:10Z",
        "expiresAt": None,
        "lastUsedAt": None,
        "revokedAt": None,
    }
    listed = await admin.query(LIST)
    assert token not in str(listed)
    (known,) = listed["apiKeys"]["nodes"]
    assert known["id"] == made["apiKey"]["id"]
    caller = await authenticate_key(keys, clock, token)
    assert (caller.name, caller.scopes) == ("ci", frozenset({Scope.READ, Scope.WRITE}))
    assert caller.account_ids == frozenset({ACME.id})
    node = await admin.query(
        "query ($id: ID!) { node(id: $id) { ... on ApiKey { lastUsedAt } } }", id=known["id"]
    )
    assert node["node"]["lastUsedAt"] == "2026-04-06T12:00:10Z"


async def test_a_revoked_key_opens_nothing_and_is_still_listed(
    admin: Client, keys: TableKeys, clock: SetClock
) -> None:
    made = (await admin.query(CREATE, input={"name": "ci", "scopes": ["READ"]}))["createApiKey"]
    await authenticate_key(keys, clock, made["token"])
    revoked = (await admin.query(REVOKE, id=made["apiKey"]["id"]))["revokeApiKey"]
    assert revoked == {"apiKey": {"name": "ci", "revokedAt": "2026-04-06T12:00:00Z"}, "userErrors": []}
    with pytest.raises(NotAuthenticated) as refused:
        await authenticate_key(keys, clock, made["token"])
    assert refused.value.reason is Reason.REVOKED
    (listed,) = (await admin.query(LIST))["apiKeys"]["nodes"]
    assert listed["revokedAt"] == "2026-04-06T12:00:00Z"


@pytest.mark.parametrize(
    "key_id", ["nonsense", opaque.write(["ApiKey", "0" * 20]), opaque.write(["Account", ACME.id])]
)
async def test_revoking_what_is_no_key_is_said_so(key_id: str, admin: Client) -> None:
    answer = (await admin.query(REVOKE, id=key_id))["revokeApiKey"]
    assert answer["apiKey"] is None
    assert [(one["__typename"], one["path"]) for one in answer["userErrors"]] == [("NotFoundError", ["id"])]


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"name": " "}, ["input", "name"]),
        ({"name": "x" * 101}, ["input", "name"]),
        ({"scopes": []}, ["input", "scopes"]),
        ({"expiresAt": "2026-04-06T12:00:00Z"}, ["input", "expiresAt"]),
        ({"accountIds": []}, ["input", "accountIds"]),
        ({"accountIds": ["nonsense"]}, ["input", "accountIds"]),
        ({"accountIds": [opaque.write(["Account", MERIDIAN.id])]}, ["input", "accountIds"]),
        ({"scopes": ["ADMIN"], "accountIds": [opaque.write(["Account", ACME.id])]}, ["input", "accountIds"]),
    ],
)
async def test_a_key_that_cannot_be_meant_is_not_made(
    given: dict[str, object], path: list[str], admin: Client, keys: TableKeys
) -> None:
    made = (await admin.query(CREATE, input={"name": "ci", "scopes": ["READ"]} | given))["createApiKey"]
    assert (made["apiKey"], made["token"]) == (None, None)
    assert [(one["__typename"], one["path"]) for one in made["userErrors"]] == [("InvalidInputError", path)]
    assert await keys.page(after=None, limit=10) == []


async def test_a_key_may_end_by_itself(admin: Client, keys: TableKeys, clock: SetClock) -> None:
    given = {"name": "ci", "scopes": ["READ"], "expiresAt": "2026-04-06T12:01:00Z"}
    token = (await admin.query(CREATE, input=given))["createApiKey"]["token"]
    await authenticate_key(keys, clock, token)
    clock.at += timedelta(minutes=1)
    with pytest.raises(NotAuthenticated) as refused:
        await authenticate_key(keys, clock, token)
    assert refused.value.reason is Reason.EXPIRED


async def test_keys_are_listed_for_admins_only_and_the_neighbours_of_the_refusal_stay(
    admin: Client, store: TableStore, keys: TableKeys, clock: SetClock
) -> None:
    made = (await admin.query(CREATE, input={"name": "ci", "scopes": ["READ"]}))["createApiKey"]
    client = Client(store, clock, keys=keys, caller=holder_of(Scope.WRITE))
    answer = await client.send("{ apiKeys { nodes { name } } fleet { clusterCount } }")
    assert answer["data"] == {"apiKeys": None, "fleet": {"clusterCount": 0}}
    (error,) = answer["errors"]
    assert error["extensions"] == {"code": "FORBIDDEN"}
    node = await client.query("query ($id: ID!) { node(id: $id) { id } }", id=made["apiKey"]["id"])
    assert node == {"node": None}
