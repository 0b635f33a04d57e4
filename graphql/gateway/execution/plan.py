"""A query compiled to functions: what the stock executor finds out anew for every object is found out once.

A plan answers what is usual. Where anything is not (an error, a null in the place of a value, a directive of which it
knows nothing), it raises `Unusual`, and the whole query is executed by graphql-core's own executor. A query changes
nothing, so it can be executed twice; mutations are never compiled. So errors, and how far they make the answer null,
are the stock executor's alone. `tests/gateway/execution` compares the two over generated queries.

Resolvers are called as Strawberry calls them. Of what they may be given, `Info` has the context alone.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import Enum
from inspect import iscoroutinefunction
from types import CoroutineType
from typing import Any, NamedTuple
from weakref import ref

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLAbstractType,
    GraphQLEnumType,
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
from graphql.execution.values import VariableValues, get_argument_values
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField

from fleet.model.tracking import Tracked
from gateway.context import Context, Later
from gateway.types.records import shown

MOST_KEPT = 2_000
"""The rows of one place of a document whose JSON is kept: 20 nodes of each cluster of a page. One takes 1 KB."""
_LARGEST_INT = 2**31 - 1
_TO_STRAWBERRY = GraphQLCoreConverter.DEFINITION_BACKREF


class Unusual(Exception):
    """The stock executor has to answer."""


class Info:
    """What resolvers of queries get in place of Strawberry's own: `context`, and nothing else."""

    __slots__ = ("context",)

    def __init__(self, context: Context) -> None:
        self.context = context


class Waiting(NamedTuple):
    """A field whose resolver did not answer at once: where its value goes, and how it becomes one."""

    value: "Awaitable[Any]"
    complete: "Complete"
    into: dict[str, Any]
    key: str


class Run:
    """One execution. `arguments` are converted at their first use: they are the same for every object. `latest` has,
    for each place in the document, the latest object there and its JSON: neighbours often share one, such as a
    freshness. `is_again`: the document has been asked before.
    """

    __slots__ = ("arguments", "info", "is_again", "latest", "variables", "waiting")

    def __init__(self, context: Context, variables: VariableValues, *, is_again: bool) -> None:
        self.is_again = is_again
        self.info = Info(context)
        self.variables = variables
        self.waiting: list[Waiting] = []
        self.arguments: dict[int, Mapping[str, Any]] = {}
        self.latest: dict[int, tuple[Any, Any]] = {}

    def give_up(self) -> None:
        """Closes what will not be awaited, so that nothing is left to complain."""
        for one in self.waiting:
            if isinstance(one.value, CoroutineType):
                one.value.close()
            elif isinstance(one.value, asyncio.Future):
                one.value.cancel()


class Nulls(Enum):
    """What null is in the place of an object. The root of a query has no source."""

    TAKEN = 1
    REFUSED = 2
    ROOT = 3


Complete = Callable[[Any, Run], Any]
"""A value as JSON."""
Resolve = Callable[[Any, Run], Any]
"""The value of a field of an object."""


class Attribute(NamedTuple):
    """A field that is a member of the record. A value of the class `plain` is its own JSON."""

    key: str
    name: str
    plain: type
    complete: Complete
    is_lasting: bool


class Resolved(NamedTuple):
    """A field with a resolver."""

    key: str
    resolve: Resolve
    complete: Complete
    is_lasting: bool


class Compiled(NamedTuple):
    """`is_lasting`: of the same value, which never changes, the JSON is the same in every run."""

    complete: Complete
    is_lasting: bool


class Plan:
    """Of one operation, with given values of the variables that directives use."""

    def __init__(self, root: Complete) -> None:
        self._root = root
        self._is_again = False

    async def run(self, context: Context, variables: VariableValues) -> dict[str, Any]:
        """The data of the answer. Raises `Unusual`."""
        run = Run(context, variables, is_again=self._is_again)
        self._is_again = True
        try:
            data: dict[str, Any] = self._root(None, run)
            while run.waiting:
                waiting, run.waiting = run.waiting, []
                for one, value in zip(waiting, await _values(waiting), strict=True):
                    one.into[one.key] = one.complete(value, run)
        except Exception as error:
            run.give_up()
            raise Unusual from error
        return data


