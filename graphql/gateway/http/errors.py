"""Errors as clients see them: what they can mend is said, what we broke is logged and masked.

A client's mistakes are those that graphql-core finds (syntax, validation, coercion) and `ClientError`. Anything else
that reaches an answer is a fault of ours: the client gets a sentence and the id under which the log tells the rest.

No message repeats a value that was sent. graphql-core shows the whole of an input whose one member is at fault, and a
secret can be its neighbour, or stand in the wrong place; the position in the document says enough.
"""

import logging
import re
from typing import Any

from graphql import GraphQLError, GraphQLSyntaxError

from gateway.http.codes import Code

LOGGER = logging.getLogger("gateway")

FAULT = "Something went wrong on our side."
TOO_DEEP = "The document is nested too deeply."

# What graphql-core writes of values, and what is left of it.
_SHOWN = (
    (re.compile(r"\b(found|Unexpected) (Name|Int|Float|String|BlockString)\b.*", re.DOTALL), r"\1 \2."),
    (re.compile(r"(, but encountered error '.*'; found|, found): .*", re.DOTALL), "."),
    (re.compile(r"\? Found: .*", re.DOTALL), "?"),
    (re.compile(r"\b(cannot represent [^:]*): .*", re.DOTALL), r"\1."),
    (re.compile(r"\bValue '.*' does not exist in\b", re.DOTALL), "The value does not exist in"),
)


class ClientError(GraphQLError):
    """A request that the client can mend. The message names the argument at fault."""


def unresolved() -> GraphQLError:
    message = "`operationName` has to name one of the document's operations."
    return GraphQLError(message, extensions={"code": Code.OPERATION_RESOLUTION_FAILURE})


def is_fault(error: GraphQLError) -> bool:
    return error.original_error is not None and not isinstance(error.original_error, GraphQLError)


def hide_values(message: str) -> str:
    for pattern, rest in _SHOWN:
        message = pattern.sub(rest, message)
    return message


def tell(error: GraphQLError, request_id: str, *, is_executed: bool) -> dict[str, Any]:
    """The error as a client sees it. What a client cannot mend goes to the log, under the id of the request."""
    extensions = dict(error.extensions or {})
    message = hide_values(error.message)
    if not is_executed and isinstance(error.original_error, RecursionError):
        message, extensions = TOO_DEEP, {"code": Code.GRAPHQL_PARSE_FAILED}
    elif is_fault(error) and not _is_of_a_literal(error, is_executed):
        place = ".".join(map(str, error.path or ["the request"]))
        LOGGER.error("request %s failed at %s", request_id, place, exc_info=error.original_error)
        message, extensions = FAULT, {"code": Code.INTERNAL, "requestId": request_id}
    extensions.setdefault("code", _code(error, is_executed=is_executed))
    told: dict[str, Any] = {"message": message}
    if error.locations:
        told["locations"] = [location.formatted for location in error.locations]
    if error.path is not None:
        told["path"] = error.path
    return {**told, "extensions": extensions}


def _is_of_a_literal(error: GraphQLError, is_executed: bool) -> bool:
    """A value in the document that Python cannot hold, as a number of ten thousand digits."""
    return not is_executed and bool(error.locations) and isinstance(error.original_error, ValueError)


def _code(error: GraphQLError, *, is_executed: bool) -> Code:
    if isinstance(error, GraphQLSyntaxError):
        return Code.GRAPHQL_PARSE_FAILED
    return Code.BAD_USER_INPUT if is_executed else Code.GRAPHQL_VALIDATION_FAILED
