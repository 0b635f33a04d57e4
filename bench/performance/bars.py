"""The bars: what is measured, how much it may be, and, where it is more, why it stays so for now."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

Figures = Mapping[str, Any]
Round = Mapping[str, Figures]
"""What one round measured, by the name of the subject."""


@dataclass(frozen=True, kw_only=True)
class Bar:
    """`of` takes a round. `reason` is written where the bar is missed: without one, `make bench` fails."""

    name: str
    most: float
    of: Callable[[Round], float]
    unit: str = "x"
    reason: str | None = None

    def measured(self, rounds: Sequence[Round]) -> float:
        return median(self.of(one) for one in rounds)

    def is_met(self, rounds: Sequence[Round]) -> bool:
        return self.measured(rounds) <= self.most


def ratio(ours: str, theirs: str, of: str, of_theirs: str | None = None) -> Callable[[Round], float]:
    return lambda one: float(one[ours][of]) / float(one[theirs][of_theirs or of])


def figure(subject: str, name: str) -> Callable[[Round], float]:
    return lambda one: float(one[subject][name])
