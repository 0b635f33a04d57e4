"""The size of a document, measured before validation, so that it also limits the time of validation.

A fragment counts wherever it is spread, and is measured only once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)

from gateway.http.codes import Code

MOST_TOKENS = 4000
MOST_VALUES = 1000


@dataclass(frozen=True, kw_only=True)
class Shape:
    """`depth` counts fields in fields. `nesting` counts any selection or value in another, fragments included.
    `root_fields` counts the fields of the outermost level.
    """

    depth: int = 0
    nesting: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0
    root_fields: int = 0


MOST = Shape(depth=16, nesting=64, fields=1000, aliases=30, directives=30, root_fields=20)

_WORDS = {
    "depth": "levels of fields",
    "nesting": "levels",
    "fields": "fields",
    "aliases": "aliases",
    "directives": "directives",
    "root_fields": "fields at its first level",
}


def check_shape(document: DocumentNode) -> None:
    """Refuses a document that is too large. Every operation and fragment counts, because all of them are validated."""
    fragments = {
        one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)
    }
    measure = _Measure(fragments)
    for operation in document.definitions:
        if isinstance(operation, OperationDefinitionNode):
            _check(_marked(measure.selections(operation.selection_set, 1), operation))
    for name in fragments:
        _check(measure.fragment(name, 1), but="root_fields")


def has_accepted_values(variables: Mapping[str, object] | None) -> bool:
    return not variables or _count(variables) <= MOST_VALUES


def check_values(variables: Mapping[str, object] | None) -> None:
    """Refuses variables with too many values, which the limit on tokens of the document does not count."""
    count = _count(variables)
    if count > MOST_VALUES:
        raise _too_large(count, MOST_VALUES, "values in its variables")


def _check(shape: Shape, but: str = "") -> None:
    for one in fields(Shape):
        value, most = getattr(shape, one.name), getattr(MOST, one.name)
        if value > most and one.name != but:
            raise _too_large(value, most, _WORDS[one.name])


def _too_large(value: int, most: int, what: str) -> GraphQLError:
    return GraphQLError(
        f"This query has {value} {what}; {most} are taken.", extensions={"code": Code.QUERY_TOO_LARGE}
    )


class _Measure:
    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._fragments = fragments
        self._known: dict[str, Shape] = {}

    def fragment(self, name: str, level: int) -> Shape:
        """The size of a fragment. A missing or recursive one counts as nothing; validation refuses it."""
        if name not in self._known:
            self._known[name] = Shape()
            if name in self._fragments:
                found = self._fragments[name]
                self._known[name] = _marked(self.selections(found.selection_set, level), found)
        return self._known[name]

    def selections(self, selected: SelectionSetNode, level: int) -> Shape:
        """Stops below `MOST.nesting` levels, before Python's recursion limit."""
        if level > MOST.nesting:
            raise _too_large(level, MOST.nesting, _WORDS["nesting"])
        whole = Shape()
        for node in selected.selections:
            whole = _beside(whole, _marked(self._one(node, level + 1), node))
        return whole

    def _one(self, node: SelectionNode, level: int) -> Shape:
        if isinstance(node, FragmentSpreadNode):
            below = self.fragment(node.name.value, level)
        elif isinstance(node, InlineFragmentNode):
            below = self.selections(node.selection_set, level)
        else:
            assert isinstance(node, FieldNode)
            below = Shape() if node.selection_set is None else self.selections(node.selection_set, level)
            below = Shape(
                depth=below.depth + 1,
                nesting=below.nesting,
                fields=below.fields + 1,
                aliases=below.aliases + (node.alias is not None),
                directives=below.directives,
                root_fields=1,
            )
        return replace(below, nesting=below.nesting + 1)


def _beside(one: Shape, other: Shape) -> Shape:
    return Shape(
        depth=max(one.depth, other.depth),
        nesting=max(one.nesting, other.nesting),
        fields=one.fields + other.fields,
        aliases=one.aliases + other.aliases,
        directives=one.directives + other.directives,
        root_fields=one.root_fields + other.root_fields,
    )


def _marked(shape: Shape, node: SelectionNode | FragmentDefinitionNode | OperationDefinitionNode) -> Shape:
    return replace(shape, directives=shape.directives + len(node.directives or ()))


def _count(value: object) -> int:
    """Without recursion: JSON can be deep."""
    count, pending = 0, [value]
    while pending:
        match pending.pop():
            case dict() as members:
                pending += members.values()
            case list() as items:
                pending += items
            case _:
                count += 1
    return count
