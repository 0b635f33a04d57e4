"""Reading request bodies member by member. An error is a 400 that names the member."""

import re
from collections.abc import Collection
from types import NoneType, UnionType
from typing import Any, get_args

from sandbox.api import Refusal
from sandbox.faults import Json

REQUIRED = object()

KINDS = {
    bool: "true or false",
    int: "a whole number",
    str: "a text",
    list: "a list",
    dict: "an object",
    NoneType: "null",
}


class Body:
    def __init__(self, members: Json, *, place: str = "") -> None:
        self.members = members
        self._place = place

    def __contains__(self, name: str) -> bool:
        return name in self.members

    def refuse(self, name: str, text: str) -> Refusal:
        place = f"{self._place}{name}"
        return Refusal(400, f"{place} {text}", fields={place: [text]})

    def allow(self, *names: str) -> None:
        """Raises a Refusal for any other member."""
        for name in self.members:
            if name not in names:
                raise self.refuse(name, "is not a known field")

    def take(self, name: str, kind: type | UnionType, *, default: Any = REQUIRED) -> Any:
        """A member of a JSON type. Its default if it is absent; raises a Refusal if it has none."""
        value = self.members.get(name, default)
        if value is REQUIRED:
            raise self.refuse(name, "is required")
        if name in self.members and not is_a(value, kind):
            wanted = " or ".join(KINDS[each] for each in get_args(kind) or (kind,))
            raise self.refuse(name, f"must be {wanted}")
        return value

    def text(self, name: str, *, pattern: str = ".+", default: Any = REQUIRED) -> Any:
        value = self.take(name, str, default=default)
        if name in self.members and not re.fullmatch(pattern, value, re.DOTALL):
            raise self.refuse(name, f"must match {pattern}")
        return value

    def number(
        self, name: str, *, minimum: int = 0, maximum: int | None = None, default: Any = REQUIRED
    ) -> Any:
        value = self.take(name, int, default=default)
        if name in self.members and (value < minimum or (maximum is not None and value > maximum)):
            bounds = f"at least {minimum}" if maximum is None else f"from {minimum} to {maximum}"
            raise self.refuse(name, f"must be {bounds}")
        return value

    def choice(self, name: str, options: Collection[str], *, default: Any = REQUIRED) -> Any:
        value = self.take(name, str, default=default)
        if name in self.members and value not in options:
            raise self.refuse(name, f"must be one of {', '.join(options)}")
        return value

    def choices(self, name: str, options: Collection[str], *, default: Any = REQUIRED) -> Any:
        """A list whose items are among the options."""
        values = self.take(name, list, default=default)
        if name in self.members and not all(value in options for value in values):
            raise self.refuse(name, f"may hold {', '.join(options)}")
        return values

    def inner(self, name: str) -> "Body":
        """An object in the body. Empty if it is absent."""
        return Body(self.take(name, dict, default={}), place=f"{self._place}{name}.")


def is_a(value: object, kind: type | UnionType) -> bool:
    """Whether it has this JSON type. True is not a number."""
    return isinstance(value, kind) and (not isinstance(value, bool) or bool in (get_args(kind) or (kind,)))
