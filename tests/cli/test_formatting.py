"""How durations and amounts are read and written."""

from datetime import UTC, datetime, timedelta

import pytest

from cli.formatting import (
    cores,
    freshness,
    limit,
    mebibytes,
    moment,
    plain,
    read_span,
    resources,
    since,
    span,
)
from tests.cli.command import NOON


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("90s", 90), ("15m", 900), ("1h30m", 5400), ("2d", 172800), ("1h0m5s", 3605), ("0", 0)],
)
def test_a_duration_is_read(text: str, seconds: int) -> None:
    assert read_span(text) == seconds


@pytest.mark.parametrize("text", ["", "m", "15 m", "-5m", "1.5h", "5m1h", "1w", "٣m"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a duration"):
        read_span(text)


@pytest.mark.parametrize("text", ["99999999d", "9" * 30, "9" * 5000 + "d"])
def test_a_duration_beyond_any_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="longer than 100 years"):
        read_span(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-3, "0s"),
        (59.9, "59s"),
        (60, "1m 00s"),
        (3599, "59m 59s"),
        (3600, "1h 00m"),
        (86399, "23h 59m"),
        (180000, "2d 2h"),
    ],
)
def test_a_span_is_written_in_its_two_largest_units(seconds: float, text: str) -> None:
    assert span(seconds) == text


def test_an_age_is_computed_by_the_clock_that_is_given() -> None:
    now = datetime(2026, 4, 6, 12, tzinfo=UTC)
    assert since("2026-04-06T11:58:30.25Z", now) == "1m 29s"
    assert since((now + timedelta(minutes=1)).isoformat(), now) == "0s"
    assert since(None, now) == ""


@pytest.mark.parametrize(
    ("amount", "text"),
    [(None, ""), (512, "512 MiB"), ("4096", "4 GiB"), (1536, "1.5 GiB"), (2**35, "32768 TiB")],
)
def test_memory_is_written_in_its_unit(amount: int | str | None, text: str) -> None:
    assert mebibytes(amount) == text


def test_a_size_that_is_no_whole_number_of_mib_is_shown_in_bytes() -> None:
    held = {"cpuMillicores": "1500", "memoryMiB": "1536", "storageMiB": None, "storageBytes": "50000000000"}
    assert resources(held) == "1.5 cores, 1.5 GiB memory, 50 GB storage"
    assert resources({**held, "storageBytes": None}) == "1.5 cores, 1.5 GiB memory"


def test_cores_are_written_without_needless_zeros() -> None:
    assert [cores(None), cores("4000"), cores(250)] == ["", "4", "0.25"]


def test_a_limit_shows_whether_its_money_is_a_conversion() -> None:
    money = {"decimal": "5.00", "currency": "USD"}
    usage = {"requestUnits": "100000000", "storageMiB": "10240", "provisionedVcpus": None}
    held = {"money": money, "usage": usage, "basis": "USAGE"}
    assert limit({"state": "LIMITED", "limit": held}) == "~5.00 USD"
    assert limit({"state": "LIMITED", "limit": {**held, "basis": "MONEY"}}) == "5.00 USD"
    assert limit({"state": "LIMITED", "limit": {**held, "money": None}}) == "100,000,000 RU, 10 GiB"
    assert [limit({"state": state}) for state in ("UNLIMITED", "UNKNOWN", "UNSUPPORTED")] == [
        "none",
        "?",
        "",
    ]


def test_what_is_not_current_says_so() -> None:
    assert freshness({"state": "CURRENT", "ageSeconds": 3}) == "3s"
    assert freshness({"state": "STALE", "ageSeconds": 90}) == "1m 30s (STALE)"
    assert freshness({"state": "NEVER_OBSERVED", "ageSeconds": None}) == "never"


def test_text_of_others_stays_on_its_line_and_drives_no_terminal() -> None:
    assert plain("a\nb\x1b[2Jc\u202ed") == "a b [2Jc d"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-04-06T11:58:30Z", "2026-04-06T11:58:30Z, 1m 30s ago"),
        ("2026-04-06T12:00:00Z", "2026-04-06T12:00:00Z, 0s ago"),
        ("2026-04-06T12:00:00.9Z", "2026-04-06T12:00:00Z, 0s ago"),
        ("2026-04-06T12:00:02Z", "2026-04-06T12:00:02Z, in 2s"),
    ],
)
def test_a_moment_of_a_clock_that_is_a_little_ahead_is_not_to_come(text: str, said: str) -> None:
    assert moment(text, NOON) == said
