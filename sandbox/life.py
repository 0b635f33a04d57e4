"""The life of a cluster: its state as a function of time.

A life is a script of the provider's states, each with its seconds:

    "Pending 5, Provisioning 15, Running"                             then it stays Running
    "Running 40, Upgrading 15, again"                                 over and over
    "Pending 5, Running 60, Terminating 10, gone 5, again"            is deleted, and created again with the same name

There are no timers: the state is computed at each request.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Self

GONE = "gone"
"""The word in a script for a cluster that does not exist."""


def is_doomed(name: str) -> bool:
    """Whether the creation of a cluster fails, at every provider: if its name begins with `doomed`."""
    return name.lower().startswith("doomed")


@dataclass(frozen=True, kw_only=True)
class Moment:
    """The state of a life at one instant."""

    state: str
    since: datetime
    """When this step began."""
    round: int
    """The number of completed rounds of the script."""
    round_began: datetime
    """When this round began. For a cluster that is deleted in its script, it is the creation."""
    changes: int
    """The number of steps since the life began. It only grows, so revisions can be made from it."""

    @property
    def is_gone(self) -> bool:
        return self.state == GONE


@dataclass(frozen=True, kw_only=True)
class Life:
    states: tuple[str, ...]
    ends: tuple[float, ...]
    """The end of each step, in seconds from the start of the script. The last step of a script that does not repeat has
    no end.
    """
    began: datetime

    @classmethod
    def parse(cls, script: str, *, began: datetime) -> Self:
        *steps, last = (part.strip() for part in script.split(","))
        if last != "again":
            steps.append(f"{last} inf")
        timed = [(state, float(seconds)) for state, seconds in map(str.split, steps)]
        ends = tuple(accumulate(seconds for _, seconds in timed))
        states = tuple(state for state, _ in timed)
        return cls(states=states, ends=ends if last == "again" else ends[:-1], began=began)

    @property
    def repeats(self) -> bool:
        return len(self.ends) == len(self.states)

    @property
    def is_reborn(self) -> bool:
        """Whether each round is a new cluster rather than the same one again."""
        return self.repeats and GONE in self.states

    def at(self, now: datetime) -> Moment:
        age = (now - self.began).total_seconds()
        round_, age = divmod(age, self.ends[-1]) if self.repeats else (0.0, age)
        step = bisect_right(self.ends, age)
        round_began = self.began + timedelta(seconds=round_ * self.ends[-1]) if self.repeats else self.began
        return Moment(
            state=self.states[step],
            since=round_began + timedelta(seconds=self.ends[step - 1] if step else 0),
            round=int(round_),
            round_began=round_began,
            changes=int(round_) * len(self.states) + step,
        )
