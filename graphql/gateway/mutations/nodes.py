"""Mutations of nodes."""

import strawberry

from fleet.model.change import CordonNode, DrainNode, UncordonNode
from fleet.model.operation import Operation
from fleet.model.plan import Plan
from fleet.model.refusal import NoSuchThing
from gateway.context import Info
from gateway.mutations.payloads import answers
from gateway.mutations.plans import DryRun, intents
from gateway.relay import ids


@answers()
async def cordon(info: Info, id: strawberry.ID, dry_run: DryRun = strawberry.UNSET) -> Operation | Plan:  # noqa: A002
    return await _change(info, id, CordonNode(), dry_run)


@answers()
async def uncordon(info: Info, id: strawberry.ID, dry_run: DryRun = strawberry.UNSET) -> Operation | Plan:  # noqa: A002
    return await _change(info, id, UncordonNode(), dry_run)


@answers()
async def drain(info: Info, id: strawberry.ID, dry_run: DryRun = strawberry.UNSET) -> Operation | Plan:  # noqa: A002
    return await _change(info, id, DrainNode(), dry_run)


async def _change(
    info: Info, global_id: str, change: CordonNode | UncordonNode | DrainNode, dry_run: bool | None
) -> Operation | Plan:
    ref = ids.ref_of("ClusterNode", global_id)
    if ref is None:
        raise NoSuchThing("The node was not found.", path=("id",))
    return await intents(info, dry_run).change_node(info.context.caller, ref, change)
