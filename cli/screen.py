"""Where output goes: results to one stream, everything else to the other; colours only where eyes are."""

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TextIO

from cli.words import plain


class Colour(StrEnum):
    """ANSI's numbers."""

    RED = "31"
    GREEN = "32"
    YELLOW = "33"
    MAGENTA = "35"
    CYAN = "36"
    DIM = "2"
    BOLD = "1"


COLOURS = {
    "READY": Colour.GREEN,
    "CURRENT": Colour.GREEN,
    "STALE": Colour.YELLOW,
    "UNREACHABLE": Colour.RED,
    "SUCCEEDED": Colour.GREEN,
    "DEGRADED": Colour.YELLOW,
    "UNCONFIRMED": Colour.YELLOW,
    "TIMED_OUT": Colour.RED,
    "FAILED": Colour.RED,
    "ACTIVE": Colour.GREEN,
    "EXPIRED": Colour.DIM,
    "REVOKED": Colour.DIM,
    "UNKNOWN": Colour.MAGENTA,
    "STOPPED": Colour.DIM,
    "DELETED": Colour.DIM,
}
"""Of a phase or a state; what is under way has the remaining colour."""


class Screen:
    def __init__(self, out: TextIO, err: TextIO, environment: Mapping[str, str]) -> None:
        self.out = out
        self.err = err
        self._may_colour = not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"

    def say(self, text: str) -> None:
        """A result."""
        print(text, file=self.out)

    def tell(self, text: str) -> None:
        """What is not part of the result."""
        print(text, file=self.err)

    def dump(self, value: object) -> None:
        self.say(json.dumps(value, indent=2, ensure_ascii=False))

    def paint(self, text: str, colour: Colour, stream: TextIO | None = None) -> str:
        if not self._may_colour or not (stream or self.out).isatty():
            return text
        return f"\x1b[{colour}m{text}\x1b[0m"

    def paint_phase(self, text: str, phase: str, stream: TextIO | None = None) -> str:
        return self.paint(text, COLOURS.get(phase, Colour.CYAN), stream)

    def table(self, rows: list[dict[str, Any]], *, phase: str) -> None:
        """Rows of one shape under their names. `phase` names the column that is coloured."""
        names = list(rows[0])
        cells = [[plain(str(row[name] or "")) for name in names] for row in rows]
        widths = [max(len(name), *(len(row[at]) for row in cells)) for at, name in enumerate(names)]
        titles = [name.ljust(width) for name, width in zip(names, widths, strict=True)]
        self.say(self.paint("  ".join(titles).rstrip(), Colour.BOLD))
        for row in cells:
            padded = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
            padded[-1] = padded[-1].rstrip()
            at = names.index(phase)
            padded[at] = self.paint_phase(padded[at], row[at])
            self.say("  ".join(padded).rstrip())

    def sheet(self, facts: dict[str, str]) -> None:
        """One thing, a fact a line. Facts that are not known are left out."""
        known = {name: plain(value) for name, value in facts.items() if value}
        width = max(map(len, known))
        for name, value in known.items():
            self.say(f"{self.paint(name.ljust(width), Colour.DIM)}  {value}")
