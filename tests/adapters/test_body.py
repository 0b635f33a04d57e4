"""Bodies that are meant to harm: what is refused, what it costs, and that everybody else goes on meanwhile."""

import asyncio
import gzip
import json
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Iterable

import httpx
import pytest

import adapters.http
from adapters.adapter import ITEMS_IN_A_TURN, MOST_ITEMS
from adapters.body import LARGEST_BODY_BYTES, LARGEST_REFUSAL_BYTES, LOOP_BYTES, MOST_VALUES
from adapters.kupe import KupeAdapter
from fleet.model.failure import Rejected, TimedOut, UnexpectedResponse
from fleetgraph.testing.setting import answering

LIST = b'{"items": []}'


def answer(
    *pieces: bytes, coding: str | None = None, status: int = 200, stream: httpx.AsyncByteStream | None = None
) -> httpx.Response:
    headers = {} if coding is None else {"Content-Encoding": coding}
    return httpx.Response(status, headers=headers, stream=stream or Pieces(pieces))


class Pieces(httpx.AsyncByteStream):
    """As they come from a connection: never waiting, for they are all there."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece


async def why(response: httpx.Response) -> str:
    with pytest.raises(UnexpectedResponse) as raised:
        await answering(KupeAdapter, response).clusters()
    return raised.value.message


# ---------------------------------------------------------------------- one coding, inflated with a limit


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        (None, LIST),
        ("identity", LIST),
        ("gzip", gzip.compress(LIST)),
        ("x-gzip", gzip.compress(LIST)),
        ("deflate", zlib.compress(LIST)),
        ("GZIP", gzip.compress(LIST)),
    ],
    ids=["none", "identity", "gzip", "x-gzip", "deflate", "in capitals"],
)
async def test_one_coding_is_read_however_it_is_cut(coding: str | None, body: bytes) -> None:
    for pieces in ((body,), tuple(bytes([byte]) for byte in body), (b"", body, b"")):
        listing = await answering(KupeAdapter, answer(*pieces, coding=coding)).clusters()
        assert listing.items == ()


@pytest.mark.parametrize("coding", ["gzip, gzip", "gzip,gzip,gzip", "deflate, gzip", "gzip, identity, gzip"])
async def test_stacked_codings_are_not_unpacked(coding: str) -> None:
    """3,477 bytes of them took 4.1 GB and two minutes."""
    bomb = gzip.compress(gzip.compress(b" " * 64 * 2**20))
    assert len(bomb) < 4096
    assert await why(answer(bomb, coding=coding)) == (
        "Kupe Cloud gave an answer that is not read: it is coded more than once."
    )


async def test_stacked_codings_in_headers_of_their_own_are_stacked_too() -> None:
    headers = [("Content-Encoding", "gzip"), ("Content-Encoding", "gzip")]
    response = httpx.Response(200, headers=headers, stream=Pieces([gzip.compress(gzip.compress(LIST))]))
    assert "coded more than once" in await why(response)


async def test_a_bomb_costs_no_more_than_the_bound() -> None:
    bomb = gzip.compress(b" " * 64 * 2**20)
    tracemalloc.start()
    try:
        assert "larger than" in await why(answer(bomb, coding="gzip"))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * LARGEST_BODY_BYTES


@pytest.mark.parametrize(
    ("coding", "body", "said"),
    [
        ("br", LIST, "in a coding that was not asked for"),
        ("zstd", LIST, "in a coding that was not asked for"),
        ("gzip", b"not gzip", "not what its coding says"),
        ("gzip", gzip.compress(LIST)[:-1], "ends before its coding does"),
        ("gzip", gzip.compress(LIST) + gzip.compress(LIST), "goes on behind its end"),
        ("deflate", gzip.compress(LIST), "not what its coding says"),
    ],
    ids=["br", "zstd", "no gzip", "cut off", "twice", "another"],
)
async def test_a_body_that_is_not_as_its_coding_says_is_not_read(coding: str, body: bytes, said: str) -> None:
    assert said in await why(answer(body, coding=coding))
    assert said in await why(answer(*(bytes([byte]) for byte in body), coding=coding))


async def test_what_is_inflated_to_nothing_is_counted_as_it_comes() -> None:
    """Empty blocks of deflate: a stream of any length that never becomes a byte."""
    deflater = zlib.compressobj(wbits=31)
    head = deflater.compress(b"") + deflater.flush(zlib.Z_FULL_FLUSH)
    empty = deflater.flush(zlib.Z_FULL_FLUSH) or b"\x00\x00\x00\xff\xff"
    pieces = [head, *[empty * 13_000] * (LARGEST_BODY_BYTES // (len(empty) * 13_000) + 1)]
    assert "larger than" in await why(answer(*pieces, coding="gzip"))


# ---------------------------------------------------------------------- how much there may be


def clusters(count: int) -> bytes:
    return json.dumps({"items": [{"name": f"c{number}", "type": "x"} for number in range(count)]}).encode()


@pytest.mark.parametrize("coding", [None, "gzip"])
async def test_four_hundred_thousand_clusters_are_not_read(coding: str | None) -> None:
    """12 MB of them took 980 MB and silenced the gateway for a minute."""
    body = clusters(400_000)
    assert len(body) > 12_000_000
    assert "larger than" in await why(answer(body if coding is None else gzip.compress(body), coding=coding))


@pytest.mark.parametrize("item", [b"{}", b"[]", b"1", b'{"name":"x"}'], ids=str)
async def test_more_values_than_an_answer_has_are_not_parsed(item: bytes) -> None:
    body = b'{"items": [' + b",".join([item] * MOST_VALUES) + b"]}"
    assert len(body) < LARGEST_BODY_BYTES
    assert f"more than {MOST_VALUES} values" in await why(answer(body))


async def test_more_items_than_an_account_has_are_not_read() -> None:
    assert (
        await why(answer(clusters(MOST_ITEMS + 1)))
        == f"Kupe Cloud lists more than {MOST_ITEMS} of one thing."
    )


async def test_a_refusal_of_any_size_is_still_the_refusal() -> None:
    for size in (100, LARGEST_REFUSAL_BYTES + 1, LARGEST_BODY_BYTES + 1):
        body = json.dumps({"error": "no" + " " * size}).encode()
        with pytest.raises(Rejected):
            await answering(KupeAdapter, answer(body, status=400)).clusters()


# ---------------------------------------------------------------------- while others wait


async def test_bytes_that_never_let_anybody_else_in_end_in_time_too(monkeypatch: pytest.MonkeyPatch) -> None:
    class Flood(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            while True:
                yield b""

    monkeypatch.setattr(adapters.http, "ANSWER_SECONDS", 0.05)
    with pytest.raises(TimedOut):
        await answering(KupeAdapter, answer(stream=Flood())).clusters()


async def test_others_go_on_while_much_is_read() -> None:
    """A body beyond what is parsed in the loop, of as many items as there may be."""
    body = clusters(MOST_ITEMS)
    assert len(body) > LOOP_BYTES
    turns = 0

    async def somebody_else() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    other = asyncio.create_task(somebody_else())
    listing = await answering(KupeAdapter, answer(body)).clusters()
    other.cancel()
    assert len(listing.items) == MOST_ITEMS
    assert turns > MOST_ITEMS // ITEMS_IN_A_TURN


async def test_much_json_is_parsed_beside_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[int] = []
    to_thread = asyncio.to_thread

    async def watched(call: object, body: bytes) -> object:
        parsed.append(len(body))
        return await to_thread(call, body)  # type: ignore[arg-type]

    monkeypatch.setattr("adapters.body.asyncio.to_thread", watched)
    await answering(KupeAdapter, answer(LIST)).clusters()
    assert parsed == []
    body = LIST + b" " * LOOP_BYTES
    await answering(KupeAdapter, answer(body)).clusters()
    assert parsed == [len(body)]
