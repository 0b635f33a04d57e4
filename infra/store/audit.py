"""The audit log in the table: one partition a month. Entries are kept for some fourteen months and read newest
first.
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime

from fleet.model.audit import KEPT, AuditEntry, AuditOutcome
from fleet.model.stored import Unreadable, read_stored
from fleet.ports.audit import AuditOrder
from fleet.ports.clock import Clock
from infra.store.names import below, join, read_stamp, split, stamp
from infra.store.placeholders import UNKNOWN
from infra.store.rows import is_live
from infra.store.table import Table
from infra.store.writes import Row, put, text

logger = logging.getLogger(__name__)


class TableAudit:
    """Implements `fleet.ports.audit.AuditLog`."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    async def record(self, entry: AuditEntry) -> None:
        row: Row = {
            "pk": _partition(entry.at),
            "sk": join(stamp(entry.at), entry.id),
            "body": entry.model_dump_json(),
            "expires_at": int((entry.at + KEPT).timestamp()),
        }
        await self._table.write(put(row))

    async def page(self, *, before: AuditOrder | None, limit: int) -> Sequence[tuple[AuditOrder, AuditEntry]]:
        now, found = self._clock.now(), list[tuple[AuditOrder, AuditEntry]]()
        for month in _months(now):
            if before is not None and month > join("audit", before[:7]):
                continue
            span = below(month).up_to(before)
            rows = await self._table.query(
                span,
                limit=limit - len(found),
                newest_first=True,
                consistent=True,
                wanted=lambda row: is_live(row, now) and row["sk"] != before,
            )
            found += [(text(row, "sk"), _to_entry(row)) for row in rows]
            if len(found) >= limit:
                break
        return found


def _partition(at: datetime) -> str:
    return join("audit", stamp(at)[:7])


def _months(now: datetime) -> Iterator[str]:
    """From this one back to the first of which anything may be kept."""
    first, at = _partition(now - KEPT), (now.year, now.month)
    while True:
        year, month = at
        partition = join("audit", f"{year:04}-{month:02}")
        if partition < first:
            return
        yield partition
        at = (year, month - 1) if month > 1 else (year - 1, 12)


def _to_entry(row: Row) -> AuditEntry:
    """Whatever another version wrote: that something was done, and when, is never left out."""
    try:
        return read_stored(AuditEntry, text(row, "body")).record
    except Unreadable as error:
        logger.warning("an entry of the audit log does not read: %s", error)
        at, entry_id = split(text(row, "sk"))
        return AuditEntry(
            id=entry_id,
            at=read_stamp(at),
            caller_id=UNKNOWN,
            caller=UNKNOWN,
            action=UNKNOWN,
            subject=UNKNOWN,
            outcome=AuditOutcome.UNKNOWN,
        )
