"""Every document of the command, and every word that it knows, against the exported contract."""

from types import ModuleType
from typing import cast

import pytest
from graphql import (
    DocumentNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    get_named_type,
    is_leaf_type,
    is_required_input_field,
    parse,
    validate,
)

from cli.changes import OUTCOMES
from cli.commands.activity import KINDS as EVENTS
from cli.commands.clusters.listing import SEVERITY
from cli.commands.clusters.orders import FIELDS as ORDERS
from cli.commands.keys import SCOPES
from cli.commands.operations import FIELDS as OPERATION_ORDERS
from cli.commands.webhooks.changing import FORMS
from cli.commands.webhooks.choosing import SEVERITIES
from cli.credentials import KINDS
from cli.documents import change, envelopes, keys, webhooks
from cli.documents.manifest import MODULES
from cli.errors import CODES, TYPES
from cli.goals import FIELDS
from cli.kinds import CLOUDS, PHASES, STATES, VERBS
from cli.screen import STYLES
from cli.specs import PROVIDERS
from cli.specs.qovery import MODES
from gateway.http.codes import Code
from gateway.limits.bounds import MOST_COST
from gateway.limits.query_cost import cost_of
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


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_document_is_part_of_the_contract(module: ModuleType) -> None:
    for name, document in documents(module).items():
        assert validate(CONTRACT, document) == [], name


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_document_is_taken_at_its_largest(module: ModuleType) -> None:
    """A field too many in a list of a hundred makes the whole command useless."""
    most = {"first": 100, "ids": ["one"] * 100, "filter": {}, "orderBy": [{}], "periods": 2, "lines": 5}
    for name, document in documents(module).items():
        assert 0 < cost_of(CONTRACT, document, None, most) <= MOST_COST, name


def test_every_change_that_can_be_asked_for_has_a_command() -> None:
    """A change that the API gets and the command does not is found here."""
    asked = {
        selection.name.value  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
        for module in (change, keys, envelopes, webhooks)
        for document in documents(module).values()
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode) and definition.operation.value == "mutation"
        for selection in definition.selection_set.selections
    }
    assert CONTRACT.mutation_type is not None
    assert asked == CONTRACT.mutation_type.fields.keys()


def test_every_scope_is_known() -> None:
    assert set(SCOPES) == members(CONTRACT, "Scope")


def test_every_phase_is_known() -> None:
    assert set(PHASES) == members(CONTRACT, "ClusterPhase") == set(SEVERITY)


def test_every_order_is_known() -> None:
    assert set(ORDERS.values()) == members(CONTRACT, "ClusterOrderField")
    assert set(OPERATION_ORDERS.values()) == members(CONTRACT, "OperationOrderField")


def test_every_severity_and_every_form_of_a_webhook_is_known() -> None:
    assert set(SEVERITIES) == members(CONTRACT, "Severity")
    assert {*FORMS, "UNKNOWN"} == members(CONTRACT, "WebhookForm")


def test_every_kind_of_event_is_known() -> None:
    assert {*EVENTS, "UNKNOWN"} == members(CONTRACT, "EventKind")


def test_every_cloud_is_known() -> None:
    assert {*CLOUDS, "UNKNOWN"} == members(CONTRACT, "Cloud")


def test_every_provider_is_known() -> None:
    assert set(PROVIDERS) == members(CONTRACT, "ProviderKind")


def test_every_state_of_an_operation_is_known() -> None:
    assert {*VERBS, "UNKNOWN"} == members(CONTRACT, "OperationKind")
    assert OUTCOMES.keys() == members(CONTRACT, "OperationState") == set(STATES)
    assert set(MODES) == members(CONTRACT, "QoveryKubernetesMode")


def test_styles_are_those_of_phases_and_states() -> None:
    states = members(CONTRACT, "OperationState") | members(CONTRACT, "FreshnessState")
    states |= members(CONTRACT, "ClusterNodePhase")
    states |= {"ACTIVE", "EXPIRED", "REVOKED", "yes", "no"}  # which the command itself says
    assert STYLES.keys() <= members(CONTRACT, "ClusterPhase") | states


def test_every_error_has_a_status() -> None:
    interface = CONTRACT.type_map["UserError"]
    assert isinstance(interface, GraphQLInterfaceType)
    union = {kind.name for kind in CONTRACT.get_possible_types(interface)}
    assert union == TYPES.keys() | {"UnsupportedError"}
    assert CODES.keys() <= {code.value for code in Code}


@pytest.mark.parametrize("path", FIELDS)
def test_every_field_that_can_be_waited_for_is_part_of_the_contract(path: str) -> None:
    kind = cast("GraphQLObjectType", CONTRACT.type_map["Cluster"])
    *above, last = path.split(".")
    for name in above:
        kind = cast("GraphQLObjectType", get_named_type(kind.fields[name].type))
    leaf = get_named_type(kind.fields[last].type)
    assert is_leaf_type(leaf) or leaf.name == "Label"


def test_credentials_are_those_of_the_contract() -> None:
    kinds = cast("GraphQLInputObjectType", CONTRACT.type_map["CloudCredentialsInput"]).fields
    ours = {
        kind.replace("-k", "K").replace("-r", "R").replace("-p", "P"): names for kind, names in KINDS.items()
    }
    assert ours.keys() == kinds.keys()
    for kind, names in ours.items():
        fields = cast("GraphQLInputObjectType", get_named_type(kinds[kind].type)).fields
        theirs = {
            name
            + ("!" if get_named_type(field.type).name == "Secret" else "")
            + ("*" if is_required_input_field(field) else "")
            for name, field in fields.items()
        }
        assert theirs - {"isOnPremises"} == set(names), kind
