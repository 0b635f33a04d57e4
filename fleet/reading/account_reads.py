"""The accounts as one request reads them: a page of them that several of its listings ask for is read once."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from fleet.model.account import TrackedAccount
from fleet.ports.reader import Reader
from fleet.reading.snapshot import hold_the_same

Place = tuple[str, str] | None
"""After which account, in their order, a page begins. Null for the first."""
Pages = Mapping[Place, tuple[int, Sequence[TrackedAccount]]]
"""Pages of accounts by where they begin, with how many were asked for."""


class _Read(NamedTuple):
    limit: int
    found: "asyncio.Task[list[TrackedAccount]]"


class AccountReads:
    """Of one request. The listings of a request are read side by side, so that a page is kept before it is there."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._pages: dict[Place, _Read] = {}

    async def after(self, place: Place, limit: int) -> Sequence[TrackedAccount]:
        """As `Reader.accounts`."""
        known = self._pages.get(place)
        if known is not None:
            found = await known.found
            if limit <= known.limit or len(found) < known.limit:
                return found[:limit]
        reading = asyncio.ensure_future(self.reader.accounts(after=place, limit=limit))
        self._pages[place] = _Read(limit, reading)
        return await reading

    def pages(self) -> Pages:
        """All that was read, when it has been."""
        return {place: (one.limit, one.found.result()) for place, one in self._pages.items()}

    async def hold_the_same(self, pages: Pages) -> bool:
        """Whether these pages, which another request has read, have the same accounts now, with the same rows."""
        for place, (limit, found) in pages.items():
            now = await self.after(place, limit)
            if len(now) != len(found) or not all(map(hold_the_same, now, found)):
                return False
        return True
