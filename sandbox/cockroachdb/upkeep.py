"""Backups of a cluster, and how to connect to it."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sandbox.cockroachdb.versions import sql_dns
from sandbox.cockroachdb.world import Incarnation
from sandbox.faults import Json
from sandbox.identifiers import Identifiers

KEPT = timedelta(days=30)
EVERY: Mapping[str, timedelta] = {
    "BASIC": timedelta(days=1),
    "STANDARD": timedelta(hours=4),
    "ADVANCED": timedelta(hours=1),
}
PORT = "26257"


def backups(found: Incarnation, now: datetime) -> list[Json]:
    """At round times since the cluster was created, as long as they are kept."""
    every = EVERY[found.cluster.plan]
    until = min(now, found.deleted_at or now)
    last = until.replace(minute=0, second=0, microsecond=0)
    last = last.replace(hour=last.hour - last.hour % max(1, min(24, int(every.total_seconds() // 3600))))
    listed = []
    while last >= max(found.created_at, now - KEPT):
        at = last.strftime("%Y-%m-%dT%H:%M:%SZ")
        listed.append({"id": Identifiers(0).uuid(found.id, "backup", at), "as_of_time": at})
        last -= every
    return listed


def connection_string(found: Incarnation, query: Mapping[str, str]) -> Json:
    """Without a password, like the vendor's."""
    host = sql_dns(found, next(iter(found.cluster.regions)))
    database, user = query.get("database") or "defaultdb", query.get("sql_user") or "<ENTER-SQL-USER>"
    text = f"postgresql://{user}@{host}:{PORT}/{database}?sslmode=verify-full"
    return {
        "connection_string": text,
        "params": {"Database": database, "Host": host, "Port": PORT, "Username": user},
    }
