"""How things are named in the table, so that the order of strings is the order of things.

A key is parts joined by NUL, the lowest character: keys then sort as the tuples of their parts do, and no name,
whatever is in it, can pass for two parts or for somebody else's.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

SEPARATOR = "\x00"

LONGEST_PART = 240
"""In bytes. DynamoDB takes sort keys of up to 1,024, and the longest of ours has four parts."""

HIGHEST = "\U0010ffff" * (LONGEST_PART // 4 + 1)
"""The highest character more often than a part has room for it: no key sorts above."""

_DIGEST = 32


def join(*parts: str) -> str:
    return SEPARATOR.join(_part(part) for part in parts)


def stamp(instant: datetime) -> str:
    """An instant as text of fixed width, so that it sorts by time."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def read_stamp(text: str) -> datetime:
    return datetime.fromisoformat(text)


def shard(text: str, shards: int) -> str:
    """Spreads names evenly over `shards` partitions, the same name always to the same one."""
    return str(int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") % shards)


@dataclass(frozen=True, kw_only=True)
class Span:
    """The rows of a partition whose keys lie from `low` to `high`, both included; none where `low` is above `high`.

    `index` is null for the table itself.
    """

    index: str | None = None
    partition: str
    low: str
    high: str

    def after(self, key: str | None) -> "Span":
        """What is left of the span once `key` has been seen."""
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
    """Every key of a partition that begins with `parts` and goes on; all of them where none are given."""
    if not parts:
        return Span(index=index, partition=partition, low=SEPARATOR, high=HIGHEST)
    prefix = join(*parts)
    return Span(index=index, partition=partition, low=prefix + SEPARATOR, high=prefix + "\x01")


def _part(text: str) -> str:
    """NUL and the character that escapes it are escaped in a way that keeps their order.

    What is too long keeps its beginning, for the order, and a digest, to stay itself: very long names sort by their
    first 200 bytes or so. The mark between the two is none that an escaped text can hold.
    """
    escaped = text.replace("\x01", "\x01\x02").replace("\x00", "\x01\x01")
    encoded = escaped.encode()
    if len(encoded) <= LONGEST_PART:
        return escaped
    digest = "\x01\x03" + hashlib.sha256(encoded).hexdigest()[:_DIGEST]
    beginning = encoded[: LONGEST_PART - len(digest)].decode(errors="ignore")
    return beginning.rstrip("\x01") + digest
