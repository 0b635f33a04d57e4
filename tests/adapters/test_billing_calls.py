"""What every account of the fake providers costs, over HTTP."""

import pytest
from pydantic import SecretStr

from adapters import ADAPTERS
from fleet.model.money import Money
from fleetgraph.testing.setting import Setting


@pytest.fixture(params=sorted(ADAPTERS))
def provider(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def test_every_account_tells_a_running_period_and_past_ones(here: Setting) -> None:
    totals: list[Money] = []
    for account, token in here.accounts():
        listing = await here.open(account, SecretStr(token.get_secret_value())).spend()
        assert listing.incomplete is None
        assert listing.unreadable == ()
        assert [one.is_final for one in listing.items].count(False) == 1
        totals += [one.total for one in listing.items if one.is_final]
    assert len(totals) >= 3
    assert all(total.minor_units > 0 for total in totals)
