"""How a type of the schema reads the record behind it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import strawberry

from fleet.model.account import TrackedAccount
from fleet.model.refusal import Refused
from fleet.model.tracking import Tracked


@dataclass(frozen=True, kw_only=True)
class ShownRefusal:
    """A refusal, to be shown: an exception that a resolver answers with would count as raised. `path` leads to the
    argument at fault in the words of the contract.
    """

    refused: Refused
    path: Sequence[str]


def shown(source: object) -> object:
    """A tracked thing shows what it tracks, and what is told the refusal."""
    if isinstance(source, Tracked):
        return source.item
    if isinstance(source, TrackedAccount):
        return source.account
    if isinstance(source, ShownRefusal):
        return source.refused
    return source


def read(source: object, name: str) -> object:
    """Resolves every field that has no resolver of its own."""
    return getattr(shown(source), name)


def serves(record: type) -> Callable[[object, object], bool]:
    """Makes `is_type_of` of an object type: it stands for records of this type, tracked or not."""

    def is_type_of(source: object, info: object) -> bool:
        return isinstance(shown(source), record)

    return is_type_of


def field(
    description: str | None = None,
    *,
    resolver: Callable[..., object] | None = None,
    name: str | None = None,
    deprecated: str | None = None,
) -> Any:
    """A field of the schema. Its annotation is the contract; a resolver answers in records of the domain. `deprecated`
    says what to use instead.
    """
    more: dict[str, Any] = {} if resolver is None else {"resolver": resolver}
    return strawberry.field(description=description, name=name, deprecation_reason=deprecated, **more)


def option(description: str | None = None, *, name: str | None = None) -> Any:
    """A member of an input that can be left out, which is then UNSET: a null that was given is another thing."""
    return strawberry.field(description=description, name=name, default=strawberry.UNSET)


def given(argument: Any) -> Any:
    """An argument that was left out is null here. Its default is UNSET so that the contract prints none."""
    return None if argument is strawberry.UNSET else argument
