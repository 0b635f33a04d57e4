"""What rate headers say, in every form that a provider is known to use, and in some that none should."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from adapters.rate_headers import LONGEST_BELIEVED_SECONDS, read_rate
from fleet.model.rate_limit import RateFacts

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
IN_90_SECONDS = NOW + timedelta(seconds=90)
IN_A_DAY = NOW + timedelta(seconds=LONGEST_BELIEVED_SECONDS)


def read(status: int = 200, **headers: str) -> RateFacts:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return read_rate(httpx.Headers(named), status, NOW)


@pytest.mark.parametrize(
    ("header", "moment"),
    [
        ("90", IN_90_SECONDS),
        (" 90 ", IN_90_SECONDS),
        ("90.0", IN_90_SECONDS),
        ("0", NOW),
        ("Mon, 23 Nov 2026 12:01:30 GMT", IN_90_SECONDS),
        ("Mon, 23 Nov 2026 13:01:30 +0100", IN_90_SECONDS),
        ("Mon, 23 Nov 2026 12:01:30 -0000", IN_90_SECONDS),
        ("Mon, 23 Nov 2026 11:00:00 GMT", NOW),
        ("Fri, 31 Dec 9999 23:59:59 GMT", IN_A_DAY),
        ("999999999999", IN_A_DAY),
        ("soon", None),
        ("Mon, 1 Jan 99999999999999999999 00:00:00 GMT", None),
        ("Mon, 23 Nov 2026 12:01:30 +99999999999999999999", None),
        ("-5", None),
        ("nan", None),
        ("", None),
    ],
)
def test_a_retry_after_is_seconds_or_a_date(header: str, moment: datetime | None) -> None:
    assert read(429, retry_after=header).retry_at == moment
    assert read(500, retry_after=header).retry_at == moment


@pytest.mark.parametrize(
    ("header", "moment"),
    [
        ("90", IN_90_SECONDS),
        ("3600", NOW + timedelta(hours=1)),
        (str(int(IN_90_SECONDS.timestamp())), IN_90_SECONDS),
        (str(int(NOW.timestamp()) - 60), NOW),
        (str(int(NOW.timestamp()) * 1000), IN_A_DAY),
        ("999999999999999999", None),
        ("never", None),
    ],
)
def test_a_reset_is_a_duration_or_a_moment(header: str, moment: datetime | None) -> None:
    assert read(x_ratelimit_reset=header).resets_at == moment


def test_limit_and_remaining_are_read_whatever_the_case_of_their_names() -> None:
    facts = read(X_RateLimit_Limit="1000", x_ratelimit_remaining="0")
    assert (facts.limit, facts.remaining) == (1000, 0)


def test_an_answer_without_headers_tells_nothing() -> None:
    assert read(429) == RateFacts()


def test_a_429_may_tell_by_its_reset_alone_how_long_to_wait() -> None:
    assert read(429, x_ratelimit_reset="90").retry_at == IN_90_SECONDS


def test_a_retry_after_goes_before_the_reset() -> None:
    assert read(429, x_ratelimit_reset="3600", retry_after="90").retry_at == IN_90_SECONDS


@pytest.mark.parametrize("status", [200, 401, 404, 499])
def test_other_answers_ask_for_no_patience(status: int) -> None:
    assert read(status, retry_after="90", x_ratelimit_reset="90").retry_at is None


def test_the_reset_of_an_outage_is_no_promise_that_it_ends_then() -> None:
    assert read(503, x_ratelimit_reset="90").retry_at is None
