"""User errors: one type for each `Refused` of the domain."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import strawberry

from fleet.model import refusal
from fleet.model.caller import Scope
from fleet.model.capability import Capability
from fleet.model.operation import Operation as KnownOperation
from fleet.model.operation import OperationState
from fleet.model.refusal import Failing, Refused, SeveralRefusals
from fleet.reading import pages
from gateway.context import Info
from gateway.inputs.conversion import locate
from gateway.relay.connections import After, First
from gateway.types.cluster_connection import ClusterConnection, ClusterPage, list_clusters
from gateway.types.freshness import ProviderFailure
from gateway.types.operation import Operation
from gateway.types.records import ShownRefusal, field, serves
from gateway.types.scalars import Revision


def user_errors(
    refused: Refused, arguments: Mapping[str, Any], words: Mapping[str, str]
) -> list[ShownRefusal]:
    """One record for each refusal. `words` as in `locate`."""
    return [ShownRefusal(refused=one, path=locate(one.path, arguments, words)) for one in _each(refused)]


def failure_errors(operation: KnownOperation) -> list[ShownRefusal]:
    """A refusal by a provider. It ends the operation, which shows it. What was cancelled, no provider refused."""
    if operation.state is not OperationState.FAILED or operation.failure is None or operation.is_unsent:
        return []
    return [ShownRefusal(refused=Failing(operation.failure), path=())]


def _each(refused: Refused) -> Iterator[Refused]:
    if isinstance(refused, SeveralRefusals):
        for one in refused.refusals:
            yield from _each(one)
    else:
        yield refused


def path(shown: strawberry.Parent[ShownRefusal]) -> Sequence[str]:
    return shown.path


async def used_by(
    shown: strawberry.Parent[ShownRefusal], info: Info, first: First = 10, after: After = strawberry.UNSET
) -> ClusterPage:
    refused = shown.refused
    assert isinstance(refused, refusal.InUse)
    account_id, external_id = refused.account_id, refused.integration_external_id
    where = pages.ClusterFilter(account_ids=frozenset({account_id}), integration_external_id=external_id)
    return await list_clusters(info, where, "usedBy", account_id, external_id, first=first, after=after)


@strawberry.interface(
    description="An error that the caller can act on. Faults of the gateway itself are in the answer's `errors` "
    "instead."
)
class UserError:
    message: str = field("A sentence for people.")
    path: list[str] = field(
        'The path of the invalid argument, e.g. ["input", "name"]. Empty when the error concerns the whole request.',
        resolver=path,
    )


@strawberry.type(description="The scopes of your key do not allow this.")
class ForbiddenError(UserError):
    is_type_of = serves(refusal.MissingScope)

    required_scope: Scope = field("The scope that the key needs.")


@strawberry.type(description="An argument is invalid. The message says what would be valid.")
class InvalidInputError(UserError):
    is_type_of = serves(refusal.InvalidInput)


@strawberry.type(description="It does not exist, or no longer exists.")
class NotFoundError(UserError):
    is_type_of = serves(refusal.NoSuchThing)


@strawberry.type(
    description="The object was changed since it was read, or exists already, or another operation on it is "
    "open. Read it again, then decide."
)
class ConflictError(UserError):
    is_type_of = serves(refusal.Conflicting)

    current_revision: Revision | None = field("The current revision, which `expectedRevision` has to match.")
    operation: Operation | None = field(
        "The operation that is open, or that the idempotency key was used for."
    )


@strawberry.type(description="The integration cannot be deleted, because clusters use it.")
class InUseError(UserError):
    is_type_of = serves(refusal.InUse)

    used_by: ClusterConnection = field("The clusters that use it, as last observed.", resolver=used_by)


@strawberry.type(description="The provider does not support this, or not for this object.")
class UnsupportedError(UserError):
    is_type_of = serves(refusal.Unsupported)

    capability: Capability | None = field(
        "The unsupported capability. Null when the provider supports it, but not with this plan, version or field."
    )


@strawberry.type(
    description="The provider refused the request or failed. `failure.retryAt` says when a retry may help, if "
    "the provider says so."
)
class ProviderFailedError(UserError):
    is_type_of = serves(refusal.Failing)

    failure: ProviderFailure


@strawberry.type(description="The part of the provider's rate limit that is reserved for people is used up.")
class BudgetExhaustedError(UserError):
    is_type_of = serves(refusal.BudgetUsedUp)

    retry_at: datetime


USER_ERRORS: Sequence[type[UserError]] = (
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    ConflictError,
    InUseError,
    UnsupportedError,
    ProviderFailedError,
    BudgetExhaustedError,
)
