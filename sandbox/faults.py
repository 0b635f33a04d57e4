"""Faults on request: what goes wrong, on which requests, how often."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

Json = dict[str, Any]


class FaultKind(StrEnum):
    LATENCY = "latency"
    UNAUTHORIZED = "unauthorized"
    RATE_LIMITED = "rate-limited"
    SERVER_ERROR = "server-error"
    RESET = "reset"
    LOST_ANSWER = "lost-answer"
    """The request is executed, and the connection is reset before the answer."""
    TRUNCATED = "truncated"
    HUGE = "huge"
    """The answer goes on for megabytes."""
    UNKNOWN_PHASE = "unknown-phase"
    REPEATED_PAGE = "repeated-page"
    MALFORMED_ITEM = "malformed-item"
    MISSING_IDENTITY = "missing-identity"
    SHARED_LIMIT = "shared-limit"
    """Others use the same rate limit: with each request, ten are gone."""
    HIDDEN = "hidden"
    """What a request creates is not found for some seconds."""
    LATE_STATUS = "late-status"
    """What a request starts does not show for some seconds: everything looks as before."""
    CONVERTED_MACHINE = "converted-machine"
    """Another machine type of the same size is taken."""
    ROUNDED_SIZE = "rounded-size"
    """Sizes are rounded up."""
    ADDED_LABEL = "added-label"
    """A label is added to those that were asked for."""


MISBEHAVIOURS = frozenset(
    {
        FaultKind.HIDDEN,
        FaultKind.LATE_STATUS,
        FaultKind.CONVERTED_MACHINE,
        FaultKind.ROUNDED_SIZE,
        FaultKind.ADDED_LABEL,
    }
)
"""What a provider itself does otherwise than it was asked. Not every provider is able to."""
HUGE_BYTES = 8 * 2**20
"""More than anybody reads of an answer."""
REQUESTS_OF_OTHERS = 9
"""How many requests of others there are for each, where the limit is shared."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    kind: FaultKind
    method: str | None = None
    """Any method when None."""
    path: str = "*"
    """A glob over the whole path; `*` crosses slashes."""
    times: int | None = None
    """How many requests it affects. None means all."""
    seconds: float = 1.0
    """The seconds that `latency` waits, after which `rate-limited` allows a retry, and for which something is `hidden`
    or its status late.
    """
    status: int = 500
    """The status of a `server-error`."""

    def __post_init__(self) -> None:
        if not 500 <= self.status <= 599:
            raise ValueError("a server error has a status from 500 to 599")
        if self.seconds < 0 or (self.times is not None and self.times < 1):
            raise ValueError("seconds are not negative, and times is at least 1")

    def fits(self, method: str, path: str) -> bool:
        return self.method in (None, method) and fnmatchcase(path, self.path)


class Faults:
    """The faults in force."""

    def __init__(self) -> None:
        self._faults: dict[int, Fault] = {}
        self._last_id = 0

    def add(self, fault: Fault) -> int:
        self._last_id += 1
        self._faults[self._last_id] = fault
        return self._last_id

    def remove(self, fault_id: int) -> bool:
        """Removes a fault. False if it does not exist, or no longer."""
        return self._faults.pop(fault_id, None) is not None

    def clear(self) -> None:
        self._faults.clear()

    def take(self, method: str, path: str) -> dict[FaultKind, Fault]:
        """The faults for this request. Each is used once; of two of a kind, the older is used."""
        taken: dict[FaultKind, Fault] = {}
        for fault_id, fault in list(self._faults.items()):
            if fault.kind in taken or not fault.fits(method, path):
                continue
            taken[fault.kind] = fault
            if fault.times == 1:
                self.remove(fault_id)
            elif fault.times is not None:
                self._faults[fault_id] = replace(fault, times=fault.times - 1)
        return taken

    def __iter__(self) -> Iterator[tuple[int, Fault]]:
        return iter(list(self._faults.items()))


def malformed(item: Json, identity: Collection[str]) -> Json:
    """The item with a wrong type in every member, except in those that identify it."""
    return {name: value if name in identity else _of_another_type(value) for name, value in item.items()}


def anonymous(item: Json, identity: Collection[str]) -> Json:
    """The item without the members that identify it."""
    return {name: value for name, value in item.items() if name not in identity}


def _of_another_type(value: object) -> object:
    return ["malformed"] if isinstance(value, dict | str) else {"malformed": True}
