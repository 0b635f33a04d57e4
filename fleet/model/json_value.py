"""JSON of any form, as people give it to be passed on: what of it can be sent, compared and kept."""

import math
from collections.abc import Iterable, Mapping

DEEPEST = 32
"""Levels of objects and lists. Nobody writes so many; a thousand of them exhaust whoever reads them by recursion."""


def check_json(value: object) -> None:
    """`ValueError` with a sentence, where a value is nested too deeply or holds a number that JSON cannot write."""
    level: Iterable[object] = (value,)
    for _ in range(DEEPEST + 1):
        level = tuple(_below(level))
        if not level:
            return
    raise ValueError(f"It is nested more than {DEEPEST} levels deep; nothing so deep can be passed on.")


def _below(level: Iterable[object]) -> Iterable[object]:
    """What the containers of one level hold."""
    for one in level:
        if isinstance(one, float) and not math.isfinite(one):
            raise ValueError("It holds a number that is not finite, which JSON cannot write.")
        if isinstance(one, Mapping):
            yield from one.values()
        elif isinstance(one, list | tuple):
            yield from one
