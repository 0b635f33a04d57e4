"""What specs and patches are made of."""

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
    """How a provider's clusters are asked for, and what can be changed in them."""

    provider: str
    """Its name for people."""
    summary: str
    examples: str
    create_flags: Callable[[], Sequence[click.Parameter]]
    to_spec: Callable[[Session, Options, dict[str, Any]], dict[str, Any]]
    """From flags and an account to the provider's member of ClusterSpecInput. Raises UsageError and NotThere."""
    update_flags: Callable[[], Sequence[click.Parameter]] = tuple
    """None where a cluster cannot be updated."""
    to_patch: Callable[[Session, Options, dict[str, Any]], dict[str, Any]] = lambda *_: {}
    """From flags and the cluster to the provider's member of UpdateClusterInput. Raises UsageError."""
    clearable: Mapping[str, str] = field(default_factory=dict)
    """By flag: the member of the patch, with dots, that a null or an empty list clears."""


LISTS = ("labels", "sshKeys", "advanced.metalLbAddressPools")
"""Members that are cleared by an empty list, and not by a null."""


def given(**members: Any) -> dict[str, Any]:
    """Without what no flag gave: the provider's or the contract's default holds there."""
    return {name: value for name, value in members.items() if value is not None}


def clear(patch: dict[str, Any], spec: Spec, names: Sequence[str]) -> None:
    """Puts nulls into a patch. Raises UsageError for what the provider has no such flag for."""
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
        raise UsageError(f"{flag}: {text!r} is not a whole number.")
    return int(text)
