"""The schema as clients see it, and what guards it."""

import strawberry
from graphql import GraphQLError
from strawberry.extensions import MaxTokensLimiter, QueryDepthLimiter
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from gateway.errors import HideFaults
from gateway.mutations import Mutation
from gateway.providers import DETAILS
from gateway.query import Query
from gateway.records import read
from gateway.refusals import USER_ERRORS
from gateway.scalars import SCALARS

MOST_DEPTH = 16
MOST_TOKENS = 4000


class Schema(strawberry.Schema):
    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Nothing: `HideFaults` logs what we broke, and what a client got wrong is no error of ours."""


SCHEMA = Schema(
    query=Query,
    mutation=Mutation,
    types=[*DETAILS, *USER_ERRORS],
    extensions=[
        lambda: MaxTokensLimiter(max_token_count=MOST_TOKENS),
        lambda: QueryDepthLimiter(max_depth=MOST_DEPTH),
        HideFaults,
    ],
    config=StrawberryConfig(scalar_map=SCALARS, default_resolver=read),
)
