"""The gateway over HTTP: GraphQL, the explorer for a browser, and whether all is well."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route, request_response

from fleet.access.authentication import Authenticate
from gateway.http.authentication import RequireCaller
from gateway.http.endpoint import Endpoint
from gateway.http.explorer import explorer_routes
from gateway.http.middleware import layers
from gateway.services import Policy, Services

Health = Callable[[], Awaitable[Mapping[str, Any]]]
"""Facts that `/health` shows, `status` among them. Any but "ok" is answered with 503."""


def create_app(
    services: Services,
    *,
    authenticate: Authenticate,
    policy: Policy,
    explorer: Path | None,
    health: Health | None,
    allowed_origins: Sequence[str] = (),
) -> Starlette:
    """The whole gateway. `explorer` is the folder of the bundled page; null serves none. `allowed_origins` are those of
    web pages that may ask, where nothing in front of the gateway sees to that.
    """

    async def to_graphql(request: Request) -> Response:
        return RedirectResponse("/graphql")

    async def tell_health(request: Request) -> Response:
        facts = {"status": "ok"} if health is None else dict(await health())
        is_well = facts["status"] == "ok"
        return JSONResponse(facts, HTTPStatus.OK if is_well else HTTPStatus.SERVICE_UNAVAILABLE)

    endpoint = Endpoint(services, policy, explorer)
    routes: list[BaseRoute] = [
        Route("/", to_graphql),
        Route("/graphql", RequireCaller(endpoint, authenticate, shows_page=explorer is not None)),
        Route("/health", RequireCaller(request_response(tell_health), authenticate), methods=["GET"]),
    ]
    if explorer is not None:
        routes += explorer_routes(explorer)
    return Starlette(routes=routes, middleware=layers(allowed_origins))
