from collections.abc import Iterator

import pytest

from infra.store.store import TableStore
from tests.fleet.things import HandClock
from tests.fleet.world import World
from tests.tables import CountedTable, OpenTable


@pytest.fixture
def world(open_table: OpenTable) -> Iterator[World]:
    """A table of its own, and nobody connected yet."""
    clock = HandClock()
    with open_table(clock) as opened:
        table = CountedTable(opened.table)
        yield World(table, TableStore(table, clock), clock)
