"""Rows, and single writes as data, which each database renders.

A write does not name a table. Several writes of different rows make a transaction (`infra.store.table.Table.transact`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from infra.store.conditions import Condition

Row: TypeAlias = Mapping[str, str | int]
"""The values in rows: texts and whole numbers."""

Key: TypeAlias = tuple[str, str]
"""Partition and sort key of a row of the table."""


@dataclass(frozen=True, kw_only=True)
class Put:
    """Replaces or creates the whole row."""

    row: Row
    condition: Condition | None = None

    @property
    def key(self) -> Key:
        return key_of_row(self.row)


@dataclass(frozen=True, kw_only=True)
class Update:
    """Sets the attributes in `keep` and removes those in `drop`. Creates the row if it does not exist."""

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
    """Writes nothing. The other writes of its transaction happen only if its condition holds."""

    key: Key
    condition: Condition


Write: TypeAlias = Put | Update | Delete
"""Actions that can be done alone."""

Action: TypeAlias = Write | Check
"""Actions of a transaction."""


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
