"""What a fleet of ten thousand clusters costs, in requests, examined items and capacity: what grows and what does not.

Over ministack alone, which tells the capacity that a write consumes, its indexes and transactions included; moto does
not. The capacity of a read is computed from its size.
"""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest

from fleet.model.account import AccountState
from fleet.model.cluster import Phase
from fleet.ports.reader import FleetOrder, Ref
from fleet.ports.store import Changes
from infra.dynamodb.expressions import to_attributes
from infra.dynamodb.schema import create_table
from infra.dynamodb.table import DynamoTable
from infra.store.due_rows import DUE_SHARDS
from infra.store.item_rows import ATTENTION_SHARDS, from_item
from infra.store.operation_rows import from_operation
from infra.store.store import TableStore
from local.ministack import Emulator
from tests.infra.conftest import client_of
from tests.infra.samples import (
    NOON,
    RATE,
    SetClock,
    make_account,
    make_cluster,
    make_operation,
    make_transition,
    must_begin,
    must_begin_change,
)
from tests.infra.traffic import Traffic

pytestmark = [pytest.mark.emulator, pytest.mark.thorough]

ACCOUNTS = [make_account(f"account {number:02}") for number in range(100)]
NAMES = [f"cluster {number:02}" for number in range(100)]
SOME = ACCOUNTS[42]
BUSY = ACCOUNTS[50]
WIDE = RATE.model_copy(update={"requests": 1000})


@pytest.fixture(scope="module")
def fleet(emulator: Emulator) -> Iterator[tuple[TableStore, Traffic]]:
    """A hundred accounts of a hundred clusters each, of which every twentieth needs attention; every tenth account has
    seen a hundred changes.
    """
    client = client_of(emulator)
    clock = SetClock()
    create_table(client, "growth")
    table = DynamoTable(client, "growth", clock)
    store = TableStore(table, clock)
    rows = [
        to_attributes(from_item(make_cluster(account, name, phase=phase_of(number)), account))
        for account in ACCOUNTS
        for number, name in enumerate(NAMES)
    ]
    rows += [
        to_attributes(from_operation(make_operation(account, f"o{number:02}").succeeded(NOON), None))
        for account in ACCOUNTS[::10]
        for number in range(100)
    ]
    for first in range(0, len(rows), 25):
        client.batch_write_item(
            RequestItems={"growth": [{"PutRequest": {"Item": row}} for row in rows[first : first + 25]]}
        )

    async def connect() -> None:
        for account in ACCOUNTS:
            await store.connect(account, due_at=NOON)

    asyncio.run(connect())
    with Traffic.of(client) as traffic:
        yield store, traffic
    table.close()
    client.delete_table(TableName="growth")
    client.close()


def phase_of(number: int) -> Phase:
    return Phase.READY if number % 20 else Phase.FAILED


@pytest.fixture
def store(fleet: tuple[TableStore, Traffic]) -> TableStore:
    return fleet[0]


@pytest.fixture
def traffic(fleet: tuple[TableStore, Traffic]) -> Traffic:
    fleet[1].clear()
    return fleet[1]


async def test_a_page_of_clusters_costs_its_own_rows(store: TableStore, traffic: Traffic) -> None:
    page = await store.clusters_of(SOME.id, after=(NAMES[49], NAMES[49]), limit=20)
    assert [row.item.name for row in page] == NAMES[50:70]
    assert traffic.operations == ["Query"]
    assert traffic.examined == 20
    assert traffic.read <= 5  # 20 rows of well under 2 KB at half a unit for 4 KB


async def test_a_page_of_what_needs_attention_costs_a_page_of_each_shard(
    store: TableStore, traffic: Traffic
) -> None:
    page = await store.attention(after=FleetOrder(*SOME.order, NAMES[50], NAMES[50]), limit=20)
    assert [order.name for order, _ in page[:3]] == [NAMES[60], NAMES[80], NAMES[0]]
    assert traffic.operations == ["Query"] * ATTENTION_SHARDS
    assert traffic.examined <= 20 * ATTENTION_SHARDS
    assert traffic.read <= 5 * ATTENTION_SHARDS


