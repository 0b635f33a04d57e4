"""The schema as graphql/schema.graphql has it, built once for all tests of a worker."""

from functools import cache

from graphql import GraphQLSchema, build_schema

from tests.runner import ROOT


@cache
def committed_schema() -> GraphQLSchema:
    return build_schema((ROOT / "graphql" / "schema.graphql").read_text(encoding="utf-8"))
