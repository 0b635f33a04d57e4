"""Rows that are read again and again, made into records once for as long as they stay the same."""

from typing import Generic, TypeVar

from infra.store.writes import Key, Row, key_of_row

RecordT = TypeVar("RecordT")


class LatestRows(Generic[RecordT]):
    """By place in the table: the latest row, and what it says. What stood there before is not kept, or each
    observation would leave its account behind: after an hour that is all there is. Of more than `most` places, the one
    that was read longest ago is forgotten.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[Key, tuple[Row, RecordT]] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, row: Row) -> RecordT | None:
        place = key_of_row(row)
        kept = self._kept.pop(place, None)
        if kept is None or kept[0] != row:
            return None
        self._kept[place] = kept
        return kept[1]

    def keep(self, row: Row, record: RecordT) -> None:
        self._kept[key_of_row(row)] = row, record
        if len(self._kept) > self._most:
            self._kept.pop(next(iter(self._kept)), None)
