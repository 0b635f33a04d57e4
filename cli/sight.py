"""What an observation of something that is waited for shows, and what that means to who waits."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from cli.errors import Exit


class Outcome(Enum):
    REACHED = Exit.OK
    FAILED = Exit.FAILED
    TIMED_OUT = Exit.TIMED_OUT
    REFUSED = Exit.PROVIDER
    """The provider refused what was asked for."""

    @property
    def is_good(self) -> bool:
        return self is Outcome.REACHED


@dataclass(frozen=True, kw_only=True)
class Sight:
    """Ages are as of the moment it was read."""

    subject: str
    id: str = ""
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

    @property
    def text(self) -> str:
        return f"{self.word} ({self.remark})" if self.remark else self.word
