"""Dry runs: they show what a change would send. `applyPlan` sends exactly that."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from fleet.model.operation import Operation
from fleet.model.refusal import InvalidInput
from gateway.context import Info
from gateway.mutations.payloads import answers
from gateway.types.records import given

if TYPE_CHECKING:
    from fleet.changing.changer import Changer
    from fleet.changing.planner import Planner

DryRun = Annotated[
    bool | None,
    strawberry.argument(
        description="Changes nothing. All checks are made, the provider is asked what it shows now, and `plan` has the "
        "requests that would go out."
    ),
]


Planned = Annotated[
    str | None,
    strawberry.argument(
        description="The `digest` of a dry run of the same input. Exactly the requests of that plan are sent, or the "
        "change is refused with ConflictError: what `applyPlan` does, for an input with secrets too, which are not "
        "kept."
    ),
]


async def planned_intents(info: Info, dry_run: bool | None, plan: str | None) -> "Changer | Planner":
    """What a change is asked of that can be bound to its plan."""
    if (digest := given(plan)) is None:
        return intents(info, dry_run)
    if given(dry_run):
        raise InvalidInput("A dry run makes a plan of its own: give one of the two.", path=("plan",))
    return await info.context.changer.bound(info.context.caller, digest, path=("plan",))


def intents(info: Info, dry_run: bool | None) -> "Changer | Planner":
    """What a change is asked of."""
    return info.context.changer.planner if given(dry_run) else info.context.changer


@answers()
async def apply(info: Info, digest: str) -> Operation:
    return await info.context.changer.apply(info.context.caller, digest)
