"""What every answer carries, and which pages may read one."""

from pathlib import Path

import pytest

from gateway.http.headers import EVERYWHERE
from infra.pages import BuiltPages
from tests.gateway.world import Client, SetClock, WatchedReader

PAGE = "https://dashboard.example"
STRANGER = "https://dashboard.example.attacker.example"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/graphql"),
        ("POST", "/graphql"),
        ("DELETE", "/graphql"),
        ("GET", "/health"),
        ("POST", "/health"),
        ("GET", "/nowhere"),
        ("GET", "/explorer/../../etc/passwd"),
    ],
)
async def test_every_answer_can_neither_be_framed_nor_kept_nor_run(
    method: str, path: str, client: Client
) -> None:
    answer = await client.http.request(method, path)
    assert {name: answer.headers[name] for name in EVERYWHERE} == EVERYWHERE
    assert "no-store" in answer.headers["cache-control"]
    assert "access-control-allow-origin" not in answer.headers


async def test_every_request_has_an_id_of_its_own_that_a_client_cannot_choose(client: Client) -> None:
    chosen = {"X-Request-Id": "chosen"}
    ids = {(await client.http.get("/health", headers=chosen)).headers["x-request-id"] for _ in range(3)}
    assert len(ids) == 3
    assert "chosen" not in ids


async def test_the_page_keeps_its_own_policy_and_the_rest(
    reader: WatchedReader, clock: SetClock, tmp_path: Path
) -> None:
    (tmp_path / "explorer").mkdir()
    (tmp_path / "explorer" / "index.html").write_text("<title>Fleetgraph</title>")
    page = await Client(reader, clock, pages=BuiltPages(folder=tmp_path)).http.get(
        "/graphql", headers={"Accept": "text/html"}
    )
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    rest = EVERYWHERE.keys() - {"Content-Security-Policy"}
    assert {name: page.headers[name] for name in rest} == {name: EVERYWHERE[name] for name in rest}


@pytest.fixture
def open_client(reader: WatchedReader, clock: SetClock) -> Client:
    return Client(reader, clock, allowed_origins=[PAGE])


def preflight(origin: str, headers: str = "authorization, content-type") -> dict[str, str]:
    return {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": headers,
    }


async def test_a_page_of_a_configured_origin_may_ask(open_client: Client) -> None:
    asked = await open_client.http.options("/graphql", headers=preflight(PAGE))
    assert asked.status_code == 200
    assert asked.headers["access-control-allow-origin"] == PAGE
    assert "access-control-allow-credentials" not in asked.headers
    body = {"query": "{ fleet { clusterCount } }"}
    answer = await open_client.http.post("/graphql", json=body, headers={"Origin": PAGE})
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert "Origin" in answer.headers["vary"]
    assert "x-request-id" in answer.headers["access-control-expose-headers"]
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "origin", [STRANGER, "null", "http://dashboard.example", "https://dashboard.example:8443"]
)
async def test_a_page_of_any_other_origin_may_not(origin: str, open_client: Client) -> None:
    asked = await open_client.http.options("/graphql", headers=preflight(origin))
    assert asked.status_code == 400
    assert "access-control-allow-origin" not in asked.headers
    answer = await open_client.http.post("/graphql", json={"query": "{ x }"}, headers={"Origin": origin})
    assert "access-control-allow-origin" not in answer.headers


async def test_a_page_sends_no_header_that_was_not_agreed(open_client: Client) -> None:
    asked = await open_client.http.options("/graphql", headers=preflight(PAGE, "x-strange"))
    assert asked.status_code == 400


async def test_a_refusal_can_be_read_by_a_configured_page(open_client: Client) -> None:
    answer = await open_client.http.post("/graphql", content=b"{", headers={"Origin": PAGE})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (415, PAGE)


async def test_without_configured_origins_nothing_is_said_of_them(client: Client) -> None:
    asked = await client.http.options("/graphql", headers=preflight(PAGE))
    assert asked.status_code == 405
    assert not [name for name in asked.headers if name.startswith("access-control")]
