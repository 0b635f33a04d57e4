"""Operations: changes that are followed to their end."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry.utils.str_converters import to_camel_case

from fleet.model import operation as domain
from fleet.model import spec, warning
from fleet.model.account import TrackedAccount
from fleet.model.change import OperationKind
from fleet.model.durations import MoveKind
from fleet.model.operation import OperationState, Target, TargetKind, poll_after_seconds
from fleet.model.tracking import TrackedCluster
from fleet.ports.reader import Ref
from fleet.reading import wanted
from fleet.reading.timings import Eta
from gateway.context import Context, Info
from gateway.relay.ids import Node
from gateway.types.account import Account
from gateway.types.cluster import Cluster
from gateway.types.freshness import ProviderFailure
from gateway.types.integration import Integration
from gateway.types.node import ClusterNode
from gateway.types.records import field, serves
from gateway.types.timings import Eta as EtaType
from gateway.types.wanted import Setting

Row = strawberry.Parent[domain.Operation]

_MOVES = {
    OperationKind.CREATE_CLUSTER: MoveKind.CREATE,
    OperationKind.UPDATE_CLUSTER: MoveKind.UPDATE,
    OperationKind.DEPLOY_CLUSTER: MoveKind.UPDATE,
    OperationKind.STOP_CLUSTER: MoveKind.STOP,
    OperationKind.DELETE_CLUSTER: MoveKind.DELETE,
}

OperationTarget = Annotated[
    Cluster | Account | Integration | ClusterNode,
    strawberry.union("OperationTarget", description="The object of a change."),
]


async def account(row: Row, info: Info) -> TrackedAccount | None:
    return await info.context.accounts.load(row.account_id)


async def target(row: Row, info: Info) -> object | None:
    return None if row.target is None else await find_target(info.context, row.account_id, row.target)


async def find_target(context: Context, account_id: str, wanted: Target) -> object | None:
    """The target. Null until it is observed and after it was forgotten. Rows can remain for a while after their
    account.
    """
    ref = Ref(account_id, wanted.key)
    if await context.accounts.load(account_id) is None:
        return None
    match wanted.kind:
        case TargetKind.ACCOUNT:
            return await context.accounts.load(account_id)
        case TargetKind.CLUSTER:
            return await context.clusters.load(ref)
        case TargetKind.INTEGRATION:
            return await context.integrations.load(ref)
        case TargetKind.NODE:
            return await context.nodes.load(ref)


async def candidates(row: Row, info: Info) -> list[TrackedCluster]:
    if not row.candidates or await info.context.accounts.load(row.account_id) is None:
        return []
    found = await info.context.clusters.load_many([Ref(row.account_id, key) for key in row.candidates])
    return [cluster for cluster in found if cluster is not None]


async def eta(row: Row, info: Info) -> Eta | None:
    """Of the cluster where it is observed, else of its provider."""
    kind = _MOVES.get(row.kind)
    if kind is None or row.is_final:
        return None
    found = await target(row, info)
    timings = await info.context.timings()
    if isinstance(found, TrackedCluster):
        usual = timings.usual(kind, found)
    else:
        usual = timings.usual_of_provider(kind, row.provider)
    return None if usual is None else Eta(kind=kind, since=row.requested_at, usual=usual)


def settings(row: Row) -> list[wanted.Setting]:
    return list(wanted.settings_of(row.change))


def poll_after(row: Row, info: Info) -> int | None:
    return poll_after_seconds(row, info.context.now)


def field_name(row: strawberry.Parent[spec.Difference]) -> str:
    return ".".join(to_camel_case(part) for part in row.field.split("."))


def warned_field(row: strawberry.Parent[warning.ProviderWarning]) -> str | None:
    return row.field


@strawberry.type(description="A member that the provider set to another value than was asked for.")
class Difference:
    field_name: str = field("The name of the member in the input.", resolver=field_name, name="field")
    asked: str
    got: str


@strawberry.type(description="What a provider warns of, and takes all the same. In its own words.")
class ProviderWarning:
    code: str | None
    message: str
    field_name: str | None = field(
        "The member that it is about, by the provider's name.", resolver=warned_field, name="field"
    )


@strawberry.type(
    description="A change that was asked for here. It is followed until an observation shows its end."
)
class Operation(Node):
    is_type_of = serves(domain.Operation)

    kind: OperationKind
    state: OperationState
    account: Account | None = field("Null after the account was disconnected.", resolver=account)
    target: OperationTarget | None = field(
        "The object of the change. Null until it is observed, and after it was deleted and forgotten.",
        resolver=target,
    )
    target_name: str = field("The name of the target at that time.")
    requested_by: str = field("The name of the key that asked for it.")
    requested_by_id: str | None = field(
        "What that is, which a name cannot tell: the admin key, a key of ours with its identifier, or a token with its "
        "issuer and subject. Null for operations of earlier versions."
    )
    requested_at: datetime
    finished_at: datetime | None
    deadline: datetime = field(
        "When Fleetgraph stops waiting and reports TIMED_OUT. The provider may still finish later."
    )
    can_be_cancelled: bool = field(
        "Whether `cancelOperation` can end it: it waits because the provider is busy, and nothing was sent for it."
    )
    poll_after_seconds: int | None = field(
        "How long to wait before the next query. Null when nothing more will change.", resolver=poll_after
    )
    settings: list[Setting] = field(
        "What was asked for: the members of the input, up to 100, without secrets.",
        resolver=settings,
        name="input",
    )
    eta: EtaType | None = field(
        "When such a change usually ends. Null when nothing more will change, for changes that move no cluster, and "
        "while fewer than five of its kind were observed.",
        resolver=eta,
    )
    failure: ProviderFailure | None = field("What went wrong, also with the latest of several attempts.")
    differences: list[Difference] = field(
        "Members that the provider set to other values than were asked for, e.g. another machine type of the "
        "same size. Known once the change has succeeded, or timed out."
    )
    warnings: list[ProviderWarning] = field("What the provider warned of when it took the change.")
    candidates: list[Cluster] = field(
        "Clusters that an unconfirmed creation may have created. Fleetgraph does not choose one of them; compare "
        "them yourself.",
        resolver=candidates,
    )
