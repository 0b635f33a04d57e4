"""What a change of the schema breaks for clients of the released one. What was deprecated there may go."""

from collections.abc import Iterator

from graphql import (
    REMOVE,
    DocumentNode,
    GraphQLNamedType,
    GraphQLSchema,
    Node,
    Visitor,
    build_ast_schema,
    find_breaking_changes,
    get_named_type,
    is_abstract_type,
    is_input_object_type,
    is_interface_type,
    is_object_type,
    parse,
    visit,
)


class Undeprecated(Visitor):
    """Leaves out every field, argument, input and value of an enumeration that is deprecated."""

    def enter(self, node: Node, *_: object) -> object:
        directives = getattr(node, "directives", None) or ()
        return REMOVE if any(one.name.value == "deprecated" for one in directives) else None


class Reached(Visitor):
    """Leaves out every type that is not among `names`."""

    def __init__(self, names: set[str]) -> None:
        super().__init__()
        self._names = names

    def enter(self, node: Node, *_: object) -> object:
        is_unreached = node.kind.endswith("type_definition") and node.name.value not in self._names  # type: ignore[attr-defined]
        return REMOVE if is_unreached else None


def breaking_changes(released: str, now: str) -> list[str]:
    promised = visit(parse(released), Undeprecated())
    promised = visit(promised, Reached(_reachable(_build(promised))))
    return sorted(
        change.description for change in find_breaking_changes(_build(promised), _build(parse(now)))
    )


def _build(document: DocumentNode) -> GraphQLSchema:
    return build_ast_schema(document, assume_valid=True, assume_valid_sdl=True)


def _reachable(schema: GraphQLSchema) -> set[str]:
    """Names of the types that a client can come by."""
    found: set[str] = set()
    open_ends: list[GraphQLNamedType] = [
        one for one in (schema.query_type, schema.mutation_type, schema.subscription_type) if one is not None
    ]
    while open_ends:
        type_ = open_ends.pop()
        if type_.name not in found:
            found.add(type_.name)
            open_ends += _next_to(type_, schema)
    return found


def _next_to(type_: GraphQLNamedType, schema: GraphQLSchema) -> Iterator[GraphQLNamedType]:
    if is_object_type(type_) or is_interface_type(type_):
        yield from type_.interfaces
        for field in type_.fields.values():
            yield get_named_type(field.type)
            yield from (get_named_type(argument.type) for argument in field.args.values())
    if is_input_object_type(type_):
        yield from (get_named_type(field.type) for field in type_.fields.values())
    if is_abstract_type(type_):
        yield from schema.get_possible_types(type_)