async def test_asking_who_is_due_costs_those_it_finds(store: TableStore, traffic: Traffic) -> None:
    shards = DUE_SHARDS + 1
    assert len(await store.due(NOON, 10)) == 10
    assert traffic.operations == ["Query"] * shards
    assert traffic.examined <= 10 * shards
    assert traffic.read <= shards

    traffic.clear()
    assert await store.due(NOON - timedelta(seconds=1), 10) == []
    assert traffic.operations == ["Query"] * shards
    assert traffic.examined == 0


async def test_a_page_of_accounts_costs_its_own_rows(store: TableStore, traffic: Traffic) -> None:
    assert [one.account for one in await store.accounts(after=SOME.order, limit=10)] == ACCOUNTS[43:53]
    assert traffic.operations == ["Query", "BatchGetItem"]
    assert traffic.examined == 10


async def test_a_cluster_by_name_costs_one_row(store: TableStore, traffic: Traffic) -> None:
    assert len(await store.clusters_named(SOME.id, NAMES[7])) == 1
    assert traffic.operations == ["Query"]
    assert traffic.examined == 1


async def test_a_batch_of_references_costs_one_request(store: TableStore, traffic: Traffic) -> None:
    refs = [Ref(account.id, NAMES[7]) for account in ACCOUNTS]
    assert len(await store.clusters_by_ref(refs)) == 100
    assert traffic.operations == ["BatchGetItem"]


async def test_an_observation_costs_its_own_account_and_what_changed_in_it(
    store: TableStore, traffic: Traffic
) -> None:
    lease = await must_begin(store, SOME, NOON, rate=WIDE, due_at=NOON)
    assert traffic.operations == ["BatchGetItem", "UpdateItem", "PutItem"]
    assert traffic.written <= 2  # two rows of under 1 KB, and no index

    traffic.clear()
    assert len(await store.clusters(SOME.id)) == 100
    assert traffic.operations == ["Query"]
    assert traffic.examined == 100

    traffic.clear()
    moved = make_cluster(SOME, NAMES[1], phase=Phase.UPDATING)
    change = make_transition(SOME, NAMES[1], before=Phase.READY, after=Phase.UPDATING)
    await store.save(lease, Changes(puts=[moved], transitions=[change]))
    assert traffic.operations == ["TransactWriteItems"]
    assert traffic.written <= 14

    traffic.clear()
    await store.end(lease, AccountState(), due_at=NOON + timedelta(minutes=1))
    assert traffic.operations == ["UpdateItem"]
    assert traffic.written <= 4  # the row, its listing, and its place among the due, left and taken


async def test_a_page_of_operations_costs_its_own_rows(store: TableStore, traffic: Traffic) -> None:
    page = await store.operations(before=("o50", ""), limit=20)
    assert [one.id for one in page] == ["o49"] * 10 + ["o48"] * 10
    assert traffic.operations == ["Query"]
    assert traffic.examined == 21
    assert traffic.read <= 6

    traffic.clear()
    assert [one.id for one in await store.operations_of(BUSY.id, before="o50", limit=2)] == ["o49", "o48"]
    assert traffic.operations == ["Query"]
    assert traffic.examined == 3


async def test_a_change_costs_the_same_however_many_there_were(store: TableStore, traffic: Traffic) -> None:
    kept = await must_begin_change(store, make_operation(BUSY, "new", locks=("a", "b")))
    assert traffic.operations == ["BatchGetItem", "TransactWriteItems"]
    assert traffic.written <= 14  # the account's check, five rows of under 1 KB, one in an index: each twice

    traffic.clear()
    assert await store.open_changes(BUSY.id) == [kept]
    assert traffic.operations == ["Query", "BatchGetItem"]
    assert traffic.examined == 1
    assert traffic.read <= 2

    traffic.clear()
    assert len(await store.open_operations_by_lock(Ref(one.id, "a") for one in ACCOUNTS)) == 1
    assert traffic.operations == ["BatchGetItem", "BatchGetItem"]

    traffic.clear()
    await store.save_change(kept.succeeded(NOON))
    assert traffic.operations == ["BatchGetItem", "TransactWriteItems"]
    assert traffic.written <= 12
