"""The explorer: GraphiQL as `graphql/explorer` bundles it, served from our own origin under a strict policy.

`dist` is that bundle's folder: `index.html`, and `assets` whose names carry a hash of their content. It arrives as
an argument and is read at each request, so that a build shows at the next reload.
"""

from http import HTTPStatus
from pathlib import Path

from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

# Monaco sets styles inline, hence the one 'unsafe-inline'. Its workers obey the policy of their own responses,
# so the assets carry it as well as the page.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "worker-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "font-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
PAGE_HEADERS = {"Content-Security-Policy": CONTENT_SECURITY_POLICY}
ASSET_HEADERS = PAGE_HEADERS | {"Cache-Control": "public, max-age=31536000, immutable"}

NOT_BUILT = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Fleetgraph</title>
<h1>The explorer is not built</h1>
<p>Run <code>make explorer</code> and reload this page. GraphQL itself answers <code>POST /graphql</code>.</p>
"""


def explorer_page(dist: Path) -> Response:
    """The page for a browser: the explorer, or 503 and how to build it."""
    try:
        page = (dist / "index.html").read_text(encoding="utf-8")
    except FileNotFoundError:
        return HTMLResponse(NOT_BUILT, HTTPStatus.SERVICE_UNAVAILABLE, PAGE_HEADERS)
    return HTMLResponse(page, headers=PAGE_HEADERS)


def explorer_routes(dist: Path) -> list[BaseRoute]:
    """What the page loads, at the addresses that the build wrote into it."""
    return [Mount("/explorer", _Assets(directory=dist / "assets", check_dir=False), name="explorer")]


class _Assets(StaticFiles):
    async def check_config(self) -> None:
        """Nothing: before the first build a missing folder is a 404, not a fault."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(ASSET_HEADERS)
        return response
