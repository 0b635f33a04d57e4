"""Looking again and again until something is true, cannot become true any more, or takes too long."""

from collections.abc import Callable
from dataclasses import replace
from typing import TextIO

from cli.client import REQUEST_SECONDS
from cli.errors import CommandError, Exit, GraphQLErrors, Unreachable
from cli.progress import Outcome, Progress, Sight
from cli.session import Session

POLL_SECONDS = 5.0
"""Between two looks, where Fleetgraph names no time itself."""

SOONEST_SECONDS = 1.0

Look = Callable[[float], Sight]
"""Takes the seconds that it may take."""


def follow(session: Session, look: Look, *, timeout_seconds: float, stream: TextIO | None = None) -> Exit:
    """Shows how it goes on `stream`, standard output unless given, and returns the status to end with.

    Raises what the first look raises. After that, a Fleetgraph that does not answer is asked again until the end.
    """
    clock = session.clock
    progress = Progress(session.screen, stream or session.screen.out, clock, timeout_seconds=timeout_seconds)
    sight = None
    try:
        while True:
            remaining = timeout_seconds - progress.elapsed_seconds
            sight = _look(look, min(REQUEST_SECONDS, max(remaining, SOONEST_SECONDS)), sight)
            looked_at = clock.monotonic()
            progress.show(sight, looked_at)
            remaining = timeout_seconds - progress.elapsed_seconds
            outcome = sight.outcome or (Outcome.TIMED_OUT if remaining <= 0 else None)
            if outcome is not None:
                progress.finish(sight, outcome)
                return outcome.value
            wake_at = looked_at + min(max(sight.poll_after_seconds, SOONEST_SECONDS), remaining)
            while (pause := wake_at - clock.monotonic()) > 0:
                clock.sleep(min(pause, 1.0) if progress.is_live else pause)
                progress.show(sight, looked_at)
    except (CommandError, KeyboardInterrupt):
        if sight is not None:
            progress.leave()
        raise


def _look(look: Look, within_seconds: float, before: Sight | None) -> Sight:
    try:
        return look(within_seconds)
    except (Unreachable, GraphQLErrors) as error:
        is_passing = isinstance(error, Unreachable) or error.is_fault
        if before is None or not is_passing:
            raise
        wait = getattr(error, "retry_after_seconds", None) or POLL_SECONDS
        return replace(
            before,
            remark="no answer from Fleetgraph",
            age_seconds=None,
            reason=f"{error}",
            poll_after_seconds=wait,
        )
