"""The schema as clients see it, and what guards it."""

from collections.abc import Iterator

import strawberry
from graphql import GraphQLError, get_operation_ast
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

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
        """Nothing: `errors.tell` logs what we broke, and what a client got wrong is no error of ours."""


class OneOperation(SchemaExtension):
    """Of several operations the request has to choose; Strawberry would take the first."""

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
    ],
    config=StrawberryConfig(scalar_map=SCALARS, default_resolver=read),
)
