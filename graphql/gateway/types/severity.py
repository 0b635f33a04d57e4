"""The severity of a cluster: how much it needs attention."""

from datetime import datetime

import strawberry

from fleet.model.severity import Severity
from fleet.model.tracking import TrackedCluster
from fleet.reading.severity import Assessment as Assessed
from fleet.reading.severity import assess
from fleet.reading.timings import NO_HISTORY
from gateway.context import Info
from gateway.types.records import field


@strawberry.type(description="How much a cluster needs attention, and why.")
class Assessment:
    severity: Severity
    reason: str | None = field("A sentence for people. Null when the cluster needs no attention.")
    since: datetime = field("When this began, as far as it was observed.")


async def assessment(row: strawberry.Parent[TrackedCluster], info: Info) -> Assessed:
    context = info.context
    account = await context.account(row.item.account_id)
    timings = await context.timings() if row.item.is_moving else NO_HISTORY
    return assess(row, account, context.now, timings)
