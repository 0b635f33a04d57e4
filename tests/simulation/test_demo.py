"""The default demo stays current: `make run` left alone at each provider's real limit.

An hour and a quarter of the two providers that count by the hour is what `make test-thorough` has time for. Both
accounts of Northflank used to be STALE after forty minutes. `make simulate` takes all of it through four hours.
"""

from functools import partial

import pytest

from tests.simulation.demo import demo
from tests.simulation.virtual import run


@pytest.mark.thorough
@pytest.mark.timeout(1200)
def test_the_sandbox_fleet_is_current_at_each_real_limit() -> None:
    assert run(partial(demo, 1.25, ("northflank", "qovery"))).faults() == []


@pytest.mark.thorough
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    ("provider", "clusters", "hours"), [("northflank", 100, 1.25), ("cockroachdb", 200, 0.1)]
)
def test_an_account_of_many_clusters_stays_current_and_is_never_refused(
    provider: str, clusters: int, hours: float
) -> None:
    """A round over their machines takes a tenth of the requests of an hour, or ten a second for twenty seconds."""
    assert run(partial(demo, hours, (provider,), crowd={provider: clusters})).faults() == []
