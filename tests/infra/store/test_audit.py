"""Who did what is kept for 400 days, newest first."""

from datetime import timedelta

import pytest

from fleet.model.audit import KEPT, AuditEntry, AuditOutcome, new_entry
from infra.store.audit import TableAudit
from infra.store.table import Table
from tests.infra.samples import SetClock


@pytest.fixture
def audit(table: Table, clock: SetClock) -> TableAudit:
    return TableAudit(table, clock)


async def kept(audit: TableAudit, clock: SetClock, subject: str) -> AuditEntry:
    entry = new_entry(
        now=clock.now(), caller_id="key 1", caller="ada", action="revokeApiKey", subject=subject
    )
    await audit.record(entry)
    return entry


async def subjects(audit: TableAudit, *, limit: int = 100) -> list[str]:
    """All of the log, read page by page."""
    found: list[str] = []
    before: str | None = None
    while page := await audit.page(before=before, limit=limit):
        found += [entry.subject for _, entry in page]
        before = page[-1][0]
    return found


@pytest.mark.parametrize("limit", [1, 2, 100])
async def test_entries_of_several_months_are_read_newest_first(
    audit: TableAudit, clock: SetClock, limit: int
) -> None:
    for number in range(5):
        await kept(audit, clock, str(number))
        clock.advance(timedelta(days=20).total_seconds())
    assert await subjects(audit, limit=limit) == ["4", "3", "2", "1", "0"]


async def test_what_has_become_of_an_entry_replaces_it(audit: TableAudit, clock: SetClock) -> None:
    entry = await kept(audit, clock, "a")
    assert entry.outcome is AuditOutcome.BEGUN
    await audit.record(entry.model_copy(update={"outcome": AuditOutcome.DONE}))
    ((_, found),) = await audit.page(before=None, limit=5)
    assert found.outcome is AuditOutcome.DONE
    assert found.model_copy(update={"outcome": AuditOutcome.BEGUN}) == entry


async def test_after_its_time_an_entry_is_shown_no_more(audit: TableAudit, clock: SetClock) -> None:
    await kept(audit, clock, "old")
    clock.advance(KEPT.total_seconds() + 60)
    await kept(audit, clock, "new")
    assert await subjects(audit) == ["new"]


async def test_an_empty_log_is_a_page_of_none(audit: TableAudit) -> None:
    assert await audit.page(before=None, limit=5) == []
