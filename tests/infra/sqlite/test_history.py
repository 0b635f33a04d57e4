"""What it costs to be idle does not depend on what lies in the file: every question goes through an index."""

from collections.abc import Iterator

import pytest

from fleet.ports.reader import Ref
from fleet.ports.store import Changes
from infra.sqlite.table import SqliteTable, select_of
from infra.store.indexes import CARRIED, FEED
from infra.store.names import below
from infra.store.store import TableStore
from infra.store.transition_rows import from_transition
from infra.store.writes import put
from tests.infra.samples import NOON, SetClock, make_account, make_cluster, make_transition, observe

HISTORY = 5_000
ACME = make_account()


class Steps:
    """Counts what SQLite's virtual machine does."""

    def __init__(self, table: SqliteTable) -> None:
        self.count = 0
        table._writer.submit(lambda: table._connection().set_progress_handler(self._step, 1)).result()

    def _step(self) -> int:
        self.count += 1
        return 0


@pytest.fixture
def table() -> Iterator[SqliteTable]:
    made = SqliteTable()
    yield made
    made.close()


async def pass_a_minute(store: TableStore, clock: SetClock) -> None:
    """What an idle runner asks: who is due, an observation without news, pages, a reader who follows."""
    clock.advance(60)
    assert len(await store.due(clock.now(), 50)) == 1
    await observe(store, ACME, clock.now(), Changes())
    await store.clusters_of(ACME.id, after=None, limit=10)
    await store.feed(after=None, since=clock.now(), now=clock.now(), limit=10)
    await store.history(Ref(ACME.id, "c1"), before=None, limit=10)


async def test_an_idle_minute_costs_the_same_however_much_there_is(
    table: SqliteTable, clock: SetClock
) -> None:
    store = TableStore(table, clock)
    await observe(store, ACME, clock.now(), Changes(puts=[make_cluster(ACME, "c1")]))
    await observe(store, ACME, clock.now(), Changes(transitions=[make_transition(ACME, "c1")]))
    steps = Steps(table)
    await pass_a_minute(store, clock)
    without = steps.count
    for start in range(0, HISTORY, 1000):
        await table.transact(
            [
                put(from_transition(make_transition(ACME, f"c{start + number}"), fence=1, written_at=NOON))
                for number in range(1000)
            ]
        )
    steps.count = 0
    await pass_a_minute(store, clock)
    assert steps.count <= without * 1.1


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("index", [None, *CARRIED])
def test_a_page_of_any_index_is_searched_and_not_sorted(
    table: SqliteTable, index: str | None, newest_first: bool
) -> None:
    select = select_of(below("p", index=index), newest_first=newest_first)
    plan = table._writer.submit(
        lambda: table._connection().execute(f"EXPLAIN QUERY PLAN {select}", ("p", "a", "b")).fetchall()
    ).result()
    (step,) = [row[3] for row in plan]
    assert step.startswith("SEARCH rows USING INDEX")
    assert index != FEED or "INDEX feed" in step
