"""Mutations of operations."""

import strawberry

from fleet.model.operation import Operation
from fleet.model.refusal import NoSuchThing
from gateway.context import Info
from gateway.mutations.payloads import answers
from gateway.relay import ids


@answers()
async def cancel(info: Info, id: strawberry.ID) -> Operation:  # noqa: A002
    ref = ids.ref_of("Operation", id)
    if ref is None:
        raise NoSuchThing("The operation was not found.", path=("id",))
    return await info.context.changer.cancel(info.context.caller, ref)
