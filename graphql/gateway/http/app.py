"""The gateway over HTTP: GraphQL, the pages for a browser, and `/health`."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route, request_response

from fleet.access.authentication import Authenticate
from fleet.ports.pages import VIEWS, Pages
from gateway.http.authentication import RequireCaller
from gateway.http.endpoint import Endpoint, found_for, page_response
from gateway.http.middleware import layers
from gateway.http.request_log import LogRequest, nobody_listens
from gateway.services import Policy, Services

Health = Callable[[], Awaitable[Mapping[str, Any]]]
"""The facts that `/health` shows. If `status` is not "ok", the answer has status 503."""


def create_app(
    services: Services,
    *,
    authenticate: Authenticate,
    policy: Policy,
    pages: Pages | None,
    health: Health | None,
    allowed_origins: Sequence[str] = (),
    log_request: LogRequest = nobody_listens,
) -> Starlette:
    """The whole gateway. Without `pages`, browsers get none. `allowed_origins` are the origins of web pages that may
    ask. They are empty where something in front of the gateway checks origins.
    `log_request` gets one line for each request.
    """

    async def to_graphql(request: Request) -> Response:
        return RedirectResponse("/graphql")

    async def answer_health(request: Request) -> Response:
        facts = {"status": "ok"} if health is None else dict(await health())
        is_well = facts["status"] == "ok"
        return JSONResponse(facts, HTTPStatus.OK if is_well else HTTPStatus.SERVICE_UNAVAILABLE)

    endpoint = Endpoint(services, policy, pages, log_request)
    routes: list[BaseRoute] = [
        Route("/", to_graphql),
        Route(
            "/graphql",
            RequireCaller(endpoint, authenticate, shows_page=pages is not None and pages.has_explorer),
        ),
        Route("/health", RequireCaller(request_response(answer_health), authenticate), methods=["GET"]),
    ]
    if pages is not None:
        routes = [*_page_routes(pages), *routes]
    return Starlette(routes=routes, middleware=layers(allowed_origins))


def _page_routes(pages: Pages) -> list[BaseRoute]:
    """The pages contain no data of a fleet, so they need no authentication. `/` redirects a program to `/graphql`."""

    async def serve(request: Request) -> Response:
        found = found_for(request, pages)
        if found is not None:
            return page_response(found)
        if request.url.path == "/":
            return RedirectResponse("/graphql")
        raise HTTPException(HTTPStatus.NOT_FOUND)

    views = [path for view in VIEWS for path in (f"/{view}", f"/{view}/{{rest:path}}")]
    return [
        Route(path, serve) for path in ("/", *views, "/assets/{name}", "/explorer/{name}", "/sign-in.json")
    ]
