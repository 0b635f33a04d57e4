"""Every document of the command, and every word that it knows, against the exported contract."""

from types import ModuleType
from typing import cast

import pytest
from graphql import (
    DocumentNode,
    GraphQLEnumType,
    GraphQLSchema,
    OperationDefinitionNode,
    parse,
    validate,
)

from cli.arguments import PHASES, PROVIDERS
from cli.changes import OUTCOMES
from cli.commands.keys import SCOPES
from cli.documents import change, keys, read
from cli.screen import COLOURS
from cli.specs import SPECS
from cli.specs.qovery import MODES
from tests.cli.contract import CONTRACT


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
    assert validate(CONTRACT, documents(read)[name]) == []


@pytest.mark.parametrize("name", documents(change))
def test_what_is_changed_is_part_of_the_contract(name: str) -> None:
    assert validate(CONTRACT, documents(change)[name]) == []


@pytest.mark.parametrize("name", documents(keys))
def test_what_is_said_of_keys_is_part_of_the_contract(name: str) -> None:
    assert validate(CONTRACT, documents(keys)[name]) == []


def test_every_scope_is_known() -> None:
    assert set(SCOPES) == members(CONTRACT, "Scope")


def test_every_phase_is_known() -> None:
    assert set(PHASES) == members(CONTRACT, "ClusterPhase")


def test_every_provider_is_known() -> None:
    assert set(PROVIDERS) == members(CONTRACT, "ProviderKind")
    assert {provider.upper() for provider in SPECS} == set(PROVIDERS)


def test_every_state_of_an_operation_is_known() -> None:
    assert OUTCOMES.keys() == members(CONTRACT, "OperationState")
    assert set(MODES) == members(CONTRACT, "QoveryKubernetesMode")


def test_colours_are_those_of_phases_and_states() -> None:
    states = members(CONTRACT, "OperationState") | members(CONTRACT, "FreshnessState")
    states |= {"ACTIVE", "EXPIRED", "REVOKED"}  # of keys, which the command itself tells
    assert COLOURS.keys() <= members(CONTRACT, "ClusterPhase") | states
