"""What a listing changes in the stored rows. Pure functions: they take rows and an answer, and return the changes.

A row that a complete listing leaves out is only marked as missing. `fleet.observing.absence` decides later
whether it was deleted. An item that is listed and does not read keeps its old row, marked as unread.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, TypeVar

from fleet.model.catalog import InstanceType, OfferedVersion, Region
from fleet.model.cluster import Cluster, Facts, Phase
from fleet.model.failure import Failure, FailureKind
from fleet.model.integration import Integration
from fleet.model.node import Node
from fleet.model.spend import Statement
from fleet.model.subscription import OfferedPlan
from fleet.model.tracking import Tracked, TrackedCluster, Transition, Unread
from fleet.ports.adapter import Listing
from fleet.ports.store import Changes

TOMBSTONE_KEPT = timedelta(days=90)
"""As long as the history that leads to it."""
CONTRADICTED_MESSAGE = "The provider leaves it out of its list of clusters, and still shows it elsewhere."
GONE_MESSAGE = "The provider does not know this cluster any more."

ItemT = TypeVar("ItemT", Node, Integration, Region, InstanceType, OfferedVersion, OfferedPlan, Statement)
RowT = TypeVar("RowT", bound=Tracked[Any])


@dataclass(frozen=True, kw_only=True)
class Reconciled:
    """Rows as they are now, by key, and what differs from before."""

    rows: Mapping[str, TrackedCluster]
    changes: Changes


def reconcile_clusters(
    before: Iterable[TrackedCluster],
    listing: Listing[Cluster],
    *,
    gone: frozenset[str],
    now: datetime,
    last_read_at: datetime | None,
    incarnations_shown: Mapping[str, str] = MappingProxyType({}),
) -> Reconciled:
    """`gone` are the keys of rows that are proven deleted; every other absent row is kept and marked as missing.
    `incarnations_shown` is what `keep_identities` found.
    """
    rows = {row.item.key: row for row in before}
    unread = {item.external_id: item.reason for item in listing.unreadable}
    unread |= dict.fromkeys(listing.contradicted, CONTRADICTED_MESSAGE)
    after: dict[str, TrackedCluster] = {}
    for cluster in listing.items:
        row = rows.get(cluster.key)
        if row is not None or not _is_long_gone(cluster, now):
            after[cluster.key] = _follow(row, cluster, incarnations_shown.get(cluster.key), now)
    for key, row in rows.items():
        if key in after:
            continue
        if row.item.external_id in unread and not row.is_tombstone:
            listed = row.model_copy(update={"missing_since": None})
            after[key] = _mark(listed, _unreadable(unread[row.item.external_id], now), last_read_at or now)
        elif key in gone and not row.is_tombstone:
            after[key] = _mark_deleted(row, now)
        elif listing.incomplete is None and not row.is_tombstone:
            after[key] = row.model_copy(update={"missing_since": row.missing_since or now})
        else:
            after[key] = row
    puts = [row for key, row in after.items() if rows.get(key) != row]
    transitions = [
        _transition(rows.get(row.item.key), row, now)
        for row in puts
        if row.item.key not in rows or rows[row.item.key].item.phase is not row.item.phase
    ]
    return Reconciled(rows=after, changes=Changes(puts=puts, transitions=transitions))


def absent(before: Iterable[TrackedCluster], listing: Listing[Cluster]) -> list[TrackedCluster]:
    """Living rows that a complete listing leaves out. An incomplete one proves nothing."""
    if listing.incomplete is not None:
        return []
    keys = {cluster.key for cluster in listing.items}
    listed = {item.external_id for item in listing.unreadable} | listing.contradicted
    return [
        row
        for row in before
        if not row.is_tombstone and row.item.key not in keys and row.item.external_id not in listed
    ]


def refresh_facts(before: Mapping[str, TrackedCluster], facts: Mapping[str, Facts]) -> list[TrackedCluster]:
    """Rows whose facts changed; `facts` are by cluster key."""
    return [
        before[key].model_copy(update={"facts": latest})
        for key, latest in facts.items()
        if before[key].facts != latest
    ]


def reconcile_items(
    before: Sequence[Tracked[ItemT]],
    listing: Listing[ItemT],
    *,
    now: datetime,
    last_read_at: datetime | None,
    missed: Mapping[str, Unread] = MappingProxyType({}),
) -> Changes:
    """For what leaves no tombstone: listed is there, absent from a complete listing is gone. `missed` are, by key,
    those of which nothing can be said now, with why and when they were read last.
    """
    rows = {row.item.key: row for row in before}
    failures = {item.external_id: item.reason for item in listing.unreadable}
    unread = {
        key: Unread(failure=_unreadable(failures[identity], now), read_at=last_read_at or now)
        for key, row in rows.items()
        if (identity := identity_of(row.item)) in failures
    }
    puts: list[Tracked[ItemT]] = []
    kept: set[str] = set()
    for item in listing.items:
        kept.add(item.key)
        old = rows.get(item.key)
        if old is None or old.item != item or old.unread is not None:
            puts.append(Tracked(item=item))
    for key, why in {**missed, **unread}.items():
        if key in rows and key not in kept:
            kept.add(key)
            marked = _mark(rows[key], why.failure, why.read_at)
            if marked != rows[key]:
                puts.append(marked)
    deletes = [row for key, row in rows.items() if key not in kept] if listing.incomplete is None else []
    return Changes(puts=puts, deletes=deletes)


def mark_unstorable(
    old: TrackedCluster | None, latest: TrackedCluster, reason: str, now: datetime
) -> TrackedCluster | None:
    """The row in place of one that is too large to be kept: as it was, and marked. Null where there was none."""
    why = _unreadable(f"{latest.item.name} cannot be kept: {reason}", now)
    return None if old is None else _mark(old, why, now)


def unshown(listing: Listing[Cluster] | Listing[ItemT], known: Iterable[str]) -> str | None:
    """One that is listed, does not read and was never read before: it has no row to be marked."""
    left = [item for item in listing.unreadable if item.external_id not in set(known)]
    return f"{left[0].external_id} is listed and cannot be shown: {left[0].reason}" if left else None


def identity_of(
    item: Node | Integration | Region | InstanceType | OfferedVersion | OfferedPlan | Statement,
) -> str:
    """What a provider calls it; what is of a catalog has a name and no other identifier."""
    return item.external_id if isinstance(item, Node | Integration | Statement) else item.name


def _follow(
    row: TrackedCluster | None, cluster: Cluster, incarnation_shown: str | None, now: datetime
) -> TrackedCluster:
    expires_at = None
    if cluster.phase is Phase.DELETED:
        expires_at = (row and row.expires_at) or now + TOMBSTONE_KEPT
    if row is None:
        return TrackedCluster(item=cluster, since=now, first_observed_at=now, expires_at=expires_at)
    return row.model_copy(
        update={
            "item": cluster.model_copy(update={"provider_revision": None}),
            "since": row.since if row.item.phase is cluster.phase else now,
            "unread": None,
            "missing_since": None,
            "expires_at": expires_at,
            "incarnation_shown": incarnation_shown or row.incarnation_shown,
            "is_understood": True,
        }
    )


def _mark_deleted(row: TrackedCluster, now: datetime) -> TrackedCluster:
    deleted = row.item.model_copy(
        update={"phase": Phase.DELETED, "deleted_at": row.item.deleted_at or now, "message": GONE_MESSAGE}
    )
    return row.model_copy(
        update={
            "item": deleted,
            "since": now,
            "unread": None,
            "missing_since": None,
            "expires_at": now + TOMBSTONE_KEPT,
        }
    )


def _mark(row: RowT, failure: Failure, read_at: datetime) -> RowT:
    """`read_at` is when the row was read last, where it is not marked already."""
    if row.unread is None:
        return row.model_copy(update={"unread": Unread(failure=failure, read_at=read_at)})
    if row.unread.failure.message == failure.message:
        return row
    return row.model_copy(update={"unread": Unread(failure=failure, read_at=row.unread.read_at)})


def _unreadable(reason: str, now: datetime) -> Failure:
    return Failure(
        kind=FailureKind.UNEXPECTED_RESPONSE,
        message=reason,
        occurred_at=now,
        http_status=200,
        is_retryable=True,
    )


def _transition(row: TrackedCluster | None, changed: TrackedCluster, now: datetime) -> Transition:
    return Transition(
        account_id=changed.item.account_id,
        cluster_key=changed.item.key,
        cluster_name=changed.item.name,
        from_phase=None if row is None else row.item.phase,
        to_phase=changed.item.phase,
        provider_phase=changed.item.provider_phase,
        observed_at=now,
        after_seconds=None if row is None else max(0, int((now - row.since).total_seconds())),
    )


def _is_long_gone(cluster: Cluster, now: datetime) -> bool:
    """A provider may list every cluster it ever deleted; one that went before our memory begins is none of it."""
    return (
        cluster.phase is Phase.DELETED
        and cluster.deleted_at is not None
        and cluster.deleted_at < now - TOMBSTONE_KEPT
    )
