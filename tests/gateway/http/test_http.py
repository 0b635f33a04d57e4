"""GraphQL over HTTP: one suite of requests, sent to the byte through both entrances, and the same answer from each."""

import asyncio
import socket
from collections.abc import Iterator

import httpx
import pytest
from starlette.applications import Starlette

from tests.gateway.entrances import Answer, Entrance, through_mangum, through_uvicorn
from tests.gateway.exchanges import COUNT, EXCHANGES, OLDER, get
from tests.gateway.world import Client


@pytest.fixture(scope="module")
def uvicorn(origin: str) -> Entrance:
    return through_uvicorn(origin)


@pytest.fixture(scope="module")
def mangum(app: Starlette) -> Iterator[Entrance]:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield through_mangum(app)
    asyncio.set_event_loop(None)
    loop.close()


@pytest.mark.parametrize("name", EXCHANGES)
def test_both_entrances_give_the_answer_that_the_standard_wants(
    name: str, uvicorn: Entrance, mangum: Entrance
) -> None:
    sent, expected = EXCHANGES[name]
    answer = uvicorn(sent)
    expected.check(answer)
    assert mangum(sent).without_its_entrance() == answer.without_its_entrance()


@pytest.mark.parametrize("entrance", ["uvicorn", "mangum"])
def test_a_head_is_a_get_without_its_body(entrance: str, request: pytest.FixtureRequest) -> None:
    send: Entrance = request.getfixturevalue(entrance)
    answer, alone = send(get(query=COUNT)), send(get(query=COUNT, method="HEAD"))
    assert alone.without_its_entrance() == Answer(
        status=200, headers=answer.without_its_entrance().headers, body=b""
    )
    assert alone.headers["content-length"] == str(len(answer.body))


def test_ten_megabytes_are_refused_before_one_of_them_is_sent(origin: str) -> None:
    url = httpx.URL(origin)
    with socket.create_connection((url.host, url.port or 0), timeout=40) as connection:
        connection.sendall(
            b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: 10485760\r\n\r\n"
        )
        answer = connection.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"PAYLOAD_TOO_LARGE" in answer


def test_a_body_that_does_not_say_its_length_is_read_to_the_limit(origin: str) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(160):
            yield b" " * 65536

    answer = httpx.post(f"{origin}/graphql", content=endless(), headers={"Content-Type": OLDER}, timeout=40)
    assert answer.status_code == 413
    assert answer.json()["errors"][0]["extensions"]["code"] == "PAYLOAD_TOO_LARGE"


def test_a_client_that_sends_ten_megabytes_all_the_same_reads_the_answer(origin: str) -> None:
    answer = httpx.post(f"{origin}/graphql", json={"query": " " * 10_000_000}, timeout=40)
    assert answer.status_code == 413


@pytest.mark.parametrize("name", ["variables", "extensions", "operationName"])
async def test_an_empty_text_is_nothing(client: Client, name: str) -> None:
    answer = await client.http.post("/graphql", json={"query": "{ fleet { clusterCount } }", name: ""})
    assert "errors" not in answer.json()


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br", "gzip"),
        ("identity", None),
        ("br", None),
        ("gzip;q=0", None),
        ("br, GZIP; q=0.000", None),
        ("gzip;q=0.5, identity;q=0", "gzip"),
        ("*", "gzip"),
        ("gzip;q=0, *", None),
        ("*, gzip;q=0", None),
        ("*;q=0, identity", None),
    ],
)
async def test_a_large_answer_is_compressed_for_those_who_accept_it(
    client: Client, accepted: str, coding: str | None
) -> None:
    document = "{ providers { name capabilities { capability isSupported reason } } }"
    answer = await client.http.post(
        "/graphql", json={"query": document}, headers={"Accept-Encoding": accepted}
    )
    assert answer.headers.get("content-encoding") == coding
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.json()["data"]["providers"]


async def test_a_small_answer_is_sent_as_it_is(client: Client) -> None:
    answer = await client.http.post("/graphql", json={"query": "{ viewer { name } }"})
    assert "content-encoding" not in answer.headers
