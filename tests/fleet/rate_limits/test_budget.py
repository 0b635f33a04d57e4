from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.model.rate_limit import Budget, RateFacts, RateLimit, RateScope, Share
from fleet.rate_limits.budget import budget_status, grant, learn, polling_requests, reserved, seconds_between
from tests.fleet.things import NOON

POLLING, INTERACTIVE = Share.POLLING, Share.INTERACTIVE
MINUTE = timedelta(seconds=60)


def limit(requests: int | None, window_seconds: int = 60) -> RateLimit:
    return RateLimit(requests=requests, window_seconds=window_seconds, scope=RateScope.TOKEN)


TEN = limit(10)


def spend(share: Share, requests: int, rate: RateLimit = TEN, budget: Budget | None = None) -> Budget:
    granted = grant(budget or Budget(), rate, share, requests, NOON)
    assert granted.granted == requests
    return granted.budget


ASKS = st.lists(
    st.tuples(st.integers(0, 2_000), st.sampled_from(Share), st.integers(1, 80)), min_size=1, max_size=60
)
"""How much later than the one before, in thousandths of a window; of which share; how many."""


@given(requests=st.integers(1, 60), window_seconds=st.sampled_from([1, 7, 60, 3600]), asks=ASKS)
def test_no_window_wherever_it_begins_holds_more_than_a_share_or_the_limit(
    requests: int, window_seconds: int, asks: list[tuple[int, Share, int]]
) -> None:
    rate, budget, now = limit(requests, window_seconds), Budget(), NOON
    sent: list[tuple[int, Share, int]] = []
    millis = 0
    for later, share, wanted in asks:
        millis += later * window_seconds
        now = NOON + timedelta(milliseconds=millis)
        granted = grant(budget, rate, share, wanted, now)
        assert 0 <= granted.granted <= wanted
        budget = granted.budget
        sent.append((millis, share, granted.granted))
    caps = {POLLING: polling_requests(rate), INTERACTIVE: reserved(rate)}
    for end, _, _ in sent:
        window = [one for one in sent if end - window_seconds * 1000 <= one[0] <= end]
        assert sum(count for _, _, count in window) <= requests
        for share, cap in caps.items():
            assert cap is not None
            assert sum(count for _, of, count in window if of is share) <= cap


@given(requests=st.integers(2, 60), asks=ASKS)
def test_a_refusal_says_exactly_when_the_next_request_may_go_out(
    requests: int, asks: list[tuple[int, Share, int]]
) -> None:
    rate, budget, now = limit(requests), Budget(), NOON
    for later, share, wanted in asks:
        now += timedelta(milliseconds=later * 60)
        granted = grant(budget, rate, share, wanted, now)
        budget = granted.budget
        if granted.granted == 0:
            assert granted.retry_at is not None
            assert now < granted.retry_at <= now + MINUTE * 21 / 20
            before = granted.retry_at - timedelta(microseconds=1)
            assert grant(budget, rate, share, 1, before).granted == 0
            assert grant(budget, rate, share, 1, granted.retry_at).granted == 1


@given(
    requests=st.integers(2, 60),
    remaining=st.integers(0, 100),
    told_limit=st.none() | st.integers(1, 200),
    asks=ASKS,
)
def test_no_more_is_granted_than_a_provider_says_remains(
    requests: int, remaining: int, told_limit: int | None, asks: list[tuple[int, Share, int]]
) -> None:
    rate, budget = limit(requests), Budget()
    for _, share, wanted in asks[:5]:
        budget = grant(budget, rate, share, wanted, NOON).budget
    facts = RateFacts(limit=told_limit, remaining=remaining, resets_at=NOON + MINUTE)
    budget = learn(budget, rate, facts, NOON)
    total = 0
    for _, share, wanted in asks:
        granted = grant(budget, rate, share, wanted, NOON)
        budget, total = granted.budget, total + granted.granted
    assert total <= remaining


@pytest.mark.parametrize(
    ("requests", "kept", "polled"), [(10, 2, 8), (1000, 200, 800), (2, 1, 1), (4, 1, 3), (None, 0, None)]
)
def test_a_fifth_is_kept_for_people_and_never_less_than_one(
    requests: int | None, kept: int, polled: int | None
) -> None:
    assert (reserved(limit(requests)), polling_requests(limit(requests))) == (kept, polled)


def test_polling_never_touches_what_is_kept_for_people() -> None:
    polled = grant(Budget(), TEN, POLLING, 100, NOON)
    assert polled.granted == 8
    assert grant(polled.budget, TEN, POLLING, 1, NOON).granted == 0
    assert grant(polled.budget, TEN, INTERACTIVE, 100, NOON).granted == 2


def test_people_cannot_use_up_what_polling_needs() -> None:
    asked = grant(Budget(), TEN, INTERACTIVE, 100, NOON)
    assert asked.granted == 2
    assert grant(asked.budget, TEN, POLLING, 100, NOON).granted == 8


