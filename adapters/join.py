"""Joins listings, for a provider that lists a collection in parts."""

from collections.abc import Awaitable, Iterable
from typing import TypeVar

from adapters.adapter import Keyed
from fleet.model.failure import Forbidden, NotFound, Rejected
from fleet.ports.adapter import Listing, Unreadable

ItemT = TypeVar("ItemT", bound=Keyed)


async def join(parts: Iterable[Awaitable[Listing[ItemT]]]) -> Listing[ItemT]:
    """Requests one part after the other. A refused part is left out, and the whole is incomplete. An item in several
    parts counts once.
    """
    items: dict[str, ItemT] = {}
    unreadable: list[Unreadable] = []
    incomplete: str | None = None
    for part in parts:
        try:
            listing = await part
        except (Forbidden, NotFound, Rejected) as error:
            incomplete = incomplete or error.message
        else:
            items.update((item.key, item) for item in listing.items)
            unreadable.extend(listing.unreadable)
            incomplete = incomplete or listing.incomplete
    return Listing(items=tuple(items.values()), unreadable=tuple(unreadable), incomplete=incomplete)
