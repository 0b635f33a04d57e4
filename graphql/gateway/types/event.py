"""Events of the activity feed."""

from datetime import datetime

import strawberry

from fleet.model import event as domain
from fleet.model import opaque
from fleet.model import operation as changes
from fleet.model import provider as providers
from fleet.model.account import TrackedAccount
from fleet.model.change import OperationKind
from fleet.model.event import EventKind
from fleet.model.severity import Severity
from fleet.model.tracking import TrackedCluster
from fleet.ports.reader import Ref
from gateway.context import Info
from gateway.types.account import Account
from gateway.types.cluster import Cluster
from gateway.types.operation import Operation
from gateway.types.provider import Provider, provider_of
from gateway.types.records import field

Row = strawberry.Parent[domain.Event]


def event_id(event: Row) -> str:
    return opaque.write(["Event", event.order])


async def account(event: Row, info: Info) -> TrackedAccount | None:
    return await info.context.accounts.load(event.account_id)


def provider(event: Row) -> providers.Provider | None:
    return None if event.provider is None else provider_of(event.provider)


async def cluster(event: Row, info: Info) -> TrackedCluster | None:
    if event.cluster_key is None or await account(event, info) is None:
        return None
    return await info.context.clusters.load(Ref(event.account_id, event.cluster_key))


async def operation(event: Row, info: Info) -> changes.Operation | None:
    if event.operation_id is None:
        return None
    return await info.context.operations.load(Ref(event.account_id, event.operation_id))


@strawberry.type(description="Something that happened in the fleet.")
class Event:
    id: strawberry.ID = field("Identifies the event. It is not the ID of a `Node`.", resolver=event_id)
    kind: EventKind
    severity: Severity = field(
        "How much it needs somebody. BROKEN: something failed. STUCK: a change did not end in time. UNKNOWN: the "
        "state cannot be known now. MOVING: a change has begun. FINE: everything else."
    )
    occurred_at: datetime = field("When it happened, or when it was observed.")
    account: Account | None = field("Null once it is disconnected.", resolver=account)
    account_name: str | None = field("The name of the account at that time.")
    provider: Provider | None = field(resolver=provider)
    cluster: Cluster | None = field(
        "Null if the event is not about a cluster, and after the cluster was forgotten.", resolver=cluster
    )
    cluster_name: str | None = field("The name of the cluster at that time.")
    before: str | None = field("The value before a change.", name="from")
    after: str | None = field("The value after it.", name="to")
    message: str | None = field("More details, in a sentence of up to 500 characters.")
    operation_kind: OperationKind | None = field("What was asked for, if the event is about an operation.")
    operation: Operation | None = field(
        "Null if the event is not about an operation, and after the operation was forgotten.",
        resolver=operation,
    )
