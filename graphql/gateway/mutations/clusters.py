"""Mutations of clusters and their spend limits."""

from typing import Annotated

import strawberry

from fleet.changing.intents import ClusterChange
from fleet.model.change import (
    AllowNetwork,
    ClearSpendLimit,
    DeleteCluster,
    DeployCluster,
    DisallowNetwork,
    FinalizeUpgrade,
    LockCluster,
    RollBackUpgrade,
    SetSpendLimit,
    StopCluster,
    UnlockCluster,
    UpdateCluster,
    UpgradeCluster,
)
from fleet.model.money import LimitWanted
from fleet.model.operation import Operation
from fleet.model.plan import Plan
from fleet.model.provider import Provider
from fleet.model.refusal import InvalidInput, NoSuchThing
from fleet.ports.reader import Ref
from gateway.context import Info
from gateway.inputs.clusters import CreateClusterInput, UpdateClusterInput, to_patch, to_spec
from gateway.inputs.conversion import make, members
from gateway.mutations.accounts import known
from gateway.mutations.payloads import answers
from gateway.mutations.plans import DryRun, Planned, intents, planned_intents
from gateway.relay import ids
from gateway.types.money import SpendLimitInput
from gateway.types.network import AllowedNetworkInput
from gateway.types.provider import provider_of
from gateway.types.records import given
from gateway.types.scalars import Revision

Expected = Annotated[
    Revision | None,
    strawberry.argument(
        description="The `revision` that the change is based on. If the current revision differs, nothing is changed."
    ),
]
UpgradeVersion = Annotated[
    str | None,
    strawberry.argument(description="One that is on offer. The default is the newest of them."),
]
LockedDays = Annotated[
    int | None, strawberry.argument(description="How long it lasts. The default is a lock without an end.")
]
ConfirmName = Annotated[str, strawberry.argument(description="The name of the cluster, as a confirmation.")]


@answers()
async def create(
    info: Info,
    input: CreateClusterInput,  # noqa: A002
    dry_run: DryRun = strawberry.UNSET,
    plan: Planned = strawberry.UNSET,
) -> Operation | Plan:
    account_id = known(input.account_id, "account_id")
    spec = to_spec(input.spec, await _provider(info, account_id, "account_id"), account_id)
    asked = await planned_intents(info, dry_run, plan)
    return await asked.create_cluster(
        info.context.caller, account_id, input.name, spec, idempotency_key=given(input.idempotency_key)
    )


@answers(patch="input")
async def update(
    info: Info,
    id: strawberry.ID,  # noqa: A002
    input: UpdateClusterInput,  # noqa: A002
    expected_revision: Expected = strawberry.UNSET,
    dry_run: DryRun = strawberry.UNSET,
    plan: Planned = strawberry.UNSET,
) -> Operation | Plan:
    ref = _cluster(id)
    provider = await _provider(info, ref.account_id, "id")
    patch = to_patch(input, provider, ref.account_id)
    change = make(UpdateCluster, {"provider": provider.key, "patch": patch})
    asked = await planned_intents(info, dry_run, plan)
    return await asked.change_cluster(
        info.context.caller, ref, change, expected_revision=given(expected_revision)
    )


@answers()
async def stop(info: Info, id: strawberry.ID, dry_run: DryRun = strawberry.UNSET) -> Operation | Plan:  # noqa: A002
    return await _change(info, _cluster(id), StopCluster(), None, dry_run)


@answers()
async def deploy(info: Info, id: strawberry.ID, dry_run: DryRun = strawberry.UNSET) -> Operation | Plan:  # noqa: A002
    return await _change(info, _cluster(id), DeployCluster(), None, dry_run)


@answers()
async def upgrade(
    info: Info,
    id: strawberry.ID,  # noqa: A002
    version: UpgradeVersion = strawberry.UNSET,
    expected_revision: Expected = strawberry.UNSET,
    dry_run: DryRun = strawberry.UNSET,
) -> Operation | Plan:
    change = UpgradeCluster(version=given(version))
    return await _change(info, _cluster(id), change, expected_revision, dry_run)


