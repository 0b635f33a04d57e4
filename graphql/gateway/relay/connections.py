"""Relay connections. They page only forward, like the store."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, NamedTuple, TypeVar

import strawberry

from fleet.model import opaque
from gateway.http.errors import ClientError
from gateway.types.records import field, given

MOST_ITEMS = 250

Order = tuple[str, ...]
"""The place of a row in its listing."""

T = TypeVar("T")
RowT = TypeVar("RowT")

First = Annotated[int, strawberry.argument(description="The size of the page, up to 250.")]
After = Annotated[
    str | None,
    strawberry.argument(description="Continue after this cursor: the `endCursor` of the previous page."),
]


@strawberry.type(description="Where a page begins and ends, and whether another follows.")
class PageInfo:
    has_next_page: bool = field(
        "Whether another page follows: ask with `after: endCursor`. A page can be short, even empty, while this "
        "is true."
    )
    has_previous_page: bool = field(
        "Whether this page was requested with `after`. Listings page forward only."
    )
    start_cursor: str | None = field("Cursor of the first item. Null when the page is empty.")
    end_cursor: str | None = field(
        "Where the next page begins. At the end of a listing it stays valid for items that come later. Null only "
        "when the listing has never had an item."
    )


@strawberry.type(description="An item and its place in the listing.")
class Edge(Generic[T]):
    cursor: str = field("The place of the item in the listing. It stays valid when the item is gone.")
    node: T


@strawberry.type(description="A page of a listing.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = field("The items, each with its cursor.")
    nodes: list[T] = field("The items alone.")
    page_info: PageInfo


class Placed(NamedTuple):
    """A row and its cursor."""

    cursor: str
    node: object


@dataclass(frozen=True, kw_only=True)
class Pager:
    """A requested page. `listing` names the listing; cursors are valid only for it. `first` is the number of rows to
    read: at least one, because a page of zero items must also know whether there are more.
    """

    listing: Order
    first: int
    after: Order | None
    shows_none: bool

    @property
    def after_key(self) -> str | None:
        """The order key to continue after, for listings whose key has one part."""
        return (self.after[0] or None) if self.after else None

    def cursor(self, order: Order) -> str:
        return opaque.write([*self.listing, *order])

    def page(self, rows: Sequence[tuple[Order, RowT]], end: Order | None) -> "Page[RowT]":
        return Page(pager=self, rows=rows, end=end)

    def cut(self, rows: Sequence[tuple[Order, RowT]]) -> "Page[RowT]":
        """A page of rows. One row more than the page was read, to know whether there is one."""
        kept = rows[: self.first]
        return self.page(kept, end=kept[-1][0] if len(rows) > self.first else None)


@dataclass(frozen=True, kw_only=True)
class Page(Generic[RowT]):
    """The data of a connection. `end` is where the next page begins; null on the last page."""

    pager: Pager
    rows: Sequence[tuple[Order, RowT]]
    end: Order | None

    @property
    def shown(self) -> Sequence[tuple[Order, RowT]]:
        return () if self.pager.shows_none else self.rows

    @property
    def edges(self) -> list[Placed]:
        return [Placed(self.pager.cursor(order), row) for order, row in self.shown]

    @property
    def nodes(self) -> list[RowT]:
        return [row for _, row in self.shown]

    @property
    def page_info(self) -> PageInfo:
        is_held_back = len(self.shown) < len(self.rows)
        last = self.pager.after if is_held_back else self._last
        return PageInfo(
            has_next_page=is_held_back or self.end is not None,
            has_previous_page=self.pager.after is not None,
            start_cursor=self.pager.cursor(self.shown[0][0]) if self.shown else None,
            end_cursor=None if last is None else self.pager.cursor(last),
        )

    @property
    def _last(self) -> Order | None:
        return self.end or (self.rows[-1][0] if self.rows else self.pager.after)


def ask(*listing: str, first: int, after: Any, parts: int = 1) -> Pager:
    """Checks the arguments of a page. `parts` is the number of parts in an order key of this listing."""
    if not 0 <= first <= MOST_ITEMS:
        raise ClientError(f"Argument `first` is from 0 to {MOST_ITEMS}, not {first}.")
    cursor = given(after)
    return Pager(
        listing=listing,
        first=max(first, 1),
        after=None if cursor is None else _read(cursor, listing, parts),
        shows_none=first == 0,
    )


def not_a_cursor() -> ClientError:
    return ClientError("Argument `after` is not a cursor of this listing.")


def _read(cursor: str, listing: Order, parts: int) -> Order:
    read = opaque.read(cursor)
    if read is None or len(read) != len(listing) + parts or read[: len(listing)] != listing:
        raise not_a_cursor()
    return read[len(listing) :]
