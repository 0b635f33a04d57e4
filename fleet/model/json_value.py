"""Free-form JSON from people that is passed on to a provider, and its bounds."""

import math
from collections.abc import Iterable, Mapping

DEEPEST = 32
"""The most levels of objects and lists. A thousand levels exhaust the stack of a recursive reader."""


def check_json(value: object) -> None:
    """Raises `ValueError` for a value that is nested too deeply, or that holds a number which JSON cannot write."""
    level: Iterable[object] = (value,)
    for _ in range(DEEPEST + 1):
        level = tuple(_below(level))
        if not level:
            return
    raise ValueError(f"It is nested more than {DEEPEST} levels deep; nothing so deep can be passed on.")


def _below(level: Iterable[object]) -> Iterable[object]:
    """The members of all containers of one level."""
    for one in level:
        if isinstance(one, float) and not math.isfinite(one):
            raise ValueError("It holds a number that is not finite, which JSON cannot write.")
        if isinstance(one, Mapping):
            yield from one.values()
        elif isinstance(one, list | tuple):
            yield from one