@answers()
async def lock(
    info: Info,
    id: strawberry.ID,  # noqa: A002
    reason: str,
    days: LockedDays = strawberry.UNSET,
    dry_run: DryRun = strawberry.UNSET,
) -> Operation | Plan:
    change = make(LockCluster, {"reason": reason, "days": given(days)})
    return await _change(info, _cluster(id), change, None, dry_run)


@answers()
async def unlock(info: Info, id: strawberry.ID, dry_run: DryRun = strawberry.UNSET) -> Operation | Plan:  # noqa: A002
    return await _change(info, _cluster(id), UnlockCluster(), None, dry_run)


@answers()
async def allow_network(
    info: Info,
    id: strawberry.ID,  # noqa: A002
    network: AllowedNetworkInput,
    dry_run: DryRun = strawberry.UNSET,
) -> Operation | Plan:
    change = make(AllowNetwork, {"network": members(network)})
    return await _change(info, _cluster(id), change, None, dry_run)


@answers()
async def disallow_network(
    info: Info,
    id: strawberry.ID,  # noqa: A002
    cidr: str,
    dry_run: DryRun = strawberry.UNSET,
) -> Operation | Plan:
    return await _change(info, _cluster(id), DisallowNetwork(cidr=cidr), None, dry_run)


@answers()
async def finalize_upgrade(
    info: Info,
    id: strawberry.ID,  # noqa: A002
    dry_run: DryRun = strawberry.UNSET,
) -> Operation | Plan:
    return await _change(info, _cluster(id), FinalizeUpgrade(), None, dry_run)


@answers()
async def roll_back_upgrade(
    info: Info,
    id: strawberry.ID,  # noqa: A002
    dry_run: DryRun = strawberry.UNSET,
) -> Operation | Plan:
    return await _change(info, _cluster(id), RollBackUpgrade(), None, dry_run)


@answers()
async def delete(
    info: Info,
    id: strawberry.ID,  # noqa: A002
    confirm_name: ConfirmName,
    expected_revision: Expected = strawberry.UNSET,
    dry_run: DryRun = strawberry.UNSET,
) -> Operation | Plan:
    ref = _cluster(id)
    row = await info.context.clusters.load(ref)
    if row is None:
        raise NoSuchThing("The cluster was not found.", path=("id",))
    if confirm_name != row.item.name:
        raise InvalidInput("It is not the cluster's name.", path=("confirm_name",))
    return await _change(info, ref, DeleteCluster(), expected_revision, dry_run)


@answers(id="cluster_id")
async def set_spend_limit(
    info: Info,
    cluster_id: strawberry.ID,
    limit: SpendLimitInput,
    expected_revision: Expected = strawberry.UNSET,
    dry_run: DryRun = strawberry.UNSET,
) -> Operation | Plan:
    wanted = make(LimitWanted, members(limit), "limit")
    return await _change(info, _cluster(cluster_id), SetSpendLimit(limit=wanted), expected_revision, dry_run)


@answers(id="cluster_id")
async def clear_spend_limit(
    info: Info,
    cluster_id: strawberry.ID,
    expected_revision: Expected = strawberry.UNSET,
    dry_run: DryRun = strawberry.UNSET,
) -> Operation | Plan:
    return await _change(info, _cluster(cluster_id), ClearSpendLimit(), expected_revision, dry_run)


async def _change(
    info: Info,
    ref: Ref,
    change: ClusterChange,
    expected_revision: Revision | None,
    dry_run: bool | None,
) -> Operation | Plan:
    return await intents(info, dry_run).change_cluster(
        info.context.caller, ref, change, expected_revision=given(expected_revision)
    )


async def _provider(info: Info, account_id: str, place: str) -> Provider:
    account = await info.context.accounts.load(account_id)
    if account is None:
        raise NoSuchThing("The account was not found.", path=(place,))
    return provider_of(account.account.provider)


def _cluster(global_id: str) -> Ref:
    ref = ids.ref_of("Cluster", global_id)
    if ref is None:
        raise NoSuchThing("The cluster was not found.", path=("id",))
    return ref
