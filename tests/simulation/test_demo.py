"""The default demo stays current: `make run` left alone at each provider's real limit.

An hour and a quarter of the two providers that count by the hour is what `make test-thorough` has time for. Both
accounts of Northflank used to be STALE after forty minutes. `SIMULATED_HOURS=4` takes all of it through four hours.
"""

import os
from functools import partial

import pytest

from sandbox.registry import FAKE_PROVIDERS
from tests.simulation.demo import Seen, demo
from tests.simulation.virtual import run

HOURS = float(os.environ.get("SIMULATED_HOURS") or 0)


def never_blind(seen: Seen) -> None:
    assert seen.blind == []
    assert seen.in_the_past == []
    assert seen.beyond_expected == []
    assert +seen.refused == {}
    assert seen.health == "ok"


@pytest.mark.thorough
def test_the_sandbox_fleet_is_current_at_each_real_limit() -> None:
    providers = tuple(FAKE_PROVIDERS) if HOURS else ("northflank", "qovery")
    never_blind(run(partial(demo, HOURS or 1.25, providers)))
