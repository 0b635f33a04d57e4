"""What the first start of `make run` says while a person waits. Later starts are quiet."""

from collections.abc import Collection
from typing import Protocol

SECONDS_BETWEEN = 0.5


class Sleeps(Protocol):
    """A clock, as far as this needs one."""

    async def sleep(self, seconds: float) -> None: ...


def say(text: str) -> None:
    """At once, also where the output is a pipe."""
    print(text, flush=True)


async def say_observed(not_yet_observed: Collection[str], clock: Sleeps) -> None:
    """Says how far the first observation is, until `not_yet_observed` is empty. Others take accounts out of it."""
    total = left = len(not_yet_observed)
    say(f"\nFirst observation of {total} accounts. What is asked before its end may be answered in part.")
    while left:
        await clock.sleep(SECONDS_BETWEEN)
        if len(not_yet_observed) < left:
            left = len(not_yet_observed)
            say(f"First observation: {total - left} of {total} accounts are done.")
