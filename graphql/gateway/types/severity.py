"""How much a cluster needs somebody."""

from datetime import datetime

import strawberry

from fleet.model.tracking import TrackedCluster
from fleet.reading.severity import Assessment as Assessed
from fleet.reading.severity import Severity, assess
from gateway.context import Info
from gateway.types.records import field

strawberry.enum(
    Severity,
    description="In the order of urgency. BROKEN: failed, degraded, or behind a token that the provider refuses. "
    "STUCK: on its way for longer than such changes usually take. UNKNOWN: its present state cannot be known. "
    "MOVING: on its way. FINE: nobody is needed.",
)


@strawberry.type(description="How much a cluster needs somebody, and why.")
class Assessment:
    severity: Severity
    reason: str | None = field("A sentence. Null when nobody is needed.")
    since: datetime = field("When it began, as far as that was observed.")


async def assessment(row: strawberry.Parent[TrackedCluster], info: Info) -> Assessed:
    return assess(row, await info.context.account(row.item.account_id), info.context.now)
