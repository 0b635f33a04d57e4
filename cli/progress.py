"""The progress of waiting: lines that are redrawn on a terminal, a line for each change in a log, or JSON events."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TextIO

from cli.clock import Clock
from cli.formatting import plain, span
from cli.screen import STYLES, UNDER_WAY, Screen
from cli.sight import Outcome, Sight

if TYPE_CHECKING:
    from rich.live import Live
    from rich.text import Text

LEAST_SUBJECT = 20
"""What is left of a name where a terminal is narrow: how it is with it matters more."""


class Progress:
    def __init__(
        self, screen: Screen, stream: TextIO, clock: Clock, *, timeout_seconds: float, is_json: bool = False
    ) -> None:
        self._screen = screen
        self._stream = stream
        self._clock = clock
        self._timeout_seconds = timeout_seconds
        self._is_json = is_json
        self._began = clock.monotonic()
        self._shown: dict[str, tuple[str, ...]] = {}
        self._live: Live | None = None
        self.is_live = stream.isatty() and not is_json

    @property
    def elapsed_seconds(self) -> float:
        return self._clock.monotonic() - self._began

    def show(self, sights: Sequence[Sight], read_at: float) -> None:
        """`read_at` is the monotonic time of the answer."""
        if self.is_live:
            self._redraw([self._line(sight, self._clock.monotonic() - read_at) for sight in sights])
            return
        for sight in sights:
            news = (sight.state, sight.remark)
            if self._shown.get(sight.subject) == news or (sight.outcome is not None and self._is_json):
                continue
            self._shown[sight.subject] = news
            if self._is_json:
                self._event(sight, None)
            else:
                seen = "" if sight.age_seconds is None else f", seen {span(sight.age_seconds)} ago"
                self._log(f"{sight.subject} {sight.text}{seen}, {span(self.elapsed_seconds)} elapsed")

    def finish(self, ends: Sequence[tuple[Sight, Outcome | None]]) -> None:
        """The ends, each with its outcome. Null for those that are unfinished because another one failed."""
        texts = [(sight, self._end(sight, outcome)) for sight, outcome in ends]
        if self._is_json:
            for sight, outcome in ends:
                self._event(sight, outcome)
        elif self.is_live:
            self._redraw(
                [self._painted(text, sight, after=len(sight.subject), is_whole=True) for sight, text in texts]
            )
            self.leave()
        else:
            for _, text in texts:
                self._log(text)

    def leave(self) -> None:
        """Restores the terminal."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _end(self, sight: Sight, outcome: Outcome | None) -> str:
        after = span(self.elapsed_seconds)
        match outcome:
            case None:
                return f"{sight.subject} {sight.text}: left after {after}"
            case Outcome.REACHED:
                return f"{sight.subject} {sight.text} after {after}"
            case Outcome.FAILED | Outcome.REFUSED:
                return f"{sight.subject} {sight.text} after {after}: {sight.reason}"
            case Outcome.TIMED_OUT:
                return f"{sight.subject} {sight.text}: timed out after {after}. {sight.reason}".rstrip()

    def _line(self, sight: Sight, waited: float) -> "Text":
        parts = [sight.text]
        if sight.since is not None:
            parts.append(f"for {span((self._clock.now() - sight.since).total_seconds())}")
        if sight.age_seconds is not None:
            parts.append(f"seen {span(sight.age_seconds + waited)} ago")
        parts.append(f"{span(self.elapsed_seconds)} of {span(self._timeout_seconds)}")
        text = "  ".join(parts)
        room = max(LEAST_SUBJECT, (self._screen.width or len(text)) - len(text) - 2)
        subject = sight.subject if len(sight.subject) <= room else f"{sight.subject[: room - 1]}…"
        return self._painted(f"{subject}  {text}", sight, after=len(subject))

    def _painted(self, text: str, sight: Sight, *, after: int, is_whole: bool = False) -> "Text":
        """A line that lives is cut, the last one goes on in the next. The state comes `after` so many characters."""
        from rich.text import Text

        line = Text(plain(text), no_wrap=not is_whole, overflow="fold" if is_whole else "ellipsis")
        start = line.plain.find(sight.state, after)
        line.stylize(STYLES.get(sight.state, UNDER_WAY), start, start + len(sight.state))
        return line

    def _redraw(self, lines: Sequence["Text"]) -> None:
        from rich.console import Console, Group
        from rich.live import Live

        if self._live is None:
            has_colour = self._screen.has_colour(self._stream)
            console = Console(
                file=self._stream,
                force_terminal=True,
                color_system="standard" if has_colour else None,
                width=self._screen.width,
                legacy_windows=False,
                highlight=False,
            )
            self._live = Live(
                console=console, auto_refresh=False, redirect_stdout=False, redirect_stderr=False
            )
            self._live.start()
        self._live.update(Group(*lines), refresh=True)

    def _event(self, sight: Sight, outcome: Outcome | None) -> None:
        event = {
            "at": self._clock.now().astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            "subject": sight.subject,
            "id": sight.id or None,
            "state": sight.state,
            "remark": sight.remark or None,
            "since": None if sight.since is None else _stamp(sight.since),
            "seenSecondsAgo": sight.age_seconds,
            "elapsedSeconds": int(self.elapsed_seconds),
            "outcome": None if outcome is None else outcome.name,
            "reason": sight.reason or None,
        }
        print(json.dumps(event, ensure_ascii=False), file=self._stream, flush=True)

    def _log(self, text: str) -> None:
        print(f"{_stamp(self._clock.now())} {plain(text)}", file=self._stream, flush=True)


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
