"""How the body of an answer is read, whoever sent it: within bounds that hold for hostile bytes.

coding      none, or one of gzip and deflate; stacked codings are refused, for each multiplies what the last gave out
size        counted in raw bytes and in inflated ones, while they come; what is over the bound is never held
pace        the event loop gets its turn between the pieces, so that a deadline around the reading holds
values      JSON of more members and items than any answer has is refused before it is parsed
"""

import asyncio
import zlib
from collections.abc import Callable
from typing import TypeVar

import httpx

LARGEST_BODY_BYTES = 4 * 2**20
"""Some five hundred clusters of the most talkative provider in one page; inflated, a second's work at most."""
LARGEST_REFUSAL_BYTES = 64 * 2**10
"""A refusal is a sentence or two; what comes beyond is an HTML page, and its status says enough."""
MOST_VALUES = 200_000
"""Members and items of one body. Answers have one in some thirty bytes; more than one in twenty is no answer but work:
objects cost a hundred times their bytes in memory.
"""
LOOP_BYTES = 128 * 2**10
"""JSON of more bytes than this is parsed in a thread, beside the event loop."""

_WINDOWS = {"gzip": zlib.MAX_WBITS | 16, "x-gzip": zlib.MAX_WBITS | 16, "deflate": zlib.MAX_WBITS}
_PIECES_IN_A_TURN = 64

ReadT = TypeVar("ReadT")


class BadBody(Exception):
    """A body that is not read further: too large, stacked, or not what its coding says. `str()` of it says which."""


async def read_body(response: httpx.Response, at_most: int = LARGEST_BODY_BYTES) -> bytes:
    """The body of a response that was opened with `stream=True`, without its coding. Raises `BadBody`."""
    inflater = _inflater(response.headers)
    body = bytearray()
    raw_bytes = pieces = 0
    assert isinstance(response.stream, httpx.AsyncByteStream)
    # Not `aiter_bytes`, which inflates a whole piece before it can be counted, nor `aiter_raw`, which is used up once
    # a response was made from bytes.
    async for piece in response.stream:
        raw_bytes += len(piece)
        body += piece if inflater is None else _inflate(inflater, piece, at_most + 1 - len(body))
        if raw_bytes > at_most or len(body) > at_most:
            raise BadBody(f"it is larger than {at_most} bytes")
        pieces += 1
        if pieces % _PIECES_IN_A_TURN == 0:
            await asyncio.sleep(0)
    if inflater is not None and raw_bytes and not inflater.eof:
        raise BadBody("it ends before its coding does")
    return bytes(body)


async def parse(body: bytes, read: Callable[[bytes], ReadT]) -> ReadT:
    """What `read` makes of JSON, of much of it beside the event loop. Raises `BadBody`, and what `read` raises.

    A comma in a text counts as one between values, which is near enough.
    """
    if body.count(b",") + body.count(b"[") + body.count(b"{") > MOST_VALUES:
        raise BadBody(f"it holds more than {MOST_VALUES} values")
    if len(body) <= LOOP_BYTES:
        return read(body)
    return await asyncio.to_thread(read, body)


def _inflater(headers: httpx.Headers) -> "zlib._Decompress | None":
    codings = [
        coding
        for part in headers.get_list("content-encoding", split_commas=True)
        if (coding := part.strip().lower()) not in ("", "identity")
    ]
    if not codings:
        return None
    if len(codings) > 1:
        raise BadBody("it is coded more than once")
    if codings[0] not in _WINDOWS:
        raise BadBody("it is in a coding that was not asked for")
    return zlib.decompressobj(_WINDOWS[codings[0]])


def _inflate(inflater: "zlib._Decompress", piece: bytes, at_most: int) -> bytes:
    """At most so many bytes, of which the last is one too many; the rest is left where it is."""
    if inflater.eof and piece:
        raise BadBody("it goes on behind its end")
    try:
        inflated = inflater.decompress(piece, max(at_most, 1))
    except zlib.error:
        raise BadBody("it is not what its coding says") from None
    if inflater.unused_data:
        raise BadBody("it goes on behind its end")
    return inflated
