"""The planner's half of the store: which accounts are due, and who tells them so."""

from datetime import datetime

from fleet.account import TrackedAccount
from fleet.clock import Clock
from infra.conditions import due_at_is, is_not_queued
from infra.keys import stamp
from infra.rows import account_key, due_entry, due_span, to_account
from infra.table import ConditionFailed, Table
from infra.writes import text, update


class DynamoSchedule:
    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    async def due(self, before: datetime, limit: int) -> list[TrackedAccount]:
        """An account that is queued stands in the index at `queued_until`, so that none is examined in vain.

        The index may be a moment behind: whether an account is still due, whoever claims it learns.
        """
        entries = await self._table.query(due_span(before), limit=limit)
        rows = await self._table.get_many((text(entry, "pk"), text(entry, "sk")) for entry in entries)
        found = [(text(row, "due_at"), to_account(row)) for row in rows.values() if "due_at" in row]
        return [account for _, account in sorted(found, key=lambda one: one[0]) if account is not None]

    async def claim(
        self,
        account_id: str,
        due_at: datetime,
        *,
        now: datetime,
        queued_until: datetime,
    ) -> bool:
        claimed = update(
            account_key(account_id),
            keep={"queued_until": stamp(queued_until), **due_entry(queued_until)},
            condition=due_at_is(due_at) & is_not_queued(now),
        )
        try:
            await self._table.write(claimed)
        except ConditionFailed:
            return False
        return True
