"""Polling until something is true, can no longer become true, or takes too long."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TextIO

from cli.client import REQUEST_SECONDS
from cli.errors import CommandError, Exit, GraphQLErrors, Unreachable
from cli.progress import Progress
from cli.session import Session
from cli.sight import Outcome, Sight

POLL_SECONDS = 5.0
"""The seconds between two requests, unless Fleetgraph gives a time."""

SOONEST_SECONDS = 1.0

Observe = Callable[[float], Sequence[Sight]]
"""A request. It gets its timeout in seconds, and returns what is awaited."""


def follow(
    session: Session,
    observe: Observe,
    *,
    timeout_seconds: float,
    stream: TextIO | None = None,
    is_json: bool = False,
) -> Exit:
    """Shows the progress on `stream`, by default standard output, and returns the exit status.

    It succeeds when all have succeeded, and fails at once when one cannot. Raises the error of the first request.
    Later, a Fleetgraph that does not answer is asked again until the timeout.
    """
    clock, session.has_asked = session.clock, True
    progress = Progress(
        session.screen,
        stream or session.screen.out,
        clock,
        timeout_seconds=timeout_seconds,
        is_json=is_json,
    )
    sights: Sequence[Sight] = ()
    try:
        while True:
            remaining = timeout_seconds - progress.elapsed_seconds
            sights = _ask(observe, min(REQUEST_SECONDS, max(remaining, SOONEST_SECONDS)), sights)
            read_at = clock.monotonic()
            progress.show(sights, read_at)
            remaining = timeout_seconds - progress.elapsed_seconds
            end = _end(sights, is_time_up=remaining <= 0)
            if end is not None:
                ends = [(sight, sight.outcome or _unfinished(end)) for sight in sights]
                progress.finish(ends)
                return end.value
            poll_after = min(sight.poll_after_seconds for sight in sights if sight.outcome is None)
            wake_at = read_at + min(max(poll_after, SOONEST_SECONDS), remaining)
            while (pause := wake_at - clock.monotonic()) > 0:
                clock.sleep(min(pause, 1.0) if progress.is_live else pause)
                progress.show(sights, read_at)
    finally:
        progress.leave()


def _end(sights: Sequence[Sight], *, is_time_up: bool) -> Outcome | None:
    outcomes = [sight.outcome for sight in sights]
    for outcome in outcomes:
        if outcome is not None and not outcome.is_good:
            return outcome
    if None not in outcomes:
        return Outcome.REACHED
    return Outcome.TIMED_OUT if is_time_up else None


def _unfinished(end: Outcome) -> Outcome | None:
    """The outcome of those that are still in progress."""
    return Outcome.TIMED_OUT if end is Outcome.TIMED_OUT else None


def _ask(observe: Observe, within_seconds: float, before: Sequence[Sight]) -> Sequence[Sight]:
    try:
        return observe(within_seconds)
    except (Unreachable, GraphQLErrors) as error:
        is_passing = isinstance(error, Unreachable) or error.is_fault
        if not before or not is_passing:
            raise
        wait = getattr(error, "retry_after_seconds", None) or POLL_SECONDS
        return [sight if sight.outcome else _unanswered(sight, error, wait) for sight in before]


def _unanswered(sight: Sight, error: CommandError, wait: float) -> Sight:
    return replace(
        sight,
        remark="no answer from Fleetgraph",
        age_seconds=None,
        reason=f"{error}",
        poll_after_seconds=wait,
    )
