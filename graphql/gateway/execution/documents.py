"""Documents that were read, validated and found small enough, kept for when they are asked again."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    Visitor,
    get_operation_ast,
    visit,
)
from graphql.execution.values import VariableValues, get_variable_values

from gateway.execution.compiler import Compiler
from gateway.execution.plan import Plan, Unusual
from gateway.limits.query_cost import Selected, selected_in
from gateway.services import Policy

MOST_KEPT = 200
"""A frontend and a command have some tens of documents. A client that sends a new document each time displaces
others.
"""
MOST_CHARACTERS = 500_000
"""Of all that are kept together: 28 MB, because a character of a document takes 55 bytes with what is made of it. Ours
have 30,000.
"""
MOST_VARIANTS = 8
"""Of one document, by the variables of its directives."""


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A document that is valid and of an accepted size, and its operation."""

    schema: GraphQLSchema
    config: Any
    scalars: Mapping[object, Any]
    document: DocumentNode
    operation: OperationDefinitionNode
    _plans: dict[tuple[object, ...], Plan] = field(default_factory=dict)

    @property
    def is_query(self) -> bool:
        return self.operation.operation is OperationType.QUERY

    def selected(self, variables: Mapping[str, Any] | None) -> Selected:
        """With its query cost."""
        return self._fixed if not self.operation.variable_definitions else self._select(variables)

    def values(self, variables: Mapping[str, Any] | None) -> VariableValues:
        """The variables as execution has them. Raises `Unusual` where they do not fit."""
        if not self.operation.variable_definitions:
            return _NO_VALUES
        values = get_variable_values(
            self.schema, self.operation.variable_definitions, dict(variables or {}), max_errors=1
        )
        if not isinstance(values, VariableValues):
            raise Unusual("variables that do not fit")
        return values

    def plan(self, values: VariableValues) -> Plan:
        """Raises `Unusual`."""
        switches = tuple(values.coerced.get(name) for name in self._switches)
        plan = self._plans.get(switches)
        if plan is None:
            given = {
                name: value
                for name, value in zip(self._switches, switches, strict=True)
                if isinstance(value, bool)
            }
            compiler = Compiler(self.schema, self.config, self.scalars, self._fragments, given)
            plan = compiler.plan(self.operation)
            if len(self._plans) >= MOST_VARIANTS:
                self._plans.clear()
            self._plans[switches] = plan
        return plan

    def _select(self, variables: Mapping[str, Any] | None) -> Selected:
        name = self.operation.name.value if self.operation.name else None
        return selected_in(self.schema, self.document, name, variables)

    @cached_property
    def _fixed(self) -> Selected:
        return self._select(None)

    @cached_property
    def _fragments(self) -> Mapping[str, FragmentDefinitionNode]:
        return {
            one.name.value: one
            for one in self.document.definitions
            if isinstance(one, FragmentDefinitionNode)
        }

    @cached_property
    def _switches(self) -> tuple[str, ...]:
        """The variables of directives."""
        found = _Switches()
        visit(self.document, found)
        return tuple(sorted(found.names))


class _Switches(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_directive(self, node: Any, *_: object) -> None:
        for argument in node.arguments or ():
            if isinstance(argument.value, VariableNode):
                self.names.add(argument.value.name.value)


_NO_VALUES = VariableValues(sources={}, coerced={})


class Documents:
    """By their text, the name of the operation, and the policy under which they were found valid."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str | None, Policy], Prepared] = OrderedDict()
        self._characters = 0

    def find(self, text: str, operation_name: str | None, policy: Policy) -> Prepared | None:
        key = (text, operation_name, policy)
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def keep(self, text: str, operation_name: str | None, policy: Policy, prepared: Prepared) -> None:
        key = (text, operation_name, policy)
        if key not in self._kept:
            self._characters += len(text)
        self._kept[key] = prepared
        while len(self._kept) > MOST_KEPT or self._characters > MOST_CHARACTERS:
            (gone, _, _), _ = self._kept.popitem(last=False)
            self._characters -= len(gone)

    def forget(self) -> None:
        self._kept.clear()
        self._characters = 0


DOCUMENTS = Documents()
"""Shared by the requests of a process."""


def prepare(schema: Any, document: DocumentNode, operation_name: str | None) -> Prepared | None:
    """Of a document that is valid. `schema` is Strawberry's."""
    operation = get_operation_ast(document, operation_name)
    if operation is None:
        return None
    return Prepared(
        schema=schema._schema,
        config=schema.config,
        scalars=schema.schema_converter.scalar_registry,
        document=document,
        operation=operation,
    )
