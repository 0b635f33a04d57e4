"""Another major version of what a cluster runs: available, in progress, or waiting to be made final."""

from collections.abc import Iterable
from enum import StrEnum


class UpgradeState(StrEnum):
    """PENDING_FINALIZATION: the new version runs, and can be rolled back until it is finalised."""

    AVAILABLE = "AVAILABLE"
    RUNNING = "RUNNING"
    PENDING_FINALIZATION = "PENDING_FINALIZATION"
    ROLLING_BACK = "ROLLING_BACK"
    FINALIZED = "FINALIZED"
    UNKNOWN = "UNKNOWN"


def runs(shown: str | None, wanted: str) -> bool:
    """Whether a version that is shown, with its patch perhaps, is of the version that was asked for."""
    return shown is not None and f"{shown.removeprefix('v')}.".startswith(f"{wanted.removeprefix('v')}.")


def is_of_an_earlier_release(shown: str, other: str) -> bool:
    """A release has two numbers (v25.4); a patch of it is no other release."""
    return _parts(shown)[:2] < _parts(other)[:2]


def newest(versions: Iterable[str]) -> str | None:
    return max(versions, key=_parts, default=None)


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdecimal() else -1 for part in version.removeprefix("v").split("."))
