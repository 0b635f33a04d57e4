import re
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.http.explorer import explorer_page, explorer_routes
from gateway.http.middleware import layers

BUILT = Path(__file__).parents[3] / "graphql" / "explorer" / "dist"
PAGE = '<!doctype html><script type="module" src="/explorer/explorer-AB12CD34.js"></script>'


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "explorer-AB12CD34.js").write_text("export {};")
    (tmp_path / "index.html").write_text(PAGE)
    return tmp_path


def browse(dist: Path) -> httpx.AsyncClient:
    async def page(_request: Request) -> Response:
        return explorer_page(dist)

    app = Starlette(routes=[Route("/graphql", page), *explorer_routes(dist)], middleware=layers(()))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://fleetgraph.test")


def policy_of(response: httpx.Response) -> dict[str, set[str]]:
    directives = (part.split() for part in response.headers["content-security-policy"].split(";"))
    return {name: set(sources) for name, *sources in directives}


@pytest.mark.parametrize("path", ["/graphql", "/explorer/explorer-AB12CD34.js"])
async def test_page_and_assets_run_scripts_of_our_own_origin_alone(dist: Path, path: str) -> None:
    response = await browse(dist).get(path)
    policy = policy_of(response)
    assert policy["default-src"] == {"'none'"}
    assert policy["script-src"] == policy["worker-src"] == policy["connect-src"] == {"'self'"}
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == {"'none'"}
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"


async def test_the_page_is_what_the_build_wrote_and_is_never_stored(dist: Path) -> None:
    page = await browse(dist).get("/graphql")
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "no-store"
    assert page.text == PAGE


async def test_an_asset_is_kept_for_ever_because_its_name_changes_with_its_content(dist: Path) -> None:
    asset = await browse(dist).get("/explorer/explorer-AB12CD34.js")
    assert asset.text == "export {};"
    assert "javascript" in asset.headers["content-type"]
    assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("name", ["missing.js", "%2e%2e/index.html", "index.html", ""])
async def test_nothing_but_an_asset_is_served_as_one(dist: Path, name: str) -> None:
    response = await browse(dist).get(f"/explorer/{name}")
    assert response.status_code == 404
    assert "immutable" not in response.headers.get("cache-control", "")


async def test_an_explorer_that_is_not_built_says_how_to_build_it(tmp_path: Path) -> None:
    page = await browse(tmp_path / "dist").get("/graphql")
    assert page.status_code == 503
    assert "make explorer" in page.text
    assert page.headers["cache-control"] == "no-store"
    assert policy_of(page)["default-src"] == {"'none'"}


async def test_a_build_after_the_start_shows_at_the_next_reload(tmp_path: Path) -> None:
    client = browse(tmp_path)
    assert (await client.get("/graphql")).status_code == 503
    assert (await client.get("/explorer/late.js")).status_code == 404
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "late.js").write_text("export {};")
    (tmp_path / "index.html").write_text(PAGE)
    assert (await client.get("/graphql")).text == PAGE
    assert (await client.get("/explorer/late.js")).status_code == 200


@pytest.mark.skipif(not (BUILT / "index.html").exists(), reason="the explorer is not built: make explorer")
async def test_what_was_built_is_there_and_holds_nothing_inline() -> None:
    client = browse(BUILT)
    page = (await client.get("/graphql")).text
    assert re.search(r"<html lang=\"en\">.*<title>Fleetgraph</title>", page, re.DOTALL)
    assert not re.search(r"<script(?![^>]* src=)|<style| style=| on[a-z]+=|https?:", page)
    referenced = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert {Path(path).suffix for path in referenced} == {".js", ".css", ".svg"}
    answers = {path: await client.get(path) for path in referenced}
    fonts = re.findall(r'url\("?(/[^")]+)', "".join(answers[path].text for path in answers if ".css" in path))
    assert fonts, "the editor's icons are a font"
    answers |= {path: await client.get(path) for path in fonts}
    assert [path for path, answer in answers.items() if answer.status_code != 200] == []
