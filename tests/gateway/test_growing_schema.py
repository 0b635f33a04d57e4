"""The schema starts small, and a document that needs more has more made. Nobody can tell."""

from collections.abc import Iterator

import pytest
from graphql import (
    GraphQLInterfaceType,
    GraphQLSchema,
    get_introspection_query,
    get_named_type,
    is_abstract_type,
    parse,
    print_type,
    validate,
)

from gateway.execution.documents import DOCUMENTS
from gateway.schema import SCHEMA, Extent, Schema
from infra.store.store import TableStore
from tests.gateway.world import Client

QUERIES = Schema()
DETAILED = Schema().grow(Extent.DETAILS)
WHOLE = Schema().whole()


@pytest.fixture(autouse=True)
def _small() -> Iterator[None]:
    """As where a process starts."""
    DOCUMENTS.forget()
    SCHEMA.extent = Extent.QUERIES
    SCHEMA._make()
    yield
    SCHEMA.whole()
    DOCUMENTS.forget()


def inner(schema: Schema) -> GraphQLSchema:
    return schema._schema


def test_what_a_smaller_schema_has_is_the_same_in_a_larger_one() -> None:
    """So what is valid in it means the same: by types, fields, arguments and defaults."""
    whole = inner(WHOLE).type_map
    for schema in (QUERIES, DETAILED):
        for name, kind in inner(schema).type_map.items():
            assert print_type(kind) == print_type(whole[name]), name
    assert len(inner(QUERIES).type_map) < len(inner(DETAILED).type_map) < len(whole)


def possible(schema: GraphQLSchema, name: str) -> set[str]:
    kind = schema.type_map[name]
    assert is_abstract_type(kind)
    return {one.name for one in schema.get_possible_types(kind)}


def test_only_details_leads_to_types_that_the_queries_lack() -> None:
    small, whole = inner(QUERIES), inner(WHOLE)
    lacking = {
        name
        for name, kind in small.type_map.items()
        if is_abstract_type(kind) and possible(small, name) != possible(whole, name)
    }
    leading = {
        field
        for kind in small.type_map.values()
        for field, one in getattr(kind, "fields", {}).items()
        if get_named_type(one.type).name in lacking
    }
    assert lacking == {"ClusterDetails"}
    assert leading == {"details"}
    assert isinstance(whole.type_map["ClusterDetails"], GraphQLInterfaceType)


def test_with_the_details_nothing_lacks_a_type() -> None:
    detailed, whole = inner(DETAILED), inner(WHOLE)
    for name, kind in detailed.type_map.items():
        if is_abstract_type(kind):
            assert possible(detailed, name) == possible(whole, name)


@pytest.mark.parametrize(
    ("document", "extent"),
    [
        ("{ __typename }", Extent.QUERIES),
        ("{ clusters { nodes { name account { name } } } }", Extent.QUERIES),
        ("{ clusters { nodes { details { __typename } } } }", Extent.DETAILS),
        ("{ clusters { nodes { mine: details { consoleUrl } } } }", Extent.DETAILS),
    ],
)
async def test_a_query_makes_no_more_than_it_needs(client: Client, document: str, extent: Extent) -> None:
    await client.query(document)
    assert SCHEMA.extent is extent


@pytest.mark.parametrize(
    "document",
    [
        "{ __schema { mutationType { name } } }",
        '{ __type (name: "CreateClusterInput") { name } }',
        'mutation { cancelOperation(id: "x") { userErrors { message } } }',
        "{ viewer { name } ... on Mutation { __typename } }",
        "query Q($input: CreateClusterInput) { __typename }",
        "{ clusterz { name } }",
    ],
)
async def test_the_first_answer_is_as_the_whole_schema_gives_it(client: Client, document: str) -> None:
    first = await client.send(document)
    assert SCHEMA.extent is Extent.WHOLE
    again = await client.send(document)
    assert first.get("data") == again.get("data")
    assert first.get("errors") == again.get("errors")


async def test_details_have_their_type_at_once(client: Client, world: TableStore) -> None:
    document = "{ clusters { nodes { name details { __typename consoleUrl } } } }"
    first = await client.query(document)
    details = [one["details"] for one in first["clusters"]["nodes"] if one["details"] is not None]
    assert len({one["__typename"] for one in details}) > 1
    SCHEMA.whole()
    DOCUMENTS.forget()
    assert first == await client.query(document)


async def test_what_explores_the_schema_first_sees_all_of_it(client: Client) -> None:
    data = await client.query(get_introspection_query())
    assert {one["name"] for one in data["__schema"]["types"]} == inner(WHOLE).type_map.keys()


def test_a_mistake_is_told_as_the_whole_schema_tells_it() -> None:
    """A suggestion may name what only the rest has: that is why a mistake is looked at again."""
    wrong = parse("query Q($input: CreateClusterInputs) { __typename }")
    assert [one.message for one in validate(inner(QUERIES), wrong)] != [
        one.message for one in validate(inner(WHOLE), wrong)
    ]
