"""What Northflank takes as a name, a description and a network, and how what was asked for is found in what is shown.

Source: the patterns of the vendor's API documentation of June 2026.
"""

import re
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Interface
from typing import Any

from pydantic import Field

from fleet.model.record import Record
from fleet.model.spec import Compared, NameRule

UNSHOWN: Any = Field(default=None, exclude_if=lambda value: value is None)
"""A member that is null, and not in a stored row, where it is not shown."""

INTEGRATION_NAME = NameRule(
    pattern=r"(?=.{3,39}\Z)[a-zA-Z][a-zA-Z0-9]*(?:[ -][a-zA-Z0-9]+)*",
    sentence="Northflank takes 3 to 39 letters, digits, single dashes and spaces, a letter first.",
)
CLUSTER_NAME = NameRule(
    pattern=r"(?=.{3,20}\Z)[a-zA-Z][a-zA-Z0-9]*(?:[ -][a-zA-Z0-9]+)*",
    sentence="Northflank takes 3 to 20 letters, digits, single dashes and spaces, a letter first.",
)
_DESCRIPTION = r"""[a-zA-Z0-9.,?\s\\/'"()\[\];`%^&*\-_:!]{1,200}"""
_TEAM = r"(?=.{3,45}\Z)[a-zA-Z](?:-?[a-zA-Z0-9]+)*"


def check_description(value: str | None) -> str | None:
    """Of a cluster or an integration. `ValueError` where it will not do, without it: it may be long."""
    if value is not None and re.fullmatch(_DESCRIPTION, value) is None:
        raise ValueError(
            "Northflank takes 1 to 200 letters, digits, spaces and . , ? / \\ ' \" ( ) [ ] ; ` % ^ & * - _ : !"
        )
    return value


def check_networks(value: Sequence[str] | None) -> Sequence[str] | None:
    """Networks of IPv4. `ValueError` for one that is none."""
    for one in value or ():
        try:
            IPv4Interface(one)
        except ValueError:
            raise ValueError("A network of IPv4 is written like 192.0.2.0/24.") from None
        if "/" not in one:
            raise ValueError("A network has a length, like the 24 in 192.0.2.0/24.")
    return value


def check_teams(value: Sequence[str] | None) -> Sequence[str] | None:
    if any(re.fullmatch(_TEAM, one) is None for one in value or ()):
        raise ValueError("A team is named by its id: 3 to 45 letters, digits and single dashes.")
    return value


def compare_members(name: str, wanted: Record | None, shown: Record | None) -> Iterable[Compared]:
    """Each member of a part that was given, beside what the cluster shows."""
    if wanted is None:
        return
    for member in type(wanted).model_fields:
        asked = getattr(wanted, member)
        got = getattr(shown, member, None)
        if isinstance(asked, Record):
            yield from compare_members(f"{name}.{member}", asked, got)
        elif asked is not None:
            yield Compared(f"{name}.{member}", asked, got, shows(got, asked))


def shows(shown: object, wanted: object) -> bool:
    """The order of a list does not count, and what is not shown is as good as false, none or empty. More labels than
    were asked for do no harm.
    """
    if isinstance(wanted, Record):
        return all(
            one.agrees for one in compare_members("", wanted, shown if isinstance(shown, Record) else None)
        )
    if isinstance(wanted, dict):
        return (isinstance(shown, dict) and wanted.items() <= shown.items()) or not wanted
    if isinstance(wanted, list | tuple):
        return sorted(map(str, wanted)) == sorted(map(str, shown if isinstance(shown, list | tuple) else ()))
    return shown == wanted or (not wanted and not shown)
