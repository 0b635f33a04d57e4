"""What observation may be relied on for, over whatever happens to a fleet, in virtual time."""

from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet.providers import PROVIDERS
from fleet.rate_limits.budget import polling_requests
from tests.simulation.fleet import Report, Scenario, simulate
from tests.simulation.virtual import run

RATE = PROVIDERS["northflank"].rate_limit
SCENARIOS = st.builds(
    Scenario,
    accounts=st.integers(1, 12),
    per_token=st.sampled_from([1, 3, 12]),
    pages=st.integers(1, 4),
    hours=st.just(1.2),
    others=st.sampled_from([0, 0, 300, 700]),
    doubled=st.sampled_from([0.0, 0.3]),
    late=st.sampled_from([0.0, 0.3]),
    dying=st.sampled_from([0.0, 0.05]),
    lag_seconds=st.sampled_from([0.0, 0.7]),
    skew_seconds=st.sampled_from([0.0, 3.0]),
    outage=st.none() | st.just((0.3, 0.5)),
    seed=st.integers(0, 1000),
)


def simulated(scenario: Scenario) -> Report:
    return run(partial(simulate, scenario))


def test_a_run_is_its_seeds() -> None:
    scenario = Scenario(accounts=3, hours=0.2, doubled=0.3, late=0.3, lag_seconds=0.7, seed=7)
    assert simulated(scenario) == simulated(scenario)


def test_accounts_that_share_a_token_share_its_limit_and_none_starves() -> None:
    report = simulated(Scenario(accounts=6, per_token=6, pages=6, hours=0.7))
    assert report.most_in_a_window(3600) <= 800
    assert (report.refused, report.beyond) == (0, [])


@pytest.mark.thorough
@pytest.mark.timeout(1200)
@settings(max_examples=8, derandomize=True)
@given(SCENARIOS)
def test_no_window_has_more_than_pollings_share_and_no_account_starves(scenario: Scenario) -> None:
    report = simulated(scenario)
    assert report.most_in_a_window(RATE.window_seconds) <= (polling_requests(RATE) or 0)
    if not scenario.others:
        assert report.refused == 0
    if not (scenario.dying or scenario.others or scenario.late):
        assert report.beyond == []


@pytest.mark.thorough
@pytest.mark.timeout(1200)
def test_after_an_outage_of_an_hour_every_account_is_observed_again_within_a_quarter_of_one() -> None:
    report = simulated(Scenario(accounts=20, hours=1.6, outage=(0.2, 1.2)))
    assert report.refused == 0
    assert max(report.ages[-20:]) < 180
