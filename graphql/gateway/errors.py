"""Errors as clients see them: what they can mend is said, what we broke is logged and masked.

A client's mistakes are those that graphql-core finds itself (syntax, validation, coercion) and `Refused`. Anything else
that reaches an answer is a fault of ours: the client gets a sentence and the id under which the log tells the rest.
"""

import logging

from graphql import GraphQLError
from strawberry.extensions import MaskErrors

LOGGER = logging.getLogger("gateway")

FAULT = "Something went wrong on our side."


class Refused(GraphQLError):
    """A request that the client can mend. The message names the argument at fault."""


def is_fault(error: GraphQLError) -> bool:
    return error.original_error is not None and not isinstance(error.original_error, GraphQLError)


class MaskFaults(MaskErrors):
    def __init__(self) -> None:
        super().__init__(should_mask_error=is_fault, error_message=FAULT)

    def anonymise_error(self, error: GraphQLError) -> GraphQLError:
        request_id = self.execution_context.context.request_id
        place = ".".join(map(str, error.path or ["the request"]))
        LOGGER.error("request %s failed at %s", request_id, place, exc_info=error.original_error)
        return GraphQLError(
            FAULT,
            nodes=error.nodes,
            source=error.source,
            positions=error.positions,
            path=error.path,
            extensions={"requestId": request_id},
        )
