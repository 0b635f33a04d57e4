"""Answers as they were given, kept in the memory of a process and given again while they are true.

A frontend asks the same again and again. An answer that is made of nothing but accounts and what `Snapshots` keep of
them is the same until an observation has changed a row of one. So who asks for it again reads the accounts, as for
every answer, and has it if they hold what they held: no answer is older than what was observed last.

It is not for answers in which the time of the question shows, nor for any that is made of other rows.
"""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta

from fleet.reading.account_reads import Pages

KEPT = timedelta(minutes=1)
"""Then an answer is made anew in any case: a tombstone that has expired meanwhile is left out, and the accounts of what
nobody asks for any more are let go.
"""
MOST_BYTES = 16 * 2**20
"""Of all that are kept: 55 answers of 1,000 clusters."""
LARGEST = 2**20
MOST = 1_000
"""Each has its accounts, which are larger than a short answer."""


@dataclass(frozen=True, kw_only=True)
class KeptAnswer:
    """`data` is JSON. `cost` are the credits that it was charged, `unused` those given back, `accounts` what was
    read of them.
    """

    data: bytes
    cost: int
    unused: int
    accounts: Pages
    made_at: datetime


class KeptAnswers:
    """By a key that has everything that may make another answer: who asks, and for what."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, tuple[KeptAnswer, int]] = OrderedDict()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, key: Hashable, now: datetime) -> KeptAnswer | None:
        """Is not known to be true before the accounts are as they were."""
        kept = self._kept.get(key)
        return None if kept is None or _is_old(kept[0], now) else kept[0]

    def keep(self, key: Hashable, answer: KeptAnswer, asked_bytes: int) -> None:
        """`asked_bytes` are those of the key."""
        self._drop(key)
        size = len(answer.data) + asked_bytes
        if size <= LARGEST:
            self._kept[key] = answer, size
            self._bytes += size
        while self._kept and (
            self._bytes > MOST_BYTES or len(self._kept) > MOST or self._begins_old(answer.made_at)
        ):
            self._drop(next(iter(self._kept)))

    def _begins_old(self, now: datetime) -> bool:
        return _is_old(next(iter(self._kept.values()))[0], now)

    def _drop(self, key: Hashable) -> None:
        _, size = self._kept.pop(key, (None, 0))
        self._bytes -= size


def _is_old(answer: KeptAnswer, now: datetime) -> bool:
    """A clock that was set back makes it old, too."""
    return not answer.made_at <= now < answer.made_at + KEPT
