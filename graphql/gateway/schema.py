"""The schema, and its limits and errors."""

from collections.abc import Iterator

import strawberry
from graphql import GraphQLError, get_operation_ast
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from gateway.execution.compiled import Compiled
from gateway.http.errors import unresolved
from gateway.limits.bounds import Bounds
from gateway.mutations import Mutation
from gateway.mutations.refusals import USER_ERRORS
from gateway.providers import TYPES
from gateway.query import Query
from gateway.types.records import read
from gateway.types.scalars import SCALARS


class Schema(strawberry.Schema):
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


SCHEMA = Schema(
    query=Query,
    mutation=Mutation,
    types=[*(types.details for types in TYPES.values()), *USER_ERRORS],
    extensions=[
        OneOperation,
        Bounds,
        Compiled,
    ],
    config=StrawberryConfig(scalar_map=SCALARS, default_resolver=read),
)
# Strawberry takes none. What explores the API shows it above everything else.
SCHEMA._schema.description = (
    "Fleetgraph: every managed cluster of every account, as last observed. A query asks no provider. `freshness` says "
    "how old an answer is, and `coverage` what it leaves out. A change answers with an operation to follow, or with "
    "`userErrors`; with `dryRun` it shows what it would send."
)
