"""An operation is one change: an intent before anything is sent, and then its progress until it ends."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import Field, SerializeAsAny, ValidationInfo, field_validator

from fleet.model.change import CHANGES, Change, OperationKind, UnknownChange
from fleet.model.failure import Failure, FailureKind
from fleet.model.record import Instant, Record, made_once
from fleet.model.spec import Difference
from fleet.model.stored import UNREAD
from fleet.model.warning import ProviderWarning

KEPT = timedelta(days=30)
"""How long an operation is kept after it was asked for."""


class OperationState(StrEnum):
    """RUNNING: not sent yet, or accepted by the provider. UNCONFIRMED: sent without an answer, so that observations
    have to show whether it was accepted. UNKNOWN: a state that another version stored.
    """

    RUNNING = "RUNNING"
    UNCONFIRMED = "UNCONFIRMED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    TIMED_OUT = "TIMED_OUT"
    UNKNOWN = "UNKNOWN"


FINAL = frozenset({OperationState.SUCCEEDED, OperationState.FAILED, OperationState.TIMED_OUT})


class TargetKind(StrEnum):
    ACCOUNT = "account"
    CLUSTER = "cluster"
    INTEGRATION = "integration"
    NODE = "node"


class Target(Record):
    """What is changed; `key` names it within its account."""

    kind: TargetKind
    key: str


class Before(Record):
    """What there was when a request was sent. `keys` are the clusters that already had the name of a creation.
    `revision` (before the first request) and `deployment` are those of the target, as in `Cluster`. `look` is a digest
    of each member that was asked for (before the first request), by its name. `was_shown` tells that the target looked
    as it was asked to already, as far as a provider shows it: then its look says nothing of the request.
    """

    keys: tuple[str, ...] = ()
    revision: str | None = None
    deployment: str | None = None
    look: Annotated[Mapping[str, str], Field(exclude_if=lambda look: not look)] = {}
    was_shown: Annotated[bool, Field(exclude_if=lambda value: not value)] = False


class Step(StrEnum):
    """One request to the provider. CHANGE is the request of the verb; DEPLOY applies what was registered."""

    CHANGE = "change"
    DEPLOY = "deploy"


class Operation(Record):
    """`id` sorts by time within its account.

    `steps` are what is still to be sent or to be confirmed, in order. `sent_at` is when the first byte of the first of
    them may have gone out, null before; `is_waiting` while the provider is busy with the target; `answered_at` is when
    the provider last took one. `before` is what was there when the latest request went out, `candidates` are the things
    that may be what it made. `has_begun` is set once an observation showed that the provider set something going since;
    `starts_deployment` tells that it has to. `differences` are what the end showed otherwise than it was asked for,
    `warnings` what the provider warned of when it took the latest request.
    `absent_observations` counts the complete observations that showed no trace of what was sent. `locks` are held while
    it is open. `version` counts the writes.
    """

    id: str
    account_id: str
    provider: str
    kind: OperationKind
    change: SerializeAsAny[Change]
    state: OperationState = OperationState.RUNNING
    target: Target | None
    target_name: str
    requested_by: str
    requested_by_id: str | None = None
    requested_at: Instant
    deadline: Instant
    expected_revision: str | None = None
    steps: tuple[Step, ...] = (Step.CHANGE,)
    sent_at: Instant | None = None
    answered_at: Instant | None = None
    finished_at: Instant | None = None
    failure: Failure | None = None
    is_waiting: bool = False
    before: Before = made_once(Before)
    starts_deployment: bool = False
    has_begun: bool = False
    differences: tuple[Difference, ...] = ()
    warnings: Annotated[tuple[ProviderWarning, ...], Field(exclude_if=lambda warnings: not warnings)] = ()
    candidates: tuple[str, ...] = ()
    absent_observations: int = 0
    locks: tuple[str, ...] = ()
    version: int = 0
    is_understood: bool = Field(default=True, exclude=True)
    """False where another version stored what this one cannot read whole: then nothing is sent, nor concluded."""

    @property
    def is_final(self) -> bool:
        return self.state in FINAL

    @property
    def can_be_cancelled(self) -> bool:
        """Whether it waits for the provider and nothing was sent for it. No provider takes back what it has taken."""
        return self.is_waiting and self.is_unsent and not self.is_final

    @property
    def is_unsent(self) -> bool:
        """Whether nothing has been sent for it."""
        return self.sent_at is None and self.answered_at is None

    @field_validator("change", mode="before")
    @classmethod
    def _read_change(cls, value: object, info: ValidationInfo) -> object:
        if isinstance(value, Change) or "kind" not in info.data:
            return value
        kind = info.data["kind"]
        record = UnknownChange if value == UNREAD else CHANGES.get(kind, UnknownChange)
        return record.model_validate(value, context=info.context)

    # ------------------------------------------------------------------------------------------- how it goes on

    def waiting(self) -> "Operation":
        """The provider is busy with the target; the change waits."""
        return self._with(is_waiting=True)

    def sending(
        self, now: datetime, before: Before | None = None, change: Change | None = None
    ) -> "Operation":
        """The request goes out now, with `change` where that had to be worked out. From here on the provider may have
        accepted it, even if this process dies. Of several requests the first found the revision and the look that the
        change replaces: what was registered by then is no earlier state.
        """
        before = Before() if before is None else before
        if self.answered_at is not None and self.before.revision is not None:
            before = before.model_copy(update={"revision": self.before.revision, "look": self.before.look})
        return self._with(
            change=change or self.change,
            state=OperationState.UNCONFIRMED,
            sent_at=now,
            is_waiting=False,
            before=before,
            has_begun=False,
            failure=None,
            absent_observations=0,
        )

    def not_sent(self) -> "Operation":
        """The announced request was not sent."""
        return self._with(state=OperationState.RUNNING, sent_at=None)

    def answered(
        self, now: datetime, target: Target | None = None, warnings: tuple[ProviderWarning, ...] = ()
    ) -> "Operation":
        """The provider accepted the first of `steps`."""
        return self._with(
            state=OperationState.RUNNING,
            steps=self.steps[1:],
            sent_at=None,
            answered_at=now,
            target=target or self.target,
            warnings=warnings or self.warnings,
            failure=None,
            candidates=(),
            absent_observations=0,
        )

    def unanswered(self, failure: Failure) -> "Operation":
        """No answer tells whether the provider accepted it."""
        return self._with(failure=failure)

    def ambiguous(self, candidates: tuple[str, ...], absent_observations: int) -> "Operation":
        return self._with(candidates=candidates, absent_observations=absent_observations)

    def begun(self) -> "Operation":
        """An observation showed that the provider began to work on it."""
        return self._with(has_begun=True)

    def succeeded(self, now: datetime, differences: tuple[Difference, ...] = ()) -> "Operation":
        return self._with(
            state=OperationState.SUCCEEDED,
            finished_at=now,
            failure=None,
            steps=(),
            differences=differences,
        )

    def failed(self, failure: Failure) -> "Operation":
        return self._with(state=OperationState.FAILED, finished_at=failure.occurred_at, failure=failure)

    def cancelled(self, now: datetime, by: str) -> "Operation":
        message = f"{by} cancelled it before anything was sent."
        return self.failed(Failure(kind=FailureKind.REJECTED, message=message, occurred_at=now))

    def timed_out(self, now: datetime, differences: tuple[Difference, ...] = ()) -> "Operation":
        if not self.is_understood:
            message = (
                "Another version of Fleetgraph began it and knows more; what became of it is not known here."
            )
        elif self.state is OperationState.UNCONFIRMED:
            message = "Whether the provider took the request could not be found out in time; look before asking again."
        elif self.is_unsent:
            message = "It could not be sent in time; nothing was changed."
        elif self.has_begun:
            message = (
                "The provider took the request and has not shown its end in time; it may still come to it."
            )
        else:
            message = (
                "The provider answered that it took the request, and has shown nothing of the change since."
            )
        failure = Failure(kind=FailureKind.TIMEOUT, message=message, occurred_at=now)
        return self._with(
            state=OperationState.TIMED_OUT, finished_at=now, failure=failure, differences=differences
        )

    def abandoned(self, now: datetime) -> "Operation":
        message = "The account was disconnected before the end of this was seen."
        failure = Failure(kind=FailureKind.TIMEOUT, message=message, occurred_at=now)
        return self._with(state=OperationState.TIMED_OUT, finished_at=now, failure=failure)

    def _with(self, **changes: object) -> "Operation":
        return self.model_copy(update=changes)


def new_operation_id(now: datetime) -> str:
    """An id that sorts by time. Its random end makes it unique."""
    return f"{int(now.timestamp() * 1_000_000):016x}{secrets.token_hex(5)}"


def poll_after_seconds(operation: Operation, now: datetime) -> int | None:
    """After how many seconds to ask again: soon at first, later for what takes long. Null when it is final."""
    if operation.is_final:
        return None
    return min(60, max(2, int((now - operation.requested_at).total_seconds()) // 10))
