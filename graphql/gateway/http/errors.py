"""Errors as clients see them. A client's mistakes are explained; faults of the gateway are logged and masked.

A client's mistakes are those that graphql-core finds (syntax, validation, coercion) and `ClientError`. Any other error
is a fault of the gateway, also a stored value that does not fit its type: the client gets a sentence and the id of
the log entry.

No message repeats a value of the request. graphql-core would show a whole input with one invalid member, and another
member can be a secret. The position in the document is enough.
"""

import logging
import re
from typing import Any

from graphql import GraphQLError, GraphQLSyntaxError

from gateway.http.codes import Code

LOGGER = logging.getLogger("gateway")

FAULT = "Something went wrong on our side."
TOO_DEEP = "The document is nested too deeply."

# How graphql-core quotes values, and what remains of it.
_SHOWN = (
    (re.compile(r"\b(found|Unexpected) (Name|Int|Float|String|BlockString)\b.*", re.DOTALL), r"\1 \2."),
    (re.compile(r"(, but encountered error '.*'; found|, found): .*", re.DOTALL), "."),
    (re.compile(r"\? Found: .*", re.DOTALL), "?"),
    (re.compile(r"\b(cannot represent [^:]*): .*", re.DOTALL), r"\1."),
    (re.compile(r"\bValue '.*' does not exist in\b", re.DOTALL), "The value does not exist in"),
)


class ClientError(GraphQLError):
    """The client can correct this request. The message names the invalid argument."""


def unresolved() -> GraphQLError:
    message = "`operationName` must name one of the document's operations."
    return GraphQLError(message, extensions={"code": Code.OPERATION_RESOLUTION_FAILURE})


def is_fault(error: GraphQLError) -> bool:
    return error.original_error is not None and not isinstance(error.original_error, GraphQLError)


def hide_values(message: str) -> str:
    for pattern, rest in _SHOWN:
        message = pattern.sub(rest, message)
    return message


def to_client(error: GraphQLError, request_id: str, *, is_executed: bool) -> dict[str, Any]:
    """The error as a client sees it. An error that the client cannot correct is logged with the id of the request."""
    extensions = dict(error.extensions or {})
    message = hide_values(error.message)
    if not is_executed and isinstance(error.original_error, RecursionError):
        message, extensions = TOO_DEEP, {"code": Code.GRAPHQL_PARSE_FAILED}
    elif (is_fault(error) and not _is_of_a_literal(error, is_executed)) or _is_of_our_data(
        error, is_executed
    ):
        place = ".".join(map(str, error.path or ["the request"]))
        LOGGER.error("request %s failed at %s", request_id, place, exc_info=error.original_error or error)
        message, extensions = FAULT, {"code": Code.INTERNAL, "requestId": request_id}
    extensions.setdefault("code", _code(error, is_executed=is_executed))
    entry: dict[str, Any] = {"message": message}
    if error.locations:
        entry["locations"] = [location.formatted for location in error.locations]
    if error.path is not None:
        entry["path"] = error.path
    return {**entry, "extensions": extensions}


def _is_of_a_literal(error: GraphQLError, is_executed: bool) -> bool:
    """Whether Python cannot convert a value in the document, for example a number of ten thousand digits."""
    return not is_executed and bool(error.locations) and isinstance(error.original_error, ValueError)


def _is_of_our_data(error: GraphQLError, is_executed: bool) -> bool:
    """Whether a stored value does not fit its type, for example a number beyond Int. A mistake of a client is found
    before there is a place in the answer, or has its class or its code.
    """
    if not is_executed or error.path is None or "code" in (error.extensions or {}):
        return False
    return not isinstance(error, ClientError) and not isinstance(error.original_error, ClientError)


def _code(error: GraphQLError, *, is_executed: bool) -> Code:
    if isinstance(error, GraphQLSyntaxError):
        return Code.GRAPHQL_PARSE_FAILED
    return Code.BAD_USER_INPUT if is_executed else Code.GRAPHQL_VALIDATION_FAILED
