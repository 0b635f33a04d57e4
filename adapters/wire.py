"""How provider JSON is read: what every wire model has in common.

A wire model lists the members that an adapter uses, under the provider's own names. Only the identity is required:
documents call members required that live answers leave out, and a cluster is worth showing without them.
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError


class Wire(BaseModel):
    """Part of an answer. Unknown members are ignored; a validation error does not quote what it was given."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


class WireItem(Wire):
    """An item of a list, recognised by the member named `identity`."""

    identity: ClassVar[str] = "id"

    @classmethod
    def identify(cls, raw: object) -> str | None:
        """The identity of an item whose other members may be unreadable; null when it cannot be told."""
        value = raw.get(cls.identity) if isinstance(raw, Mapping) else None
        return value if isinstance(value, str) and value else None


def _unset_when_empty(value: object) -> object:
    return None if value == "" else value


def _empty_when_null(value: object) -> object:
    return [] if value is None else value


Identity = Annotated[str, Field(min_length=1)]
Text = Annotated[str | None, BeforeValidator(_unset_when_empty)]
"""A string; the empty one is how several providers write an unset member."""
When = Annotated[AwareDatetime | None, BeforeValidator(_unset_when_empty)]
"""An RFC 3339 timestamp, unset when empty."""
Count = Annotated[int, Field(ge=0, lt=2**63)]
"""A whole number of something, as a JSON number or, as is the custom for 64 bits, as a string of digits."""
SmallCount = Annotated[int, Field(ge=0, lt=2**31)]
"""One that its provider holds in 32 bits, so that a product with a unit stays within 64."""
Items = Annotated[tuple[object, ...], BeforeValidator(_empty_when_null)]
"""The items of a list, unread: `Adapter.listing` reads them one by one. Null is how some servers write none."""


def explain(error: ValidationError) -> str:
    """Where and why something does not read, without quoting it: `regions.0.name: Field required`."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return f"{place}: {first['msg']}{more}" if place else f"{first['msg']}{more}"
