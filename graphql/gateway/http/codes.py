"""The codes of errors. Programs read the code, people the message. docs/api.md shows this table."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus


class Code(StrEnum):
    BAD_REQUEST = "BAD_REQUEST"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    NOT_ACCEPTABLE = "NOT_ACCEPTABLE"
    PAYLOAD_TOO_LARGE = "PAYLOAD_TOO_LARGE"
    UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"
    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    OPERATION_RESOLUTION_FAILURE = "OPERATION_RESOLUTION_FAILURE"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    QUERY_TOO_LARGE = "QUERY_TOO_LARGE"
    COST_EXCEEDED = "COST_EXCEEDED"
    RATE_LIMITED = "RATE_LIMITED"
    ANSWER_TOO_LARGE = "ANSWER_TOO_LARGE"
    DOCUMENT_NOT_FOUND = "DOCUMENT_NOT_FOUND"
    PERSISTED_QUERY_NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"
    PERSISTED_QUERY_NOT_SUPPORTED = "PERSISTED_QUERY_NOT_SUPPORTED"
    DOCUMENT_NOT_TRUSTED = "DOCUMENT_NOT_TRUSTED"
    INTERNAL = "INTERNAL"


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """`status` is the HTTP status of an answer without data. `is_of_http`: the request was not read as GraphQL, so the
    status is the same for both media types. Any other error has status 200 with `application/json`.
    """

    status: HTTPStatus
    means: str
    is_of_http: bool = False


MEANINGS: Mapping[Code, Meaning] = {
    Code.BAD_REQUEST: Meaning(
        status=HTTPStatus.BAD_REQUEST,
        is_of_http=True,
        means="The body or the address does not contain exactly one GraphQL request.",
    ),
    Code.UNAUTHENTICATED: Meaning(
        status=HTTPStatus.UNAUTHORIZED,
        is_of_http=True,
        means="The key is missing, unknown, mistyped, expired or revoked.",
    ),
    Code.FORBIDDEN: Meaning(
        status=HTTPStatus.FORBIDDEN,
        is_of_http=True,
        means="The key or token is valid, but its scopes do not allow this query. A mutation answers with a "
        "`ForbiddenError` instead. Or the request went past CloudFront, where that is in front.",
    ),
    Code.METHOD_NOT_ALLOWED: Meaning(
        status=HTTPStatus.METHOD_NOT_ALLOWED,
        is_of_http=True,
        means="Send queries by GET or POST and mutations by POST. `Allow` lists the methods.",
    ),
    Code.NOT_ACCEPTABLE: Meaning(
        status=HTTPStatus.NOT_ACCEPTABLE,
        is_of_http=True,
        means="`Accept` leaves out both `application/graphql-response+json` and `application/json`.",
    ),
    Code.PAYLOAD_TOO_LARGE: Meaning(
        status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        is_of_http=True,
        means="The body has more than 256 KiB.",
    ),
    Code.UNSUPPORTED_MEDIA_TYPE: Meaning(
        status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        is_of_http=True,
        means="The body is not `application/json` in UTF-8. Forms and uploads are refused.",
    ),
    Code.GRAPHQL_PARSE_FAILED: Meaning(
        status=HTTPStatus.BAD_REQUEST,
        means="The document is not GraphQL, or is too long or too deep to read.",
    ),
    Code.GRAPHQL_VALIDATION_FAILED: Meaning(
        status=HTTPStatus.BAD_REQUEST,
        means="The document does not match the schema, or asks for too much.",
    ),
    Code.OPERATION_RESOLUTION_FAILURE: Meaning(
        status=HTTPStatus.BAD_REQUEST,
        means="`operationName` does not name an operation of the document, or is required.",
    ),
    Code.BAD_USER_INPUT: Meaning(
        status=HTTPStatus.BAD_REQUEST, means="A variable or an argument has an invalid value."
    ),
    Code.QUERY_TOO_LARGE: Meaning(
        status=HTTPStatus.BAD_REQUEST, means="The document or its variables are too large."
    ),
    Code.COST_EXCEEDED: Meaning(
        status=HTTPStatus.BAD_REQUEST,
        means="The query cost is over the limit. `cost` and `limit` are in credits.",
    ),
    Code.RATE_LIMITED: Meaning(
        status=HTTPStatus.TOO_MANY_REQUESTS,
        is_of_http=True,
        means="The credits of this minute are used up. `Retry-After` says when to ask again.",
    ),
    Code.ANSWER_TOO_LARGE: Meaning(
        status=HTTPStatus.BAD_REQUEST,
        means="The answer has more than 6 MB. The message names what takes most of it.",
    ),
    Code.DOCUMENT_NOT_FOUND: Meaning(
        status=HTTPStatus.BAD_REQUEST, means="There is no known document with this id."
    ),
    Code.PERSISTED_QUERY_NOT_FOUND: Meaning(
        status=HTTPStatus.BAD_REQUEST,
        means="The same, for Apollo's clients: send the document. Only known documents are run.",
    ),
    Code.PERSISTED_QUERY_NOT_SUPPORTED: Meaning(
        status=HTTPStatus.BAD_REQUEST,
        means="The same, where any document is run: send the documents from now on.",
    ),
    Code.DOCUMENT_NOT_TRUSTED: Meaning(
        status=HTTPStatus.BAD_REQUEST, means="Only known documents are run, and this document is not known."
    ),
    Code.INTERNAL: Meaning(
        status=HTTPStatus.INTERNAL_SERVER_ERROR,
        is_of_http=True,
        means="A fault of the gateway. `requestId` is in its log, and in the header `X-Request-Id`.",
    ),
}
