"""The flags that search and sort the rows of a list. `clusters list` has its own, which the API carries out."""

from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

import click

from cli.errors import UsageError
from cli.formatting import number_aware
from cli.grammar import Flag, Options
from cli.listing import Column, Listing

GROUP = "order"


def row_flags() -> list[click.Parameter]:
    return [
        Flag(
            "--search",
            "search_rows",
            metavar="WORDS",
            help="only rows that hold all of these words",
            group=GROUP,
        ),
        sort_rows_flag(),
    ]


def sort_rows_flag() -> click.Parameter:
    return Flag(
        "--sort",
        "sort_rows",
        multiple=True,
        metavar="COLUMN[:desc]",
        help="by a column of -o wide; several times for more than one",
        group=GROUP,
    )


def narrow(listing: Listing, options: Options) -> Listing:
    """What the flags choose, in the order that they name. Raises UsageError for a column that is not there."""
    orders = [_read(one, listing.columns) for one in options.sort_rows]
    words = (getattr(options, "search_rows", None) or "").casefold().split()
    rows = [row for row in listing.rows if _holds(row, listing.columns, words)]
    for column, is_descending in reversed(orders):
        known = [row for row in rows if column.sort_value(row) not in (None, "")]
        known.sort(key=lambda row: _key(column.sort_value(row)), reverse=is_descending)
        rows = [*known, *(row for row in rows if column.sort_value(row) in (None, ""))]
    document = {
        name: rows if members is listing.rows else members for name, members in listing.document.items()
    }
    return replace(listing, rows=rows, document=document)


def _read(text: str, columns: Sequence[Column]) -> tuple[Column, bool]:
    word, _, direction = text.lower().partition(":")
    known = {column.title.lower().replace(" ", "-").replace("'", ""): column for column in columns}
    if word not in known:
        close = get_close_matches(word, known, n=1)
        remedy = f"Did you mean {close[0]}?" if close else f"There are: {', '.join(known)}."
        raise UsageError(f"{word!r} is nothing to sort by. {remedy}")
    if direction not in ("", "asc", "desc"):
        raise UsageError(f"{text!r} has no direction: {word}:asc or {word}:desc.")
    return known[word], direction == "desc"


def _key(value: Any) -> tuple[int, Any]:
    """Numbers before texts. Within a text, numbers count as numbers."""
    return (0, value) if isinstance(value, int | float) else (1, number_aware(str(value).casefold()))


def _holds(row: dict[str, Any], columns: Sequence[Column], words: Sequence[str]) -> bool:
    text = "\n".join(str(column.value(row) or "") for column in columns).casefold() if words else ""
    return all(word in text for word in words)
