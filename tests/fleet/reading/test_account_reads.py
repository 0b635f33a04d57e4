"""A request reads a page of accounts once, however many of its listings ask for it."""

import asyncio
from typing import cast

from fleet.model.account import TrackedAccount
from fleet.ports.reader import Reader
from fleet.reading.account_reads import AccountReads, Place
from tests.fleet.things import account

ACCOUNTS = [TrackedAccount(account=account(name=name)) for name in ("a", "b", "c")]


class Shelf:
    """`asked` are the pages that were read: after which account, and how many."""

    def __init__(self) -> None:
        self.asked: list[tuple[Place, int]] = []

    async def accounts(self, *, after: Place, limit: int) -> list[TrackedAccount]:
        self.asked.append((after, limit))
        await asyncio.sleep(0)
        return [one for one in ACCOUNTS if after is None or one.account.order > after][:limit]


async def read(*pages: tuple[Place, int]) -> tuple[list[list[str]], list[tuple[Place, int]]]:
    """The names of each page, asked for side by side; and what was read."""
    shelf = Shelf()
    reads = AccountReads(cast(Reader, shelf))
    found = await asyncio.gather(*(reads.after(*page) for page in pages))
    return [[one.account.name for one in page] for page in found], shelf.asked


async def test_a_page_that_two_ask_for_is_read_once() -> None:
    assert await read((None, 2), (None, 2)) == ([["a", "b"]] * 2, [(None, 2)])


async def test_a_smaller_page_is_the_beginning_of_a_larger_one() -> None:
    assert await read((None, 2), (None, 1)) == ([["a", "b"], ["a"]], [(None, 2)])


async def test_a_larger_page_is_read_where_the_smaller_one_was_full() -> None:
    assert await read((None, 3), (None, 4)) == ([["a", "b", "c"]] * 2, [(None, 3), (None, 4)])


async def test_a_page_that_was_not_full_holds_whatever_there_is() -> None:
    assert await read((None, 4), (None, 1000)) == ([["a", "b", "c"]] * 2, [(None, 4)])


async def test_pages_that_begin_elsewhere_are_read_each() -> None:
    place = ACCOUNTS[0].account.order
    assert await read((None, 4), (place, 4)) == ([["a", "b", "c"], ["b", "c"]], [(None, 4), (place, 4)])
