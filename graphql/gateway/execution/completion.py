"""How values become JSON: objects, lists and leaves, and null in the place of any.

Each function here takes what is known of a place in the document, and returns what turns a value there into JSON.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from types import CoroutineType
from typing import Any, NamedTuple

from graphql import GraphQLEnumType, GraphQLObjectType

from fleet.model.tracking import Tracked
from gateway.context import Later
from gateway.execution.kept import Kept
from gateway.execution.plan import Complete, Run, Unusual, Waiting
from gateway.types.records import shown

_LARGEST_INT = 2**31 - 1


class Nulls(Enum):
    """What null is in the place of an object. The root of a query has no source."""

    TAKEN = 1
    REFUSED = 2
    ROOT = 3


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
    """A field with a resolver. `has_lasting_values`: the JSON of what it answers is the same for the same value."""

    key: str
    resolve: Resolve
    complete: Complete
    is_lasting: bool
    has_lasting_values: bool


def nullable(complete: Complete) -> Complete:
    return lambda value, run: None if value is None else complete(value, run)


def list_of(complete: Complete) -> Complete:
    def complete_list(value: Any, run: Run) -> Any:
        if not isinstance(value, list | tuple):
            raise Unusual("neither a list nor a tuple")
        return [complete(one, run) for one in value]

    return complete_list


def object_of(
    of: GraphQLObjectType,
    attributes: Sequence[Attribute],
    resolved: Sequence[Resolved],
    fixed: Mapping[str, Any],
    nulls: Nulls,
) -> Complete:
    known = Kept()
    rows = known.rows
    complete_lasting = _lasting_of(
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
        for key, resolve, complete, *_ in passing_resolved:
            value = resolve(source, run)
            if value.__class__ in _AWAITABLE:
                run.waiting.append(Waiting(value, complete, answer, key))
            elif value.__class__ is Later:
                run.waiting.append(Waiting(value.loading, _after(value.make, complete), answer, key))
            else:
                answer[key] = complete(value, run)
        return answer

    return complete_object


def _lasting_of(
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
        for key, resolve, complete, *_ in resolved:
            answer[key] = complete(resolve(source, run), run)
        if run.is_again and isinstance(source, Tracked):
            known.keep(source, answer.copy())
        return answer

    return complete_lasting


def _after(make: Callable[[Any], Any], complete: Complete) -> Complete:
    return lambda value, run: complete(make(value), run)


def same_again(place: int, complete: Complete) -> Complete:
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


def leaf_of(of: Any) -> Complete:
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
