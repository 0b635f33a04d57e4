"""Mutations of accounts."""

import strawberry
from pydantic import SecretStr

from fleet.model.account import TrackedAccount
from fleet.model.caller import Scope
from fleet.model.operation import Operation
from fleet.model.refusal import NoSuchThing
from gateway.context import Info
from gateway.mutations.payloads import answers
from gateway.relay import ids
from gateway.types.enums import ProviderKind
from gateway.types.records import given, option


@strawberry.input(description="A new account.")
class ConnectAccountInput:
    provider: ProviderKind
    name: str = strawberry.field(description="Its name here, unique among the accounts at its provider.")
    external_id: str | None = option(
        "The provider's identifier of the organization, tenant or team. Optional where the token implies it. "
        "Connecting the same one twice is a ConflictError."
    )
    api_version: str | None = option(
        "The version of the provider's API to ask for. The default is the newest."
    )
    api_token: SecretStr


@answers(Scope.ADMIN)
async def connect(
    info: Info,
    input: ConnectAccountInput,  # noqa: A002
) -> TrackedAccount:
    return await info.context.account_service.connect(
        info.context.caller,
        provider=input.provider,
        name=input.name,
        external_id=given(input.external_id),
        api_version=given(input.api_version),
        token=input.api_token,
    )


@answers(Scope.ADMIN)
async def replace_token(info: Info, id: strawberry.ID, api_token: SecretStr) -> TrackedAccount:  # noqa: A002
    return await info.context.account_service.replace_token(info.context.caller, known(id), api_token)


@answers(Scope.ADMIN)
async def disconnect(info: Info, id: strawberry.ID) -> Operation:  # noqa: A002
    return await info.context.account_service.disconnect(info.context.caller, known(id))


@answers()
async def refresh(info: Info, id: strawberry.ID) -> Operation:  # noqa: A002
    return await info.context.account_service.refresh(info.context.caller, known(id))


def known(global_id: str, place: str = "id") -> str:
    """The account id in a global ID. The account may not exist."""
    account_id = ids.account_id_of(global_id)
    if account_id is None:
        raise NoSuchThing("The account was not found.", path=(place,))
    return account_id
