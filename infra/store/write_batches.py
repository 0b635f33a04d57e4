"""The changes of an observation, as write batches that each fit into one transaction.

A cluster and its changes of phase are in one batch. Anything else can be separate, because the next observation finds
again what a crash left out.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from fleet.model.account import Account
from fleet.model.cluster import Cluster
from fleet.model.event import Event
from fleet.model.tracking import Transition
from fleet.ports.reader import Ref
from fleet.ports.store import Changes, RowTooLarge
from infra.store.event_rows import from_event
from infra.store.item_rows import from_item, item_key, key_of
from infra.store.rows import account_key
from infra.store.transition_rows import from_transition
from infra.store.writes import Action, Key, delete, put, text

ACTIONS_PER_BATCH = 99
"""The most writes of a batch. DynamoDB accepts a hundred in a transaction, and one is the check of the fencing number.
"""

BYTES_PER_BATCH = 3_000_000
"""The most bytes of a batch. DynamoDB accepts 4 MB in a transaction, including keys and names of attributes, which are
not counted here.
"""

BYTES_PER_ROW = 390_000
"""The most bytes of a row. DynamoDB accepts 400 KB, including keys and names."""


@dataclass(kw_only=True)
class WriteBatch:
    """Writes that land together. Transitions and events become rows last, when their time of writing is known."""

    actions: list[Action] = field(default_factory=list)
    transitions: list[Transition] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    size: int = 0

    def __len__(self) -> int:
        return len(self.actions) + len(self.transitions) + len(self.events)

    @property
    def is_followed(self) -> bool:
        """Whether the feed shows something of it."""
        return bool(self.transitions or self.events)

    def has_room_for(self, other: "WriteBatch") -> bool:
        return len(self) + len(other) <= ACTIONS_PER_BATCH and self.size + other.size <= BYTES_PER_BATCH

    def absorb(self, other: "WriteBatch") -> None:
        self.actions += other.actions
        self.transitions += other.transitions
        self.events += other.events
        self.size += other.size

    def actions_at(self, written_at: datetime, fence: int) -> list[Action]:
        changes = (from_transition(each, fence=fence, written_at=written_at) for each in self.transitions)
        events = (from_event(each, fence=fence, written_at=written_at) for each in self.events)
        return [*self.actions, *map(put, changes), *map(put, events)]


def batches(changes: Changes, account: Account) -> Iterator[WriteBatch]:
    """Checks the size of a row before anything is written. Raises `RowTooLarge` with the key of the item."""
    units = dict(_units(changes, account))
    for tracked in changes.puts:
        size = units[key_of(tracked)].size
        if size > BYTES_PER_ROW:
            raise RowTooLarge(tracked.item.key, size)
    return _pack(units.values())


def _units(changes: Changes, account: Account) -> Iterable[tuple[Key, WriteBatch]]:
    """One bundle a row, with the changes of phase and the events that belong to it."""
    units: dict[Key, WriteBatch] = {}
    for tracked in changes.deletes:
        key = key_of(tracked)
        units[key] = WriteBatch(actions=[delete(key)])
    for tracked in changes.puts:
        row = from_item(tracked, account)
        units[key_of(tracked)] = WriteBatch(actions=[put(row)], size=len(text(row, "body").encode()))
    for transition in changes.transitions:
        key = item_key(Cluster, Ref(transition.account_id, transition.cluster_key))
        units.setdefault(key, WriteBatch()).transitions.append(transition)
    for event in changes.events:
        key = account_key(event.account_id)
        if event.cluster_key is not None:
            key = item_key(Cluster, Ref(event.account_id, event.cluster_key))
        units.setdefault(key, WriteBatch()).events.append(event)
    return units.items()


def _pack(units: Iterable[WriteBatch]) -> Iterator[WriteBatch]:
    batch = WriteBatch()
    for unit in units:
        if not batch.has_room_for(unit):
            yield batch
            batch = WriteBatch()
        batch.absorb(unit)
    if batch:
        yield batch
