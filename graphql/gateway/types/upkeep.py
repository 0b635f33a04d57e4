"""What a provider does for a cluster by itself: its backups, and when it is maintained."""

from datetime import datetime

import strawberry

from fleet.model import upkeep
from fleet.model.capability import Capability
from fleet.model.tracking import TrackedCluster
from gateway.context import Info
from gateway.types.capability import unsupported_of_cluster
from gateway.types.records import field

Row = strawberry.Parent[TrackedCluster]


def last_backup(row: Row) -> upkeep.Backup | None:
    if row.facts.upkeep is None or Capability.BACKUPS in unsupported_of_cluster(row):
        return None
    return row.facts.upkeep.last_backup


def maintenance_window(row: Row) -> upkeep.MaintenanceWindow | None:
    return None if row.facts.upkeep is None else row.facts.upkeep.maintenance_window


def age_of_backup(backup: strawberry.Parent[upkeep.Backup], info: Info) -> int:
    return max(0, int((info.context.now - backup.as_of).total_seconds()))


@strawberry.type(description="A backup that the provider keeps.")
class ClusterBackup:
    external_id: str
    as_of: datetime = field("The moment whose data it holds.")
    age_seconds: int = field("How long ago that was.", resolver=age_of_backup)


@strawberry.type(description="When the provider may maintain a cluster, every week.")
class ClusterMaintenanceWindow:
    weekday: str = field("On which it begins, in UTC: MONDAY to SUNDAY.")
    time: str = field("At which it begins, in UTC, e.g. 06:30.")
    offset_seconds: int = field("The seconds from Monday 00:00 UTC to its begin.")
    length_seconds: int
