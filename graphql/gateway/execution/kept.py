"""The JSON of rows that were shown at one place of a document, kept for the next time that they are asked for."""

from collections.abc import Callable
from typing import Any
from weakref import ref

MOST_KEPT = 2_000
"""The rows of one place of a document whose JSON is kept: 20 nodes of each cluster of a page. One takes 1 KB."""


class Kept:
    """Of rows that have been shown at one place of a document, the members that are the same each time, as JSON: 100
    clusters with 1,000 nodes take a third of the time where they have not changed. It is kept from the second time on
    that a document is asked, because keeping it takes as long as it saves. A row is kept in memory for as long
    as it was not read anew (`fleet.reading.snapshot`), and what is kept here goes with it.
    """

    __slots__ = ("rows",)

    def __init__(self) -> None:
        self.rows: dict[int, tuple[Placed, dict[str, Any]]] = {}

    def keep(self, row: Any, answer: dict[str, Any]) -> None:
        if len(self.rows) >= MOST_KEPT:
            self.rows.clear()
        self.rows[id(row)] = Placed(row, self._forget), answer

    def _forget(self, gone: "Placed") -> None:
        known = self.rows.get(gone.place)
        if known is not None and known[0] is gone:
            del self.rows[gone.place]


class Placed(ref[Any]):
    """A row, which does not stay for this alone. `place` is its identity, which another has when it is gone."""

    __slots__ = ("place",)

    def __init__(self, row: Any, forget: "Callable[[Placed], None]") -> None:
        super().__init__(row, forget)  # type: ignore[call-arg]
        self.place = id(row)
