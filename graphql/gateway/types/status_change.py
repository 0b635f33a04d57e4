"""Changes of phase."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from fleet.model.cluster import Phase
from fleet.model.tracking import TrackedCluster, Transition
from fleet.ports.store import Ref
from gateway.context import Info
from gateway.types.records import field

if TYPE_CHECKING:
    from gateway.types.cluster import Cluster


async def cluster(change: strawberry.Parent[Transition], info: Info) -> TrackedCluster | None:
    return await info.context.clusters.load(Ref(change.account_id, change.cluster_key))


@strawberry.type(description="A change of phase, as it was seen.")
class StatusChange:
    cluster: Annotated["Cluster", strawberry.lazy("gateway.types.cluster")] | None = field(
        "Null once a deleted cluster is forgotten; its changes are remembered longer.", resolver=cluster
    )
    cluster_name: str = field("What the cluster was called at that time.")
    from_phase: Phase | None = field("Null when the cluster was seen for the first time.", name="from")
    to_phase: Phase = field(name="to")
    provider_phase: str = field("The provider's own word for `to`.")
    observed_at: datetime = field("When we saw it; it happened after the observation before.")
    after_seconds: int | None = field(
        "How long the cluster stayed in `from`. Null when seen for the first time."
    )
