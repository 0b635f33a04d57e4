"""What a provider does to keep a cluster: backups, and when it may maintain it."""

from datetime import timedelta

from pydantic import Field

from fleet.model.record import Instant, Record

WEEK = timedelta(days=7)
WEEKDAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")


class Backup(Record):
    """`as_of` is the moment whose data it holds."""

    external_id: str
    as_of: Instant


class MaintenanceWindow(Record):
    """Every week, from `offset_seconds` after Monday 00:00 UTC on."""

    offset_seconds: int = Field(ge=0, lt=WEEK.total_seconds())
    length_seconds: int = Field(gt=0, le=WEEK.total_seconds())

    @property
    def weekday(self) -> str:
        return WEEKDAYS[self.offset_seconds // 86_400]

    @property
    def time(self) -> str:
        """In UTC, e.g. 06:30."""
        minutes = self.offset_seconds % 86_400 // 60
        return f"{minutes // 60:02}:{minutes % 60:02}"


class Upkeep(Record):
    """Null where the provider shows none."""

    last_backup: Backup | None = None
    maintenance_window: MaintenanceWindow | None = None
