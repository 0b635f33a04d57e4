"""The runner's clock goes on as time does, whichever way the machine's is set."""

from datetime import UTC, datetime, timedelta

import pytest

from local.clock import DRAWN, SteadyClock

NOON = datetime(2040, 5, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


class Machine:
    def __init__(self) -> None:
        self.clock = NOON
        self.passed = 1000.0

    def steady(self) -> SteadyClock:
        return SteadyClock(machine=lambda: self.clock, passed=lambda: self.passed)

    def live(self, by: timedelta) -> None:
        self.clock += by
        self.passed += by.total_seconds()


@pytest.fixture
def machine() -> Machine:
    return Machine()


def test_it_shows_the_machines_time_as_long_as_nobody_sets_it(machine: Machine) -> None:
    steady = machine.steady()
    for _ in range(10):
        machine.live(HOUR)
        assert steady.now() == machine.clock


@pytest.mark.parametrize("jump", [-3 * HOUR, 3 * HOUR, -3000 * HOUR, 3000 * HOUR])
def test_a_machine_that_is_set_otherwise_neither_stops_time_nor_makes_it_leap(
    machine: Machine, jump: timedelta
) -> None:
    steady = machine.steady()
    before = steady.now()
    machine.clock += jump
    assert steady.now() == before
    machine.live(MINUTE)
    passed = steady.now() - before
    assert MINUTE * (1 - DRAWN) <= passed <= MINUTE * (1 + DRAWN)


@pytest.mark.parametrize("jump", [-3 * HOUR, 3 * HOUR])
def test_it_is_drawn_to_the_machines_time_and_stays_there(machine: Machine, jump: timedelta) -> None:
    steady = machine.steady()
    machine.clock += jump
    for _ in range(31):
        machine.live(HOUR)
        before = steady.now()
        assert steady.now() == before
    assert steady.now() == machine.clock


def test_time_spent_asleep_has_passed(machine: Machine) -> None:
    steady = machine.steady()
    machine.live(8 * HOUR)
    assert steady.now() == NOON + 8 * HOUR


def test_a_restart_does_not_go_back_behind_what_was_seen(machine: Machine) -> None:
    steady = machine.steady()
    steady.start_no_earlier_than(NOON + 3 * HOUR)
    assert steady.now() == NOON + 3 * HOUR
    steady.start_no_earlier_than(NOON)
    assert steady.now() == NOON + 3 * HOUR
    machine.live(MINUTE)
    assert steady.now() > NOON + 3 * HOUR
