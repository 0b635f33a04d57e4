"""Changes of phase."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from fleet.model.cluster import Phase
from fleet.model.tracking import TrackedCluster, Transition
from fleet.ports.reader import Ref
from gateway.context import Info
from gateway.types.records import field

if TYPE_CHECKING:
    from gateway.types.cluster import Cluster


async def cluster(change: strawberry.Parent[Transition], info: Info) -> TrackedCluster | None:
    return await info.context.clusters.load(Ref(change.account_id, change.cluster_key))


@strawberry.type(description="An observed change of phase.")
class StatusChange:
    cluster: Annotated["Cluster", strawberry.lazy("gateway.types.cluster")] | None = field(
        "Null after a deleted cluster was forgotten. Its changes are kept longer.", resolver=cluster
    )
    cluster_name: str = field("The name of the cluster at that time.")
    from_phase: Phase | None = field("Null when the cluster was observed for the first time.", name="from")
    to_phase: Phase = field(name="to")
    provider_phase: str = field("`to` in the provider's words.")
    observed_at: datetime = field("When the change was observed. It happened after the previous observation.")
    after_seconds: int | None = field(
        "How long the cluster stayed in `from`. Null when it was observed for the first time."
    )
