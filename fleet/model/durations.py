"""How long clusters of an account took to come to rest: the latest of each kind, region and plan."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from fleet.model.cluster import QUIET, Cluster, Phase
from fleet.model.tracking import TrackedCluster

LATEST = 20
"""Kept of one kind, region and plan."""
MOST_GROUPS = 40
"""Kept of an account, the latest used: some 4 KB of its row at the most."""


class MoveKind(StrEnum):
    """What a cluster is on its way to, by the phase that it leaves."""

    CREATE = "CREATE"
    UPDATE = "UPDATE"
    STOP = "STOP"
    DELETE = "DELETE"


MOVE_OF: Mapping[Phase, MoveKind] = {
    Phase.PROVISIONING: MoveKind.CREATE,
    Phase.UPDATING: MoveKind.UPDATE,
    Phase.STOPPING: MoveKind.STOP,
    Phase.DELETING: MoveKind.DELETE,
}

Group = tuple[str, str, str]
"""Kind, region, plan; empty where there is none."""

Durations = Mapping[str, tuple[int, ...]]
"""Seconds, the latest last, by a group as `write_group` writes it. The group that was used last comes last."""


def group_of(kind: MoveKind, cluster: Cluster) -> Group:
    return kind, cluster.regions[0] if cluster.regions else "", cluster.plan or ""


def write_group(group: Group) -> str:
    return "\t".join(part.replace("\t", " ") for part in group)


def read_group(text: str) -> Group | None:
    parts = text.split("\t")
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 else None


def record(
    known: Durations, before: Mapping[str, TrackedCluster], after: Iterable[TrackedCluster], now: datetime
) -> Durations:
    """With what came to rest between two observations. A time is as exact as the observations are close."""
    kept = dict(known)
    for row in after:
        old = before.get(row.item.key)
        kind = None if old is None else MOVE_OF.get(old.item.phase)
        if old is None or kind is None or row.item.phase not in QUIET:
            continue
        group = write_group(group_of(kind, old.item))
        seconds = max(0, int((now - old.since).total_seconds()))
        kept[group] = (*kept.pop(group, ()), seconds)[-LATEST:]
    return dict(list(kept.items())[-MOST_GROUPS:])
