"""What DynamoDB would charge for the calls of a store, in its units: by the sizes of rows, and by indexes that move.

A write costs a unit for each KB of the row before or after it, whichever is larger, and twice that in a transaction; so
does the place of a row in an index where what the index carries changes, and a place that moves is deleted and written.
A read costs a unit for each 4 KB, half of that where it may be late.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from infra.store.indexes import CARRIED, partition_key, sort_key
from infra.store.writes import Action, Check, Delete, Put, Row

_KB = 1024


@dataclass(kw_only=True)
class Meter:
    written: int = 0
    read: float = 0.0

    def clear(self) -> None:
        self.written, self.read = 0, 0.0

    def note_write(self, action: Action, before: Row | None, *, in_transaction: bool) -> None:
        after = after_of(action, before)
        units = _units(max(size_of(before), size_of(after)), _KB)
        self.written += units * (2 if in_transaction else 1)
        if not isinstance(action, Check):
            self.written += sum(_index_units(index, before, after) for index in CARRIED)

    def note_read(self, sizes: Iterable[int], *, consistent: bool) -> None:
        """Of one call that reads rows together."""
        self.read += _units(sum(sizes), 4 * _KB) * (1 if consistent else 0.5)


def size_of(row: Row | None) -> int:
    return 0 if row is None else sum(len(name) + len(str(value).encode()) for name, value in row.items())


def after_of(action: Action, before: Row | None) -> Row | None:
    match action:
        case Put():
            return action.row
        case Delete():
            return None
        case Check():
            return before
        case _:
            row: Mapping[str, str | int] = {
                "pk": action.key[0],
                "sk": action.key[1],
                **(before or {}),
                **action.keep,
            }
            return {name: value for name, value in row.items() if name not in action.drop}


def _units(size: int, of: int) -> int:
    return max(1, -(-size // of))


def _entry(index: str, row: Row | None) -> Row | None:
    keys = partition_key(index), sort_key(index)
    if row is None or any(key not in row for key in keys):
        return None
    carried = {"pk", "sk", *keys, *CARRIED[index]}
    return {name: value for name, value in row.items() if name in carried}


def _index_units(index: str, before: Row | None, after: Row | None) -> int:
    was, is_now = _entry(index, before), _entry(index, after)
    if was == is_now:
        return 0
    keys = partition_key(index), sort_key(index)
    if was is not None and is_now is not None and all(was[key] == is_now[key] for key in keys):
        return _units(max(size_of(was), size_of(is_now)), _KB)
    return sum(_units(size_of(one), _KB) for one in (was, is_now) if one is not None)
