"""Lives as scripts: where one stands is a function of the time alone."""

from datetime import timedelta

import pytest

from sandbox.clock import EPOCH
from sandbox.life import Life, Moment


def at(script: str, seconds: float) -> Moment:
    return Life.parse(script, began=EPOCH).at(EPOCH + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("seconds", "state", "since"),
    [(-9, "Pending", 0), (0, "Pending", 0), (4.9, "Pending", 0), (5, "Running", 5), (1e9, "Running", 5)],
)
def test_a_life_without_again_stays_at_its_last_state(seconds: float, state: str, since: float) -> None:
    moment = at("Pending 5, Running", seconds)
    assert (moment.state, moment.since) == (state, EPOCH + timedelta(seconds=since))


@pytest.mark.parametrize(
    ("seconds", "state", "round_", "changes"),
    [(0, "Running", 0, 0), (40, "Upgrading", 0, 1), (55, "Running", 1, 2), (150, "Upgrading", 2, 5)],
)
def test_a_life_with_again_goes_round(seconds: float, state: str, round_: int, changes: int) -> None:
    moment = at("Running 40, Upgrading 15, again", seconds)
    assert (moment.state, moment.round, moment.changes) == (state, round_, changes)


def test_each_round_is_a_birth_for_what_dies_in_its_script() -> None:
    script = "Pending 5, Running 60, gone 5, again"
    assert Life.parse(script, began=EPOCH).is_reborn
    assert at(script, 69).is_gone
    assert at(script, 71).round_began == EPOCH + timedelta(seconds=70)


def test_only_the_last_state_may_lack_its_seconds() -> None:
    with pytest.raises(ValueError, match="not enough values"):
        Life.parse("Pending, Running", began=EPOCH)
