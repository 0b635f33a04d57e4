"""Dry runs: they show what a change would send. `applyPlan` sends exactly that."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from fleet.model.operation import Operation
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


def intents(info: Info, dry_run: bool | None) -> "Changer | Planner":
    """What a change is asked of."""
    return info.context.changer.planner if given(dry_run) else info.context.changer


@answers()
async def apply(info: Info, digest: str) -> Operation:
    return await info.context.changer.apply(info.context.caller, digest)
