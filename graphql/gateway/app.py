"""The gateway over HTTP: GraphQL, the explorer for a browser, and whether all is well."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route, request_response
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse
from strawberry.http.base import BaseRequestProtocol
from strawberry.types import ExecutionResult

from fleet.clock import Clock
from fleet.door import Admit
from fleet.keys import Keys
from fleet.store import Reader
from gateway.context import Context
from gateway.explorer import explorer_page, explorer_routes
from gateway.guard import Guard, caller_of, is_for_page
from gateway.schema import SCHEMA

if TYPE_CHECKING:
    from fleet.changing import Changer
    from fleet.owning import Owner

GRAPHQL_RESPONSE = "application/graphql-response+json"

Health = Callable[[], Awaitable[Mapping[str, Any]]]
"""Facts that `/health` shows, `status` among them. Any but "ok" is answered with 503."""


def create_app(
    reader: Reader,
    changer: "Changer",
    owner: "Owner",
    clock: Clock,
    *,
    keys: Keys,
    admit: Admit,
    explorer: Path | None,
    health: Health | None,
) -> Starlette:
    """The whole gateway. `explorer` is the folder of the bundled page; null serves none."""
    has_page = explorer is not None

    async def to_graphql(request: Request) -> Response:
        return RedirectResponse("/graphql")

    async def tell_health(request: Request) -> Response:
        facts = {"status": "ok"} if health is None else dict(await health())
        is_well = facts["status"] == "ok"
        return JSONResponse(facts, HTTPStatus.OK if is_well else HTTPStatus.SERVICE_UNAVAILABLE)

    endpoint = Endpoint(reader, changer, owner, keys, clock, explorer)
    routes: list[BaseRoute] = [
        Route("/", to_graphql),
        Route("/graphql", Guard(endpoint, admit, shows_page=has_page)),
        Route("/health", Guard(request_response(tell_health), admit)),
    ]
    return Starlette(routes=routes if explorer is None else [*routes, *explorer_routes(explorer)])


class Endpoint(GraphQL[Context, None]):
    def __init__(
        self,
        reader: Reader,
        changer: "Changer",
        owner: "Owner",
        keys: Keys,
        clock: Clock,
        explorer: Path | None,
    ) -> None:
        super().__init__(
            SCHEMA, graphql_ide=None if explorer is None else "graphiql", subscription_protocols=()
        )
        self._reader = reader
        self._changer = changer
        self._owner = owner
        self._keys = keys
        self._clock = clock
        self._explorer = explorer

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        return Context(
            reader=self._reader,
            changer=self._changer,
            owner=self._owner,
            keys=self._keys,
            caller=caller_of(request),
            now=self._clock.now(),
        )

    def should_render_graphql_ide(self, request: BaseRequestProtocol) -> bool:
        return is_for_page(request)

    async def render_graphql_ide(self, request: Request) -> Response:
        assert self._explorer is not None
        return explorer_page(self._explorer)

    async def get_sub_response(self, request: Request | WebSocket) -> Response:
        response = await super().get_sub_response(request)
        if GRAPHQL_RESPONSE in request.headers.get("accept", ""):
            response.media_type = GRAPHQL_RESPONSE
        return response

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """A request that was never executed has no `data`, not even null."""
        answer = await super().process_result(request, result)
        if result.data is None and all(error.path is None for error in result.errors or ()):
            del answer["data"]
        return answer

    def create_response(
        self, response_data: GraphQLHTTPResponse | list[GraphQLHTTPResponse], sub_response: Response
    ) -> Response:
        """GraphQL over HTTP: the older media type always says 200; the newer one says 400 of what was not executed."""
        response = super().create_response(response_data, sub_response)
        if sub_response.media_type == GRAPHQL_RESPONSE:
            response.headers["content-type"] = GRAPHQL_RESPONSE
            if "data" not in response_data:
                response.status_code = HTTPStatus.BAD_REQUEST
        return response