@pytest.mark.parametrize("seconds", [0, 1, 2.999])
def test_requests_are_back_a_window_later_or_a_twentieth_of_one_after_that(seconds: float) -> None:
    asked_at = NOON + timedelta(seconds=seconds)
    used_up = grant(Budget(), TEN, POLLING, 8, asked_at).budget
    assert grant(used_up, TEN, POLLING, 1, asked_at).retry_at == NOON + MINUTE * 21 / 20


def test_requests_of_others_are_learned_from_what_remains() -> None:
    budget = learn(spend(POLLING, 3), TEN, RateFacts(limit=10, remaining=2), NOON)
    assert budget.foreign_requests == 5
    assert grant(budget, TEN, POLLING, 100, NOON).granted == 2


def test_what_we_sent_ourselves_is_not_taken_for_somebody_elses() -> None:
    assert learn(spend(POLLING, 3), TEN, RateFacts(limit=10, remaining=7), NOON).foreign_requests == 0


def test_a_provider_that_allows_less_than_its_data_sheet_is_heeded() -> None:
    budget = learn(Budget(), TEN, RateFacts(limit=5, remaining=5), NOON)
    assert grant(budget, TEN, POLLING, 100, NOON).granted == 5


def test_a_provider_that_allows_more_than_its_data_sheet_changes_nothing() -> None:
    budget = learn(Budget(), TEN, RateFacts(limit=1000, remaining=1000), NOON)
    assert grant(budget, TEN, POLLING, 100, NOON).granted == 8


def test_requests_of_others_are_forgotten_when_the_provider_begins_anew() -> None:
    resets_at = NOON + timedelta(seconds=20)
    budget = learn(Budget(), TEN, RateFacts(remaining=0, resets_at=resets_at), NOON)
    refused = grant(budget, TEN, POLLING, 1, NOON)
    assert (refused.granted, refused.retry_at) == (0, resets_at)
    assert grant(budget, TEN, POLLING, 100, resets_at).granted == 8


def test_requests_of_others_count_for_a_window_where_no_reset_is_told() -> None:
    budget = learn(Budget(), TEN, RateFacts(remaining=0), NOON)
    assert budget.foreign_until == NOON + MINUTE


@pytest.mark.parametrize("rate", [TEN, limit(None)])
def test_a_refusal_blocks_both_shares_until_its_time(rate: RateLimit) -> None:
    retry_at = NOON + timedelta(minutes=5)
    budget = learn(Budget(), rate, RateFacts(retry_at=retry_at), NOON)
    for share in Share:
        refused = grant(budget, rate, share, 1, retry_at - timedelta(seconds=1))
        assert (refused.granted, refused.retry_at) == (0, retry_at)
        assert grant(budget, rate, share, 1, retry_at).granted == 1


def test_a_shorter_refusal_does_not_lift_a_longer_one() -> None:
    budget = learn(Budget(), TEN, RateFacts(retry_at=NOON + timedelta(minutes=5)), NOON)
    budget = learn(budget, TEN, RateFacts(retry_at=NOON + timedelta(minutes=1)), NOON)
    assert budget.blocked_until == NOON + timedelta(minutes=5)


def test_a_refusal_of_the_past_blocks_nothing() -> None:
    assert learn(Budget(), TEN, RateFacts(retry_at=NOON), NOON).blocked_until is None


def test_a_limit_that_nobody_knows_grants_everything_and_counts_nothing() -> None:
    granted = grant(Budget(), limit(None), POLLING, 5000, NOON)
    assert (granted.granted, granted.budget) == (5000, Budget())
    assert budget_status(Budget(), limit(None), NOON) is None
    assert seconds_between(5000, limit(None)) == 0


def test_a_standing_counts_ours_and_others_and_says_when_all_is_back() -> None:
    budget = learn(spend(POLLING, 3), TEN, RateFacts(remaining=2, resets_at=NOON + 3 * MINUTE), NOON)
    shown = budget_status(budget, TEN, NOON)
    assert shown is not None
    assert (shown.limit, shown.remaining, shown.reserved) == (10, 2, 2)
    assert shown.resets_at == NOON + 3 * MINUTE


def test_a_standing_has_nothing_left_while_the_provider_refuses() -> None:
    shown = budget_status(learn(Budget(), TEN, RateFacts(retry_at=NOON + MINUTE), NOON), TEN, NOON)
    assert shown is not None
    assert (shown.remaining, shown.resets_at) == (0, NOON + MINUTE)


def test_an_unused_budget_has_nothing_to_reset() -> None:
    shown = budget_status(Budget(), TEN, NOON)
    assert shown is not None
    assert (shown.remaining, shown.resets_at) == (10, None)


@pytest.mark.parametrize(("requests", "seconds"), [(1, 8), (8, 60), (9, 68), (16, 120)])
def test_looks_are_spaced_so_that_they_fit_the_polling_share(requests: int, seconds: int) -> None:
    assert seconds_between(requests, TEN) == seconds
