"""The accounts as one request reads them: a page of them that several of its listings ask for is read once."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from fleet.model.account import TrackedAccount
from fleet.ports.reader import Reader

Place = tuple[str, str] | None
"""After which account, in their order, a page begins. Null for the first."""


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
