"""The names of rows in the table. Their order as strings is the order of the listings.

A key is made of parts joined by NUL, the lowest character. Keys sort like the tuples of their parts, and no name can
look like two parts or like another key.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

SEPARATOR = "\x00"

LONGEST_PART = 240
"""The most bytes of a part. DynamoDB accepts sort keys of up to 1,024 bytes, and the longest has four parts."""

HIGHEST = "\U0010ffff" * (LONGEST_PART // 4 + 1)
"""A suffix that sorts above every key: more of the highest character than a part can have."""

_DIGEST = 32


def join(*parts: str) -> str:
    return SEPARATOR.join(_part(part) for part in parts)


def stamp(instant: datetime) -> str:
    """An instant as a text of fixed width, which sorts by time."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def read_stamp(text: str) -> datetime:
    return datetime.fromisoformat(text)


def shard(text: str, shards: int) -> str:
    """The partition of a name. Names are spread evenly over `shards` partitions."""
    return str(int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") % shards)


def split(key: str) -> list[str]:
    """The parts of a key. A part that was too long ends in the digest that it was given."""
    return [part.replace("\x01\x01", "\x00").replace("\x01\x02", "\x01") for part in key.split(SEPARATOR)]


@dataclass(frozen=True, kw_only=True)
class Span:
    """The rows of a partition with keys from `low` to `high`, both included. None if `low` is above `high`.

    `index` is null for the table itself.
    """

    index: str | None = None
    partition: str
    low: str
    high: str

    def after(self, key: str | None) -> "Span":
        """The rest of the span after `key`."""
        if key is None:
            return self
        return Span(
            index=self.index,
            partition=self.partition,
            low=max(self.low, key + SEPARATOR),
            high=self.high,
        )

    def up_to(self, key: str | None) -> "Span":
        if key is None:
            return self
        return Span(index=self.index, partition=self.partition, low=self.low, high=min(self.high, key))


def below(partition: str, *parts: str, index: str | None = None) -> Span:
    """Every key of a partition that begins with `parts`. All keys without `parts`."""
    if not parts:
        return Span(index=index, partition=partition, low=SEPARATOR, high=HIGHEST)
    prefix = join(*parts)
    return Span(index=index, partition=partition, low=prefix + SEPARATOR, high=prefix + "\x01")


def _part(text: str) -> str:
    """Escapes NUL and the escape character, and keeps the order.

    A long part keeps its beginning, for the order, and a digest, to stay unique. Long names sort by about their first
    200 bytes. The mark between the two cannot be in an escaped text.
    """
    escaped = text.replace("\x01", "\x01\x02").replace("\x00", "\x01\x01")
    encoded = escaped.encode()
    if len(encoded) <= LONGEST_PART:
        return escaped
    digest = "\x01\x03" + hashlib.sha256(encoded).hexdigest()[:_DIGEST]
    beginning = encoded[: LONGEST_PART - len(digest)].decode(errors="ignore")
    return beginning.rstrip("\x01") + digest
