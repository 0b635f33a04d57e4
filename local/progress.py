"""The progress that the first start of `make run` shows. Later starts are quiet."""

from collections.abc import Collection
from typing import Protocol

SECONDS_BETWEEN = 0.5


class Sleeps(Protocol):
    """The part of a clock that is needed here."""

    async def sleep(self, seconds: float) -> None: ...


def say(text: str) -> None:
    """Prints at once, also to a pipe."""
    print(text, flush=True)


async def say_observed(not_yet_observed: Collection[str], clock: Sleeps) -> None:
    """Prints the progress of the first observation until `not_yet_observed` is empty. The observations remove accounts
    from it.
    """
    total = left = len(not_yet_observed)
    say(f"\nFirst observation of {total} accounts. What is asked before its end may be answered in part.")
    while left:
        await clock.sleep(SECONDS_BETWEEN)
        if len(not_yet_observed) < left:
            left = len(not_yet_observed)
            say(f"First observation: {total - left} of {total} accounts are done.")
