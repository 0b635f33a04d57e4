"""Any order of a listing. A cursor is the sort key of the last row seen, so that a page stays right while rows move."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import total_ordering
from heapq import nsmallest
from typing import TypeVar

SORTED_ROWS = 2000
"""How many rows are read to sort them, where a listing has no other bound: twice what a page with a filter examines."""

Order = tuple[str, ...]

FieldT = TypeVar("FieldT", bound=StrEnum)
RowT = TypeVar("RowT")


class Direction(StrEnum):
    ASC = "ASC"
    DESC = "DESC"


class TooManyToSort(Exception):
    """There are more than `SORTED_ROWS`. Sorting some of them would show as first what is not."""


@total_ordering
@dataclass(frozen=True)
class SortKey:
    """Texts that sort as their values do, each in its direction, and the listing's own order where they are equal. An
    unknown value is the empty text and comes last in either direction.
    """

    values: tuple[str, ...]
    place: tuple[str, ...]
    directions: tuple[Direction, ...]

    def __lt__(self, other: "SortKey") -> bool:
        for mine, theirs, direction in zip(self.values, other.values, self.directions, strict=True):
            if mine != theirs:
                if not mine or not theirs:
                    return bool(mine)
                return mine < theirs if direction is Direction.ASC else mine > theirs
        return self.place < other.place

    def write(self) -> Order:
        """As a cursor keeps it: `read_key` reads it back."""
        return (*self.values, *self.place)


def read_key(parts: Sequence[str], ordering: Sequence[tuple[FieldT, Direction]]) -> SortKey:
    count = len(ordering)
    return SortKey(tuple(parts[:count]), tuple(parts[count:]), tuple(one for _, one in ordering))


def cut(
    rows: Iterable[RowT],
    ordering: Sequence[tuple[FieldT, Direction]],
    *,
    values: Mapping[FieldT, Callable[[RowT], str]],
    place: Callable[[RowT], Order],
    after: Order | None,
    limit: int,
) -> list[tuple[Order, RowT]]:
    """The first `limit` rows behind a cursor, each with its own. `place` is the listing's own order."""
    directions = tuple(direction for _, direction in ordering)
    start = None if after is None else read_key(after, ordering)
    placed = (
        (SortKey(tuple(values[field](row) for field, _ in ordering), place(row), directions), row)
        for row in rows
    )
    behind = (pair for pair in placed if start is None or start < pair[0])
    return [(key.write(), row) for key, row in nsmallest(limit, behind, key=lambda pair: pair[0])]


def instant(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat(timespec="microseconds")


def number_aware(text: str | None) -> str:
    """Numbers in it count as numbers: v25.10 comes after v25.9."""
    if text is None:
        return ""
    digits, parts = "", []
    for character in f"{text}\0":
        if character.isdecimal() and character.isascii():
            digits += character
            continue
        if digits:
            parts.append(digits.zfill(8))
            digits = ""
        parts.append(character)
    return "".join(parts)
