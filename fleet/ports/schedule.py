"""What the planner is promised: which accounts are due, and how far the last plan came."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class DueAccount:
    """An account in the index of due ones. `planned_at` is from when on it needs a message, later than `due_at` where
    somebody else sends one. `written_at` is when that was written, null where nobody knows.
    """

    account_id: str
    due_at: datetime
    planned_at: datetime
    written_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ShardState:
    """How far a shard of the due accounts is planned: everything up to `until`, as it was at `looked_at`, null where
    nothing is. Where a plan could not finish, another has been at it since `begun_at`, and has come to `place`.
    """

    until: datetime | None = None
    looked_at: datetime | None = None
    begun_at: datetime | None = None
    place: str | None = None


@dataclass(frozen=True, kw_only=True)
class ScheduleState:
    """What one plan leaves to the next, by shard. `version` is null where no plan was ever kept."""

    shards: Mapping[int, ShardState] = field(default_factory=dict)
    version: int | None = None

    def of(self, shard: int) -> ShardState:
        return self.shards.get(shard, ShardState())


class OutdatedSchedule(Exception):
    """Another plan went on from the same state."""


class Schedule(Protocol):
    """Accounts are found in an index, never in the table; those that are hidden, too."""

    async def due(
        self, before: datetime, limit: int, *, but: frozenset[str] = frozenset()
    ) -> list[tuple[str, datetime]]:
        """Ids of accounts due before a time, each with its time, the longest due first, without those of `but`."""
        ...

    async def due_pages(
        self, places: Mapping[int, str | None], before: datetime, limit: int
    ) -> Mapping[int, tuple[list[DueAccount], str | None]]:
        """The next page of each shard that is named, after a place in it, by `planned_at`, with the place of its end;
        null where nothing follows.
        """
        ...

    async def schedule_state(self) -> ScheduleState:
        """Strongly consistent. With all shards."""
        ...

    async def keep_schedule(self, state: ScheduleState) -> ScheduleState:
        """Replaces the state of that `version`, and answers the next one. `OutdatedSchedule` where another did."""
        ...
