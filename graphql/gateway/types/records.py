"""How the types of the schema read their records."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.field import UNRESOLVED, StrawberryField

from fleet.model.account import TrackedAccount
from fleet.model.refusal import Refused
from fleet.model.tracking import Tracked


@dataclass(frozen=True, kw_only=True)
class ShownRefusal:
    """A refusal as data, because graphql-core treats an exception that a resolver returns as raised. `path` is the path
    of the invalid argument in the schema's names.
    """

    refused: Refused
    path: Sequence[str]


_BEHIND: Mapping[type, str] = {Tracked: "item", TrackedAccount: "account", ShownRefusal: "refused"}
_known: dict[type, str | None] = {}
"""The member with the record, by the class of a value. Classes are as many as the code has."""


def shown(source: object) -> object:
    """The record behind a value: the item of a tracked item, and the refusal of a shown one."""
    kind = type(source)
    try:
        member = _known[kind]
    except KeyError:
        member = _known[kind] = next((name for of, name in _BEHIND.items() if issubclass(kind, of)), None)
    return source if member is None else getattr(source, member)


def read(source: object, name: str) -> object:
    """The default resolver."""
    return getattr(shown(source), name)


def serves(record: type) -> Callable[[object, object], bool]:
    """Makes the `is_type_of` of an object type, which serves records of this type, tracked or not."""

    def is_type_of(source: object, info: object) -> bool:
        return isinstance(shown(source), record)

    return is_type_of


class Field(StrawberryField):
    """While a class is made of it, `dataclasses` asks a field for its type, to see whether that is a text. Strawberry
    would resolve it each time: a thirtieth of a start, and before the class is known, so that it is not kept.
    """

    @property
    def type(self) -> Any:
        return UNRESOLVED if self.origin is None else self.resolve_type()

    @type.setter  # noqa: A003
    def type(self, type_: Any) -> None:
        self.type_annotation = StrawberryAnnotation.from_annotation(type_, namespace=None)


def field(
    description: str | None = None,
    *,
    resolver: Callable[..., object] | None = None,
    name: str | None = None,
    deprecated: str | None = None,
) -> Any:
    """A field of the schema. The annotation is its public type; a resolver returns records of the domain. `deprecated`
    says what to use instead.
    """
    made = Field(graphql_name=name, description=description, deprecation_reason=deprecated)
    return made if resolver is None else made(resolver)


def option(description: str | None = None, *, name: str | None = None) -> Any:
    """A member of an input that can be left out. It is then UNSET, which differs from an explicit null."""
    return strawberry.field(description=description, name=name, default=strawberry.UNSET)


def given(argument: Any) -> Any:
    """The argument, null if it was left out. Its default is UNSET, so that the schema shows no default."""
    return None if argument is strawberry.UNSET else argument
