"""How much a cluster needs somebody, in one word and a sentence: the worst first."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fleet.model.account import TrackedAccount
from fleet.model.cluster import Phase
from fleet.model.severity import Severity
from fleet.model.tracking import TrackedCluster
from fleet.reading.timings import NO_HISTORY, Timings

USUALLY_MOVES_WITHIN = timedelta(minutes=45)
"""Creating the slowest kind of cluster takes so long. What moves for longer is STUCK, unless history tells how long
such changes take: then it is what 19 of 20 took."""
AT_LEAST = timedelta(minutes=5)
"""Whatever moves for less is not STUCK, however quick others were."""


URGENCY = {severity: number for number, severity in enumerate(Severity)}
"""0 is the most urgent."""
NEEDS_SOMEBODY = frozenset({Severity.BROKEN, Severity.STUCK, Severity.UNKNOWN})


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """`reason` is a sentence, null when all is well. `since` is when it began, as far as that was observed."""

    severity: Severity
    reason: str | None
    since: datetime


def assess(
    row: TrackedCluster, account: TrackedAccount, now: datetime, timings: Timings = NO_HISTORY
) -> Assessment:
    cluster = row.item
    said = f" The provider says: {cluster.message}" if cluster.message else ""
    if cluster.phase in (Phase.FAILED, Phase.DEGRADED):
        word = "has failed" if cluster.phase is Phase.FAILED else "is degraded"
        reason = f"It {word} ({cluster.provider_phase}).{said}"
        return Assessment(severity=Severity.BROKEN, reason=reason, since=row.since)
    if account.state.is_token_accepted is False and cluster.phase is not Phase.DELETED:
        reason = (
            f"The provider refuses the token of {account.account.name}, so its present state is not known."
        )
        return Assessment(severity=Severity.BROKEN, reason=reason, since=row.since)
    if cluster.is_moving:
        took = now - row.since
        been = f"It has been {cluster.phase.lower()} for {_lasting(took)}"
        eta = timings.eta(row)
        usually = USUALLY_MOVES_WITHIN if eta is None else max(AT_LEAST, eta.late_at - row.since)
        if took > usually:
            known = "" if eta is None else f" ({eta.usual.samples} before it took up to {_lasting(usually)})"
            reason = f"{been}, longer than such changes take{known}.{said}"
            return Assessment(severity=Severity.STUCK, reason=reason, since=row.since)
        return Assessment(severity=Severity.MOVING, reason=f"{been}.", since=row.since)
    if row.unread is not None:
        return Assessment(
            severity=Severity.UNKNOWN, reason=row.unread.failure.message, since=row.unread.read_at
        )
    if row.missing_since is not None and cluster.phase is not Phase.DELETED:
        reason = "The provider's list leaves it out, and whether it is gone is not known yet."
        return Assessment(severity=Severity.UNKNOWN, reason=reason, since=row.missing_since)
    if cluster.phase is Phase.UNKNOWN:
        reason = f"The provider's word {cluster.provider_phase!r} is not known to this version."
        return Assessment(severity=Severity.UNKNOWN, reason=reason, since=row.since)
    return Assessment(severity=Severity.FINE, reason=None, since=row.since)


def _lasting(duration: timedelta) -> str:
    """In the largest unit of which there are two at least, and no unit below a minute: 18 minutes, 5 hours, 3 days."""
    for size, unit in ((timedelta(days=1), "day"), (timedelta(hours=1), "hour")):
        if duration >= 2 * size:
            return f"{duration // size} {unit}s"
    minutes = round(duration / timedelta(minutes=1))
    return "less than a minute" if minutes < 1 else f"{minutes} minute{'s' if minutes != 1 else ''}"
