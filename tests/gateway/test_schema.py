"""The contract is what is committed, and it knows every provider that the domain knows."""

from pathlib import Path

from graphql import GraphQLEnumType, GraphQLObjectType, build_client_schema, get_introspection_query

from fleet.providers import PROVIDERS
from gateway.export import export
from gateway.providers import TYPES
from gateway.schema import SCHEMA
from tests.gateway.world import Client

CONTRACT = Path(__file__).parents[2] / "graphql" / "schema.graphql"


def test_the_committed_contract_is_what_the_code_serves() -> None:
    assert CONTRACT.read_text(encoding="utf-8") == export(), "run `make schema`"


async def test_a_tool_can_ask_for_the_whole_contract(client: Client) -> None:
    data = await client.query(get_introspection_query())
    assert build_client_schema(data).type_map.keys() == SCHEMA.whole()._schema.type_map.keys()  # type: ignore[arg-type]


def test_every_provider_has_a_kind_and_a_type_of_its_own_for_details() -> None:
    kind = SCHEMA.whole()._schema.type_map["ProviderKind"]
    assert isinstance(kind, GraphQLEnumType)
    assert {value.value for value in kind.values.values()} == set(PROVIDERS)
    served = [
        type_.__name__
        for provider in PROVIDERS.values()
        for type_ in (types.details for types in TYPES.values())
        if type_.is_type_of(provider.details.model_construct(), None)  # type: ignore[attr-defined]
    ]
    assert len(set(served)) == len(PROVIDERS)


def test_every_field_of_a_details_type_is_a_member_of_its_record() -> None:
    records = {record.__name__: record for record in (provider.details for provider in PROVIDERS.values())}
    for name, record in records.items():
        type_ = SCHEMA.whole()._schema.type_map[name.replace("Details", "ClusterDetails")]
        assert isinstance(type_, GraphQLObjectType)
        camel = {
            "".join([first, *map(str.title, rest)])
            for first, *rest in (n.split("_") for n in record.model_fields)
        }
        assert set(type_.fields) == camel
