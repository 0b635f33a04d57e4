"""The query cost: the most that a query can cost, in credits, computed from the document and its variables alone; and
what it did cost, by the same rule with the number of items in its answer.

It follows what is read. An object that is read costs a credit: each row of a page or list, each object with an id, each
field at the first level. Ten fields come with it, its own and those of the values in it; every ten more cost another
credit, so that a wide selection is not free. A page costs what its rows cost, and at least what a read costs. A filter,
an order, a search and a count cost more, because they examine many rows; for a filter, what a page did not examine is
given back. A fragment counts wherever it is spread. A field that a directive skips counts too.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

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
    is_union_type,
    value_from_ast_untyped,
)

from fleet.reading.pages import EXAMINED_ROWS
from gateway.relay.connections import MOST_ITEMS

A_ROW = 1
FIELDS_OF_A_ROW = 10
"""The fields that come with a row, and that each further credit is for. The dearest query that is taken, 20,000
rows of ten fields, takes some 0.2 s of CPU by a plan, and 1.7 s without one.
"""
A_LISTING = 10
"""The least cost of a page, because it is a read of its own."""
A_FILTER = 200
"""Of examining as many rows as a page may."""
A_CHANGE = 100
AN_INTROSPECTION = 1000
"""The cost of introspection, in credits. It has one size, because graphql-core limits how often it recurses."""
ITEMS_OF_A_LIST = 10
"""The assumed length of lists without pages, which are short."""


LARGEST_INT = 2**31 - 1


class Selected(NamedTuple):
    """What is selected of an object. `credits` and `fields` are of what does not depend on how long lists are: the
    rows in it, and its own fields with those of the values in it. `parts` has what does.
    """

    credits: int = 0
    fields: int = 0
    parts: "tuple[Part, ...]" = ()

    def beside(self, other: "Selected") -> "Selected":
        return Selected(self.credits + other.credits, self.fields + other.fields, self.parts + other.parts)

    def cost(self) -> "Cost":
        """The most that it can cost."""
        credits, fields = self.credits, self.fields
        for part in self.parts:
            cost = part.cost()
            credits += cost.credits
            fields += cost.fields
        return Cost(credits, fields)

    def cost_of(self, answer: Mapping[str, Any]) -> tuple[int, int]:
        """What it cost for as many items as the answer has, in credits, and the fields. Items in which nothing can
        differ are only counted: it takes 0.1 ms for a page of 100 clusters with ten nodes of each.
        """
        credits, fields, parts = self
        for key, below, each, _, is_list, is_row, least in parts:
            found = answer.get(key)
            items = () if found is None else found if is_list else (found,)
            if below.parts:
                of_part, of_fields = 0, 0
                for item in items:
                    if item is not None:
                        one, inner = below.cost_of(item)
                        of_part += one
                        if is_row:
                            of_part += A_ROW + _further(inner)
                        else:
                            of_fields += inner
            else:
                of_part, of_fields = each.credits * len(items), each.fields * len(items)
            if least is None:
                credits, fields = credits + of_part, fields + of_fields
            else:
                credits += max(least, of_part) + _further(of_fields)
        return credits, fields


class Cost(NamedTuple):
    """`fields` are not in `credits` yet: they come with the row around them."""

    credits: int
    fields: int

    def of_row(self) -> "Cost":
        return Cost(self.credits + A_ROW + _further(self.fields), 0)


class Part(NamedTuple):
    """A list, or an object with lists in it: so many `items` at most, `each` of which costs so much at most. `key` is
    its name in the answer. `least`, in credits, is of what is read at once; null of what comes with the row around it.
    """

    key: str
    below: Selected
    each: Cost
    items: int
    is_list: bool
    is_row: bool
    least: int | None

    def cost(self) -> Cost:
        whole = Cost(self.each.credits * self.items, self.each.fields * self.items)
        if self.least is None:
            return whole
        return Cost(max(self.least, whole.credits) + _further(whole.fields), 0)


def unexamined(rows: int) -> int:
    """The credits of a filter that examined so few rows, which are given back."""
    return A_FILTER - min(A_FILTER, -(-A_FILTER * rows // EXAMINED_ROWS))


def _further(fields: int) -> int:
    """The credits for fields beyond those that come with a row."""
    return max(0, (fields - 1) // FIELDS_OF_A_ROW)


def cost_of(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation_name: str | None,
    variables: Mapping[str, Any] | None,
) -> int:
    """The cost of a valid document. An invalid argument is counted as it was given."""
    return selected_in(schema, document, operation_name, variables).cost().credits


def selected_in(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation_name: str | None,
    variables: Mapping[str, Any] | None,
) -> Selected:
    operation = get_operation_ast(document, operation_name)
    if operation is None:
        return Selected()
    is_change = operation.operation is OperationType.MUTATION
    root = schema.mutation_type if is_change else schema.query_type
    assert root is not None
    fragments = {
        one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)
    }
    given = {**_defaults(operation), **(variables or {})}
    return _Costing(schema, fragments, given, root).selections(operation.selection_set, root)


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
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._variables = variables
        self._root = root
        self._known: dict[tuple[str, int], Selected] = {}

    def selections(self, selected: SelectionSetNode, of: GraphQLNamedType, first: int = 0) -> Selected:
        """`first` is the size of a page, where `of` is a connection."""
        credits, fields, parts = 0, 0, list[Part]()
        for node in selected.selections:
            one = self._selection(node, of, first)
            credits += one.credits
            fields += one.fields
            parts += one.parts
        return Selected(credits, fields, tuple(parts))

    def _selection(self, node: SelectionNode, of: GraphQLNamedType, first: int) -> Selected:
        if isinstance(node, FieldNode):
            return self._field(node, of, first)
        if isinstance(node, InlineFragmentNode):
            condition = node.type_condition
            inner = of if condition is None else self._type(condition.name.value)
            return self.selections(node.selection_set, inner, first)
        assert isinstance(node, FragmentSpreadNode)
        key = node.name.value, first
        if key not in self._known:
            fragment = self._fragments[node.name.value]
            inner = self._type(fragment.type_condition.name.value)
            self._known[key] = self.selections(fragment.selection_set, inner, first)
        return self._known[key]

    def _field(self, node: FieldNode, of: GraphQLNamedType, page: int) -> Selected:
        """The fields that are multiplied by the page size: `nodes` and `edges`. Both count if both are selected."""
        name = node.name.value
        if name in ("__schema", "__type"):
            return Selected(AN_INTROSPECTION)
        if name == "__typename":
            return Selected()
        field: GraphQLField = of.fields[name]  # type: ignore[attr-defined]
        inner = get_named_type(field.type)
        is_list = is_list_type(get_nullable_type(field.type))
        arguments = {one.name.value: self._value(one.value) for one in node.arguments or ()}
        first = self._first(field, arguments) if "first" in field.args else 0
        below = (
            Selected() if node.selection_set is None else self.selections(node.selection_set, inner, first)
        )
        own = Selected(self._surcharge(name, field, arguments), 1)
        key = name if node.alias is None else node.alias.value
        if of.name.endswith("Connection") and name in ("nodes", "edges"):
            return own.beside(_part(key, below, page, is_list, is_row=True, least=None))
        if "first" in field.args:
            items = first if is_list else 1
            return own.beside(_part(key, below, items, is_list, is_row=is_list, least=A_LISTING))
        items = 1
        if is_list:
            ids = arguments.get("ids")
            items = len(ids) if isinstance(ids, list) else ITEMS_OF_A_LIST
        if of is not self._root:
            is_row = _is_node(inner) and not of.name.endswith("Edge")
            return own.beside(_part(key, below, items, is_list, is_row, least=None))
        if of is self._schema.mutation_type:
            return Selected(A_CHANGE).beside(_part(key, below, items, is_list, is_row=False, least=0))
        return own.beside(_part(key, below, items, is_list, is_row=_is_node(inner), least=A_ROW))

    def _surcharge(self, name: str, field: GraphQLField, arguments: Mapping[str, Any]) -> int:
        """In credits, for each way in which many rows are examined."""
        if "first" not in field.args:
            return A_FILTER if name == "totalCount" or "search" in field.args else 0
        is_searched = bool(arguments.get("orderBy")) or arguments.get("search") is not None
        return A_FILTER * ((arguments.get("filter") is not None) + is_searched)

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


def _is_node(of: GraphQLNamedType) -> bool:
    """Whether it is an object of its own, which is read, and no value in another. Unions are of such objects."""
    return is_union_type(of) or any(one.name == "Node" for one in (of, *getattr(of, "interfaces", ())))


def _part(key: str, below: Selected, items: int, is_list: bool, is_row: bool, least: int | None) -> Selected:
    """What does not depend on an answer is counted at once."""
    each = below.cost().of_row() if is_row else below.cost()
    part = Part(key, below, each, items, is_list, is_row, least)
    is_fixed = not below.parts and (not is_list or each == Cost(0, 0))
    return Selected(*part.cost()) if is_fixed else Selected(parts=(part,))
