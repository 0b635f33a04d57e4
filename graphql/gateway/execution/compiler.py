"""Selections of a document, compiled to functions."""

from collections.abc import Callable, Mapping, Sequence
from inspect import iscoroutinefunction
from typing import Any, NamedTuple

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLAbstractType,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    is_abstract_type,
    is_leaf_type,
    value_from_ast_untyped,
)
from graphql.execution.values import get_argument_values
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField

from gateway.execution.completion import (
    Attribute,
    Nulls,
    Resolve,
    Resolved,
    leaf_of,
    list_of,
    nullable,
    object_of,
    same_again,
)
from gateway.execution.plan import Complete, Plan, Run, Unusual
from gateway.types.records import shown

_TO_STRAWBERRY = GraphQLCoreConverter.DEFINITION_BACKREF


class Compiled(NamedTuple):
    """`is_lasting`: of the same value, which never changes, the JSON is the same in every run."""

    complete: Complete
    is_lasting: bool


class Compiler:
    """Compiles selections of a document. `switches` are the values of its directives' variables."""

    def __init__(
        self,
        schema: GraphQLSchema,
        config: Any,
        scalars: Mapping[object, Any],
        fragments: Mapping[str, FragmentDefinitionNode],
        switches: Mapping[str, bool],
    ) -> None:
        self._schema = schema
        self._config = config
        self._scalars = scalars
        self._fragments = fragments
        self._switches = switches
        self._count = 0
        self._lasting_fields: int | None = None

    def plan(self, operation: OperationDefinitionNode) -> Plan:
        """Raises `Unusual` for what is not compiled."""
        root = self._schema.query_type
        assert root is not None
        complete = self._object(root, [operation.selection_set], Nulls.ROOT).complete
        return Plan(complete, self._lasting_fields)

    def _object(self, of: GraphQLObjectType, selected: Sequence[SelectionSetNode], nulls: Nulls) -> Compiled:
        collected: dict[str, list[FieldNode]] = {}
        seen: set[str] = set()
        for one in selected:
            self._collect(of, one, collected, seen)
        attributes: list[Attribute] = []
        resolved: list[Resolved] = []
        members: list[Attribute | Resolved] = []
        fixed: dict[str, Any] = {}
        """Every member in its place, and those that are the same for each object."""
        for key, nodes in collected.items():
            name = nodes[0].name.value
            fixed[key] = of.name if name == "__typename" else None
            if name.startswith("__"):
                if name != "__typename":
                    raise Unusual("introspection")
                continue
            field = self._field(key, of.fields[name], nodes)
            members.append(field)
            if isinstance(field, Attribute):
                attributes.append(field)
            else:
                resolved.append(field)
        complete = object_of(of, attributes, resolved, fixed, nulls)
        is_lasting = nulls is not Nulls.ROOT and all(one.is_lasting for one in members)
        if nulls is Nulls.ROOT and all(one.has_lasting_values for one in resolved):
            self._lasting_fields = len(members)
        if resolved or nulls is Nulls.ROOT:
            return Compiled(complete, is_lasting)
        self._count += 1
        return Compiled(same_again(self._count, complete), is_lasting)

    def _collect(
        self,
        of: GraphQLObjectType,
        selected: SelectionSetNode,
        collected: dict[str, list[FieldNode]],
        seen: set[str],
    ) -> None:
        for node in selected.selections:
            if not self._is_included(node):
                continue
            if isinstance(node, FieldNode):
                key = node.alias.value if node.alias else node.name.value
                collected.setdefault(key, []).append(node)
                continue
            if isinstance(node, FragmentSpreadNode):
                name = node.name.value
                if name in seen:
                    continue
                fragment: FragmentDefinitionNode | InlineFragmentNode = self._fragments[name]
                if not self._applies(fragment, of):
                    continue
                seen.add(name)
            else:
                assert isinstance(node, InlineFragmentNode)
                fragment = node
                if not self._applies(fragment, of):
                    continue
            self._collect(of, fragment.selection_set, collected, seen)

    def _is_included(self, node: Any) -> bool:
        """What other directives than these two mean is not known here."""
        is_included = True
        for directive in node.directives or ():
            if directive.name.value not in ("skip", "include"):
                raise Unusual(directive.name.value)
            (argument,) = directive.arguments
            is_on = value_from_ast_untyped(argument.value, dict(self._switches))
            if not isinstance(is_on, bool):
                raise Unusual("a directive without a value")
            is_included = is_included and is_on is (directive.name.value == "include")
        return is_included

    def _applies(self, fragment: FragmentDefinitionNode | InlineFragmentNode, of: GraphQLObjectType) -> bool:
        if fragment.type_condition is None:
            return True
        condition = self._schema.type_map[fragment.type_condition.name.value]
        return condition is of or (is_abstract_type(condition) and self._schema.is_sub_type(condition, of))

    def _field(self, key: str, field: GraphQLField, nodes: Sequence[FieldNode]) -> Attribute | Resolved:
        known = field.extensions.get(_TO_STRAWBERRY)
        if not isinstance(known, StrawberryField) or known.extensions:
            raise Unusual("a field that is not plain")
        selected = [node.selection_set for node in nodes if node.selection_set is not None]
        complete, is_lasting = self._complete(field.type, selected)
        if known.base_resolver is None:
            return Attribute(key, known.python_name, _plain_class(field.type), complete, is_lasting)
        resolve, is_of_source = self._resolver(known, field, nodes[0])
        return Resolved(key, resolve, complete, is_lasting and is_of_source, is_lasting)

    def _resolver(self, known: StrawberryField, field: GraphQLField, node: FieldNode) -> tuple[Resolve, bool]:
        """With whether it answers at once, and knows nothing but its object."""
        one = known.base_resolver
        assert one is not None
        function: Callable[..., Any] = one.wrapped_func  # type: ignore[assignment]
        names = list(one.signature.parameters)
        of_source = [found.name for found in (one.parent_parameter, one.root_parameter) if found is not None]
        of_info = [one.info_parameter.name] if one.info_parameter is not None else []
        if one.self_parameter is not None:
            raise Unusual("a method")
        shape = (len(of_source), len(of_info)) if names == [*of_source, *of_info] else None
        if shape == (1, 0):
            return lambda source, run: function(source), not iscoroutinefunction(function)
        if shape == (1, 1):
            return lambda source, run: function(source, run.info), False
        arguments = self._arguments(known, field, node)

        def resolve(source: Any, run: Run) -> Any:
            given = dict(arguments(run))
            for name in of_source:
                given[name] = source
            for name in of_info:
                given[name] = run.info
            return function(**given)

        return resolve, False

    def _arguments(
        self, known: StrawberryField, field: GraphQLField, node: FieldNode
    ) -> Callable[[Run], Mapping[str, Any]]:
        self._count += 1
        number, expected = self._count, known.arguments

        def arguments(run: Run) -> Mapping[str, Any]:
            found = run.arguments.get(number)
            if found is None:
                values = get_argument_values(field, node, run.variables)
                found = convert_arguments(values, expected, self._scalars, self._config)
                run.arguments[number] = found
            return found

        return arguments

    def _complete(self, of: GraphQLOutputType, selected: Sequence[SelectionSetNode]) -> Compiled:
        if isinstance(of, GraphQLNonNull):
            return self._complete_one(of.of_type, selected, Nulls.REFUSED)
        return self._complete_one(of, selected, Nulls.TAKEN)

    def _complete_one(self, of: Any, selected: Sequence[SelectionSetNode], nulls: Nulls) -> Compiled:
        if isinstance(of, GraphQLObjectType):
            return self._object(of, selected, nulls)
        is_lasting = True
        if isinstance(of, GraphQLList):
            complete, is_lasting = self._complete(of.of_type, selected)
            complete = list_of(complete)
        elif is_leaf_type(of):
            complete = leaf_of(of)
        else:
            complete, is_lasting = self._abstract(of, selected), False
        return Compiled(nullable(complete) if nulls is Nulls.TAKEN else complete, is_lasting)

    def _abstract(self, of: GraphQLAbstractType, selected: Sequence[SelectionSetNode]) -> Complete:
        """By the class of a value: that decides which type it has. Each is compiled at its first value."""
        known: dict[tuple[type, type], Complete] = {}

        def complete(value: Any, run: Run) -> Any:
            classes = type(value), type(shown(value))
            found = known.get(classes)
            if found is None:
                compiled = self._object(self._type_of(value, of), selected, Nulls.REFUSED)
                found = known[classes] = compiled.complete
            return found(value, run)

        return complete

    def _type_of(self, value: Any, of: GraphQLAbstractType) -> GraphQLObjectType:
        for one in self._schema.get_possible_types(of):
            if one.is_type_of is not None and one.is_type_of(value, None) is True:  # type: ignore[arg-type]
                return one
        raise Unusual("a value of no type")


def _plain_class(of: GraphQLOutputType) -> type:
    """The class whose values are their own JSON. A class that no value has where there is none."""
    named = of.of_type if isinstance(of, GraphQLNonNull) else of
    name = named.name if is_leaf_type(named) else None
    return {"String": str, "ID": str, "Boolean": bool}.get(name or "", _Nothing)


class _Nothing:
    pass
