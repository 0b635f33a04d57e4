"""GraphQL over HTTP: the endpoint that executes requests and answers them."""

import json
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from operator import itemgetter
from types import MappingProxyType
from typing import Any

import orjson
from graphql import GraphQLError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from fleet.ports.credits import CreditsUsedUp
from fleet.ports.pages import Page, Pages
from gateway.context import Context
from gateway.execution.execute import execute
from gateway.http.authentication import caller_of
from gateway.http.codes import MEANINGS, Code
from gateway.http.errors import to_client
from gateway.http.request import JSON, Asked, NotServed, answer_type, check_method, read
from gateway.http.request_log import LogRequest, describe, nobody_listens
from gateway.limits.bounds import out_of_credits
from gateway.services import Policy, Services

MOST_ANSWER_BYTES = 6_000_000
"""Lambda passes on at most 6,291,556 bytes, headers included. It discards a larger answer after the handler has ended.
"""
MOST_PASSED_ON = 3
"""As how many bytes one of a body is passed on at most. To count them costs 0.1 ms for 300 KB."""


class Endpoint:
    """Without `pages`, browsers get none."""

    def __init__(
        self,
        services: Services,
        policy: Policy,
        pages: Pages | None,
        log_request: LogRequest = nobody_listens,
    ) -> None:
        self._services = services
        self._policy = policy
        self._pages = pages
        self._log_request = log_request

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            response = await self._respond(Request(scope, receive))
        except ClientDisconnect:
            return  # the client has gone
        if scope["method"] == "HEAD":
            response.body = b""
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        if self._pages is not None and (found := found_for(request, self._pages)):
            return page_response(found)
        media_type, headers = JSON, dict[str, str]()
        context = Context(self._services, self._policy, caller=caller_of(request))
        try:
            check_method(request)
            media_type = answer_type(request)
            self._check_credits(context)
            asked = await read(request, self._policy)
            context.operation_name = asked.operation_name
            result = await self._execute(request, asked, context)
            answer = _answer(result, request.scope["request_id"])
        except NotServed as refused:
            headers = {**refused.headers}
            answer = {"errors": [{"message": refused.message, "extensions": {"code": refused.code}}]}
            with suppress(CreditsUsedUp):
                await context.credits.spend(context.caller.id, 1, context.now)
        except GraphQLError as refused:
            answer = {"errors": [to_client(refused, request.scope["request_id"], is_executed=False)]}
        self._log_request(describe(context, answer))
        return _response(answer, media_type, headers)

    def _check_credits(self, context: Context) -> None:
        """Raises if the caller is known to have used up this minute's credits. The request is then not read."""
        credit_status = context.credits.used_up(context.caller.id, context.now)
        if credit_status is not None:
            raise out_of_credits(credit_status, context.now)

    async def _execute(self, request: Request, asked: Asked, context: Context) -> ExecutionResult:
        kinds = {OperationType.QUERY}
        if request.method == "POST":
            kinds.add(OperationType.MUTATION)
        try:
            return await execute(asked, context, kinds)
        except InvalidOperationTypeError as refused:
            if refused.operation_type is OperationType.MUTATION:
                raise NotServed(
                    Code.METHOD_NOT_ALLOWED, "Send mutations by POST.", {"Allow": "POST"}
                ) from None
            return PreExecutionError(data=None, errors=[GraphQLError("Subscriptions are not supported.")])


def found_for(request: Request, pages: Pages) -> Page | None:
    return pages.find(request.method, request.url.path, request.headers, request.query_params.keys())


def page_response(found: Page) -> Response:
    return Response(found.body, found.status, found.headers)


def _answer(result: ExecutionResult, request_id: str) -> dict[str, Any]:
    """The answer as JSON. For a request that was not executed it has no member `data`, not even null."""
    answer: dict[str, Any] = {}
    if result.errors:
        is_executed = not isinstance(result, PreExecutionError)
        answer["errors"] = [to_client(error, request_id, is_executed=is_executed) for error in result.errors]
    if result.data is not None or any("path" in error for error in answer.get("errors", ())):
        answer["data"] = result.data
    if result.extensions:
        answer["extensions"] = result.extensions
    return answer


def _response(
    answer: dict[str, Any], media_type: str, headers: Mapping[str, str] = MappingProxyType({})
) -> Response:
    status = HTTPStatus.OK if "data" in answer else _status(answer["errors"][0], media_type)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        headers = {**headers, "Retry-After": str(answer["errors"][0]["extensions"]["retryAfterSeconds"])}
    body = _write(answer)
    if MOST_PASSED_ON * len(body) > MOST_ANSWER_BYTES and _passed_on(body) > MOST_ANSWER_BYTES:
        return _response({"errors": [_too_large(answer)]}, media_type, headers)
    return Response(body, status, headers, media_type)


def _write(value: object) -> bytes:
    """As orjson writes it: a page of 1,000 clusters in 0.1 ms, where Python's own takes 3. That writes half of a
    character and integers beyond 64 bits, too.
    """
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()


def _passed_on(body: bytes) -> int:
    """The size in bytes. Lambda sends a body as a text in JSON, where each quotation mark and backslash takes one more
    byte, and each character beyond ASCII six or twelve.
    """
    if body.isascii():
        return len(body) + body.count(b'"') + body.count(b"\\")
    return len(json.dumps(body.decode())) - 2


def _too_large(answer: dict[str, Any]) -> dict[str, Any]:
    sizes = {name: _passed_on(_write(value)) for name, value in (answer.get("data") or {}).items()}
    name, size = max(sizes.items(), key=itemgetter(1), default=("errors", 0))
    message = (
        f"The answer has more than {MOST_ANSWER_BYTES // 1_000_000} MB. `{name}` takes {size / 1_000_000:.1f} MB of "
        "it: ask for a smaller page of it, or leave out long texts, such as `message`."
    )
    return {"message": message, "extensions": {"code": Code.ANSWER_TOO_LARGE}}


def _status(error: dict[str, Any], media_type: str) -> HTTPStatus:
    """The status of an answer. In the older media type it is 200 for every GraphQL error."""
    meaning = MEANINGS[error["extensions"]["code"]]
    return meaning.status if meaning.is_of_http or media_type != JSON else HTTPStatus.OK
