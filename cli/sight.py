"""The state of something that is awaited, from one answer."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from cli.errors import Exit


class Outcome(Enum):
    REACHED = Exit.OK
    FAILED = Exit.FAILED
    TIMED_OUT = Exit.TIMED_OUT
    REFUSED = Exit.PROVIDER
    """The provider refused, or did not answer."""

    @property
    def is_good(self) -> bool:
        return self is Outcome.REACHED


@dataclass(frozen=True, kw_only=True)
class Sight:
    """Ages are relative to the time of the answer."""

    subject: str
    id: str = ""
    state: str
    """The phase or state, or what is shown instead."""
    remark: str = ""
    since: datetime | None = None
    """When this phase or state began."""
    age_seconds: int | None = None
    """The age of the data."""
    outcome: Outcome | None = None
    """The outcome. Null while it is awaited."""
    reason: str = ""
    """Why it cannot succeed, or null."""
    poll_after_seconds: float

    @property
    def text(self) -> str:
        return f"{self.state} ({self.remark})" if self.remark else self.state
