"""A list, for each format in which it can be shown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from cli.tables import Column


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
