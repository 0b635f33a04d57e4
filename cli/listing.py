"""A list and its columns, as every format of the output needs them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Column:
    title: str
    value: Callable[[dict[str, Any]], Any]
    rank: int = 0
    """If the terminal is too narrow, columns with the highest rank are left out first; rank 0 always stays."""
    is_wide: bool = False
    """Whether only `-o wide` and CSV show it."""
    is_sentence: bool = False
    """Whether it is cut off rather than left out, down to `SHORT` columns."""
    is_wrapped: bool = False
    """Whether a sentence goes on in the next line instead: where it is what the table is for."""
    is_state: bool = False
    """Whether its colour depends on its text."""
    order: Callable[[dict[str, Any]], Any] | None = None
    """What it is sorted by, where that is not what it shows."""

    def sort_value(self, row: dict[str, Any]) -> Any:
        return (self.order or self.value)(row)


@dataclass(frozen=True, kw_only=True)
class Listing:
    document: dict[str, Any]
    """The data for JSON and YAML. The member that is `rows` itself is searched and sorted with them."""
    rows: Sequence[dict[str, Any]]
    columns: Sequence[Column]
    name: Callable[[dict[str, Any]], str]
    """The name of a row for other commands."""
    empty: str
    """The sentence for an empty list."""
    has_titles: bool = True
    """Whether a table says what its columns are."""
    remarks: Sequence[str] = field(default=())
    """What the rows leave out, for standard error. JSON and YAML have it in their document."""
