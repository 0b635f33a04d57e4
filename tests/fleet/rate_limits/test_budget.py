from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.model.rate_limit import Budget, RateFacts, RateLimit, RateScope, RequestUse, Share
from fleet.rate_limits.budget import (
    LONGEST_BLOCK,
    budget_status,
    give_back,
    grant,
    learn,
    polling_rate,
    polling_requests,
    reserved,
)
from tests.fleet.things import NOON

POLLING, INTERACTIVE = Share.POLLING, Share.INTERACTIVE
MINUTE = timedelta(seconds=60)
COUNTED = MINUTE + timedelta(seconds=5 + 6)
"""A window, a slice of it, and for how long what was drawn may be sent."""


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
            assert now < granted.retry_at <= now + COUNTED
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
def test_requests_are_back_a_window_after_the_last_of_them_may_have_gone_out(seconds: float) -> None:
    asked_at = NOON + timedelta(seconds=seconds)
    used_up = grant(Budget(), TEN, POLLING, 8, asked_at).budget
    assert grant(used_up, TEN, POLLING, 1, asked_at).retry_at == NOON + COUNTED


def test_requests_of_others_are_learned_from_what_remains() -> None:
    budget = learn(spend(POLLING, 3), TEN, RateFacts(limit=10, remaining=2), NOON)
    assert budget.foreign_requests == 5
    assert grant(budget, TEN, POLLING, 100, NOON).granted == 0, "the two that are left are people's"
    assert grant(budget, TEN, INTERACTIVE, 100, NOON).granted == 2


def test_what_we_sent_ourselves_is_not_taken_for_somebody_elses() -> None:
    assert learn(spend(POLLING, 3), TEN, RateFacts(limit=10, remaining=7), NOON).foreign_requests == 0


def test_what_we_sent_in_the_slice_in_which_the_provider_began_its_window_is_ours_too() -> None:
    began_at = NOON + timedelta(seconds=7)
    budget = grant(Budget(), TEN, POLLING, 3, began_at).budget
    facts = RateFacts(limit=10, remaining=7, resets_at=began_at + MINUTE)
    assert learn(budget, TEN, facts, began_at).foreign_requests == 0
    assert learn(budget, TEN, facts.model_copy(update={"remaining": 5}), began_at).foreign_requests == 2


def test_a_provider_that_allows_less_than_its_data_sheet_is_heeded() -> None:
    budget = learn(Budget(), TEN, RateFacts(limit=5, remaining=5), NOON)
    assert grant(budget, TEN, POLLING, 100, NOON).granted == 4, "a fifth of the five is people's"


def test_a_provider_that_allows_more_than_its_data_sheet_is_believed_within_reason() -> None:
    budget = learn(Budget(), TEN, RateFacts(limit=20, remaining=20), NOON)
    assert grant(budget, TEN, POLLING, 100, NOON).granted == 16
    absurd = learn(Budget(), TEN, RateFacts(limit=10**9, remaining=10**9), NOON)
    assert grant(absurd, TEN, POLLING, 1000, NOON).granted == 80
    assert grant(budget, TEN, POLLING, 100, NOON + 3 * MINUTE).granted == 8, "it has not said so for a while"


def test_requests_of_others_are_forgotten_when_the_provider_begins_anew() -> None:
    resets_at = NOON + timedelta(seconds=20)
    budget = learn(Budget(), TEN, RateFacts(remaining=0, resets_at=resets_at), NOON)
    refused = grant(budget, TEN, POLLING, 1, NOON)
    assert (refused.granted, refused.retry_at) == (0, resets_at)
    assert grant(budget, TEN, POLLING, 100, resets_at).granted == 8


def test_requests_of_others_count_for_a_window_where_no_reset_is_stated() -> None:
    budget = learn(Budget(), TEN, RateFacts(remaining=0), NOON)
    assert budget.foreign_until == NOON + MINUTE


@pytest.mark.parametrize("rate", [TEN, limit(None)])
def test_a_refusal_blocks_both_shares_until_its_time_but_for_one_try_of_a_person(rate: RateLimit) -> None:
    retry_at = NOON + timedelta(minutes=5)
    budget = learn(Budget(), rate, RateFacts(retry_at=retry_at, is_refused=True), NOON)
    tried = grant(budget, rate, INTERACTIVE, 3, NOON)
    assert tried.granted == 1
    again = learn(tried.budget, rate, RateFacts(retry_at=retry_at, is_refused=True, is_try=True), NOON)
    for share in Share:
        refused = grant(again, rate, share, 1, retry_at - timedelta(seconds=1))
        assert (refused.granted, refused.retry_at) == (0, retry_at)
        assert grant(again, rate, share, 1, retry_at).granted == 1


def test_a_try_that_is_answered_lifts_a_refusal() -> None:
    budget = learn(Budget(), TEN, RateFacts(retry_at=NOON + MINUTE, is_refused=True), NOON)
    budget = grant(budget, TEN, INTERACTIVE, 1, NOON).budget
    assert grant(budget, TEN, POLLING, 1, NOON).granted == 0
    budget = learn(budget, TEN, RateFacts(is_try=True), NOON)
    assert grant(budget, TEN, POLLING, 1, NOON).granted == 1


@pytest.mark.parametrize("seconds", [1e9, 1e6])
def test_an_absurd_refusal_is_believed_for_an_hour(seconds: float) -> None:
    budget = learn(Budget(), TEN, RateFacts(retry_at=NOON + timedelta(seconds=seconds)), NOON)
    assert budget.blocked_until == NOON + LONGEST_BLOCK == NOON + timedelta(hours=1)


def test_a_refusal_that_does_not_say_how_long_counts_for_a_moment() -> None:
    budget = learn(Budget(), TEN, RateFacts(is_refused=True), NOON)
    assert budget.blocked_until == NOON + timedelta(seconds=5)


