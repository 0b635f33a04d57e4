"""The scalars: exact numbers and instants, as strings so that no client rounds them, and secrets.

Messages do not repeat a value of the request, because a secret can be in the wrong place.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import NewType

import strawberry
from graphql import GraphQLError
from pydantic import SecretStr
from strawberry.scalars import JSON
from strawberry.types.scalar import ScalarDefinition

from fleet.model.json_value import DEEPEST, check_json
from fleet.model.money import CURRENCIES
from fleet.model.record import to_utc

BigInt = NewType("BigInt", int)
URL = NewType("URL", str)
CurrencyCode = NewType("CurrencyCode", str)
Revision = NewType("Revision", str)

_BIGGEST = 2**63


def write_instant(instant: datetime) -> str:
    return to_utc(instant).isoformat().replace("+00:00", "Z")


def read_instant(value: object) -> datetime:
    try:
        instant = datetime.fromisoformat(value) if isinstance(value, str) else None
        if instant is not None and instant.tzinfo is not None:
            return instant.astimezone(UTC)
    except (ValueError, OverflowError):  # an offset can lead beyond the years that Python has
        pass
    raise GraphQLError("DateTime is RFC 3339 with an offset, e.g. 2026-04-06T12:00:00Z.")


def read_decimal(value: object) -> Decimal:
    try:
        number = Decimal(value) if isinstance(value, str) else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite():
        raise GraphQLError('Decimal is a number in a string, e.g. "12.50".')
    return number


def read_big_int(value: object) -> BigInt:
    try:
        number = int(value) if isinstance(value, str) else None
    except ValueError:
        number = None
    if number is None or not -_BIGGEST <= number < _BIGGEST:
        raise GraphQLError('BigInt is a 64-bit integer in a string, e.g. "1250".')
    return BigInt(number)


def read_currency(value: object) -> CurrencyCode:
    if not isinstance(value, str) or value not in CURRENCIES:
        raise GraphQLError("A currency is named by its code in ISO 4217, in capital letters, e.g. USD.")
    return CurrencyCode(value)


def read_revision(value: object) -> Revision:
    if not isinstance(value, str):
        raise GraphQLError("Revision is a string, as an answer gave it.")
    return Revision(value)


def read_json(value: object) -> object:
    try:
        check_json(value)
    except ValueError as error:
        raise GraphQLError(f"JSON is passed on as it is. {error}") from None
    return value


def read_secret(value: object) -> SecretStr:
    if not isinstance(value, str):
        raise GraphQLError("Secret is a string.")
    return SecretStr(value)


def write_secret(value: object) -> str:
    raise TypeError("a secret is never shown")


SCALARS: Mapping[object, ScalarDefinition] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="An instant in UTC, in the format of RFC 3339, e.g. 2026-04-06T12:00:00Z.",
        serialize=write_instant,
        parse_value=read_instant,
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description="A decimal number as a string, so that no client rounds it.",
        serialize=str,
        parse_value=read_decimal,
    ),
    BigInt: strawberry.scalar(
        name="BigInt",
        description="A 64-bit integer as a string, so that no client rounds it.",
        serialize=str,
        parse_value=read_big_int,
    ),
    URL: strawberry.scalar(name="URL", description="An absolute https URL.", serialize=str),
    CurrencyCode: strawberry.scalar(
        name="CurrencyCode",
        description="An ISO 4217 currency code, e.g. USD. In amounts of a provider it can be a unit of its own, e.g. "
        "CRDB_CLOUD_CREDITS.",
        serialize=str,
        parse_value=read_currency,
    ),
    Revision: strawberry.scalar(
        name="Revision",
        description="An opaque digest of what a user can set. Compare it only for equality. A change of status "
        "does not change it.",
        serialize=str,
        parse_value=read_revision,
    ),
    JSON: strawberry.scalar(
        name="JSON",
        description=f"Any JSON, passed on unchanged. Numbers must be finite, and it can be at most {DEEPEST} "
        f"levels deep.",
        specified_by_url="https://ecma-international.org/wp-content/uploads/ECMA-404_2nd_edition_december_2017.pdf",
        serialize=lambda value: value,
        parse_value=read_json,
    ),
    SecretStr: strawberry.scalar(
        name="Secret",
        description="A value that can be written and never read. No answer, message or log repeats it.",
        serialize=write_secret,
        parse_value=read_secret,
    ),
}
