"""Tables that fit into the width of the terminal, or are complete for a pipe."""

import io
from collections.abc import Mapping
from typing import Any

from cli.formatting import plain
from cli.listing import Column, Listing
from cli.screen import STYLES, UNDER_WAY, Screen

EMPTY = "-"
"""The text of unknown and missing values in a table."""

GAP = 2
LEAST = 6
SHORT = 18
"""What is left of a sentence where a terminal is narrow."""


def draw(screen: Screen, listing: Listing, *, is_wide: bool) -> None:
    shown = [column for column in listing.columns if is_wide or not column.is_wide]
    cells = {column.title: [cell(column, row) for row in listing.rows] for column in shown}
    widths = {title: max(len(title), *map(len, texts)) for title, texts in cells.items()}
    room, cut = None if is_wide else screen.width, dict[str, int]()
    if room is not None:
        shown = _that_fit(shown, widths, room)
        cut = _cut(shown, widths, room)
        widths |= cut
    width = room or sum(widths.values()) + GAP * len(widths)
    _print(screen, shown, cells, widths, width, cut=cut, has_titles=listing.has_titles)


def cell(column: Column, row: dict[str, Any]) -> str:
    value = column.value(row)
    return EMPTY if value is None or value == "" else plain(str(value))


def _that_fit(columns: list[Column], widths: dict[str, int], room: int) -> list[Column]:
    shown = list(columns)
    while sum(_least(column, widths[column.title]) + GAP for column in shown) - GAP > room:
        last = max(shown, key=lambda column: column.rank)
        if last.rank == 0:
            break
        shown.remove(last)
    return shown


def _least(column: Column, width: int) -> int:
    return min(width, SHORT) if column.is_sentence else width


def _cut(columns: list[Column], widths: dict[str, int], room: int) -> dict[str, int]:
    """The widths of sentences: what the others leave, to the first of them first. Where they leave too little, the last
    of them is shorter still, then the longest of the others, and never a state.
    """
    cut = {one.title: min(widths[one.title], SHORT) for one in columns if one.is_sentence}
    left = room - sum((widths | cut)[one.title] for one in columns) - GAP * (len(columns) - 1)
    for title in cut if left > 0 else reversed(list(cut)):
        more = max(min(widths[title] - cut[title], left), min(max(LEAST, len(title)) - cut[title], 0))
        cut[title] += more
        left -= more
    names = [one.title for one in columns if not (one.is_sentence or one.is_state)]
    if left < 0 and names:
        longest = max(names, key=lambda title: widths[title])
        cut[longest] = max(min(widths[longest], LEAST), widths[longest] + left)
    return cut


def _print(
    screen: Screen,
    columns: list[Column],
    cells: dict[str, list[str]],
    widths: dict[str, int],
    width: int,
    *,
    cut: Mapping[str, int],
    has_titles: bool,
) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(
        box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold", show_header=has_titles
    )
    for column in columns:
        table.add_column(
            Text(column.title),
            no_wrap=not column.is_wrapped,
            overflow="ellipsis",
            min_width=min(LEAST, len(column.title)),
            width=widths[column.title] if column.is_sentence else cut.get(column.title),
        )
    for at in range(len(cells[columns[0].title])):
        texts = [(column, cells[column.title][at]) for column in columns]
        table.add_row(*(Text(text, style=_style(column, text)) for column, text in texts))
    paper = io.StringIO()
    console = Console(
        file=paper,
        width=width,
        force_terminal=screen.has_colour(),
        color_system="standard" if screen.has_colour() else None,
        legacy_windows=False,
    )
    console.print(table)
    for line in paper.getvalue().splitlines():
        screen.say(line.rstrip())


def _style(column: Column, text: str) -> str:
    if not column.is_state or text == EMPTY:
        return ""
    return STYLES.get(text.partition(" ")[0], UNDER_WAY)