async def _values(waiting: Sequence[Waiting]) -> Sequence[Any]:
    """All of them together, so that what they load is loaded at once. Every one has ended when this raises."""
    if len(waiting) == 1:
        return [await waiting[0].value]
    values = await asyncio.gather(*(one.value for one in waiting), return_exceptions=True)
    for value in values:
        if isinstance(value, BaseException):
            raise value
    return values


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

    def plan(self, operation: OperationDefinitionNode) -> Plan:
        """Raises `Unusual` for what is not compiled."""
        root = self._schema.query_type
        assert root is not None
        return Plan(self._object(root, [operation.selection_set], Nulls.ROOT).complete)

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
        complete = _complete_object(of, attributes, resolved, fixed, nulls)
        is_lasting = nulls is not Nulls.ROOT and all(one.is_lasting for one in members)
        if resolved or nulls is Nulls.ROOT:
            return Compiled(complete, is_lasting)
        self._count += 1
        return Compiled(_complete_again(self._count, complete), is_lasting)

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
        return Resolved(key, resolve, complete, is_lasting and is_of_source)

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
            complete = _complete_list(complete)
        elif is_leaf_type(of):
            complete = _complete_leaf(of)
        else:
            complete, is_lasting = self._abstract(of, selected), False
        return Compiled(_nullable(complete) if nulls is Nulls.TAKEN else complete, is_lasting)

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


def _nullable(complete: Complete) -> Complete:
    return lambda value, run: None if value is None else complete(value, run)


def _complete_list(complete: Complete) -> Complete:
    def complete_list(value: Any, run: Run) -> Any:
        if not isinstance(value, list | tuple):
            raise Unusual("neither a list nor a tuple")
        return [complete(one, run) for one in value]

    return complete_list


def _complete_object(
    of: GraphQLObjectType,
    attributes: Sequence[Attribute],
    resolved: Sequence[Resolved],
    fixed: Mapping[str, Any],
    nulls: Nulls,
) -> Complete:
    known = Kept()
    rows = known.rows
    complete_lasting = _complete_lasting(
        of,
        [one for one in attributes if one.is_lasting],
        [one for one in resolved if one.is_lasting],
        fixed,
        known,
    )
    passing = tuple(one for one in attributes if not one.is_lasting)
    passing_resolved = tuple(one for one in resolved if not one.is_lasting)

    def complete_object(source: Any, run: Run) -> Any:
        if source is None and nulls is not Nulls.ROOT:
            if nulls is Nulls.TAKEN:
                return None
            raise Unusual("null in the place of an object")
        kept = rows.get(id(source))
        is_known = kept is not None and kept[0]() is source
        answer = kept[1].copy() if is_known else complete_lasting(source, run)  # type: ignore[index]  # pyright: ignore[reportOptionalSubscript]
        if passing:
            record = shown(source)
            for key, name, plain, complete, _ in passing:
                value = getattr(record, name)
                answer[key] = value if value.__class__ is plain else complete(value, run)
        for key, resolve, complete, _ in passing_resolved:
            value = resolve(source, run)
            if value.__class__ in _AWAITABLE:
                run.waiting.append(Waiting(value, complete, answer, key))
            elif value.__class__ is Later:
                run.waiting.append(Waiting(value.loading, _after(value.make, complete), answer, key))
            else:
                answer[key] = complete(value, run)
        return answer

    return complete_object


