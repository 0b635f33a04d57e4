"""A node of a cluster."""

from enum import StrEnum

from fleet.model.record import Instant, Record, UnreadMembers


class NodePhase(StrEnum):
    READY = "READY"
    NOT_READY = "NOT_READY"
    DELETED = "DELETED"
    UNKNOWN = "UNKNOWN"


class Node(Record):
    """`external_id` is the provider's own identifier, or its name where it has no other; unique in its cluster."""

    account_id: str
    cluster_key: str
    external_id: str
    name: str
    phase: NodePhase
    provider_phase: str
    region: str | None = None
    zone: str | None = None
    instance_type: str | None = None
    pool: str | None = None
    created_at: Instant | None = None
    unread_members: UnreadMembers = ()

    @property
    def key(self) -> str:
        return node_key(self.cluster_key, self.external_id)


def node_key(cluster_key: str, external_id: str) -> str:
    return f"{cluster_key}/{external_id}"
