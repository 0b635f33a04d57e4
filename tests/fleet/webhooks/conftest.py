from collections.abc import Iterator

import pytest

from tests.fleet.webhooks.receiving import Subscribed
from tests.infra.samples import SetClock
from tests.tables import OpenTable


@pytest.fixture
def fleet(open_table: OpenTable) -> Iterator[Subscribed]:
    clock = SetClock()
    with open_table(clock) as opened:
        yield Subscribed(opened.table, clock)
