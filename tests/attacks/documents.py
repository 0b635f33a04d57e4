"""Documents as hypothesis-graphql draws them, made such that enough of them get past validation."""

from typing import Any

import graphql
from graphql import ArgumentNode, DocumentNode, NullValueNode, ObjectValueNode, StringValueNode, TypeInfo
from hypothesis_graphql import nodes

from tests.attacks.values import Known


class _Fitting(graphql.Visitor):
    def __init__(self, types: TypeInfo, known: Known) -> None:
        super().__init__()
        self._types = types
        self._known = known
        self._recorded = 0

    def enter_object_value(self, node: ObjectValueNode, *_: object) -> ObjectValueNode | None:
        """One member of a @oneOf, which hypothesis-graphql does not know of."""
        wanted = graphql.get_nullable_type(self._types.get_input_type())
        if not isinstance(wanted, graphql.GraphQLInputObjectType) or not wanted.is_one_of:
            return None
        chosen = [member for member in node.fields if not isinstance(member.value, NullValueNode)][:1]
        return ObjectValueNode(fields=tuple(chosen)) if len(node.fields) > 1 and chosen else None

    def enter_argument(self, node: ArgumentNode, *_: object) -> Any:
        """Two cursors in three are left out, or are such as an answer gave: a wrong one refuses all of its listing."""
        if node.name.value != "after" or not isinstance(node.value, StringValueNode):
            return None
        self._recorded += 1
        if self._recorded % 3 == 0:
            return None
        cursors = self._known.cursors
        if self._recorded % 3 == 1 or not cursors:
            return graphql.REMOVE
        cursor = cursors[len(node.value.value) % len(cursors)]
        return ArgumentNode(name=node.name, value=nodes.String(cursor))


def fit(document: DocumentNode, schema: graphql.GraphQLSchema, known: Known) -> DocumentNode:
    types = TypeInfo(schema)
    fitting: DocumentNode = graphql.visit(document, graphql.TypeInfoVisitor(types, _Fitting(types, known)))
    return fitting


def with_variables(document: DocumentNode, schema: graphql.GraphQLSchema) -> tuple[str, dict[str, Any]]:
    """The same request, with the arguments of its roots as variables."""
    (operation,) = document.definitions
    assert isinstance(operation, graphql.OperationDefinitionNode)
    root = schema.get_root_type(operation.operation)
    assert root is not None
    selections, definitions, values = [], [], {}
    for number, selection in enumerate(operation.selection_set.selections):
        assert isinstance(selection, graphql.FieldNode)
        arguments = []
        for argument in selection.arguments or ():
            name = f"{argument.name.value}{number}"
            known = root.fields[selection.name.value].args[argument.name.value]
            definitions.append(f"${name}: {known.type}")
            values[name] = graphql.value_from_ast_untyped(argument.value)
            arguments.append(f"{argument.name.value}: ${name}")
        inner = graphql.print_ast(selection.selection_set) if selection.selection_set else ""
        given = f"({', '.join(arguments)})" if arguments else ""
        selections.append(f"{selection.name.value}{given} {inner}")
    head = f"({', '.join(definitions)})" if definitions else ""
    return f"{operation.operation.value} {head} {{ {' '.join(selections)} }}", values
