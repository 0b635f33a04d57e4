"""What lives as long as the process of a function: one event loop, and what was opened on it.

Lambda runs one invocation of a process at a time and freezes it in between, so connections and caches outlive
invocations only when their loop does.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Context(Protocol):
    """What we use of Lambda's second argument."""

    @property
    def aws_request_id(self) -> str: ...

    def get_remaining_time_in_millis(self) -> int: ...


class Process:
    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._opened = AsyncExitStack()
        asyncio.set_event_loop(self._loop)  # where Mangum looks for it

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._loop.run_until_complete(work)

    def open(self, manager: AbstractAsyncContextManager[T]) -> T:
        """Enters a context that ends with the process."""
        return self.run(self._opened.enter_async_context(manager))

    def close(self) -> None:
        """For tests. Lambda ends a process without a word."""
        self.run(self._opened.aclose())
        self.run(self._loop.shutdown_default_executor())
        asyncio.set_event_loop(None)
        self._loop.close()


def seconds_left(context: Context, *, reserve: float) -> float:
    """How long the work of an invocation may take when `reserve` seconds are kept for what follows it."""
    return max(0.0, context.get_remaining_time_in_millis() / 1000 - reserve)
