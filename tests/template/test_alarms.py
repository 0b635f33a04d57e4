"""Which alarms go off in what was simulated, and which stay silent: as CloudWatch decides, by the template."""

from collections.abc import Sequence
from typing import Any

import pytest

MINUTE = 60
JITTER_SECONDS = 5
PLAN_SECONDS = 60


def goes_off(
    alarm: dict[str, Any], minutes: Sequence[float | None], *, threshold: float | None = None
) -> bool:
    """Whether an alarm over a metric's values of each minute goes off at any time. Null is a minute without a value."""
    per_period = max(1, alarm["Period"] // MINUTE)
    limit = alarm["Threshold"] if threshold is None else threshold
    needed = alarm.get("DatapointsToAlarm", alarm["EvaluationPeriods"])
    is_sum = {"Sum": True, "Maximum": False}[alarm["Statistic"]]
    breaching = []
    for start in range(0, len(minutes), per_period):
        values = [value for value in minutes[start : start + per_period] if value is not None]
        value = (sum(values) if is_sum else max(values)) if values else None
        breaching.append(value > limit if value is not None else alarm["TreatMissingData"] == "breaching")
    windows = (
        breaching[max(0, end - alarm["EvaluationPeriods"]) : end] for end in range(1, len(breaching) + 1)
    )
    return any(sum(window) >= needed for window in windows)


def lag(written: dict[str, Any], minutes: Sequence[float | None]) -> bool:
    default = float(written["Parameters"]["LagSeconds"]["Default"])
    return goes_off(written["Resources"]["LagAlarm"]["Properties"], minutes, threshold=default)


def test_ten_minutes_without_an_observation_are_heard_of(written: dict[str, Any]) -> None:
    """A provider's or the table's throttle of ten minutes: the lag climbs with the clock, to 487 seconds."""
    climbing = [min(487.0, max(0.0, 60.0 * minute - 60)) for minute in range(10)]
    assert lag(written, [*[5.0] * 10, *climbing, *[5.0] * 10])


def test_what_comes_of_jitter_and_of_a_lost_message_is_no_alarm(written: dict[str, Any]) -> None:
    one_lost = [5.0, 65.0, 125.0, 5.0]
    assert not lag(written, [*[5.0] * 10, *one_lost, *[5.0] * 10])


def test_a_planner_that_is_silent_is_heard_of(written: dict[str, Any]) -> None:
    assert lag(written, [*[5.0] * 10, *[None] * 5])


def test_one_slow_account_that_catches_up_is_no_alarm(written: dict[str, Any]) -> None:
    assert not lag(written, [*[5.0] * 10, 310.0, 350.0, *[5.0] * 10])


@pytest.mark.parametrize(
    ("alarm", "minutes", "is_heard"),
    [
        ("RefusalsAlarm", [30.0] * 5, True),
        ("RefusalsAlarm", [2.0] * 60, False),
        ("RefusedTokensAlarm", [0.0, 1.0, 0.0], True),
        ("ThrottledAlarm", [3.0] * 10, True),
        ("ThrottledAlarm", [1.0, None, None, None, None] * 4, False),
        ("PlansCutShortAlarm", [1.0, 1.0, 1.0], True),
        ("PlansCutShortAlarm", [1.0, 0.0, 0.0, 0.0, 0.0] * 3, False),
        ("RecursionAlarm", [None, 1.0], True),
        ("FailedMessagesAlarm", [0.0, 1.0], True),
    ],
)
def test_an_alarm_goes_off_when_it_should_and_only_then(
    written: dict[str, Any], alarm: str, minutes: Sequence[float | None], is_heard: bool
) -> None:
    assert goes_off(written["Resources"][alarm]["Properties"], minutes) == is_heard


@pytest.mark.parametrize(
    ("asked", "failed", "is_heard"), [(100, 10, True), (20, 20, True), (1000, 10, False), (10, 2, False)]
)
def test_an_api_that_fails_is_heard_of_though_lambda_counts_no_error(
    written: dict[str, Any], asked: int, failed: int, is_heard: bool
) -> None:
    alarm = written["Resources"]["ApiFailingAlarm"]["Properties"]
    assert alarm["Metrics"][0]["Expression"] == "IF(failed >= 5, 100 * failed / asked, 0)"
    share = 100 * failed / asked if failed >= 5 else 0
    assert (share > alarm["Threshold"]) == is_heard
    assert {one["MetricStat"]["Metric"]["MetricName"] for one in alarm["Metrics"][1:]} == {"5xx", "Count"}
