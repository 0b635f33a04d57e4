"""What a browser gets from our origin."""

import gzip
import json
import re
from pathlib import Path

import httpx
import pytest

from fleet.ports.pages import VIEWS
from infra.pages import BuiltPages, SignIn
from tests.gateway.world import Client, SetClock, WatchedReader

ROOT = Path(__file__).parents[3]
BUILT = ROOT / "web" / "dist"
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PAGE = '<!doctype html><script type="module" src="/assets/index-AB12CD34.js"></script>'
EXPLORER = '<!doctype html><script type="module" src="/explorer/explorer-AB12CD34.js"></script>'
FIRST_VIEW_BYTES = 300_000

built = pytest.mark.skipif(not (BUILT / "page" / "index.html").exists(), reason="not built: make web")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, page, asset in (
        ("page", PAGE, "index-AB12CD34.js"),
        ("explorer", EXPLORER, "explorer-AB12CD34.js"),
    ):
        (tmp_path / name / "assets").mkdir(parents=True)
        (tmp_path / name / "index.html").write_text(page)
        (tmp_path / name / "assets" / asset).write_text("export {};")
    return tmp_path


@pytest.fixture
def browser(reader: WatchedReader, clock: SetClock, folder: Path) -> httpx.AsyncClient:
    return Client(reader, clock, pages=BuiltPages(folder=folder)).http


def policy_of(response: httpx.Response) -> dict[str, set[str]]:
    directives = (part.split() for part in response.headers["content-security-policy"].split(";"))
    return {name: set(sources) for name, *sources in directives}


@pytest.mark.parametrize(
    "path",
    ["/", "/clusters/abc", "/assets/index-AB12CD34.js", "/graphql", "/explorer/explorer-AB12CD34.js"],
)
async def test_pages_and_assets_run_scripts_of_our_own_origin_alone(
    browser: httpx.AsyncClient, path: str
) -> None:
    response = await browser.get(path, headers=BROWSER)
    assert response.status_code == 200
    policy = policy_of(response)
    assert policy["default-src"] == {"'none'"}
    assert policy["script-src"] == policy["connect-src"] == {"'self'"}
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == {"'none'"}
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"


async def test_the_page_of_the_fleet_allows_no_style_that_is_written_inline(
    browser: httpx.AsyncClient,
) -> None:
    assert policy_of(await browser.get("/", headers=BROWSER))["style-src"] == {"'self'"}


@pytest.mark.parametrize("view", ["", *VIEWS, "clusters/WyJDbHVzdGVyIl0", "operations/a%2Fb"])
async def test_every_view_has_an_address_of_its_own(browser: httpx.AsyncClient, view: str) -> None:
    response = await browser.get(f"/{view}", headers=BROWSER)
    assert (response.status_code, response.text) == (200, PAGE)
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"


def test_the_page_shows_the_same_views() -> None:
    routes = re.findall(r'<Route path="/(\w+)"', (ROOT / "web/page/src/App.tsx").read_text(encoding="utf-8"))
    assert set(routes) == set(VIEWS)


async def test_an_address_that_is_no_view_is_not_found(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/nowhere", headers=BROWSER)).status_code == 404


async def test_a_program_is_led_on_to_graphql(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/")).headers["location"] == "/graphql"
    assert (await browser.get("/clusters")).status_code == 404


async def test_an_asset_is_kept_for_ever_because_its_name_changes_with_its_content(
    browser: httpx.AsyncClient,
) -> None:
    asset = await browser.get("/assets/index-AB12CD34.js")
    assert asset.text == "export {};"
    assert asset.headers["content-type"] == "text/javascript; charset=utf-8"
    assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    "path",
    [
        "/assets/missing.js",
        "/assets/%2e%2e/index.html",
        "/assets/..%2findex.html",
        "/assets/index.html",
        "/assets/",
        "/assets/index-AB12CD34.js.gz",
        "/explorer/%2e%2e/index.html",
    ],
)
async def test_nothing_but_an_asset_is_served_as_one(
    browser: httpx.AsyncClient, folder: Path, path: str
) -> None:
    (folder / "page" / "assets" / "index-AB12CD34.js.gz").write_bytes(b"")
    response = await browser.get(path)
    assert response.status_code == 404
    assert "immutable" not in response.headers.get("cache-control", "")


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("br, gzip", "br"),
        ("gzip, deflate", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("identity", None),
        ("gzip;q=0.0", None),
    ],
)
async def test_a_file_goes_out_as_it_was_compressed_for_whoever_takes_that(
    folder: Path, accepted: str, coding: str | None
) -> None:
    asset = folder / "page" / "assets" / "index-AB12CD34.js"
    asset.with_name(asset.name + ".gz").write_bytes(gzip.compress(b"export {};"))
    asset.with_name(asset.name + ".br").write_bytes(b"brotli")
    found = BuiltPages(folder=folder).find("GET", "/assets/index-AB12CD34.js", {"accept-encoding": accepted})
    assert found is not None
    assert found.headers.get("Content-Encoding") == coding
    assert found.headers["Vary"] == "Accept-Encoding"
    expected = {"br": b"brotli", "gzip": gzip.compress(b"export {};"), None: b"export {};"}
    assert len(found.body) == len(expected[coding])


