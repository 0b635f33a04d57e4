"""Mutations of webhooks."""

import strawberry
from pydantic import SecretStr

from fleet.model import opaque
from fleet.model.caller import Scope
from fleet.model.event import EventKind
from fleet.model.refusal import InvalidInput, NoSuchThing
from fleet.model.severity import Severity
from fleet.model.webhook import WebhookForm
from fleet.webhooks.service import ChangedWebhook, DeletedWebhook, MadeWebhook
from gateway.context import Info
from gateway.mutations.payloads import answers
from gateway.relay import ids
from gateway.types.enums import ProviderKind
from gateway.types.records import given, option


@strawberry.input(description="A new webhook. It sends what happens from now on.")
class CreateWebhookInput:
    name: str
    url: SecretStr = strawberry.field(
        description="An https address of the public internet. It can hold a secret, so it is shown to nobody."
    )
    form: WebhookForm = WebhookForm.STANDARD
    kinds: list[EventKind] | None = option("The default is every kind.")
    severities: list[Severity] | None = option("The default is every severity.")
    providers: list[ProviderKind] | None = option("The default is every provider.")
    account_ids: list[strawberry.ID] | None = option("The default is every account.")


@answers(Scope.ADMIN)
async def create(info: Info, input: CreateWebhookInput) -> MadeWebhook:  # noqa: A002
    return await info.context.webhooks.create(
        info.context.caller,
        name=input.name,
        url=input.url.get_secret_value(),
        form=input.form,
        kinds=given(input.kinds),
        severities=given(input.severities),
        providers=given(input.providers),
        account_ids=_accounts(given(input.account_ids)),
    )


@answers(Scope.ADMIN)
async def delete(info: Info, id: strawberry.ID) -> DeletedWebhook:  # noqa: A002
    return await info.context.webhooks.delete(info.context.caller, _id(id))


@answers(Scope.ADMIN)
async def replay(info: Info, id: strawberry.ID) -> ChangedWebhook:  # noqa: A002
    return await info.context.webhooks.replay(info.context.caller, _id(id))


def _id(global_id: str) -> str:
    match opaque.read(global_id):
        case ("Webhook", webhook_id):
            return webhook_id
        case _:
            raise NoSuchThing("The webhook was not found.", path=("id",))


def _accounts(global_ids: list[strawberry.ID] | None) -> frozenset[str] | None:
    if not global_ids:
        return None
    found = [ids.account_id_of(one) for one in global_ids]
    if None in found:
        raise InvalidInput("One of these is not the ID of an account.", path=("account_ids",))
    return frozenset(one for one in found if one is not None)
