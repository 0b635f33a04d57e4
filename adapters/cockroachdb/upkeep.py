"""Backups and maintenance windows. Source: the OpenAPI documents of 2023-04-10 and 2024-09-16.

A list of backups tells when each is from, and nothing of its size, kind or state.
"""

import re
from collections.abc import Iterable

from pydantic import Field

from adapters.cockroachdb.wire import WirePage
from adapters.wire import Identity, Items, Lenient, Text, When, WireItem
from fleet.model.upkeep import WEEK, Backup, MaintenanceWindow


class WireBackup(WireItem):
    identifying = frozenset({"as_of_time"})

    id: Identity
    as_of_time: When = None

    @property
    def key(self) -> str:
        return self.id


class WireBackups(WirePage):
    items: Items = Field(alias="backups")


class WireMaintenanceWindow(Lenient):
    """Both are texts of seconds, such as `172800s`."""

    offset_duration: Text = None
    window_duration: Text = None


def to_last_backup(backups: Iterable[WireBackup]) -> Backup | None:
    dated = [
        Backup(external_id=one.id, as_of=one.as_of_time) for one in backups if one.as_of_time is not None
    ]
    return max(dated, key=lambda one: one.as_of, default=None)


def to_maintenance_window(wire: WireMaintenanceWindow) -> MaintenanceWindow | None:
    """Null where none is set, or where it does not read."""
    offset, length = to_seconds(wire.offset_duration), to_seconds(wire.window_duration)
    week = WEEK.total_seconds()
    if offset is None or length is None or offset >= week or not 0 < length <= week:
        return None
    return MaintenanceWindow(offset_seconds=offset, length_seconds=length)


def to_seconds(text: str | None) -> int | None:
    """Of a duration in JSON: seconds, with a fraction that is left out."""
    match = re.fullmatch(r"(\d{1,9})(?:\.\d{1,9})?s", text or "", re.ASCII)
    return None if match is None else int(match[1])
