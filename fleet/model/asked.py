"""When each cluster of an account was asked last, where observations end before they have asked all.

Each goes on where the one before ended, around the clusters in the order of their keys.
"""

from collections.abc import Sequence

from fleet.model.record import Instant, Record

MOST_PARTS = 20
"""How many are told apart, at some 100 bytes in the account's row: an observation asks a part of the account that is
larger than a twentieth, or its account is not observed in hours. The two oldest count as one, with the older time.
"""


class Part(Record):
    """The clusters after the key `after`, up to `until`, were asked at `at`. After the last key comes the first."""

    after: str
    until: str
    at: Instant

    def __contains__(self, key: str) -> bool:
        if self.after < self.until:
            return self.after < key <= self.until
        return key > self.after or key <= self.until


def with_part(parts: Sequence[Part], latest: Part) -> tuple[Part, ...]:
    """`parts` are as they came, the latest first, each up to where the next begins. A whole round ends the older."""
    kept = [latest]
    for part in parts:
        kept.append(part)
        if latest.until in part:
            break
    if len(kept) > MOST_PARTS:
        *kept, newer, oldest = kept
        kept.append(Part(after=oldest.after, until=newer.until, at=oldest.at))
    return tuple(kept)
