"""Mutations of integrations."""

from typing import Any

import strawberry

from fleet.model.change import CreateIntegration, DeleteIntegration, UpdateIntegration
from fleet.model.operation import Operation
from fleet.model.plan import Plan
from fleet.model.refusal import NoSuchThing
from fleet.ports.reader import Ref
from gateway.context import Info
from gateway.inputs.conversion import make
from gateway.inputs.credentials import CloudCredentialsInput, to_credentials
from gateway.mutations.accounts import known
from gateway.mutations.payloads import answers
from gateway.mutations.plans import DryRun, Planned, intents, planned_intents
from gateway.relay import ids
from gateway.types.records import given, option


@strawberry.input(description="A new integration.")
class CreateIntegrationInput:
    account_id: strawberry.ID
    name: str
    description: str | None = strawberry.UNSET
    features: list[str] | None = option("What the integration is used for, in the provider's words.")
    allowed_teams: list[str] | None = option(
        "The ids of the teams that may use it. The default is every team."
    )
    permission_check: str | None = option(
        "How strictly the provider checks what the credentials may do, in its words."
    )
    credentials: CloudCredentialsInput
    idempotency_key: str | None = option(
        "A value that you choose. A request that repeats it within 24 hours with the same input gets the first "
        "operation, and no second integration is created. With another input it is a ConflictError."
    )


@strawberry.input(description="Changes of an integration. Members that are left out stay as they are.")
class UpdateIntegrationInput:
    description: str | None = strawberry.UNSET
    features: list[str] | None = option(
        "What the integration is used for, in the provider's words. Replaces all features."
    )
    allowed_teams: list[str] | None = option("The ids of the teams that may use it. Empty: every team may.")
    permission_check: str | None = option(
        "How strictly the provider checks what the credentials may do, in its words."
    )
    credentials: CloudCredentialsInput | None = option("Replace the existing credentials.")


@answers()
async def create(
    info: Info,
    input: CreateIntegrationInput,  # noqa: A002
    dry_run: DryRun = strawberry.UNSET,
    plan: Planned = strawberry.UNSET,
) -> Operation | Plan:
    account_id = known(input.account_id, "account_id")
    change = make(CreateIntegration, {"name": input.name, **_members(input)})
    asked = await planned_intents(info, dry_run, plan)
    return await asked.create_integration(
        info.context.caller, account_id, change, idempotency_key=given(input.idempotency_key)
    )


@answers()
async def update(
    info: Info,
    id: strawberry.ID,  # noqa: A002
    input: UpdateIntegrationInput,  # noqa: A002
    dry_run: DryRun = strawberry.UNSET,
    plan: Planned = strawberry.UNSET,
) -> Operation | Plan:
    ref = _integration(id)
    change = make(UpdateIntegration, _members(input))
    asked = await planned_intents(info, dry_run, plan)
    return await asked.change_integration(info.context.caller, ref, change)


@answers()
async def delete(info: Info, id: strawberry.ID, dry_run: DryRun = strawberry.UNSET) -> Operation | Plan:  # noqa: A002
    return await intents(info, dry_run).change_integration(
        info.context.caller, _integration(id), DeleteIntegration()
    )


def _members(wanted: CreateIntegrationInput | UpdateIntegrationInput) -> dict[str, Any]:
    credentials = given(wanted.credentials)
    return {
        "description": given(wanted.description),
        "features": given(wanted.features),
        "allowed_teams": given(wanted.allowed_teams),
        "permission_check": given(wanted.permission_check),
        "credentials": None if credentials is None else to_credentials(credentials),
    }


def _integration(global_id: str) -> Ref:
    ref = ids.ref_of("Integration", global_id)
    if ref is None:
        raise NoSuchThing("The integration was not found.", path=("id",))
    return ref
