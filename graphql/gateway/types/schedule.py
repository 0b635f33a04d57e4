"""When an account is observed next, and the reason for that time."""

from datetime import datetime
from typing import Annotated

import strawberry

from fleet.model.account import Collection, TrackedAccount
from fleet.model.freshness import freshness_of
from gateway.context import Info
from gateway.relay import ids
from gateway.types.account import Account
from gateway.types.records import field

Of = Annotated[strawberry.ID, strawberry.argument(description="The global ID of the account.")]

strawberry.enum(
    Collection,
    name="ObservedCollection",
    description="What is observed of an account, each at its own pace.",
)


@strawberry.type(description="When one collection of an account is observed next, and why.")
class CollectionSchedule:
    collection: Collection
    observed_at: datetime | None = field("When it was last observed. Null until the provider's first answer.")
    next_attempt_at: datetime | None = field(
        "When it is observed next. Null while the provider refuses the token: it must be replaced first."
    )
    interval_seconds: int | None = field(
        "The time from the last answer to the next attempt. Null where either is unknown."
    )
    requests: int = field("The number of requests that its last complete observation took.")
    reason: str = field("The reason for that time, as a sentence.")


@strawberry.type(description="What is observed of an account next, when, why then, and from which budget.")
class ScheduleExplanation:
    account: Account
    next_observation_at: datetime | None = field(
        "When the account is observed next. Null while the provider refuses the token: it must be replaced first."
    )
    collections: list[CollectionSchedule] = field("What is observed of it, the next first.")


async def explain_schedule(info: Info, account_id: Of) -> ScheduleExplanation | None:
    known = ids.account_id_of(account_id)
    tracked = None if known is None else await info.context.accounts.load(known)
    if tracked is None:
        return None
    now = info.context.now
    found = [_explain(tracked, one, now) for one in tracked.state.collections]
    return ScheduleExplanation(
        account=tracked,  # type: ignore[arg-type]
        next_observation_at=None if tracked.due_at is None else max(tracked.due_at, now),
        collections=sorted(
            found, key=lambda one: (one.next_attempt_at is None, one.next_attempt_at or now, one.collection)
        ),
    )


def _explain(tracked: TrackedAccount, collection: Collection, now: datetime) -> CollectionSchedule:
    shown, state = freshness_of(tracked, collection, now), tracked.state.of(collection)
    interval = None
    if shown.next_attempt_at is not None and shown.observed_at is not None:
        interval = int((shown.next_attempt_at - shown.observed_at).total_seconds())
    if shown.reason is not None:
        reason = f"Its usual pace is held down: {shown.reason}"
    elif interval is None:
        reason = "It was not observed yet."
    else:
        reason = "It is observed at its usual pace, as long as nothing changes."
    return CollectionSchedule(
        collection=collection,
        observed_at=shown.observed_at,
        next_attempt_at=shown.next_attempt_at,
        interval_seconds=interval,
        requests=state.requests,
        reason=reason if reason.endswith(".") else f"{reason}.",
    )
