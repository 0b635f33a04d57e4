"""The process of a function: one event loop, and the resources that were opened on it.

Lambda runs one invocation of a process at a time and freezes it in between. Connections and caches outlive an
invocation only if their loop does.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Context(Protocol):
    """The part of Lambda's context that is used."""

    @property
    def aws_request_id(self) -> str: ...

    def get_remaining_time_in_millis(self) -> int: ...


class Process:
    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._opened = AsyncExitStack()
        asyncio.set_event_loop(self._loop)  # where Mangum expects it

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._loop.run_until_complete(work)

    def open(self, manager: AbstractAsyncContextManager[T]) -> T:
        """Enters a context that ends with the process."""
        return self.run(self._opened.enter_async_context(manager))

    def close(self) -> None:
        """Closes everything, for tests. Lambda ends a process without notice."""
        self.run(self._opened.aclose())
        self.run(self._loop.shutdown_default_executor())
        asyncio.set_event_loop(None)
        self._loop.close()


def seconds_left(context: Context, *, reserve: float) -> float:
    """The seconds for the work of an invocation, with `reserve` seconds left for what follows."""
    return max(0.0, context.get_remaining_time_in_millis() / 1000 - reserve)
