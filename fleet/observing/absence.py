"""What it means when a listing leaves out a cluster.

A missing cluster is suspected, not yet deleted. It is asked for by its identifier, or has to be missing twice, an
interval apart. A young cluster has to be missing twice in any case, because providers sometimes answer 404 for a
new one. One about which a question is invalid has to be missing for an hour. One that the token may not ask for stays
suspected. If much of an account vanishes at once, the deletion guard keeps all of it until time has passed or it
returns.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fleet.model.account import DeletionGuard
from fleet.model.cluster import Cluster
from fleet.model.failure import NotFound, ProviderError, RateLimited, Rejected
from fleet.model.rate_limit import BudgetExhausted
from fleet.model.tracking import TrackedCluster
from fleet.ports.adapter import Adapter, Listing, ReadsCluster, TellsExistence

GUARDED_FOR = timedelta(hours=1)
"""How long much of an account, or what nobody can ask for, has to be absent until it counts as deleted."""
YOUNG_FOR = timedelta(minutes=10)
"""A cluster that has been known for less may be answered with 404 although it is there."""
YOUNG_MISSED_FOR = timedelta(seconds=30)
"""How far apart two absences of a young cluster are. Providers answered 404 for up to 20 seconds after a creation."""
SUSPECTS_ASKED = 20
"""How many suspects one observation asks for, so that absence costs no budget without end."""


def guard_deletion(
    held: DeletionGuard | None,
    rows: Sequence[TrackedCluster],
    suspects: Sequence[TrackedCluster],
    listing: Listing[Cluster],
    now: datetime,
) -> DeletionGuard | None:
    """The guard after this listing. What counts is what was known when it began: clusters that came since do not make
    up for those that vanished.
    """
    if listing.incomplete is not None:
        return held  # it proves nothing, and disproves nothing either
    since = now if held is None else held.since
    known = [row for row in rows if not row.is_tombstone and row.first_observed_at < since]
    absent = [row for row in suspects if row.first_observed_at < since]
    if len(absent) <= 3 or len(absent) * 2 <= len(known):
        return None
    reason = (
        f"{len(absent)} of {len(known)} clusters vanished from the provider's list at once. They are kept as they were "
        f"and believed deleted only when they stay absent for {GUARDED_FOR // timedelta(minutes=1)} minutes."
    )
    return DeletionGuard(since=since, reason=reason)


@dataclass(frozen=True, kw_only=True)
class Confirmed:
    """`found` are clusters that are there after all, `gone` the keys of those that are proven gone. Every other suspect
    stays one.
    """

    found: tuple[Cluster, ...]
    gone: frozenset[str]


async def confirm_absence(
    adapter: Adapter, suspects: Sequence[TrackedCluster], *, now: datetime, interval: timedelta
) -> Confirmed:
    """Asks for suspects, those first that have been missing for longest. One that cannot be asked for shields no
    other.
    """
    found: list[Cluster] = []
    gone: set[str] = set()
    for row in sorted(suspects, key=lambda row: row.missing_since or now)[:SUSPECTS_ASKED]:
        missed_for = timedelta() if row.missing_since is None else now - row.missing_since
        is_young = now - row.first_observed_at < YOUNG_FOR
        try:
            is_there, cluster = await _ask_for(adapter, row)
        except (RateLimited, BudgetExhausted):
            break
        except Rejected:
            if missed_for >= GUARDED_FOR:
                gone.add(row.item.key)
            continue
        except ProviderError:
            continue  # a 403, too, tells no more than that the token lost a right
        if cluster is not None and row.is_shown_as(cluster):
            found.append(cluster.model_copy(update={"incarnation": row.item.incarnation}))
        elif is_there and cluster is None:
            continue  # the provider knows it, and does not list it just now
        elif cluster is not None:
            gone.add(row.item.key)  # its name was taken again by a successor, which the listing shows
        elif missed_for >= interval or (
            is_there is False and (not is_young or missed_for >= YOUNG_MISSED_FOR)
        ):
            gone.add(row.item.key)
    return Confirmed(found=tuple(found), gone=frozenset(gone))


async def _ask_for(adapter: Adapter, row: TrackedCluster) -> tuple[bool | None, Cluster | None]:
    """Whether the provider knows the cluster, null where it cannot be asked; and the cluster, where it shows it."""
    if isinstance(adapter, ReadsCluster):
        try:
            return True, await adapter.cluster(row.item.external_id)
        except NotFound:
            return False, None
    if isinstance(adapter, TellsExistence) and await adapter.exists(row.item.external_id):
        return True, None
    return None, None
