"""Every document of the command, and every word that it knows, against the exported contract."""

from pathlib import Path
from types import ModuleType
from typing import cast

import pytest
from graphql import (
    DocumentNode,
    GraphQLEnumType,
    GraphQLSchema,
    OperationDefinitionNode,
    build_schema,
    parse,
    validate,
)

from cli.arguments import PHASES, PROVIDERS
from cli.documents import read
from cli.screen import COLOURS

SCHEMA = build_schema((Path(__file__).parents[2] / "graphql" / "schema.graphql").read_text("utf-8"))


def documents(module: ModuleType) -> dict[str, DocumentNode]:
    """Those with an operation; the others are fragments, which are part of them."""
    parsed = {name: parse(text) for name, text in vars(module).items() if name.isupper()}
    return {
        name: document
        for name, document in parsed.items()
        if any(isinstance(definition, OperationDefinitionNode) for definition in document.definitions)
    }


def members(schema: GraphQLSchema, name: str) -> set[str]:
    return set(cast("GraphQLEnumType", schema.type_map[name]).values)


@pytest.mark.parametrize("name", documents(read))
def test_what_is_asked_is_part_of_the_contract(name: str) -> None:
    assert validate(SCHEMA, documents(read)[name]) == []


def test_every_phase_is_known() -> None:
    assert set(PHASES) == members(SCHEMA, "ClusterPhase")
    assert COLOURS.keys() & set(PHASES)


def test_every_provider_is_known() -> None:
    assert set(PROVIDERS) == members(SCHEMA, "ProviderKind")
