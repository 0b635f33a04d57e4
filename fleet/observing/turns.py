"""Which collections an observation asks for, and what an answer or a failure means for those that come after.

What is wrong with one collection costs that collection. A provider is down when its clusters cannot be had; when
anything else of it is, the rest may still answer.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import cache

from fleet.accounts.organization import AnotherOrganization
from fleet.model.account import NEVER_OBSERVED, Account, AccountState, Collection, CollectionState
from fleet.model.asked import Part, with_part
from fleet.model.failure import (
    Failure,
    FailureKind,
    ProviderError,
    RateLimited,
    TimedOut,
    Unauthenticated,
    Unavailable,
)
from fleet.model.rate_limit import Budget
from fleet.model.tracking import TrackedCluster
from fleet.observing.budget_pace import paced
from fleet.observing.collections import COLLECT, PROTOCOL_OF
from fleet.observing.collections.context import Collected
from fleet.observing.failures import fail, is_refused, lack
from fleet.observing.schedule import Pace, is_due, succeed
from fleet.ports.adapter import Adapter
from fleet.ports.clock import Clock
from fleet.providers import PROVIDERS
from fleet.rate_limits.budget import believed


class Turns:
    """The collections of one observation, each with the state that it has by now.

    `is_token_accepted` is what the clusters' own list said of the token, last time or this time.
    """

    def __init__(
        self, account: Account, before: AccountState, adapter: Adapter, pace: Pace, clock: Clock
    ) -> None:
        self._account = account
        self._before = before
        self._pace = pace
        self._clock = clock
        self._rate = PROVIDERS[account.provider].rate_limit
        self._supported = [one for one in COLLECT if _is_supported(one, adapter)]
        self._states = {one: state for one, state in before.collections.items() if one in self._supported}
        self._whole: list[Collection] = []
        self._dry_until: datetime | None = None
        self._is_stopped = False
        self._stopped_until: datetime | None = None
        failure = before.of(Collection.CLUSTERS).failure
        is_untried = failure is not None and failure.occurred_at < account.token_replaced_at
        self.is_token_accepted = None if is_untried else before.is_token_accepted

    def due(self, wanted: Iterable[Collection], *, is_asked_for: bool) -> list[Collection]:
        """In the order of `COLLECT`. `wanted` are those that open changes wait for."""
        now, wanted = self._clock.now(), frozenset(wanted)
        wants_clusters = is_asked_for or self._has_new_token()
        return [
            collection
            for collection in self._supported
            if is_due(collection, self._before, self._pace, now)
            or collection in wanted
            or (collection is Collection.CLUSTERS and wants_clusters)
        ]

    def _has_new_token(self) -> bool:
        """Whether the clusters were asked for last with a token that has been replaced since."""
        failure = self._before.of(Collection.CLUSTERS).failure
        return failure is not None and failure.occurred_at <= self._account.token_replaced_at

    def comes_to(self, collection: Collection, *, is_time_up: bool) -> bool:
        """Whether the collection is asked for now. If the budget, the provider or the time says no, it is put off."""
        if self._dry_until is not None:
            self._hold_back(collection, self._dry_until)
        elif self._is_stopped:
            self._postpone(collection, self._stopped_until)
        elif collection is not Collection.CLUSTERS and is_time_up:
            self._postpone(collection, self._clock.now())
        else:
            return True
        return False

    def answered(self, collection: Collection, collected: Collected, requests: int) -> None:
        """`requests` were sent for it."""
        old = self._before.of(collection)
        state = self._state_of_answer(collection, old, collected, requests)
        if not collected.is_answered:
            state = state.model_copy(update={"observed_at": old.observed_at, "requests": old.requests})
        rest_at = believed(collected.rest_at, self._rate, self._clock.now())
        if rest_at is not None:
            # The rest goes on where this ended.
            state = state.model_copy(update={"next_attempt_at": rest_at, "requests": old.requests})
            if collected.is_dry:
                state = state.model_copy(update={"budget_until": rest_at})
                self._dry_until = rest_at
            else:
                self._stop(rest_at)
        else:
            self._whole.append(collection)
        self._states[collection] = state
        if collection is Collection.CLUSTERS:
            self.is_token_accepted = True

    def failed(self, collection: Collection, error: ProviderError) -> None:
        failure, now = error.to_failure(self._clock.now()), self._clock.now()
        failure = failure.model_copy(update={"retry_at": believed(failure.retry_at, self._rate, now)})
        state = self._back_off(collection, failure, now)
        is_clusters = collection is Collection.CLUSTERS
        if (
            is_clusters
            and isinstance(error, Unauthenticated)
            and is_refused(self._before.of(collection), state, self._account.token_replaced_at)
        ):
            self.is_token_accepted = False
        if isinstance(error, RateLimited) or (
            is_clusters and isinstance(error, Unauthenticated | Unavailable | AnotherOrganization)
        ):
            self._stop(failure.retry_at or state.next_attempt_at)

    def cut_off(self, collection: Collection, after_seconds: int) -> None:
        """This observation's time is up, not that of the next."""
        message = f"The provider did not answer within the {after_seconds} seconds of an observation."
        now = self._clock.now()
        state = self._back_off(collection, TimedOut(message).to_failure(now), now)
        self._stop(state.next_attempt_at if collection is Collection.CLUSTERS else now)

    def ran_dry(self, collection: Collection, until: datetime) -> None:
        """Whatever has to end for the budget, the clusters come first: nothing that follows has more of it."""
        self._dry_until = until
        self._hold_back(collection, until)

    def states(self, clusters: Iterable[TrackedCluster], budget: Budget) -> dict[Collection, CollectionState]:
        """How every collection stands in the end, and when it is due again, at the pace that the budget allows."""
        return paced(
            self._states,
            self._whole,
            clusters,
            budget,
            self._rate,
            self._pace,
            self._clock.now(),
            self._before.collections,
        )

    def _state_of_answer(
        self, collection: Collection, old: CollectionState, collected: Collected, requests: int
    ) -> CollectionState:
        now = self._clock.now()
        state = succeed(collection, self._pace, now, requests)
        parts = _parts(old, collected, now)
        state = state.model_copy(
            update={
                "resume_after": collected.resume_after,
                "parts": parts,
                "whole_at": (old.whole_at if old.parts else old.observed_at) if parts else None,
            }
        )
        if collected.problem is None:
            return state
        failure = Failure(
            kind=FailureKind.UNEXPECTED_RESPONSE,
            message=collected.problem,
            occurred_at=now,
            is_retryable=True,
        )
        return lack(old, state, failure, collection, self._pace, now)

    def _back_off(self, collection: Collection, failure: Failure, now: datetime) -> CollectionState:
        state = fail(self._before.of(collection), failure, collection, self._pace, now)
        self._states[collection] = state
        return state

    def _stop(self, until: datetime | None) -> None:
        self._is_stopped, self._stopped_until = True, until

    def _hold_back(self, collection: Collection, until: datetime) -> None:
        self._put_off(collection, {"next_attempt_at": until, "budget_until": until})

    def _postpone(self, collection: Collection, at: datetime | None) -> None:
        self._put_off(collection, {"next_attempt_at": at})

    def _put_off(self, collection: Collection, update: dict[str, datetime | None]) -> None:
        state = self._states.get(collection, NEVER_OBSERVED)
        self._states[collection] = state.model_copy(update=update)


def _parts(old: CollectionState, collected: Collected, now: datetime) -> tuple[Part, ...]:
    """None where all was asked."""
    if collected.resume_after is None:
        return ()
    if collected.resume_after == old.resume_after or not collected.is_answered:
        return old.parts
    return with_part(old.parts, Part(after=old.resume_after or "", until=collected.resume_after, at=now))


def _is_supported(collection: Collection, adapter: Adapter) -> bool:
    return collection not in PROTOCOL_OF or _has_methods(type(adapter), PROTOCOL_OF[collection])


@cache
def _has_methods(kind: type[Adapter], protocol: type) -> bool:
    """Every observation asks ten times, and Python takes 0.1 ms for each."""
    return issubclass(kind, protocol)
