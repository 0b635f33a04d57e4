"""What a cluster goes through, as a function of time.

A life is written as a script of the provider's own words with their seconds:

    "Pending 5, Provisioning 15, Running"                             then it stays Running
    "Running 40, Upgrading 15, again"                                 over and over
    "Pending 5, Running 60, Terminating 10, gone 5, again"            dies, and is reborn under the same name

Nothing ticks in the background: the state is worked out at the moment of asking.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Self

GONE = "gone"
"""The word of a script during which the cluster does not exist."""


def is_doomed(name: str) -> bool:
    """Whether a cluster that somebody creates is to fail: those called doomed-something are, at every provider."""
    return name.lower().startswith("doomed")


@dataclass(frozen=True, kw_only=True)
class Moment:
    """Where a life stands at one instant."""

    word: str
    since: datetime
    """When this step began."""
    round: int
    """How often the script was run through before."""
    round_began: datetime
    """When the first step of this round began: the birth, for what dies in its script."""
    changes: int
    """Steps begun since the life began, which only grows: a source of revisions."""

    @property
    def is_gone(self) -> bool:
        return self.word == GONE


@dataclass(frozen=True, kw_only=True)
class Life:
    words: tuple[str, ...]
    ends: tuple[float, ...]
    """Seconds from the start of the script at which each step ends; a script that repeats has one for every word,
    one that does not has none for its last."""
    began: datetime

    @classmethod
    def parse(cls, script: str, *, began: datetime) -> Self:
        *steps, last = (part.strip() for part in script.split(","))
        if last != "again":
            steps.append(f"{last} inf")
        timed = [(word, float(seconds)) for word, seconds in map(str.split, steps)]
        ends = tuple(accumulate(seconds for _, seconds in timed))
        words = tuple(word for word, _ in timed)
        return cls(words=words, ends=ends if last == "again" else ends[:-1], began=began)

    @property
    def repeats(self) -> bool:
        return len(self.ends) == len(self.words)

    @property
    def is_reborn(self) -> bool:
        """Whether each round is a new cluster rather than the same one again."""
        return self.repeats and GONE in self.words

    def at(self, now: datetime) -> Moment:
        age = (now - self.began).total_seconds()
        round_, age = divmod(age, self.ends[-1]) if self.repeats else (0.0, age)
        step = bisect_right(self.ends, age)
        round_began = self.began + timedelta(seconds=round_ * self.ends[-1]) if self.repeats else self.began
        return Moment(
            word=self.words[step],
            since=round_began + timedelta(seconds=self.ends[step - 1] if step else 0),
            round=int(round_),
            round_began=round_began,
            changes=int(round_) * len(self.words) + step,
        )
