"""The events that an observation adds to the activity feed, beside changes of phase."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from fleet.model.account import Account, AccountState
from fleet.model.event import Event, EventKind, shorten
from fleet.model.money import SpendLimitState, SpendLimitStatus
from fleet.model.tracking import TrackedCluster

MOST_EVENTS = 100
"""Of the clusters of one observation. When another version of ours reads all of them otherwise, that is no news."""


def cluster_events(
    before: Mapping[str, TrackedCluster], after: Iterable[TrackedCluster], account: Account, now: datetime
) -> list[Event]:
    """Changes of version, limit and revision of clusters that were known. A revision is reported where nothing that it
    covers is.
    """
    events: list[Event] = []
    for row in after:
        old = before.get(row.item.key)
        if old is None or row.is_tombstone:
            continue
        changed = list(_differences(old, row))
        events += [
            Event(
                kind=kind,
                account_id=account.id,
                account_name=account.name,
                provider=account.provider,
                cluster_key=row.item.key,
                cluster_name=row.item.name,
                occurred_at=now,
                before=was,
                after=is_now,
            )
            for kind, was, is_now in changed
        ]
        if len(events) > MOST_EVENTS:
            kept = events[:MOST_EVENTS]
            kept[-1] = kept[-1].model_copy(
                update={"message": "Further clusters of the account changed at the same time."}
            )
            return kept
    return events


def account_events(before: AccountState, after: AccountState, account: Account, now: datetime) -> list[Event]:
    """What cannot be observed from now on, and what can again."""
    events: list[tuple[EventKind, str]] = []
    for collection, state in after.collections.items():
        was_failing = before.of(collection).failing_since is not None
        if not was_failing and state.failing_since is not None and state.failure is not None:
            events.append(
                (
                    EventKind.ACCOUNT_FAILED,
                    f"{_named(collection)} cannot be observed: {state.failure.message}",
                )
            )
        elif was_failing and state.failing_since is None:
            events.append((EventKind.ACCOUNT_RECOVERED, f"{_named(collection)} are observed again."))
    return [
        Event(
            kind=kind,
            account_id=account.id,
            account_name=account.name,
            provider=account.provider,
            occurred_at=now,
            message=shorten(message),
        )
        for kind, message in events
    ]


def _named(collection: str) -> str:
    return collection.replace("_", " ").capitalize()


def _differences(
    old: TrackedCluster, new: TrackedCluster
) -> Iterable[tuple[EventKind, str | None, str | None]]:
    is_reported = False
    if old.item.version != new.item.version:
        is_reported = True
        yield EventKind.VERSION_CHANGED, old.item.version, new.item.version
    limits = _limit(old.item.spend_limit), _limit(new.item.spend_limit)
    if limits[0] != limits[1]:
        is_reported = True
        yield EventKind.LIMIT_CHANGED, *limits
    if old.item.revision != new.item.revision and not is_reported:
        yield EventKind.REVISION_CHANGED, old.item.revision, new.item.revision


def _limit(status: SpendLimitStatus) -> str:
    """A state of the contract, or an amount in words."""
    is_limited = status.state is SpendLimitState.LIMITED and status.limit is not None
    return str(status.limit) if is_limited else status.state
