"""Which alarms go off in what was simulated, and which stay silent: as CloudWatch decides, by the template."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

MINUTE = 60
JITTER_SECONDS = 5
PLAN_SECONDS = 60


STATISTICS: Mapping[str, Callable[[Sequence[float]], float]] = {
    "Sum": sum,
    "Maximum": max,
    "p95": lambda values: sorted(values)[math.ceil(0.95 * len(values)) - 1],
}


def goes_off(
    alarm: dict[str, Any], minutes: Sequence[float | None], *, threshold: float | None = None
) -> bool:
    """Whether an alarm over a metric's values of each minute goes off at any time. Null is a minute without a value.
    For a percentile, the value of a minute is that of all its requests.
    """
    per_period = max(1, alarm["Period"] // MINUTE)
    limit = alarm["Threshold"] if threshold is None else threshold
    needed = alarm.get("DatapointsToAlarm", alarm["EvaluationPeriods"])
    combine = STATISTICS[alarm.get("Statistic") or alarm["ExtendedStatistic"]]
    breaching = []
    for start in range(0, len(minutes), per_period):
        values = [value for value in minutes[start : start + per_period] if value is not None]
        value = combine(values) if values else None
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


CASES: list[tuple[str, str, Sequence[float | None], bool]] = [
    ("PlanErrors", "every plan fails", [1.0] * 5, True),
    ("PlanErrors", "one plan of an hour fails", [1.0, *[0.0] * 59], False),
    ("ObserveErrors", "batches run out of memory", [1.0, 0.0, 1.0, 0.0, 1.0], True),
    ("ObserveErrors", "one batch runs out of time", [0.0, 1.0, 0.0], False),
    ("ApiErrors", "requests raise", [0.0, 3.0], True),
    ("ApiErrors", "one request raises", [0.0, 1.0], False),
    ("PlanThrottles", "the account's quota is used up", [1.0] * 10, True),
    ("PlanThrottles", "one moment without room", [1.0, *[0.0] * 9], False),
    ("ObserveThrottles", "the account's quota is used up", [20.0] * 10, True),
    ("ObserveThrottles", "one moment without room", [20.0, *[0.0] * 9], False),
    ("ApiThrottles", "the account's quota is used up", [5.0] * 10, True),
    ("ApiThrottles", "one moment without room", [5.0, *[0.0] * 9], False),
    ("DeadObservationsAlarm", "a message that nobody can read", [0.0, 1.0, 1.0], True),
    ("DeadObservationsAlarm", "an empty queue, which CloudWatch says nothing of", [None] * 30, False),
    ("DeadPlansAlarm", "a schedule that finds no function", [0.0, 1.0, 1.0], True),
    ("DeadPlansAlarm", "an empty queue", [0.0] * 30, False),
    ("QueueAgeAlarm", "observers that hang", [60.0 * minute for minute in range(15)], True),
    (
        "QueueAgeAlarm",
        "a batch that failed once and returns after six minutes",
        [*[0.0] * 6, 380.0, 0.0],
        False,
    ),
    ("ApiSlowAlarm", "every answer takes five seconds", [5000.0] * 15, True),
    ("ApiSlowAlarm", "five minutes of cold starts", [*[100.0] * 10, *[5000.0] * 5, *[100.0] * 10], False),
    ("CanaryAlarm", "a key that was revoked", [1.0] * 5, True),
    ("CanaryAlarm", "one answer that was late", [1.0, *[0.0] * 9], False),
    ("RefusalsAlarm", "keys are guessed", [30.0] * 5, True),
    ("RefusalsAlarm", "a client whose key expired", [2.0] * 60, False),
    ("RefusedTokensAlarm", "a token was revoked", [0.0, 1.0, 0.0], True),
    ("RefusedTokensAlarm", "all are accepted", [0.0, None, 0.0], False),
    ("DeadDeliveriesAlarm", "a message was given up", [None, 1.0, None], True),
    ("DeadDeliveriesAlarm", "nothing was given up", [None] * 30, False),
    ("ThrottledAlarm", "the table throttles", [3.0] * 10, True),
    ("ThrottledAlarm", "a burst now and then", [1.0, None, None, None, None] * 4, False),
    ("PlansCutShortAlarm", "more accounts than a plan can claim", [1.0, 1.0, 1.0], True),
    ("PlansCutShortAlarm", "one plan in five", [1.0, 0.0, 0.0, 0.0, 0.0] * 3, False),
    ("RecursionAlarm", "Lambda ends a chain", [None, 1.0], True),
    ("RecursionAlarm", "it ends none", [None] * 30, False),
    ("FailedMessagesAlarm", "a permission is missing", [0.0, 1.0], True),
    ("FailedMessagesAlarm", "nothing fails on our side", [0.0] * 30, False),
]
OF_THEIR_OWN = {"LagAlarm", "ApiFailingAlarm"}
"""Alarms that have tests of their own here."""


@pytest.mark.parametrize(
    ("alarm", "minutes", "is_heard"),
    [pytest.param(alarm, minutes, heard, id=f"{alarm}: {what}") for alarm, what, minutes, heard in CASES],
)
def test_an_alarm_goes_off_when_it_should_and_only_then(
    written: dict[str, Any], alarm: str, minutes: Sequence[float | None], is_heard: bool
) -> None:
    one = written["Resources"][alarm]["Properties"]
    limit = one["Threshold"]
    threshold = float(written["Parameters"][limit["Ref"]]["Default"] if isinstance(limit, dict) else limit)
    assert goes_off(one, minutes, threshold=threshold) == is_heard


def test_every_alarm_has_a_case_in_which_it_goes_off_and_one_in_which_it_does_not(
    written: dict[str, Any],
) -> None:
    alarms = {
        name for name, one in written["Resources"].items() if one["Type"] == "AWS::CloudWatch::Alarm"
    } - OF_THEIR_OWN
    assert {(alarm, heard) for alarm, _, _, heard in CASES} == {
        (alarm, heard) for alarm in alarms for heard in (True, False)
    }


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
