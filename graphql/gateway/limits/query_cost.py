"""The query cost: the most that a query can cost, in credits, computed from the document and its variables alone.

A field costs a credit for each time that it may be answered: it is multiplied by the page sizes and lists around it. A
listing costs more, because it is a read of its own, and so do a filter, an order, a search and a count, because they
examine many rows. A fragment counts wherever it is spread. A field that a directive skips counts too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    get_operation_ast,
    is_list_type,
    value_from_ast_untyped,
)

from gateway.relay.connections import MOST_ITEMS

A_FIELD = 1
A_LISTING = 10
A_FILTER = 200
A_CHANGE = 100
AN_INTROSPECTION = 1000
"""The cost of introspection, in credits. It has one size, because graphql-core limits how often it recurses."""
ITEMS_OF_A_LIST = 10
"""The assumed length of lists without pages, which are short."""


LARGEST_INT = 2**31 - 1


@dataclass(frozen=True, kw_only=True)
class Cost:
    """The cost of a field, in credits. `each_item` is the cost of each item of a page."""

    once: int = 0
    each_item: int = 0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(once=self.once + other.once, each_item=self.each_item + other.each_item)

    def for_items(self, items: int) -> int:
        return self.once + self.each_item * items


def cost_of(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation_name: str | None,
    variables: Mapping[str, Any] | None,
) -> int:
    """The cost of a valid document. An invalid argument is counted as it was given."""
    operation = get_operation_ast(document, operation_name)
    if operation is None:
        return 0
    is_change = operation.operation is OperationType.MUTATION
    root = schema.mutation_type if is_change else schema.query_type
    assert root is not None
    fragments = {
        one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)
    }
    given = {**_defaults(operation), **(variables or {})}
    costed = _Costing(schema, fragments, given, root, A_CHANGE if is_change else A_FIELD)
    return costed.selections(operation.selection_set, root).once


def _defaults(operation: OperationDefinitionNode) -> dict[str, Any]:
    return {
        one.variable.name.value: value_from_ast_untyped(one.default_value)
        for one in operation.variable_definitions or ()
        if one.default_value is not None
    }


class _Costing:
    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: Mapping[str, Any],
        root: GraphQLNamedType,
        root_field: int,
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._variables = variables
        self._root = root
        self._root_field = root_field
        self._known: dict[str, Cost] = {}

    def selections(self, selected: SelectionSetNode, of: GraphQLNamedType) -> Cost:
        whole = Cost()
        for node in selected.selections:
            whole += self._selection(node, of)
        return whole

    def _selection(self, node: SelectionNode, of: GraphQLNamedType) -> Cost:
        if isinstance(node, FieldNode):
            return self._field(node, of)
        if isinstance(node, InlineFragmentNode):
            condition = node.type_condition
            return self.selections(
                node.selection_set, of if condition is None else self._type(condition.name.value)
            )
        assert isinstance(node, FragmentSpreadNode)
        name = node.name.value
        if name not in self._known:
            fragment = self._fragments[name]
            self._known[name] = self.selections(
                fragment.selection_set, self._type(fragment.type_condition.name.value)
            )
        return self._known[name]

    def _field(self, node: FieldNode, of: GraphQLNamedType) -> Cost:
        """The fields that are multiplied by the page size: `nodes` and `edges`. Both count if both are selected."""
        name = node.name.value
        if name in ("__schema", "__type"):
            return Cost(once=AN_INTROSPECTION)
        if name == "__typename":
            return Cost()
        field: GraphQLField = of.fields[name]  # type: ignore[attr-defined]
        inner = get_named_type(field.type)
        below = Cost() if node.selection_set is None else self.selections(node.selection_set, inner)
        own = self._root_field if of is self._root else A_FIELD
        arguments = {one.name.value: self._value(one.value) for one in node.arguments or ()}
        if "first" in field.args:
            own += A_LISTING + (A_FILTER if arguments.get("filter") is not None else 0)
            own += A_FILTER if arguments.get("orderBy") or arguments.get("search") is not None else 0
            first = self._first(field, arguments)
            if is_list_type(get_nullable_type(field.type)):
                return Cost(once=own + below.once * first)
            return Cost(once=own + below.for_items(first))
        if of.name.endswith("Connection") and name in ("nodes", "edges"):
            return Cost(each_item=own + below.once)
        if name == "totalCount" or "search" in field.args:
            own += A_FILTER
        if is_list_type(get_nullable_type(field.type)):
            ids = arguments.get("ids")
            items = len(ids) if isinstance(ids, list) else ITEMS_OF_A_LIST
            return Cost(once=own + below.once * items)
        return Cost(once=own + below.once)

    def _first(self, field: GraphQLField, arguments: Mapping[str, Any]) -> int:
        """A number outside GraphQL's Int counts as the largest Int. Execution refuses it."""
        first = arguments.get("first")
        if first is None:
            first = field.args["first"].default_value
        return min(max(0, first), LARGEST_INT) if isinstance(first, int) else MOST_ITEMS

    def _value(self, node: ValueNode) -> Any:
        """Null for a variable that is left out."""
        if isinstance(node, VariableNode):
            return self._variables.get(node.name.value)
        return value_from_ast_untyped(node, dict(self._variables))

    def _type(self, name: str) -> GraphQLNamedType:
        return self._schema.type_map[name]
