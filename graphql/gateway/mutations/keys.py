"""Mutations of API keys."""

from datetime import datetime

import strawberry

from fleet.access.api_keys import MadeKey, create_key, revoke_key
from fleet.model import opaque
from fleet.model.api_key import ApiKey
from fleet.model.caller import Scope
from fleet.model.refusal import InvalidInput, NoSuchThing
from gateway.context import Info
from gateway.mutations.payloads import answers
from gateway.relay import ids
from gateway.types.records import given, option


@strawberry.input(description="A new key.")
class CreateApiKeyInput:
    name: str = strawberry.field(description="The name of the key. Operations show it in `requestedBy`.")
    scopes: list[Scope]
    account_ids: list[strawberry.ID] | None = option(
        "The accounts that the key can read. The default is every account."
    )
    expires_at: datetime | None = option(
        "When the key expires. Without it, the key is valid until it is revoked."
    )


@answers(Scope.ADMIN)
async def create(info: Info, input: CreateApiKeyInput) -> MadeKey:  # noqa: A002
    return await create_key(
        info.context.keys,
        info.context.reader,
        info.context.caller,
        name=input.name,
        scopes=input.scopes,
        account_ids=_accounts(given(input.account_ids)),
        expires_at=given(input.expires_at),
        now=info.context.now,
    )


@answers(Scope.ADMIN)
async def revoke(info: Info, id: strawberry.ID) -> ApiKey:  # noqa: A002
    match opaque.read(id):
        case ("ApiKey", key_id):
            return await revoke_key(info.context.keys, info.context.caller, key_id, info.context.now)
        case _:
            raise NoSuchThing("The key was not found.", path=("id",))


def _accounts(global_ids: list[strawberry.ID] | None) -> frozenset[str] | None:
    """The account ids of a new key. An ID of anything else is refused, so that the key does not see more or less than
    was meant.
    """
    if global_ids is None:
        return None
    found = [ids.account_id_of(one) for one in global_ids]
    known = frozenset(one for one in found if one is not None)
    if None in found:
        raise InvalidInput("One of these is not the ID of an account.", path=("account_ids",))
    return known