def _complete_lasting(
    of: GraphQLObjectType,
    attributes: Sequence[Attribute],
    resolved: Sequence[Resolved],
    fixed: Mapping[str, Any],
    known: "Kept",
) -> Complete:
    """The object with its lasting members, and null in the place of the others."""
    is_type_of = of.is_type_of
    fitting: set[tuple[type, type]] = set()

    def complete_lasting(source: Any, run: Run) -> Any:
        record = shown(source)
        if is_type_of is not None and (source.__class__, record.__class__) not in fitting:
            if is_type_of(source, None) is not True:  # type: ignore[arg-type]
                raise Unusual("a value of another type")
            fitting.add((source.__class__, record.__class__))
        answer = dict(fixed)
        for key, name, plain, complete, _ in attributes:
            value = getattr(record, name)
            answer[key] = value if value.__class__ is plain else complete(value, run)
        for key, resolve, complete, _ in resolved:
            answer[key] = complete(resolve(source, run), run)
        if run.is_again and isinstance(source, Tracked):
            known.keep(source, answer.copy())
        return answer

    return complete_lasting


def _after(make: Callable[[Any], Any], complete: Complete) -> Complete:
    return lambda value, run: complete(make(value), run)


class Kept:
    """Of rows that have been shown at one place of a document, the members that are the same each time, as JSON: 100
    clusters with 1,000 nodes take a third of the time where they have not changed. It is kept from the second time on
    that a document is asked, because keeping it takes as long as it saves. A row is kept in memory for as long
    as it was not read anew (`fleet.reading.snapshot`), and what is kept here goes with it.
    """

    __slots__ = ("rows",)

    def __init__(self) -> None:
        self.rows: dict[int, tuple[Placed, dict[str, Any]]] = {}

    def keep(self, row: Any, answer: dict[str, Any]) -> None:
        if len(self.rows) >= MOST_KEPT:
            self.rows.clear()
        self.rows[id(row)] = Placed(row, self._forget), answer

    def _forget(self, gone: "Placed") -> None:
        known = self.rows.get(gone.place)
        if known is not None and known[0] is gone:
            del self.rows[gone.place]


class Placed(ref[Any]):
    """A row, which does not stay for this alone. `place` is its identity, which another has when it is gone."""

    __slots__ = ("place",)

    def __init__(self, row: Any, forget: "Callable[[Placed], None]") -> None:
        super().__init__(row, forget)  # type: ignore[call-arg]
        self.place = id(row)


def _complete_again(place: int, complete: Complete) -> Complete:
    """Of an object without resolvers the JSON is the same each time."""

    def complete_again(source: Any, run: Run) -> Any:
        latest = run.latest.get(place)
        if latest is not None and latest[0] is source:
            return latest[1]
        answer = complete(source, run)
        run.latest[place] = source, answer
        return answer

    return complete_again


_AWAITABLE = frozenset({CoroutineType, asyncio.Future, asyncio.Task})
"""What resolvers of ours return where they do not answer at once."""


def _plain_class(of: GraphQLOutputType) -> type:
    """The class whose values are their own JSON. A class that no value has where there is none."""
    named = of.of_type if isinstance(of, GraphQLNonNull) else of
    name = named.name if is_leaf_type(named) else None
    return {"String": str, "ID": str, "Boolean": bool}.get(name or "", _Nothing)


class _Nothing:
    pass


def _complete_leaf(of: Any) -> Complete:
    """Plain values are their own JSON. What an enum's value is written as is the same each time."""
    coerce = of.coerce_output_value

    def complete(value: Any, run: Run) -> Any:
        written = coerce(value)
        if value is None or written is None or isinstance(value, Exception):
            raise Unusual("not a value")
        return written

    if of.name in ("String", "ID"):
        return lambda value, run: value if value.__class__ is str else complete(value, run)
    if of.name == "Int":
        return lambda value, run: (
            value if type(value) is int and -_LARGEST_INT <= value <= _LARGEST_INT else complete(value, run)
        )
    if isinstance(of, GraphQLEnumType):
        names: dict[int, tuple[Any, Any]] = {}
        """By the identity of a member, which is kept with its name: its own hash is computed in Python each time."""

        def complete_enum(value: Any, run: Run) -> Any:
            known = names.get(id(value))
            if known is not None:
                return known[1]
            name = complete(value, run)
            if isinstance(value, Enum):
                names[id(value)] = value, name
            return name

        return complete_enum
    return complete
