"""Placeholders: the record for a row of which only the keys can be read.

A row that exists is never treated as missing. Its placeholder shows what the keys say, keeps what the row stored,
and is marked as unread, so that nothing is concluded from it.
"""

from datetime import UTC, datetime, timedelta

from fleet.model.account import Account
from fleet.model.change import OperationKind, UnknownChange
from fleet.model.cluster import Cluster, ClusterDetails, Engine, Phase
from fleet.model.envelope import Envelope
from fleet.model.failure import Failure, FailureKind
from fleet.model.money import NO_CURRENCY, Money, SpendLimitState, SpendLimitStatus
from fleet.model.operation import KEPT, Operation, OperationState
from fleet.model.stored import FROM_ANOTHER_VERSION
from fleet.model.tracking import TrackedCluster, Unread
from fleet.model.webhook import Webhook, WebhookForm, WebhookState
from infra.store.indexes import LISTING, sort_key
from infra.store.names import split
from infra.store.writes import Row, text

UNKNOWN = "unknown"
"""In place of a name."""

HELD = timedelta(days=1)
"""How long a change that does not read keeps others from its target: longer than any verb is waited for."""

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
"""Before the first row of any version: in place of a time."""
_NEVER = datetime(9999, 12, 31, tzinfo=UTC)


def operation_of_keys(account_id: str, operation_id: str, row: Row) -> Operation:
    """`row` is the operation's own, or a claim of it."""
    expires_at = row.get("expires_at")
    requested_at = None
    if isinstance(expires_at, int):
        requested_at = datetime.fromtimestamp(expires_at, UTC) - KEPT
    return Operation(
        id=operation_id,
        account_id=account_id,
        provider=UNKNOWN,
        kind=OperationKind.UNKNOWN,
        change=UnknownChange(),
        state=OperationState.UNKNOWN,
        target=None,
        target_name=UNKNOWN,
        requested_by=UNKNOWN,
        requested_at=requested_at or EPOCH,
        deadline=_NEVER if requested_at is None else requested_at + HELD,
        steps=(),
        is_understood=False,
    )


def account_of_keys(account_id: str, row: Row) -> Account:
    listed = split(text(row, sort_key(LISTING))) if sort_key(LISTING) in row else []
    provider, name = listed if len(listed) == 2 else (UNKNOWN, UNKNOWN)
    return Account(
        id=account_id, provider=provider, name=name, token_hint="", token_replaced_at=EPOCH, budget_key=""
    )


def cluster_of_keys(row: Row) -> TrackedCluster:
    """Known for long: the rules for young clusters do not hold for it."""
    (_, account_id), (_, key) = split(text(row, "pk")), split(text(row, "sk"))
    listed = split(text(row, sort_key(LISTING))) if sort_key(LISTING) in row else []
    external_id, _, incarnation = key.partition("@")
    name = listed[0] if listed else external_id
    failure = Failure(
        kind=FailureKind.UNEXPECTED_RESPONSE,
        message=FROM_ANOTHER_VERSION,
        occurred_at=EPOCH,
        is_retryable=True,
    )
    return TrackedCluster(
        item=Cluster(
            account_id=account_id,
            provider=UNKNOWN,
            external_id=external_id,
            incarnation=incarnation or None,
            name=name,
            display_name=name,
            engine=Engine.UNKNOWN,
            phase=Phase.UNKNOWN,
            provider_phase="",
            revision="",
            spend_limit=SpendLimitStatus(state=SpendLimitState.UNKNOWN, reason=FROM_ANOTHER_VERSION),
            details=ClusterDetails(),
        ),
        unread=Unread(failure=failure, read_at=EPOCH),
        since=EPOCH,
        first_observed_at=EPOCH,
        is_understood=False,
    )


def envelope_of_keys(row: Row) -> Envelope:
    """Of every account, so that nobody who is limited to some sees it."""
    return Envelope(
        name=split(text(row, "sk"))[1],
        money=Money(minor_units=0, currency=NO_CURRENCY),
        set_by=UNKNOWN,
        set_at=EPOCH,
        is_understood=False,
    )


def webhook_of_keys(row: Row) -> Webhook:
    """It wants nothing."""
    listed = split(text(row, sort_key(LISTING))) if sort_key(LISTING) in row else []
    return Webhook(
        id=split(text(row, "pk"))[1],
        name=listed[0] if listed else UNKNOWN,
        form=WebhookForm.UNKNOWN,
        origin="",
        kinds=frozenset(),
        created_at=EPOCH,
        created_by=UNKNOWN,
        is_understood=False,
    )


def webhook_state_of_keys() -> WebhookState:
    return WebhookState(cursor="", failure=FROM_ANOTHER_VERSION)
