"""The scalars of the contract: exact numbers and instants, written so that no client rounds them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

BigInt = NewType("BigInt", int)
URL = NewType("URL", str)
CurrencyCode = NewType("CurrencyCode", str)
Revision = NewType("Revision", str)

_BIGGEST = 2**63


def write_instant(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def read_instant(value: object) -> datetime:
    try:
        instant = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise GraphQLError(f"DateTime is RFC 3339 with an offset, e.g. 2026-04-06T12:00:00Z, not {value!r}.")
    return instant.astimezone(UTC)


def read_decimal(value: object) -> Decimal:
    try:
        number = Decimal(value) if isinstance(value, str) else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite():
        raise GraphQLError(f'Decimal is a number in a string, e.g. "12.50", not {value!r}.')
    return number


def read_big_int(value: object) -> BigInt:
    try:
        number = int(value) if isinstance(value, str) else None
    except ValueError:
        number = None
    if number is None or not -_BIGGEST <= number < _BIGGEST:
        raise GraphQLError(f'BigInt is a 64-bit integer in a string, e.g. "1250", not {value!r}.')
    return BigInt(number)


SCALARS: Mapping[object, ScalarDefinition] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="A moment in UTC as RFC 3339 writes it, e.g. 2026-04-06T12:00:00Z.",
        serialize=write_instant,
        parse_value=read_instant,
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description="A decimal number in a string, so that no client rounds it.",
        serialize=str,
        parse_value=read_decimal,
    ),
    BigInt: strawberry.scalar(
        name="BigInt",
        description="A 64-bit integer in a string, so that no client rounds it.",
        serialize=str,
        parse_value=read_big_int,
    ),
    URL: strawberry.scalar(name="URL", description="An absolute https URL.", serialize=str),
    CurrencyCode: strawberry.scalar(
        name="CurrencyCode", description="An ISO 4217 currency code, e.g. USD.", serialize=str
    ),
    Revision: strawberry.scalar(
        name="Revision",
        description="An opaque token over what a user can set. Compare it for equality only; a change of status alone "
        "leaves it as it is.",
        serialize=str,
    ),
}
