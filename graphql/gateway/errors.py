"""Errors as clients see them: what they can mend is said, what we broke is logged and masked.

A client's mistakes are those that graphql-core finds itself (syntax, validation, coercion) and `Refused`. Anything else
that reaches an answer is a fault of ours: the client gets a sentence and the id under which the log tells the rest.

No message repeats a value that was sent. graphql-core shows the whole of an input whose one member is at fault, and a
secret can be its neighbour, or stand in the wrong place; the position in the document says enough.
"""

import logging
import re

from graphql import GraphQLError
from strawberry.extensions import MaskErrors

LOGGER = logging.getLogger("gateway")

FAULT = "Something went wrong on our side."

# What graphql-core writes of values, and what is left of it.
_SHOWN = (
    (re.compile(r"\b(found|Unexpected) (Name|Int|Float|String|BlockString)\b.*", re.DOTALL), r"\1 \2."),
    (re.compile(r"(, but encountered error '.*'; found|, found): .*", re.DOTALL), "."),
    (re.compile(r"\? Found: .*", re.DOTALL), "?"),
    (re.compile(r"\b(cannot represent [^:]*): .*", re.DOTALL), r"\1."),
    (re.compile(r"\bValue '.*' does not exist in\b", re.DOTALL), "The value does not exist in"),
)


class Refused(GraphQLError):
    """A request that the client can mend. The message names the argument at fault."""


def is_fault(error: GraphQLError) -> bool:
    return error.original_error is not None and not isinstance(error.original_error, GraphQLError)


def hide_values(message: str) -> str:
    for pattern, rest in _SHOWN:
        message = pattern.sub(rest, message)
    return message


class HideFaults(MaskErrors):
    def __init__(self) -> None:
        super().__init__(error_message=FAULT)

    def anonymise_error(self, error: GraphQLError) -> GraphQLError:
        extensions = error.extensions
        if is_fault(error):
            request_id = self.execution_context.context.request_id
            place = ".".join(map(str, error.path or ["the request"]))
            LOGGER.error("request %s failed at %s", request_id, place, exc_info=error.original_error)
            extensions = {"requestId": request_id}
        return GraphQLError(
            FAULT if is_fault(error) else hide_values(error.message),
            nodes=error.nodes,
            source=error.source,
            positions=error.positions,
            path=error.path,
            extensions=extensions,
        )
