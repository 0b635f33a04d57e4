"""The base of the wire models, which read provider JSON.

A wire model lists the members that an adapter uses, with the provider's names. Only the identity is required, because
real answers leave out members that the documentation requires, and a cluster is useful without them. A member that
cannot be read does not hide the cluster either: a `Lenient` model skips it and names it in `unread`.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, ClassVar, Self, get_args

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from fleet.model.identifier import LONGEST_IDENTIFIER
from fleet.model.record import to_utc

_HALF_A_PAIR = re.compile("[\ud800-\udfff]")

MOST_UNREAD = 20
"""The most unread members that are named. A few are enough to investigate."""


LONGEST_NOTE = 200
"""The most characters of a place, because a label's key of any length can be part of it."""


class Wire(BaseModel):
    """Part of an answer. Unknown members are ignored. A validation error does not quote its input."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, defer_build=True)

    @classmethod
    def from_json(cls, body: bytes) -> Self:
        """Reads JSON. Where it is not valid, a lone surrogate (at the end of a text that JavaScript cut) and a byte
        that is not UTF-8 become the replacement character.
        """
        try:
            return cls.model_validate_json(body)
        except ValidationError as error:
            if error.errors(include_url=False, include_input=False)[0]["type"] != "json_invalid":
                raise
            try:
                loaded = _writable(json.loads(body.decode("utf-8-sig", "replace")))
            except (ValueError, RecursionError):
                raise error from None
            return cls.model_validate(loaded)


class Lenient(Wire):
    """An object in which a member that cannot be read gets its default, if it has one.

    Required members, and those in `identifying` (the phase, for example), must be readable, or the object is
    unreadable: a wrong phase is worse than an unreadable cluster.
    """

    identifying: ClassVar[frozenset[str]] = frozenset()
    """The name of a member in the provider's spelling."""

    _unread: tuple[str, ...] = PrivateAttr(default=())

    @model_validator(mode="wrap")
    @classmethod
    def _pass_over(cls, raw: Any, read: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return read(raw)
        except ValidationError as error:
            unread = _by_member(error)
            if not isinstance(raw, Mapping) or not unread or unread.keys() & cls._needed():
                raise
            whole = read({name: value for name, value in raw.items() if name not in unread})
            whole._unread = tuple(unread.values())
            return whole

    @classmethod
    def _needed(cls) -> frozenset[str]:
        fields = cls.model_fields.items()
        return cls.identifying | {field.alias or name for name, field in fields if field.is_required()}

    @property
    def unread(self) -> tuple[str, ...]:
        """The members that cannot be read, here and below, each with its place and the reason: `config.storage_gib:
        Input should be a valid integer`.
        """
        found = list(self._unread)
        for name, shown in _with_parts(type(self)):
            value = getattr(self, name)
            if isinstance(value, Lenient):
                found += (f"{shown}.{one}" for one in value.unread)
            elif isinstance(value, tuple):
                found += (f"{shown}.{at}.{one}" for at, part in enumerate(value) for one in part.unread)
        return tuple(sorted(found)[:MOST_UNREAD])


@cache
def _with_parts(model: type[Lenient]) -> tuple[tuple[str, str], ...]:
    """The members that are lenient models or lists of them, with their names in the provider's spelling."""
    return tuple(
        (name, field.alias or name)
        for name, field in model.model_fields.items()
        if any(isinstance(part, type) and issubclass(part, Lenient) for part in _parts(field.annotation))
    )


def _parts(annotation: Any) -> Iterator[Any]:
    yield annotation
    for inner in get_args(annotation):
        yield from _parts(inner)


class WireItem(Lenient):
    """An item of a list. The member named `identity` identifies it."""

    identity: ClassVar[str] = "id"

    @classmethod
    def identify(cls, raw: object) -> str | None:
        """The identity of an item whose other members can be unreadable. Null if it cannot be read either."""
        value = raw.get(cls.identity) if isinstance(raw, Mapping) else None
        try:
            return _IDENTITY.validate_python(value, strict=True)
        except ValidationError:
            return None


# --------------------------------------------------------------------------------------------------------------
# texts
#
# Rows are kept in items of at most 400 KB and shown a hundred to an answer of at most 6 MB, so every text
# has a bound.
# Texts of people are cut. A cut word, address or key would mean something else, so it is unreadable instead.

LONGEST_WORD = 512
"""The most characters of versions, regions, machine types, states and addresses. The longest valid one is a host name
of 253.
"""
LONGEST_TITLE = 256
"""The most characters of names. A Kubernetes name has up to 253."""
LONGEST_DESCRIPTION = 2_000
"""The most characters of a person's text about a cluster: about a page."""
LONGEST_MESSAGE = 1_000
"""The most characters of a provider's message about a cluster. Two lists of a hundred clusters stay below a megabyte,
in any script.
"""
LONGEST_PUBLIC_KEY = 4_000
"""The most characters of a public key. An RSA key of 16,384 bits takes 2,800 in base64."""
LONGEST_CERTIFICATE = 16_000
"""The most characters of a certificate authority: some six certificates in base64. A hundred clusters stay below two
megabytes.
"""
LONGEST_PAGE_TOKEN = 4_000
"""The most characters of a page token. It is sent in an address, and servers accept up to 8,000 characters of one."""
MOST_PARTS = 100
"""The most regions, node pools, features, labels and keys of one cluster."""


def _unset_when_empty(value: object) -> object:
    return None if value == "" else value


def _empty_when_null(value: object) -> object:
    return () if value is None else value


def cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _cut(longest: int) -> AfterValidator:
    return AfterValidator(lambda text: None if text is None else cut(text, longest))


Identity = Annotated[str, Field(min_length=1, max_length=LONGEST_IDENTIFIER)]
_IDENTITY: TypeAdapter[str] = TypeAdapter(Identity)
Word = Annotated[str, Field(max_length=LONGEST_WORD)]
Text = Annotated[Word | None, BeforeValidator(_unset_when_empty)]
"""A word, an address or an identifier. An empty one means unset, as several providers write it."""
Title = Annotated[str | None, BeforeValidator(_unset_when_empty), _cut(LONGEST_TITLE)]
"""A name for people."""
Description = Annotated[str | None, BeforeValidator(_unset_when_empty), _cut(LONGEST_DESCRIPTION)]
Message = Annotated[str | None, BeforeValidator(_unset_when_empty), _cut(LONGEST_MESSAGE)]
PublicKey = Annotated[str, Field(max_length=LONGEST_PUBLIC_KEY)]
Certificate = Annotated[
    Annotated[str, Field(max_length=LONGEST_CERTIFICATE)] | None, BeforeValidator(_unset_when_empty)
]
PageToken = Annotated[
    Annotated[str, Field(max_length=LONGEST_PAGE_TOKEN)] | None, BeforeValidator(_unset_when_empty)
]
Labels = Annotated[Mapping[Word, Word], Field(max_length=MOST_PARTS)]
Words = Annotated[tuple[Word, ...], Field(max_length=MOST_PARTS)]


def within_the_calendar(moment: datetime | None) -> datetime | None:
    return moment if moment is None or moment.tzinfo is None else to_utc(moment)


When = Annotated[
    AwareDatetime | None, BeforeValidator(_unset_when_empty), AfterValidator(within_the_calendar)
]
"""An RFC 3339 timestamp, unset when empty."""

# ------------------------------------------------------------------------------------------------------------
# numbers

NO_COUNT = 2**31 - 1
"""The largest integer of 32 bits, which providers write if there is no number because something autoscales."""


def _unset_when_no_count(value: object) -> object:
    return None if value == NO_COUNT else value


Ordinal = Annotated[int, Field(ge=0, lt=2**63)]
"""A whole number that only grows: pages, generations."""
Count = Annotated[int, Field(ge=0, lt=2**63)]
"""A whole number, as a JSON number or, as is usual for 64 bits, as a string of digits."""
Cents = Annotated[int, Field(ge=0, lt=2**63)]
"""Money in its smallest unit."""
Charge = Annotated[Decimal, Field(gt=-(10**12), lt=10**12)]
"""An amount of a statement, as a JSON number or a string. A credit is negative."""
CurrencyCode = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{1,31}$")]
"""A currency, or a unit of the provider's own that is paid with."""
SmallCount = Annotated[Annotated[int, Field(ge=0, lt=2**31)] | None, BeforeValidator(_unset_when_no_count)]
"""A whole number that the provider keeps in 32 bits, so that its product with a unit fits into 64 bits."""


def without_no_counts(raw: Any) -> Any:
    """An object that was read and is sent back, without members that are not valid counts."""
    if isinstance(raw, Mapping):
        return {name: without_no_counts(value) for name, value in raw.items() if value != NO_COUNT}
    return [without_no_counts(one) for one in raw] if isinstance(raw, list | tuple) else raw


# --------------------------------------------------------------------------------------------------------------
# lists

Items = Annotated[tuple[object, ...], BeforeValidator(_empty_when_null)]
"""The items of a list, unparsed: `Adapter.listing` reads them one by one. Some servers send null for an empty list."""


def _writable(loaded: Any) -> Any:
    """JSON as Python reads it, with texts that UTF-8 can encode."""
    if isinstance(loaded, str):
        return _HALF_A_PAIR.sub("\ufffd", loaded)
    if isinstance(loaded, dict):
        return {_writable(name): _writable(value) for name, value in loaded.items()}
    return [_writable(one) for one in loaded] if isinstance(loaded, list) else loaded


def explain(error: ValidationError) -> str:
    """Where and why something cannot be read, without quoting it: `regions.0.name: Field required`."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return f"{place}: {first['msg']}{more}" if place else f"{first['msg']}{more}"


def _by_member(error: ValidationError) -> Mapping[str, str]:
    """The first error of each invalid member."""
    found: dict[str, str] = {}
    for one in error.errors(include_url=False, include_input=False, include_context=False):
        if not one["loc"]:
            return {}  # the whole object
        text = f"{'.'.join(map(str, one['loc']))}: {one['msg']}"
        found.setdefault(str(one["loc"][0]), cut(text, LONGEST_NOTE))
    return found
