"""The argument `orderBy` of a listing."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from fleet.reading.sorting import SORTED_ROWS, Direction, TooManyToSort
from gateway.http.errors import ClientError
from gateway.relay.connections import Pager, ask
from gateway.types.records import given

MOST_ORDERS = 4

FieldT = TypeVar("FieldT", bound=StrEnum)
FieldT_co = TypeVar("FieldT_co", bound=StrEnum, covariant=True)


class OrderInput(Protocol[FieldT_co]):
    """A field to sort by, as an input says it."""

    @property
    def by(self) -> FieldT_co: ...
    @property
    def direction(self) -> Direction: ...


def read_orders(order_by: Sequence[OrderInput[FieldT]] | None) -> list[tuple[FieldT, Direction]]:
    """Empty where no order is asked for. Raises `ClientError`."""
    orders = given(order_by) or []
    if len(orders) > MOST_ORDERS:
        raise ClientError(f"Argument `orderBy` takes up to {MOST_ORDERS} fields, not {len(orders)}.")
    return [(one.by, one.direction) for one in orders]


def ask_in_order(
    *listing: str, ordering: Sequence[tuple[FieldT, Direction]], place: int, first: int, after: Any
) -> Pager:
    """`place` is the number of parts in the order key of the listing without an order. A cursor is good in its order
    alone.
    """
    named = [f"{field} {direction}" for field, direction in ordering]
    return ask(*listing, *named, first=first, after=after, parts=len(ordering) + place)


@contextmanager
def sorting(plural: str) -> Iterator[None]:
    try:
        yield
    except TooManyToSort:
        raise ClientError(
            f"Argument `orderBy`: up to {SORTED_ROWS} {plural} are read to sort them, and there are more. Narrow "
            "`filter`."
        ) from None
