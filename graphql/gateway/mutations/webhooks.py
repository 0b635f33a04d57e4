"""Mutations of webhooks."""

from typing import cast

import strawberry
from pydantic import SecretStr

from fleet.model import opaque
from fleet.model.caller import Scope
from fleet.model.event import EventKind
from fleet.model.refusal import InvalidInput, NoSuchThing
from fleet.model.severity import Severity
from fleet.model.webhook import WebhookForm
from fleet.webhooks.service import ChangedWebhook, DeletedWebhook, MadeWebhook, TestedWebhook, WebhookPatch
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


@strawberry.input(
    description="Changes of a webhook. Members that are left out stay as they are. It takes effect at once; its secret "
    "stays."
)
class UpdateWebhookInput:
    name: str | None = option()
    url: SecretStr | None = option("An https address of the public internet.")
    form: WebhookForm | None = option()
    kinds: list[EventKind] | None = option("Null wants every kind.")
    severities: list[Severity] | None = option("Null wants every severity.")
    providers: list[ProviderKind] | None = option("Null wants every provider.")
    account_ids: list[strawberry.ID] | None = option("Null wants every account.")
    is_paused: bool | None = option(
        "While it is paused nothing is sent. Nothing is lost: what happens meanwhile is sent when it is resumed within "
        "90 days."
    )


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
async def update(info: Info, id: strawberry.ID, input: UpdateWebhookInput) -> ChangedWebhook:  # noqa: A002
    told = {name: one for name, one in vars(input).items() if one is not strawberry.UNSET}
    for name in ("name", "url", "form", "is_paused"):
        if name in told and told[name] is None:
            raise InvalidInput("It cannot be null. Leave it out to keep it.", path=(name,))
    if "url" in told:
        told["url"] = told["url"].get_secret_value()
    if "account_ids" in told:
        told["account_ids"] = _accounts(told["account_ids"])
    return await info.context.webhooks.update(info.context.caller, _id(id), cast("WebhookPatch", told))


@answers(Scope.ADMIN)
async def test(info: Info, id: strawberry.ID) -> TestedWebhook:  # noqa: A002
    return await info.context.webhooks.test(info.context.caller, _id(id))


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