HOURLY = limit(1000, 3600)


def test_what_was_not_sent_is_given_back() -> None:
    drawn = grant(Budget(), HOURLY, POLLING, 10, NOON)
    assert drawn.draw is not None
    budget = give_back(drawn.budget, [drawn.draw.spent.model_copy(update={"requests": 9})])
    assert [one.requests for one in budget.spent] == [1]
    assert give_back(budget, [drawn.draw.spent]).spent == ()


def test_twenty_changes_that_draw_what_they_send_leave_a_person_most_of_the_reserve() -> None:
    budget = Budget()
    for _ in range(2 * 20):
        budget = grant(budget, HOURLY, INTERACTIVE, 1, NOON).budget
    assert grant(budget, HOURLY, INTERACTIVE, 1000, NOON).granted == 160


@pytest.mark.parametrize("others", [0, 100, 500, 700, 790, 1000])
def test_whatever_others_spend_polling_leaves_what_is_left_of_the_reserve(others: int) -> None:
    budget = learn(Budget(), HOURLY, RateFacts(limit=1000, remaining=1000 - others), NOON)
    polled = grant(budget, HOURLY, POLLING, 10_000, NOON)
    assert polled.granted == max(0, 800 - others)
    assert grant(polled.budget, HOURLY, INTERACTIVE, 10_000, NOON).granted == min(200, 1000 - others)


def test_nodes_cannot_eat_what_the_listing_of_clusters_needs() -> None:
    nodes = grant(Budget(), HOURLY, POLLING, 10_000, NOON, use=RequestUse.NODES)
    assert nodes.granted == 600
    details = grant(nodes.budget, HOURLY, POLLING, 1, NOON, use=RequestUse.DETAILS)
    assert details.granted == 0
    assert grant(nodes.budget, HOURLY, POLLING, 10_000, NOON).granted == 200


def test_nodes_leave_something_to_clusters_that_have_already_taken_much() -> None:
    budget = grant(Budget(), HOURLY, POLLING, 500, NOON).budget
    nodes = grant(budget, HOURLY, POLLING, 10_000, NOON, use=RequestUse.NODES)
    assert nodes.granted == 220
    assert grant(nodes.budget, HOURLY, POLLING, 10_000, NOON).granted == 80


def test_the_people_of_one_account_leave_half_of_the_reserve_to_those_of_another() -> None:
    budget = grant(Budget(), HOURLY, POLLING, 1, NOON, account_id="a").budget
    alone = grant(budget, HOURLY, INTERACTIVE, 10_000, NOON, account_id="a")
    assert alone.granted == 200
    budget = grant(budget, HOURLY, POLLING, 1, NOON, account_id="b").budget
    limited = grant(budget, HOURLY, INTERACTIVE, 10_000, NOON, account_id="a")
    assert limited.granted == 100
    assert grant(limited.budget, HOURLY, INTERACTIVE, 1, NOON, account_id="a").granted == 0
    assert grant(limited.budget, HOURLY, INTERACTIVE, 10_000, NOON, account_id="b").granted == 100


def test_what_a_lost_instance_drew_comes_back_when_the_provider_never_saw_it() -> None:
    drawn = grant(Budget(), HOURLY, POLLING, 100, NOON).budget
    hour_began = NOON - timedelta(minutes=10)
    later = NOON + timedelta(minutes=20)
    facts = RateFacts(limit=1000, remaining=989, resets_at=hour_began + timedelta(hours=1))
    soon = learn(drawn, HOURLY, facts, NOON + timedelta(minutes=1))
    assert sum(one.requests for one in soon.spent) == 100, "somebody may still be sending these"
    known = learn(drawn, HOURLY, facts, later)
    assert sum(one.requests for one in known.spent) == 11


def test_a_window_that_the_provider_begins_anew_does_not_take_back_what_was_sent() -> None:
    sent = grant(Budget(), HOURLY, POLLING, 700, NOON).budget
    later = NOON + timedelta(minutes=20)
    facts = RateFacts(limit=1000, remaining=999, resets_at=later + timedelta(hours=1))
    known = learn(sent, HOURLY, facts, later)
    assert grant(known, HOURLY, POLLING, 10_000, later).granted <= 100


def test_a_whole_budget_is_spent_faster_than_a_budget_that_is_short() -> None:
    whole = polling_rate(Budget(), HOURLY, NOON)
    short = polling_rate(grant(Budget(), HOURLY, POLLING, 700, NOON).budget, HOURLY, NOON)
    assert (whole, short) == (800 / 1800, 100 / 1800)
    assert polling_rate(Budget(), limit(None), NOON) is None


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


def test_the_report_counts_ours_and_others_and_says_when_all_is_back() -> None:
    budget = learn(spend(POLLING, 3), TEN, RateFacts(remaining=2, resets_at=NOON + 3 * MINUTE), NOON)
    shown = budget_status(budget, TEN, NOON)
    assert shown is not None
    assert (shown.limit, shown.remaining, shown.reserved) == (10, 2, 2)
    assert shown.resets_at == NOON + COUNTED, "no reset is further away than the window"


def test_the_report_has_nothing_left_while_the_provider_refuses() -> None:
    shown = budget_status(learn(Budget(), TEN, RateFacts(retry_at=NOON + MINUTE), NOON), TEN, NOON)
    assert shown is not None
    assert (shown.remaining, shown.resets_at) == (0, NOON + MINUTE)


def test_an_unused_budget_has_nothing_to_reset() -> None:
    shown = budget_status(Budget(), TEN, NOON)
    assert shown is not None
    assert (shown.remaining, shown.resets_at) == (10, None)
