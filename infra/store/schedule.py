"""The planner's part of the store: accounts that are due, their messages, and requests for an earlier observation."""

from datetime import datetime

from fleet.ports.clock import Clock
from infra.store.conditions import due_at_is, is_connected, is_not_queued, wanted_at_is
from infra.store.names import stamp
from infra.store.rows import account_id_of, account_key, due_entry, due_span, earliest, read_time
from infra.store.table import ConditionFailed, Contended, Table, tries
from infra.store.writes import key_of_row, update


class TableSchedule:
    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    async def due(
        self, before: datetime, limit: int, *, but: frozenset[str] = frozenset()
    ) -> list[tuple[str, datetime]]:
        """A queued account is in the index at `queued_until`, so that the planner does not examine it too early.

        The index can be a moment late. Claiming an account checks whether it is still due.
        """
        entries = await self._table.query(
            due_span(before), limit=limit, wanted=lambda entry: account_id_of(entry) not in but
        )
        rows = await self._table.get_many(key_of_row(entry) for entry in entries)
        found = [
            (due_at, account_id_of(row)) for row in rows.values() if (due_at := read_time(row, "due_at"))
        ]
        return [(account_id, due_at) for due_at, account_id in sorted(found)]

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

    async def request_observation(self, account_id: str, at: datetime) -> None:
        """A request is stored beside the due time. The next observation answers and removes it; an observation in
        progress finds it at its end.

        If the due time changes, a message on its way becomes stale. If not, two messages are sent, and the second
        becomes stale.
        """
        key = account_key(account_id)
        async for _ in tries(self._clock):
            row = await self._table.get(key, consistent=True)
            if row is None or "body" not in row:
                return
            was_due_at, was_wanted_at = read_time(row, "due_at"), read_time(row, "wanted_at")
            due_at = earliest(was_due_at, at)
            asked = update(
                key,
                keep={
                    "due_at": stamp(due_at),
                    "wanted_at": stamp(earliest(was_wanted_at, at)),
                    **due_entry(due_at),
                },
                drop=("queued_until",),
                condition=is_connected() & due_at_is(was_due_at) & wanted_at_is(was_wanted_at),
            )
            try:
                await self._table.write(asked)
            except ConditionFailed:
                continue
            return
        raise Contended(f"others keep changing account {account_id}")
