"""The parts of specifications and patches."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import click

from cli.errors import UsageError
from cli.grammar import Options
from cli.kinds import LARGEST_INT
from cli.session import Session


@dataclass(frozen=True, kw_only=True)
class Spec:
    """How a provider's clusters are created and changed."""

    provider: str
    """Its name for people."""
    summary: str
    examples: str
    create_flags: Callable[[], Sequence[click.Parameter]]
    to_spec: Callable[[Session, Options, dict[str, Any]], dict[str, Any]]
    """Makes the provider's member of ClusterSpecInput from flags and an account. Raises UsageError and NotThere."""
    update_flags: Callable[[], Sequence[click.Parameter]] = tuple
    """Null if clusters cannot be updated."""
    to_patch: Callable[[Session, Options, dict[str, Any]], dict[str, Any]] = lambda *_: {}
    """Makes the provider's member of UpdateClusterInput from flags and the cluster. Raises UsageError."""
    clearable: Mapping[str, str] = field(default_factory=dict)
    """The member of the patch that each flag clears, with dots, by null or an empty list."""


LISTS = ("labels", "sshKeys", "advanced.metalLbAddressPools")
"""Members that an empty list clears, not null."""


def given(**members: Any) -> dict[str, Any]:
    """The members that flags gave. The others have the default of the provider or the API."""
    return {name: value for name, value in members.items() if value is not None}


def clear(patch: dict[str, Any], spec: Spec, names: Sequence[str]) -> None:
    """Adds nulls to a patch. Raises UsageError for a member that the provider does not have."""
    for name in names:
        path = spec.clearable.get(name.removeprefix("--"))
        if path is None:
            known = ", ".join(spec.clearable) or "nothing"
            raise UsageError(
                f"--clear {name}: a cluster at {spec.provider} has no such value.", f"It has: {known}."
            )
        *above, last = path.split(".")
        place = patch
        for member in above:
            place = place.setdefault(member, {})
        if last in place:
            raise UsageError(f"--{name} and --clear {name} contradict each other.")
        place[last] = [] if path in LISTS else None


def number(text: str, flag: str) -> int:
    """A whole number that is not negative. Raises UsageError."""
    if (
        not text.isascii()
        or not text.isdigit()
        or len(text) > len(str(LARGEST_INT))
        or int(text) > LARGEST_INT
    ):
        raise UsageError(f"{flag}: {text!r} is not a whole number from 0 to {LARGEST_INT}.")
    return int(text)
