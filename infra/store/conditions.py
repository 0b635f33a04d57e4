"""What must hold of a row for a write to happen, each with its reason; as data that each database renders."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from infra.store.names import stamp


@dataclass(frozen=True)
class Equals:
    attribute: str
    value: str | int


@dataclass(frozen=True)
class Present:
    attribute: str


@dataclass(frozen=True)
class Absent:
    """Every row has its key: where `pk` is absent, there is no row."""

    attribute: str


@dataclass(frozen=True)
class AbsentOrAtMost:
    attribute: str
    value: str | int


Test: TypeAlias = Equals | Present | Absent | AbsentOrAtMost


@dataclass(frozen=True)
class Condition:
    """Every test must hold. Each condition is made by a function that is named for it."""

    tests: tuple[Test, ...]

    def __and__(self, other: "Condition") -> "Condition":
        return Condition(self.tests + other.tests)


def _that(test: Test) -> Condition:
    return Condition((test,))


def fence_is(fence: int) -> Condition:
    """Whoever began later has taken the next number, and what an earlier one still writes is out of date."""
    return _that(Equals("fence", fence))


def due_at_is(due_at: datetime | None) -> Condition:
    """Since it was read, nobody has observed the account, put it off or connected it again."""
    return _that(Absent("due_at") if due_at is None else Equals("due_at", stamp(due_at)))


def is_not_queued(now: datetime) -> Condition:
    """One message at a time; a message that is lost is given up at `queued_until`."""
    return _that(AbsentOrAtMost("queued_until", stamp(now)))


def wanted_at_is(wanted_at: datetime | None) -> Condition:
    """Since it was read, nobody has asked for a look, and no observation has begun that answers to it."""
    return _that(Absent("wanted_at") if wanted_at is None else Equals("wanted_at", stamp(wanted_at)))


def version_is(version: int | None) -> Condition:
    """Two who draw from a budget at once would each count only their own requests, and two who carry an operation on
    would each send its next request; the second has to look again.
    """
    return is_absent() if version is None else _that(Equals("version", version))


def holder_is(holder: str | None) -> Condition:
    """Since it was read, nobody else has taken what one alone may hold, nor given it back."""
    return is_absent() if holder is None else _that(Equals("holder", holder))


def is_absent() -> Condition:
    """Somebody else may have made the row since it was found missing."""
    return _that(Absent("pk"))


def is_connected() -> Condition:
    """Nothing more is begun at an account that is being removed, of which there is a bare row, or none."""
    return _that(Present("body"))


def is_leftover() -> Condition:
    """The account may have been connected again since it was found hidden."""
    return _that(Absent("body"))


def is_still(version: int | None) -> Condition:
    """What became of the row since it was read is not undone; null where it was never changed."""
    return _that(Absent("version") if version is None else Equals("version", version))
