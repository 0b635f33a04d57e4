"""Load: readers on connections of their own, each of which asks for the whole fleet again and again."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

PATH = "/graphql"
MOST_BYTES = 2**20
"""Of an answer with its head."""
LAST_CHUNK = b"0\r\n\r\n"


class Reader(asyncio.BufferedProtocol):
    """One connection, kept open, that asks and waits: HTTP/1.1 as the servers speak it, and nothing more, because what
    asks must not be what is measured.
    """

    _transport: asyncio.Transport
    _host: str

    def __init__(self) -> None:
        self._buffer = bytearray(MOST_BYTES)
        self._filled = 0
        self._head = self._size = 0
        """The bytes of the head, and of the body; none of the body while it is not known."""
        self._whole: asyncio.Future[None] | None = None
        self._lost = asyncio.get_running_loop().create_future()

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str) -> AsyncIterator["Reader"]:
        parts = urlsplit(url)
        assert parts.hostname is not None
        assert parts.port is not None
        loop = asyncio.get_running_loop()
        transport, reader = await loop.create_connection(cls, parts.hostname, parts.port)
        reader._transport, reader._host = transport, parts.netloc
        try:
            yield reader
        finally:
            transport.abort()
            await reader._lost

    async def ask(self, body: bytes) -> bytes:
        """The bytes of the answer. Raises `AssertionError` for any status but 200, and for an end before the end."""
        self._filled = self._head = self._size = 0
        self._whole = asyncio.get_running_loop().create_future()
        head = (
            f"POST {PATH} HTTP/1.1\r\nhost: {self._host}\r\ncontent-type: application/json\r\n"
            f"accept: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        self._transport.write(head.encode() + body)
        await self._whole
        content = bytes(memoryview(self._buffer)[self._head : self._filled])
        answer = content if self._size else _joined(content)
        assert self._buffer.startswith(b"HTTP/1.1 200 "), (bytes(self._buffer[: self._head]), answer[:1000])
        return answer

    def get_buffer(self, sizehint: int) -> memoryview:
        return memoryview(self._buffer)[self._filled :]

    def buffer_updated(self, nbytes: int) -> None:
        self._filled += nbytes
        if not self._head and (end := self._buffer.find(b"\r\n\r\n", 0, self._filled)) >= 0:
            self._head = end + 4
            found = re.search(rb"\r\ncontent-length: *(\d+)", self._buffer[:end], re.IGNORECASE)
            self._size = int(found[1]) if found else 0
        if self._whole is not None and not self._whole.done() and self._is_whole():
            self._whole.set_result(None)

    def _is_whole(self) -> bool:
        if not self._head or self._size:
            return bool(self._head) and self._filled >= self._head + self._size
        return self._buffer.endswith(LAST_CHUNK, self._head, self._filled)

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost.set_result(None)
        if self._whole is not None and not self._whole.done():
            self._whole.set_exception(AssertionError(f"the connection ended before the answer: {exc}"))


def _joined(chunks: bytes) -> bytes:
    """The body of an answer that came in chunks."""
    found: list[bytes] = []
    place = 0
    while True:
        end = chunks.index(b"\r\n", place)
        size = int(chunks[place:end], 16)
        if not size:
            return b"".join(found)
        found.append(chunks[end + 2 : end + 2 + size])
        place = end + 2 + size + 2


def encoded(document: str, variables: dict[str, Any]) -> bytes:
    return json.dumps({"query": document, "variables": variables}).encode()


@dataclass(frozen=True, kw_only=True)
class Load:
    """What readers measured: the seconds of each reading of the whole fleet, and the seconds of it all."""

    readings: Sequence[float]
    seconds: float

    @property
    def a_second(self) -> float:
        return len(self.readings) / self.seconds

    def percentile(self, share: float) -> float:
        ordered = sorted(self.readings)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def load(url: str, bodies: Sequence[bytes], sizes: Sequence[int], at_once: int, seconds: float) -> Load:
    """`bodies` are asked for one after the other to read the fleet once; `sizes` are the bytes of their answers. Raises
    `AssertionError` for an answer of another size.
    """
    readings: list[float] = []
    until = time.perf_counter() + seconds

    async def read() -> None:
        async with Reader.open(url) as reader:
            while time.perf_counter() < until:
                began = time.perf_counter()
                for body, size in zip(bodies, sizes, strict=True):
                    answer = await reader.ask(body)
                    assert len(answer) == size, answer[-1000:]
                readings.append(time.perf_counter() - began)

    began = time.perf_counter()
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(read())
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return Load(readings=readings, seconds=time.perf_counter() - began)
