"""Pages through API Gateway: without a key, and without what answers GraphQL."""

import base64
import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from functions.api import Api
from tests.functions.conftest import Deployment, Invocation, SteppedClock, event
from tests.functions.test_imports import loaded_by, started

BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"
PAGE = "<!doctype html><title>Fleetgraph</title>"
SCRIPT = "export {};"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """As the build leaves it: what is compressed stands there so alone."""
    for name in ("page", "explorer"):
        (tmp_path / name / "assets").mkdir(parents=True)
        (tmp_path / name / "index.html.gz").write_bytes(gzip.compress(PAGE.encode()))
        (tmp_path / name / "assets" / "index-AB12CD34.js.gz").write_bytes(gzip.compress(SCRIPT.encode()))
    return tmp_path


@pytest.fixture
def api(deployment: Deployment, clock: SteppedClock, folder: Path) -> Iterator[Api]:
    api = Api(deployment.environment, clock, folder)
    yield api
    api.close()


def visit(path: str, *, accept: str = BROWSER, codings: str = "gzip", method: str = "GET") -> dict[str, Any]:
    asked = event("api")
    asked |= {"rawPath": path, "body": None}
    asked["requestContext"]["http"] |= {"method": method, "path": path}
    asked["headers"] = {"accept": accept, "accept-encoding": codings}
    return asked


@pytest.mark.parametrize("path", ["/", "/clusters", "/clusters/abc", "/graphql"])
def test_a_browser_gets_a_page_without_a_key(api: Api, path: str) -> None:
    answer = api(visit(path), Invocation())
    assert answer["statusCode"] == 200
    assert answer["headers"]["content-encoding"] == "gzip"
    assert gzip.decompress(base64.b64decode(answer["body"])).decode() == PAGE
    assert answer["headers"]["x-content-type-options"] == "nosniff"
    assert "script-src 'self'" in answer["headers"]["content-security-policy"]


def test_an_asset_is_undone_for_whoever_takes_no_coding(api: Api) -> None:
    answer = api(visit("/assets/index-AB12CD34.js", accept="*/*", codings="identity"), Invocation())
    assert base64.b64decode(answer["body"]).decode() == SCRIPT
    assert "content-encoding" not in answer["headers"]
    assert "immutable" in answer["headers"]["cache-control"]


@pytest.mark.parametrize(
    ("path", "method"), [("/nowhere", "GET"), ("/assets/missing.js", "GET"), ("/", "POST")]
)
def test_what_is_no_page_needs_a_key(api: Api, path: str, method: str) -> None:
    assert api(visit(path, method=method), Invocation())["statusCode"] == 401


def test_a_deployment_without_pages_asks_a_browser_for_a_key(
    deployment: Deployment, clock: SteppedClock, folder: Path
) -> None:
    api = Api({**deployment.environment, "PAGE": "off"}, clock, folder)
    assert api(visit("/"), Invocation())["statusCode"] == 401
    api.close()


def test_a_page_loads_nothing_of_graphql() -> None:
    *_, snapshot = started("functions.api", "infra.pages")
    assert loaded_by(snapshot).isdisjoint({"strawberry", "graphql", "mangum", "starlette"})
