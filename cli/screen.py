"""The output: results go to one stream, everything else to the other. Colours are only for terminals."""

import shutil
from collections.abc import Mapping
from typing import TextIO

from cli.formatting import plain

Facts = Mapping[str, str | list[str]]
"""What one item shows, by its names. Several parts are a list."""

STYLES = {
    "READY": "green",
    "CURRENT": "green",
    "STALE": "yellow",
    "UNREACHABLE": "red",
    "SUCCEEDED": "green",
    "DEGRADED": "yellow",
    "UNCONFIRMED": "yellow",
    "TIMED_OUT": "red",
    "FAILED": "red",
    "NOT_READY": "yellow",
    "ACTIVE": "green",
    "EXPIRED": "dim",
    "REVOKED": "dim",
    "UNKNOWN": "magenta",
    "STOPPED": "dim",
    "DELETED": "dim",
    "yes": "green",
    "no": "dim",
}
"""The styles of phases and states. Any other one is in progress."""

UNDER_WAY = "cyan"
ANSI = {"red": "31", "green": "32", "yellow": "33", "magenta": "35", "cyan": "36", "dim": "2", "bold": "1"}


class Screen:
    def __init__(self, out: TextIO, err: TextIO, environment: Mapping[str, str]) -> None:
        self.out = out
        self.err = err
        self._may_colour = not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"

    @property
    def is_terminal(self) -> bool:
        return self.out.isatty()

    @property
    def has_every_character(self) -> bool:
        """Whether the encoding of the output has a form for each. JSON can do without, and has to in other ones."""
        return (self.out.encoding or "utf-8").lower().replace("-", "").startswith("utf")

    @property
    def width(self) -> int | None:
        """The columns of the terminal. Null for a file or a pipe."""
        return shutil.get_terminal_size().columns if self.is_terminal else None

    def has_colour(self, stream: TextIO | None = None) -> bool:
        return self._may_colour and (stream or self.out).isatty()

    def say(self, text: str) -> None:
        """Prints a result."""
        print(text, file=self.out)

    def tell(self, text: str) -> None:
        """Prints a remark that is not part of the result."""
        print(text, file=self.err)

    def paint(self, text: str, style: str) -> str:
        return f"\x1b[{ANSI[style]}m{text}\x1b[0m" if self.has_colour() else text

    def paint_phase(self, text: str, phase: str) -> str:
        return self.paint(text, STYLES.get(phase, UNDER_WAY))

    def sheet(self, facts: Facts) -> None:
        """Prints one item, with a fact on each line, or what is of several parts on a line for each. Unknown facts are
        left out.
        """
        known = {name: [value] if isinstance(value, str) else value for name, value in facts.items() if value}
        width = max(map(len, known), default=0)
        for name, (first, *others) in known.items():
            self.say(f"{self.paint(name.ljust(width), 'dim')}  {plain(first)}")
            for value in others:
                self.say(f"{' ' * width}  {plain(value)}")

    def clear(self) -> None:
        """The terminal, for lines that are redrawn."""
        self.out.write("\x1b[2J\x1b[H")
