"""Bodies of rows that are read again and again, decoded once for as long as they stay the same."""

from typing import Any

from fleet.model.stored import Stored, read_stored
from fleet.providers import PROVIDERS

Place = tuple[object, ...]


class LatestBodies:
    """By place in the table: the latest body, and what it says. What stood there before is not kept, or each
    observation would leave its account behind: after an hour that is all there is. Of more than `most` places, the one
    that was read longest ago is forgotten.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[Place, tuple[str, Stored[Any]]] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def read(self, kind: Any, body: str, place: Place) -> Stored[Any]:
        """Raises `Unreadable`."""
        kept = self._kept.pop((kind, *place), None)
        if kept is None or kept[0] != body:
            kept = body, read_stored(kind, body, context=PROVIDERS)
        self._kept[kind, *place] = kept
        if len(self._kept) > self._most:
            self._kept.pop(next(iter(self._kept)), None)
        return kept[1]
