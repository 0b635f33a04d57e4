"""The benchmark itself: when it fails, how a ratio is made, and that what it measures does its work."""

import re

import pytest

from bench.performance.bars import Bar, ratio
from bench.performance.measures import MEASURES, Measure
from bench.performance.plots import bars, lines
from bench.performance.report import Result, table
from bench.performance.rounds import Subject, run

ROUNDS = [
    {"ours": {"cpu": 1.0}, "theirs": {"cpu": 4.0}},
    {"ours": {"cpu": 2.0}, "theirs": {"cpu": 4.0}},
    {"ours": {"cpu": 90.0}, "theirs": {"cpu": 100.0}},
]


def measure(**more: object) -> Measure:
    bar = Bar(name="CPU", of=ratio("ours", "theirs", "cpu"), **{"most": 0.5, **more})  # type: ignore[arg-type]
    return Measure(name="one", title="One", subjects=[], bars=[bar], favours="nobody")


def test_a_figure_is_the_median_of_the_ratios_of_each_round() -> None:
    (bar,) = measure().bars
    assert bar.measured(ROUNDS) == 0.5
    assert bar.is_met(ROUNDS)


def test_a_missed_bar_fails_unless_a_reason_is_written_beside_it() -> None:
    missed = Result(measure=measure(most=0.4), rounds=ROUNDS)
    assert [bar.name for bar in missed.failed()] == ["CPU"]
    assert "| CPU | 0.4 x | 0.5 x | **missed** |" in table(missed)
    excused = Result(measure=measure(most=0.4, reason="the moon"), rounds=ROUNDS)
    assert excused.failed() == []
    assert "| missed: the moon |" in table(excused)
    assert Result(measure=measure(), rounds=ROUNDS).failed() == []


def test_what_this_machine_cannot_measure_is_said() -> None:
    left_out = Result(measure=measure(), missing="there is no such program")
    assert left_out.failed() == []
    assert "not measured: there is no such program" in table(left_out)


def test_subjects_take_turns_in_being_first() -> None:
    say = "import json, time; print(json.dumps({'at': time.monotonic_ns()}))"
    subjects = [Subject(name=name, command=["python3", "-c", say]) for name in ("a", "b")]
    first = [min(one, key=lambda name: one[name]["at"]) for one in run(subjects, 3, {})]
    assert first == ["a", "b", "a"]


def test_a_subject_that_fails_ends_everything() -> None:
    with pytest.raises(SystemExit, match="a ended with 3"):
        list(run([Subject(name="a", command=["python3", "-c", "exit(3)"])], 1, {}))


def test_every_measure_says_whom_it_favours_and_has_bars() -> None:
    assert len({one.name for one in MEASURES}) == len(MEASURES)
    for one in MEASURES:
        assert one.bars
        assert len(one.favours.split()) > 5


def test_plots_show_every_series_and_are_well_formed() -> None:
    drawn = lines(
        "Growth", "clusters", "seconds", {"page": [(100, 0.1), (10_000, 0.2)], "<feed>": [(100, 3.0)]}
    )
    assert drawn.count("<polyline") == 2
    assert "&lt;feed&gt;" in drawn
    assert len(re.findall("<rect", bars("CPU", "s", {"ours": 1.0, "theirs": 2.0}))) == 2
