"""Pages of readable rows. Expired and unreadable rows are skipped, and do not make a page shorter."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from infra.store.names import Span
from infra.store.rows import is_live
from infra.store.table import Table
from infra.store.writes import Row

T = TypeVar("T")


async def read_page(
    table: Table,
    span: Span,
    read: Callable[[Row], T | None],
    *,
    now: datetime,
    limit: int | None = None,
    newest_first: bool = False,
    consistent: bool = False,
) -> list[tuple[Row, T]]:
    """The first `limit` rows of a span that have not expired and that `read` can read, each with its record."""
    found: list[tuple[Row, T]] = []

    def wanted(row: Row) -> bool:
        if not is_live(row, now):
            return False
        one = read(row)
        if one is None:
            return False
        found.append((row, one))
        return True

    rows = await table.query(
        span, limit=limit, newest_first=newest_first, consistent=consistent, wanted=wanted
    )
    return found[: len(rows)]


async def read_newest(
    table: Table,
    span: Span,
    read: Callable[[Row], T | None],
    *,
    now: datetime,
    limit: int,
    is_further: Callable[[Row], bool],
) -> list[tuple[Row, T]]:
    """The rest of a span, newest first. It includes the last row of the page before: so one more is read."""
    found = await read_page(table, span, read, now=now, limit=limit + 1, newest_first=True)
    return [one for one in found if is_further(one[0])][:limit]
