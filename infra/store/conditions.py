"""The conditions of writes as data, each with its reason. Each database renders them."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from infra.store.indexes import DUE, sort_key
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
    """Every row has its key. If `pk` is absent, the row does not exist."""

    attribute: str


Test: TypeAlias = Equals | Present | Absent


@dataclass(frozen=True)
class Condition:
    """A condition: every test must hold. Each condition has a function with its name."""

    tests: tuple[Test, ...]

    def __and__(self, other: "Condition") -> "Condition":
        return Condition(self.tests + other.tests)


def _that(test: Test) -> Condition:
    return Condition((test,))


def fence_is(fence: int) -> Condition:
    """A later observation has a higher number, and writes of an earlier one are out of date."""
    return _that(Equals("fence", fence))


def due_entry_is(place: str | int | None) -> Condition:
    """The account was not observed, postponed or connected again since it was read: each moves it among the due."""
    return _that(Absent(sort_key(DUE)) if place is None else Equals(sort_key(DUE), place))


def wanted_at_is(wanted_at: datetime | None) -> Condition:
    """No observation was requested since it was read, and none has begun that answers a request."""
    return _that(Absent("wanted_at") if wanted_at is None else Equals("wanted_at", stamp(wanted_at)))


def version_is(version: int | None) -> Condition:
    """Two processes that change a budget at once would each count only their own requests, and two that continue an
    operation would each send its next request. The second has to read again.
    """
    return is_absent() if version is None else _that(Equals("version", version))


def holder_is(holder: str | None) -> Condition:
    """The claim was not taken or released since it was read."""
    return is_absent() if holder is None else _that(Equals("holder", holder))


def is_absent() -> Condition:
    """Another process can have created the row since it was found missing."""
    return _that(Absent("pk"))


def is_connected() -> Condition:
    """Nothing begins at an account that is being removed, which has a bare row or none."""
    return _that(Present("body"))


def is_leftover() -> Condition:
    """The account can have been connected again since it was found to be removed."""
    return _that(Absent("body"))


def is_still(version: int | None) -> Condition:
    """The row is unchanged since it was read. The version is null if it was never changed."""
    return _that(Absent("version") if version is None else Equals("version", version))
