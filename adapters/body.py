"""Reading the body of an answer, within limits that also hold for hostile bytes.

coding      none, gzip or deflate; stacked codings are refused, because each multiplies the output of the other
size        raw and inflated bytes are counted while they arrive; bytes over the limit are not kept
pace        the event loop gets its turn between the pieces, so that a deadline around the read works
values      JSON with more members and items than any real answer is refused before it is parsed
"""

import asyncio
import zlib
from collections.abc import Callable
from typing import TypeVar

import httpx

LARGEST_BODY_BYTES = 4 * 2**20
"""The most bytes of a success: some five hundred clusters of the provider with the longest answers. Inflating takes at
most a second.
"""
LARGEST_REFUSAL_BYTES = 64 * 2**10
"""The most bytes of a refusal. A real one is a sentence or two; a longer one is an HTML page, and its status is enough.
"""
MOST_VALUES = 200_000
"""The most members and items of a body. Real answers have one in some thirty bytes, so that one in twenty is more than
enough. Objects take a hundred times their bytes in memory.
"""
LOOP_BYTES = 128 * 2**10
"""JSON with more bytes than this is parsed in a thread, so that the event loop can continue."""

_WINDOWS = {"gzip": zlib.MAX_WBITS | 16, "x-gzip": zlib.MAX_WBITS | 16, "deflate": zlib.MAX_WBITS}
_PIECES_IN_A_TURN = 64

ReadT = TypeVar("ReadT")


class BadBody(Exception):
    """The body is not read. The message says why: too large, stacked codings, or data that its coding does not have."""


async def read_body(response: httpx.Response, at_most: int = LARGEST_BODY_BYTES) -> bytes:
    """The decoded body of a response that was opened with `stream=True`. Raises `BadBody`."""
    inflater = _inflater(response.headers)
    body = bytearray()
    raw_bytes = pieces = 0
    assert isinstance(response.stream, httpx.AsyncByteStream)
    # Not `aiter_bytes`, which inflates a whole piece before it can be counted, nor `aiter_raw`, which is
    # used up once
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
    """The result of `read` for JSON. Large JSON is read in a thread. Raises `BadBody`, and what `read` raises.

    A comma in a text counts as a separator of values, which is exact enough.
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
    """At most so many bytes. The last one is over the limit; the rest is not read."""
    if inflater.eof and piece:
        raise BadBody("it goes on behind its end")
    try:
        inflated = inflater.decompress(piece, max(at_most, 1))
    except zlib.error:
        raise BadBody("it is not what its coding says") from None
    if inflater.unused_data:
        raise BadBody("it goes on behind its end")
    return inflated
