"""How waiting looks: one line that is redrawn on a terminal, a line for each change in a log."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import TextIO

from cli.clock import Clock
from cli.errors import Exit
from cli.screen import Screen
from cli.words import plain, span

_CLEAR = "\r\x1b[K"


class Outcome(Enum):
    REACHED = Exit.OK
    FAILED = Exit.FAILED
    TIMED_OUT = Exit.TIMED_OUT


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What one look showed. Ages are as of the look."""

    subject: str
    word: str
    """A phase or a state, or what there is instead of one."""
    remark: str = ""
    since: datetime | None = None
    """When the word became true."""
    age_seconds: int | None = None
    """How old what was seen is."""
    outcome: Outcome | None = None
    """Null while there is something to wait for."""
    reason: str = ""
    """Why it cannot come to a good end, when it cannot."""
    poll_after_seconds: float


class Progress:
    def __init__(self, screen: Screen, stream: TextIO, clock: Clock, *, timeout_seconds: float) -> None:
        self._screen = screen
        self._stream = stream
        self._clock = clock
        self._timeout_seconds = timeout_seconds
        self._began = clock.monotonic()
        self._shown: tuple[str, str, str] | None = None
        self.is_live = stream.isatty()

    @property
    def elapsed_seconds(self) -> float:
        return self._clock.monotonic() - self._began

    def show(self, sight: Sight, looked_at: float) -> None:
        """`looked_at` is the monotonic time of the look."""
        if self.is_live:
            self._redraw(sight, self._clock.monotonic() - looked_at)
        elif (news := (sight.subject, sight.word, sight.remark)) != self._shown:
            self._shown = news
            seen = "" if sight.age_seconds is None else f", seen {span(sight.age_seconds)} ago"
            self._log(f"{sight.subject} {_word(sight)}{seen}, {span(self.elapsed_seconds)} elapsed")

    def finish(self, sight: Sight, outcome: Outcome) -> None:
        after = span(self.elapsed_seconds)
        match outcome:
            case Outcome.REACHED:
                text = f"{sight.subject} {_word(sight)} after {after}"
            case Outcome.FAILED:
                text = f"{sight.subject} {_word(sight)} after {after}: {sight.reason}"
            case Outcome.TIMED_OUT:
                text = f"{sight.subject} {_word(sight)}: timed out after {after}. {sight.reason}".rstrip()
        if self.is_live:
            self._stream.write(_CLEAR + self._painted(plain(text), sight) + "\n")
            self._stream.flush()
        else:
            self._log(text)

    def leave(self) -> None:
        """Give the terminal its line back, without a result."""
        if self.is_live:
            self._stream.write("\n")
            self._stream.flush()

    def _redraw(self, sight: Sight, waited: float) -> None:
        parts = [f"{sight.subject}  {_word(sight)}"]
        if sight.since is not None:
            parts.append(f"for {span((self._clock.now() - sight.since).total_seconds())}")
        if sight.age_seconds is not None:
            parts.append(f"seen {span(sight.age_seconds + waited)} ago")
        parts.append(f"{span(self.elapsed_seconds)} of {span(self._timeout_seconds)}")
        # Cut, because what wraps is not cleared by the next redraw.
        text = plain("  ".join(parts))[: shutil.get_terminal_size().columns - 1]
        self._stream.write(_CLEAR + self._painted(text, sight))
        self._stream.flush()

    def _painted(self, text: str, sight: Sight) -> str:
        return text.replace(sight.word, self._screen.paint_phase(sight.word, sight.word, self._stream), 1)

    def _log(self, text: str) -> None:
        moment = self._clock.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        print(f"{moment} {plain(text)}", file=self._stream, flush=True)


def _word(sight: Sight) -> str:
    return f"{sight.word} ({sight.remark})" if sight.remark else sight.word
