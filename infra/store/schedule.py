"""The planner's part of the store: which accounts are due, how far they are planned, and requests for an earlier
observation.
"""

import asyncio
import heapq
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from fleet.ports.clock import Clock
from fleet.ports.schedule import DueAccount, OutdatedSchedule, ScheduleState, ShardState
from infra.store.account_rows import OF_0_1
from infra.store.conditions import due_entry_is, is_connected, version_is, wanted_at_is
from infra.store.due_rows import SCHEDULE_KEY, due_at_of, due_entry, due_spans, due_until, earliest, to_due
from infra.store.indexes import DUE, sort_key
from infra.store.names import read_stamp, stamp
from infra.store.rows import account_key, read_time
from infra.store.table import ConditionFailed, Contended, Table, tries
from infra.store.writes import Row, put, text, update


class TableSchedule:
    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    async def due(
        self, before: datetime, limit: int, *, but: frozenset[str] = frozenset()
    ) -> list[tuple[str, datetime]]:
        """The index can be a moment late. Beginning an observation checks whether it is still due."""

        def wanted(row: Row) -> bool:
            return to_due(row).account_id not in but

        spans = [span.up_to(due_until(before)) for span in due_spans()]
        shards = await asyncio.gather(*(self._table.query(one, limit=limit, wanted=wanted) for one in spans))
        found = heapq.nsmallest(
            limit, (to_due(row) for rows in shards for row in rows), key=lambda one: one.planned_at
        )
        return [(one.account_id, one.due_at) for one in found]

    async def due_pages(
        self, places: Mapping[int, str | None], before: datetime, limit: int
    ) -> Mapping[int, tuple[list[DueAccount], str | None]]:
        spans = due_spans()

        async def page(shard: int, place: str | None) -> tuple[list[DueAccount], str | None]:
            span = spans[shard].up_to(due_until(before)).after(place)
            rows = await self._table.query(span, limit=limit)
            end = text(rows[-1], sort_key(DUE)) if len(rows) == limit else None
            return [to_due(row) for row in rows], end

        pages = await asyncio.gather(*(page(*one) for one in places.items()))
        return dict(zip(places, pages, strict=True))

    async def schedule_state(self) -> ScheduleState:
        row = await self._table.get(SCHEDULE_KEY, consistent=True)
        known = {} if row is None else _members(row)
        return ScheduleState(
            shards={shard: _read(known.get(str(shard))) for shard in range(len(due_spans()))},
            version=None if row is None else int(row["version"]),
        )

    async def keep_schedule(self, state: ScheduleState) -> ScheduleState:
        version = (state.version or 0) + 1
        body = {str(shard): _written(one) for shard, one in state.shards.items()}
        row: Row = {
            "pk": SCHEDULE_KEY[0],
            "sk": SCHEDULE_KEY[1],
            "version": version,
            "body": json.dumps(body, separators=(",", ":")),
        }
        try:
            await self._table.write(put(row, version_is(state.version)))
        except ConditionFailed as failure:
            raise OutdatedSchedule from failure
        return replace(state, version=version)

    async def request_observation(self, account_id: str, at: datetime) -> None:
        """A request is stored beside the due time. The next observation answers and removes it; an observation in
        progress finds it at its end.

        If the due time changes, a message on its way becomes stale or does the work of the one that is sent for this.
        """
        key = account_key(account_id)
        async for _ in tries(self._clock):
            row = await self._table.get(key, consistent=True)
            if row is None or "body" not in row:
                return
            was_wanted_at = read_time(row, "wanted_at")
            due_at = earliest(due_at_of(row), at)
            asked = update(
                key,
                keep={
                    "wanted_at": stamp(earliest(was_wanted_at, at)),
                    **due_entry(account_id, due_at, written_at=self._clock.now()),
                },
                drop=OF_0_1[1:],
                condition=is_connected() & due_entry_is(row.get(sort_key(DUE))) & wanted_at_is(was_wanted_at),
            )
            try:
                await self._table.write(asked)
            except ConditionFailed:
                continue
            return
        raise Contended(f"others keep changing account {account_id}")


_TIMES = ("until", "looked_at", "begun_at")


def _members(row: Row) -> Mapping[str, object]:
    try:
        members = json.loads(text(row, "body"))
    except ValueError:
        return {}
    return members if isinstance(members, dict) else {}


def _read(known: object) -> ShardState:
    """One that another version stored in a form of its own is planned anew: a message too many finds nothing to do."""
    match known:
        case {**members} if all(isinstance(one, str) for one in members.values()):
            try:
                times = {name: read_stamp(str(members[name])) for name in _TIMES if name in members}
            except ValueError:
                return ShardState()
            return ShardState(**times, place=str(members["place"]) if "place" in members else None)
        case _:
            return ShardState()


def _written(shard: ShardState) -> Mapping[str, str]:
    values = {name: at and stamp(at) for name in _TIMES if (at := getattr(shard, name))} | {
        "place": shard.place
    }
    return {name: value for name, value in values.items() if value is not None}
