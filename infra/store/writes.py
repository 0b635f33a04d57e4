"""Rows, and single writes of them as data: each database renders them its own way.

A write needs no name of a table. Several make a transaction (`infra.store.table.Table.transact`), which takes no two of
the same row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from infra.store.conditions import Condition

Row: TypeAlias = Mapping[str, str | int]
"""Our rows hold text and whole numbers, nothing else."""

Key: TypeAlias = tuple[str, str]
"""Partition and sort key of a row of the table."""


@dataclass(frozen=True, kw_only=True)
class Put:
    """Replaces the whole row, or makes it."""

    row: Row
    condition: Condition | None = None

    @property
    def key(self) -> Key:
        return key_of_row(self.row)


@dataclass(frozen=True, kw_only=True)
class Update:
    """Sets the attributes in `keep` and removes those in `drop`; makes the row where there is none."""

    key: Key
    keep: Row
    drop: tuple[str, ...]
    condition: Condition | None = None


@dataclass(frozen=True, kw_only=True)
class Delete:
    key: Key
    condition: Condition | None = None


@dataclass(frozen=True, kw_only=True)
class Check:
    """Writes nothing; what it is in a transaction with happens only where its condition holds."""

    key: Key
    condition: Condition


Write: TypeAlias = Put | Update | Delete
"""What can be done by itself."""

Action: TypeAlias = Write | Check
"""What a transaction is made of."""


def text(row: Row, name: str) -> str:
    return str(row[name])


def key_of_row(row: Row) -> Key:
    return text(row, "pk"), text(row, "sk")


def put(row: Row, condition: Condition | None = None) -> Put:
    return Put(row=row, condition=condition)


def delete(key: Key, condition: Condition | None = None) -> Delete:
    return Delete(key=key, condition=condition)


def check(key: Key, condition: Condition) -> Check:
    return Check(key=key, condition=condition)


def update(
    key: Key,
    *,
    keep: Row = MappingProxyType({}),
    drop: Sequence[str] = (),
    condition: Condition | None = None,
) -> Update:
    return Update(key=key, keep=keep, drop=tuple(drop), condition=condition)
