"""The latest requests to a sandbox, so that a test can count them."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase

KEPT = 10_000
"""The most requests that are kept, because a sandbox can run for days."""


@dataclass(frozen=True, kw_only=True)
class RecordedRequest:
    method: str
    path: str
    query: str
    status: int | None
    """The status of the answer. None if the connection was reset."""
    at: datetime
    """When it arrived, by the sandbox's clock."""


class Journal:
    def __init__(self) -> None:
        self._recorded: deque[RecordedRequest] = deque(maxlen=KEPT)

    def record(self, request: RecordedRequest) -> None:
        self._recorded.append(request)

    def clear(self) -> None:
        self._recorded.clear()

    def matching(self, *, method: str | None = None, path: str = "*") -> list[RecordedRequest]:
        """Requests of a method whose path fits a glob."""
        return [
            request
            for request in self
            if method in (None, request.method) and fnmatchcase(request.path, path)
        ]

    def __iter__(self) -> Iterator[RecordedRequest]:
        return iter(tuple(self._recorded))

    def __len__(self) -> int:
        return len(self._recorded)