async def test_pages_that_are_not_built_say_how_to_build_them_and_show_after_it(
    reader: WatchedReader, clock: SetClock, tmp_path: Path
) -> None:
    browser = Client(reader, clock, pages=BuiltPages(folder=tmp_path)).http
    for path in ("/", "/graphql"):
        page = await browser.get(path, headers=BROWSER)
        assert page.status_code == 503
        assert "make web" in page.text
        assert page.headers["cache-control"] == "no-store"
        assert policy_of(page)["default-src"] == {"'none'"}
    (tmp_path / "page").mkdir()
    (tmp_path / "page" / "index.html").write_text(PAGE)
    assert (await browser.get("/", headers=BROWSER)).text == PAGE


async def test_a_gateway_that_keeps_its_schema_to_itself_serves_the_page_and_no_explorer(
    reader: WatchedReader, clock: SetClock, folder: Path
) -> None:
    browser = Client(reader, clock, pages=BuiltPages(folder=folder, has_explorer=False)).http
    assert (await browser.get("/", headers=BROWSER)).status_code == 200
    assert (await browser.get("/graphql", headers=BROWSER)).status_code == 400
    assert (await browser.get("/explorer/explorer-AB12CD34.js")).status_code == 404


def first_view() -> set[Path]:
    """What a browser loads before the fleet is shown: the page, what it names, and what its view imports."""
    assets = BUILT / "page" / "assets"
    loaded = {BUILT / "page" / "index.html"}
    wanted = set(
        re.findall(r'"/assets/([^"]+)"', (BUILT / "page" / "index.html").read_text(encoding="utf-8"))
    )
    wanted |= {path.name for path in assets.glob("Fleet-*.js")}
    wanted |= {path.name for path in assets.glob("inter-latin-wght-*.woff2")}
    while wanted:
        path = assets / wanted.pop()
        if path in loaded:
            continue
        loaded.add(path)
        if path.suffix == ".js":
            text = path.read_text(encoding="utf-8")
            wanted |= set(re.findall(r'(?:from|import)\s*"\./([^"]+)"', text))
    styles = {
        path for path in assets.glob("*.css") if path.stem.partition("-")[0] in ("index", "Bars", "Fleet")
    }
    return loaded | styles


@built
def test_the_first_view_is_under_300_kb_compressed() -> None:
    sizes = {}
    for path in first_view():
        compressed = path.with_name(path.name + ".gz")
        sizes[path.name] = (compressed if compressed.exists() else path).stat().st_size
    assert len(sizes) > 5
    assert sum(sizes.values()) < FIRST_VIEW_BYTES, json.dumps(sizes, indent=2)


@built
@pytest.mark.parametrize(("path", "fonts_are"), [("/", "text"), ("/graphql", "icons")])
async def test_what_was_built_is_there_and_holds_nothing_inline(
    path: str, fonts_are: str, reader: WatchedReader, clock: SetClock
) -> None:
    browser = Client(reader, clock, pages=BuiltPages(folder=BUILT)).http
    page = (await browser.get(path, headers=BROWSER)).text
    assert re.search(r"<html lang=\"en\">.*<title>Fleetgraph</title>", page, re.DOTALL)
    assert not re.search(r"<script(?![^>]* src=)|<style| style=| on[a-z]+=|https?:", page)
    referenced = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert {Path(path).suffix for path in referenced} == {".js", ".css", ".svg"}
    answers = {path: await browser.get(path) for path in referenced}
    styles = "".join(answers[path].text for path in answers if ".css" in path)
    fonts = re.findall(r'url\("?(/[^")]+)', styles)
    assert fonts, fonts_are
    answers |= {path: await browser.get(path) for path in fonts}
    assert [path for path, answer in answers.items() if answer.status_code != 200] == []


@built
def test_every_file_that_is_worth_it_is_compressed_beforehand() -> None:
    texts = [path for path in BUILT.rglob("*") if path.suffix in (".js", ".css", ".html", ".svg")]
    assert texts
    missing = [path.name for path in texts for end in (".br", ".gz") if not Path(f"{path}{end}").exists()]
    assert missing == []


async def test_the_page_may_ask_the_issuer_where_people_sign_in_and_nobody_else(
    reader: WatchedReader, clock: SetClock, folder: Path, browser: httpx.AsyncClient
) -> None:
    assert (await browser.get("/sign-in.json")).json() is None
    sign_in = SignIn(issuer="https://issuer.example/tenant", client_id="the-page", audience="fleet")
    signing = Client(reader, clock, pages=BuiltPages(folder=folder, sign_in=sign_in)).http
    served = await signing.get("/sign-in.json")
    assert served.json() == {
        "issuer": "https://issuer.example/tenant",
        "clientId": "the-page",
        "audience": "fleet",
    }
    page = await signing.get("/", headers=BROWSER)
    assert policy_of(page)["connect-src"] == {"'self'", "https://issuer.example"}
    explorer = await signing.get("/graphql", headers=BROWSER)
    assert policy_of(explorer)["connect-src"] == {"'self'"}
