"""Mutations of nodes."""

import strawberry

from fleet.model.change import CordonNode, DrainNode, UncordonNode
from fleet.model.operation import Operation
from fleet.model.refusal import NoSuchThing
from gateway.context import Info
from gateway.mutations.payloads import answers
from gateway.relay import ids


@answers()
async def cordon(info: Info, id: strawberry.ID) -> Operation:  # noqa: A002
    return await _change(info, id, CordonNode())


@answers()
async def uncordon(info: Info, id: strawberry.ID) -> Operation:  # noqa: A002
    return await _change(info, id, UncordonNode())


@answers()
async def drain(info: Info, id: strawberry.ID) -> Operation:  # noqa: A002
    return await _change(info, id, DrainNode())


async def _change(info: Info, global_id: str, change: CordonNode | UncordonNode | DrainNode) -> Operation:
    ref = ids.ref_of("ClusterNode", global_id)
    if ref is None:
        raise NoSuchThing("The node was not found.", path=("id",))
    return await info.context.changer.change_node(info.context.caller, ref, change)
