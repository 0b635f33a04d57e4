"""The nodes of a cluster, as Qovery's WebSocket gateway shows them. Source: its document, `/cluster/metrics` and
`/cluster/node`.
"""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator, Field

from adapters.wire import Identity, Items, Lenient, Text, Wire, WireItem
from fleet.model.cluster import Cluster
from fleet.model.failure import ProviderError
from fleet.model.node import Node, NodePhase

MOST_CONDITIONS = 100
MILLISECONDS_FROM = 10**11
"""A time in seconds is below this until the year 5138, and one in milliseconds above it since 1973. No source tells the
unit.
"""
OUT_OF_REACH = "Qovery shows machines over its WebSocket gateway only, where this token does not reach them"


class WireCondition(Lenient):
    identifying = frozenset({"type", "status"})

    type: Text = None
    status: Text = None


class WireLabels(Lenient):
    """The labels that tell where a node is, of the many that it has. Each cloud names its pools otherwise."""

    region: Annotated[Text, Field(alias="topology.kubernetes.io/region")] = None
    zone: Annotated[Text, Field(alias="topology.kubernetes.io/zone")] = None
    karpenter: Annotated[Text, Field(alias="karpenter.sh/nodepool")] = None
    eks: Annotated[Text, Field(alias="eks.amazonaws.com/nodegroup")] = None
    gke: Annotated[Text, Field(alias="cloud.google.com/gke-nodepool")] = None
    aks: Annotated[Text, Field(alias="kubernetes.azure.com/agentpool")] = None
    kapsule: Annotated[Text, Field(alias="k8s.scaleway.com/pool-name")] = None

    @property
    def pool(self) -> str | None:
        return self.karpenter or self.eks or self.gke or self.aks or self.kapsule


def _when(value: object) -> object:
    if not isinstance(value, int) or isinstance(value, bool):
        return value
    try:
        return datetime.fromtimestamp(value / 1000 if value >= MILLISECONDS_FROM else value, UTC)
    except (ValueError, OverflowError, OSError):
        return "of no calendar"


class WireNode(WireItem):
    identity = "name"
    identifying = frozenset({"conditions"})

    name: Identity
    instance_type: Text = None
    created_at: Annotated[AwareDatetime | None, BeforeValidator(_when)] = None
    unschedulable: bool = False
    conditions: Annotated[tuple[WireCondition, ...], Field(max_length=MOST_CONDITIONS)] = ()
    labels: WireLabels = WireLabels()


class WireNodes(Wire):
    """A frame of either path. A list of names is one of nodes that show nothing else."""

    nodes: Items


def to_node(wire: WireNode, cluster: Cluster) -> Node:
    phase = to_phase(wire)
    word = {NodePhase.READY: "Ready", NodePhase.NOT_READY: "NotReady"}.get(phase, "")
    return Node(
        account_id=cluster.account_id,
        cluster_key=cluster.key,
        external_id=wire.name,
        name=wire.name,
        phase=phase,
        provider_phase=f"{word},SchedulingDisabled" if wire.unschedulable else word,
        region=wire.labels.region,
        zone=wire.labels.zone,
        instance_type=wire.instance_type,
        pool=wire.labels.pool,
        created_at=wire.created_at,
        unread_members=wire.unread,
    )


def to_phase(wire: WireNode) -> NodePhase:
    """Kubernetes tells of a node whether it is ready. Where Qovery shows the name alone, nobody knows."""
    ready = [one.status for one in wire.conditions if one.type == "Ready"]
    if not ready:
        return NodePhase.UNKNOWN
    return NodePhase.READY if ready[-1] == "True" else NodePhase.NOT_READY


def withheld_because(error: ProviderError) -> str:
    return f"{OUT_OF_REACH}: {error.message}"
