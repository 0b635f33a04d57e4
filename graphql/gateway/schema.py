"""The schema, and its limits and errors."""

import re
from collections.abc import Iterator
from enum import IntEnum

import strawberry
from graphql import GraphQLError, get_operation_ast, validate
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from gateway.execution.compiled import Compiled
from gateway.http.errors import unresolved
from gateway.limits.bounds import Bounds
from gateway.query import Query
from gateway.types.records import read
from gateway.types.scalars import SCALARS


class Extent(IntEnum):
    """How much of the schema is made. Each has what is before it."""

    QUERIES = 1
    """What is there of every provider."""
    DETAILS = 2
    """And what is there of one provider alone."""
    WHOLE = 3
    """And the mutations, which are half of it all."""


class Schema(strawberry.Schema):
    """Starts with what most queries need. A document that needs more has more imported and made, once in a process:
    all of it is a fifth of the time that a function takes to start.
    """

    def __init__(self) -> None:
        self.extent = Extent.QUERIES
        self._make()

    def grow(self, extent: Extent) -> "Schema":
        """This schema, with at least so much of it from now on."""
        if self.extent < extent:
            self.extent = extent
            self._make()
        return self

    def whole(self) -> "Schema":
        return self.grow(Extent.WHOLE)

    def _make(self) -> None:
        mutation, types = None, list[type]()
        if self.extent >= Extent.DETAILS:
            from gateway.providers import TYPES

            types += [one.details for one in TYPES.values()]
        if self.extent >= Extent.WHOLE:
            from gateway.mutations import Mutation
            from gateway.mutations.refusals import USER_ERRORS

            mutation = Mutation
            types += USER_ERRORS
        super().__init__(
            query=Query,
            mutation=mutation,
            types=types,
            extensions=[OneOperation, Bounds, Sufficient, Compiled],
            config=StrawberryConfig(scalar_map=SCALARS, default_resolver=read),
        )
        # Strawberry takes none. What explores the API shows it above everything else.
        self._schema.description = DESCRIPTION

    def _warn_for_federation_directives(self) -> None:
        """None of ours is of a federation, and Strawberry would import all of those to see that."""

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Logs nothing. `errors` logs faults of the gateway; a client's mistakes are not logged."""


class OneOperation(SchemaExtension):
    """Refuses a document with several operations and no `operationName`. Strawberry would run the first."""

    def on_parse(self) -> Iterator[None]:
        yield
        document, asked = self.execution_context.graphql_document, self.execution_context.context
        if document is not None and get_operation_ast(document, asked.operation_name) is None:
            raise unresolved()


_SCHEMA = re.compile(r"__(?:schema|type)\b")
_DETAILS = re.compile(r"\bdetails\b")
"""The field whose values are of types that only one provider has. Nothing else leads there, and nothing else of what a
smaller schema finds valid means something else in a larger one: a test compares them.
"""


class Sufficient(SchemaExtension):
    """Makes more of the schema for a document that needs it: all of it for one that asks what the schema has, or that
    is not valid without the rest, such as a mutation and every mistake.
    """

    def on_validate(self) -> Iterator[None]:
        asked = self.execution_context
        schema, document, text = asked.schema, asked.graphql_document, asked.query or ""
        assert isinstance(schema, Schema)
        if schema.extent < Extent.WHOLE and document is not None:
            if _SCHEMA.search(text):
                schema.whole()
            elif _DETAILS.search(text):
                schema.grow(Extent.DETAILS)
            if validate(schema._schema, document, asked.validation_rules):
                schema.whole()
            else:
                asked.pre_execution_errors = []  # as Strawberry, which does not validate it again, would have found
        yield


DESCRIPTION = (
    "Fleetgraph: every managed cluster of every account, as last observed. A query asks no provider. `freshness` says "
    "how old an answer is, and `coverage` what it leaves out. A change answers with an operation to follow, or with "
    "`userErrors`; with `dryRun` it shows what it would send."
)

SCHEMA = Schema()
