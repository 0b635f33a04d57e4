"""A token goes to its provider, or where whoever runs this has said, and nowhere else."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import httpx
import pytest

from adapters import open_client
from fleet.model.failure import Rejected


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """An address that somebody wrote into a row, and what arrives there."""
    heard: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.headers["Authorization"])
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", heard
    server.shutdown()
    server.server_close()


async def test_an_address_that_nobody_gave_hears_nothing(listener: tuple[str, list[str]]) -> None:
    url, heard = listener
    async with open_client(["http://127.0.0.1:1"]) as client:
        with pytest.raises(Rejected, match="nobody gave to this deployment"):
            await client.get(f"{url}/clusters", headers={"Authorization": "Bearer planted"})
    assert heard == []


async def test_an_address_that_was_given_is_asked(listener: tuple[str, list[str]]) -> None:
    url, heard = listener
    async with open_client([f"{url}/some/path"]) as client:
        await client.get(f"{url}/clusters", headers={"Authorization": "Bearer made-up"})
    assert heard == ["Bearer made-up"]


@pytest.mark.parametrize(
    "url",
    [
        "https://api.kupe.cloud.example/clusters",
        "http://api.kupe.cloud/clusters",
        "https://api.kupe.cloud:444/clusters",
        "https://api.kupe.cloud@127.0.0.1/clusters",
    ],
)
async def test_a_name_that_resembles_a_provider_is_none(url: str) -> None:
    async with open_client() as client:
        with pytest.raises(Rejected):
            await client.get(url)


async def test_every_provider_is_asked() -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(200))
    async with open_client() as client:
        client._transport = transport
        for host in (
            "cockroachlabs.cloud",
            "api.kupe.cloud",
            "api.northflank.com",
            "api.qovery.com",
            "ws.qovery.com",
        ):
            assert (await client.get(f"https://{host}/")).status_code == 200
