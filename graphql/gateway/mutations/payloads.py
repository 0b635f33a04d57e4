"""The answers of mutations: the result of the change, or why it was not made."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

import strawberry

from fleet.access.api_keys import MadeKey
from fleet.model import operation as domain
from fleet.model.account import TrackedAccount
from fleet.model.api_key import ApiKey as KnownKey
from fleet.model.audit import AuditEntry, AuditOutcome, new_entry
from fleet.model.caller import Scope
from fleet.model.cluster import Cluster as KnownCluster
from fleet.model.envelope import Envelope as KnownEnvelope
from fleet.model.integration import Integration as KnownIntegration
from fleet.model.node import Node as NodeRecord
from fleet.model.operation import OperationState
from fleet.model.plan import Plan as KnownPlan
from fleet.model.refusal import MissingScope, Refused
from fleet.model.webhook import KnownWebhook
from fleet.webhooks.service import ChangedWebhook, DeletedWebhook, MadeWebhook, TestedWebhook
from gateway.context import Info
from gateway.mutations.refusals import UserError, failure_errors, user_errors
from gateway.relay import ids
from gateway.types.account import Account
from gateway.types.api_key import ApiKey
from gateway.types.cluster import Cluster
from gateway.types.envelope import Envelope
from gateway.types.integration import Integration
from gateway.types.node import ClusterNode
from gateway.types.operation import Operation, find_target
from gateway.types.plan import Plan
from gateway.types.records import ShownRefusal, field, serves, shown
from gateway.types.webhook import Webhook

Answer = (
    domain.Operation
    | KnownPlan
    | TrackedAccount
    | KnownKey
    | MadeKey
    | KnownEnvelope
    | MadeWebhook
    | ChangedWebhook
    | TestedWebhook
    | DeletedWebhook
)


@dataclass(frozen=True, kw_only=True)
class MutationOutcome:
    """`named` is the global ID of the object of the mutation. Null where it creates something."""

    named: str | None = None
    operation: domain.Operation | None = None
    plan: KnownPlan | None = None
    account: TrackedAccount | None = None
    api_key: KnownKey | None = None
    token: str | None = None
    envelope: KnownEnvelope | None = None
    webhook: KnownWebhook | None = None
    secret: str | None = None
    is_delivered: bool | None = None
    failure: str | None = None
    is_deleted: bool = False
    user_errors: Sequence[ShownRefusal] = ()


def answers(
    scope: Scope = Scope.WRITE, **words: str
) -> Callable[[Callable[..., Awaitable[Answer]]], Callable[..., Awaitable[MutationOutcome]]]:
    """Makes an outcome of the result or refusal of a resolver, for callers with the scope. `words` maps the domain's
    names of arguments that have another name. What needs the scope ADMIN is written to the audit log, before it is
    done and after.
    """
    is_audited = scope is Scope.ADMIN

    def decorate(resolver: Callable[..., Awaitable[Answer]]) -> Callable[..., Awaitable[MutationOutcome]]:
        @wraps(resolver)
        async def answer(info: Info, **arguments: Any) -> MutationOutcome:
            info.context.forget()
            named = arguments.get(words.get("id", "id"))
            entry: AuditEntry | None = None
            try:
                if not info.context.caller.may(scope):
                    raise MissingScope(scope)
                if is_audited:
                    entry = await _entry(info, named, str(getattr(arguments.get("input"), "name", "")))
                    await info.context.audit.record(entry)
                answered = await resolver(info, **arguments)
            except Refused as refused:
                await _conclude(info, entry, AuditOutcome.REFUSED)
                info.context.refusals.append(f"{info.field_name}: {type(refused).__name__}")
                return MutationOutcome(named=named, user_errors=user_errors(refused, arguments, words))
            await _conclude(info, entry, AuditOutcome.DONE)
            return _outcome(named, answered)

        return answer

    return decorate


def _outcome(named: str | None, answered: Answer) -> MutationOutcome:
    match answered:
        case TrackedAccount():
            return MutationOutcome(account=answered)
        case KnownEnvelope():
            return MutationOutcome(envelope=answered)
        case MadeKey():
            return MutationOutcome(api_key=answered.key, token=answered.token)
        case KnownKey():
            return MutationOutcome(api_key=answered)
        case MadeWebhook() | ChangedWebhook() | TestedWebhook():
            return _outcome_of_webhook(answered)
        case DeletedWebhook():
            return MutationOutcome(named=named, is_deleted=True)
        case KnownPlan():
            return MutationOutcome(named=named, plan=answered)
        case domain.Operation():
            return MutationOutcome(named=named, operation=answered, user_errors=failure_errors(answered))


def _outcome_of_webhook(answered: MadeWebhook | ChangedWebhook | TestedWebhook) -> MutationOutcome:
    match answered:
        case MadeWebhook(known, secret):
            return MutationOutcome(webhook=known, secret=secret)
        case TestedWebhook(known, failure):
            return MutationOutcome(webhook=known, is_delivered=failure is None, failure=failure)
        case ChangedWebhook(known):
            return MutationOutcome(webhook=known)


async def _entry(info: Info, named: str | None, given: str) -> AuditEntry:
    """`named` is the ID of what there is, `given` the name of what is made."""
    caller = info.context.caller
    return new_entry(
        now=info.context.now,
        caller_id=caller.id,
        caller=caller.name,
        action=info.field_name,
        subject=named or given,
        name=await _name_of(info, named) if named else given or None,
    )


async def _name_of(info: Info, named: str) -> str | None:
    found = await ids.find(info.context, named)
    info.context.forget()  # it is about to be changed
    match found:
        case TrackedAccount():
            return found.account.name
        case KnownWebhook():
            return found.webhook.name
        case KnownKey():
            return found.name
        case _:
            return None


async def _conclude(info: Info, entry: AuditEntry | None, outcome: AuditOutcome) -> None:
    if entry is not None:
        await info.context.audit.record(entry.model_copy(update={"outcome": outcome}))


Row = strawberry.Parent[MutationOutcome]


async def account(outcome: Row, info: Info) -> TrackedAccount | None:
    if outcome.account is not None or outcome.named is None:
        return outcome.account
    found = await ids.find(info.context, outcome.named)
    return found if isinstance(found, TrackedAccount) else None


def subject(record: type) -> Callable[..., Awaitable[object | None]]:
    """Resolves the object of the mutation, if it has this type."""

    async def find(outcome: Row, info: Info) -> object | None:
        found = None
        if outcome.named is not None:
            found = await ids.find(info.context, outcome.named)
        elif outcome.operation is not None and outcome.operation.target is not None:
            found = await find_target(info.context, outcome.operation.account_id, outcome.operation.target)
        return found if isinstance(shown(found), record) else None

    return find


def deleted_id(outcome: Row) -> str | None:
    operation = outcome.operation
    if operation is None or operation.answered_at is None or operation.state is OperationState.FAILED:
        return None
    return outcome.named


def deleted_webhook_id(outcome: Row) -> str | None:
    return outcome.named if outcome.is_deleted else None


PLANNED = "What a dry run would have sent. Null if it was none."
NEW = "Null until it is observed: read `operation.target` later."


@strawberry.interface(description="What the answers of all mutations have in common.")
class Payload:
    is_type_of = serves(MutationOutcome)

    user_errors: list[UserError] = field("Why the change was not made, or not yet. Empty after a success.")


@strawberry.type(description="The result of a change of an account.")
class AccountPayload(Payload):
    account: Account | None = field(resolver=account)


@strawberry.type(description="The result of creating a key.")
class CreateApiKeyPayload(Payload):
    api_key: ApiKey | None
    token: str | None = field("The key itself. It is shown only here.")


@strawberry.type(description="The result of a change of an envelope.")
class EnvelopePayload(Payload):
    envelope: Envelope | None


@strawberry.type(description="The result of a change of a key.")
class ApiKeyPayload(Payload):
    api_key: ApiKey | None


@strawberry.type(description="The result of a change of an account.")
class OperationPayload(Payload):
    operation: Operation | None


@strawberry.type(description="The result of a change of a cluster.")
class ClusterOperationPayload(Payload):
    cluster: Cluster | None = field(f"The cluster as last observed. {NEW}", resolver=subject(KnownCluster))
    operation: Operation | None
    plan: Plan | None = field(PLANNED)


@strawberry.type(description="The result of a change of a spend limit.")
class SpendLimitPayload(Payload):
    cluster: Cluster | None = field("The cluster as last observed.", resolver=subject(KnownCluster))
    operation: Operation | None
    plan: Plan | None = field(PLANNED)


@strawberry.type(description="The result of a change of an integration.")
class IntegrationPayload(Payload):
    integration: Integration | None = field(
        f"The integration as last observed. {NEW}", resolver=subject(KnownIntegration)
    )
    operation: Operation | None
    plan: Plan | None = field(PLANNED)


@strawberry.type(description="The result of deleting an integration.")
class DeleteIntegrationPayload(Payload):
    deleted_id: strawberry.ID | None = field(
        "The ID of the integration, after the provider accepted the request.", resolver=deleted_id
    )
    operation: Operation | None
    plan: Plan | None = field(PLANNED)


@strawberry.type(description="The result of a change of a node.")
class ClusterNodePayload(Payload):
    node: ClusterNode | None = field("The node as last observed.", resolver=subject(NodeRecord))
    operation: Operation | None
    plan: Plan | None = field(PLANNED)


@strawberry.type(description="The result of applying a plan.")
class ApplyPlanPayload(Payload):
    operation: Operation | None


@strawberry.type(description="The result of cancelling an operation.")
class CancelOperationPayload(Payload):
    operation: Operation | None


@strawberry.type(description="The result of creating a webhook.")
class CreateWebhookPayload(Payload):
    webhook: Webhook | None
    secret: str | None = field("What its messages are signed with. It is shown only here.")


@strawberry.type(description="The result of a change of a webhook.")
class WebhookPayload(Payload):
    webhook: Webhook | None


@strawberry.type(description="The result of testing a webhook.")
class TestWebhookPayload(Payload):
    webhook: Webhook | None
    is_delivered: bool | None = field("Whether the message arrived. Null if none was sent.")
    failure: str | None = field("Why it did not arrive.")


@strawberry.type(description="The result of deleting a webhook.")
class DeleteWebhookPayload(Payload):
    deleted_id: strawberry.ID | None = field(
        "The ID of the webhook that is gone.", resolver=deleted_webhook_id
    )
