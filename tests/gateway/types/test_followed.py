"""Changes that outlive their request: what is shown of them, and how they are listed."""

from datetime import timedelta
from typing import Any

import pytest

from fleet.model import opaque
from fleet.model.change import CreateCluster
from fleet.model.operation import Operation, OperationState, Target, TargetKind
from fleet.providers.kupe import KupeClusterSpec, KupeClusterType
from fleet.reading.pages import EXAMINED_ROWS
from infra.store.store import TableStore
from tests.gateway.fleet import ACME, EXTERNAL_ID, MERIDIAN, NORTH, OUTAGE, populate
from tests.gateway.mutations.asked import AWS_PROD, LEDGER, PRODUCTION
from tests.gateway.script import numbered, operation
from tests.gateway.world import NOON, Client, SetClock, WatchedReader

PAGE = """query ($first: Int!, $after: String, $filter: OperationFilter) {
    operations(first: $first, after: $after, filter: $filter) {
        nodes { targetName requestedAt state }
        pageInfo { hasNextPage endCursor }
    }
}"""
OF_LEDGER = Target(kind=TargetKind.CLUSTER, key=EXTERNAL_ID)


def global_id(one: Operation) -> str:
    return opaque.write(["Operation", one.account_id, one.id])


async def keep(store: TableStore, *operations: Operation) -> None:
    for one in operations:
        kept = await store.begin_change(one.model_copy(update={"version": 0}), idempotency=None)
        assert isinstance(kept, Operation)


@pytest.fixture
async def small(store: TableStore, clock: SetClock) -> TableStore:
    """The small fleet, to be written to."""
    await populate(store, clock)
    return store


async def walk(client: Client, **variables: Any) -> list[list[str]]:
    """The names on each page, to the last."""
    pages = []
    after = None
    while True:
        page = (await client.query(PAGE, after=after, **variables))["operations"]
        pages.append([node["targetName"] for node in page["nodes"]])
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return pages


def named(operations: list[Operation]) -> list[Operation]:
    return [one.model_copy(update={"target_name": one.id}) for one in operations]


async def test_changes_are_listed_newest_first_across_accounts(small: TableStore, client: Client) -> None:
    await keep(small, *named(numbered(5))[::2], *named(numbered(5, NORTH))[1::2])
    assert await walk(client, first=2) == [["op-0004", "op-0003"], ["op-0002", "op-0001"], ["op-0000"]]
    assert await walk(client, first=5) == [["op-0004", "op-0003", "op-0002", "op-0001", "op-0000"]]


async def test_a_change_that_comes_between_two_pages_moves_no_other(
    small: TableStore, client: Client
) -> None:
    first, second, third = named(numbered(3))
    await keep(small, first, second)
    page = (await client.query(PAGE, first=1))["operations"]
    await keep(small, third)
    rest = (await client.query(PAGE, first=5, after=page["pageInfo"]["endCursor"]))["operations"]
    assert [node["targetName"] for node in rest["nodes"]] == ["op-0000"]


async def test_changes_are_narrowed_by_state_and_by_cluster(small: TableStore, client: Client) -> None:
    of_ledger = named(numbered(3, MERIDIAN, OF_LEDGER))
    ended = operation(id="op-9", target_name="op-9", target=Target(kind=TargetKind.CLUSTER, key="x"))
    await keep(small, *of_ledger, ended)
    await small.save_change(ended.model_copy(update={"version": 1}).succeeded(NOON))
    assert await walk(client, first=5, filter={"states": ["SUCCEEDED"]}) == [["op-9"]]
    assert await walk(client, first=5, filter={"states": []}) == [[]]
    assert await walk(client, first=2, filter={"clusterId": LEDGER}) == [["op-0002", "op-0001"], ["op-0000"]]
    assert await walk(client, first=5, filter={"clusterId": LEDGER, "states": ["FAILED"]}) == [[]]
    for strange in (PRODUCTION, AWS_PROD, "nonsense"):
        assert await walk(client, first=5, filter={"clusterId": strange}) == [[]]


async def test_a_filter_reads_a_bounded_number_of_changes_a_page(store: TableStore, clock: SetClock) -> None:
    class Endless(WatchedReader):
        examined = 0

        async def operations(self, *, before: tuple[str, str] | None, limit: int) -> list[Operation]:
            self.examined += limit
            start = 10**6 if before is None else int(before[0])
            return [operation(id=f"{start - number:07}") for number in range(1, limit + 1)]

    reader = Endless(store)
    page = (await Client(reader, clock).query(PAGE, first=5, filter={"states": ["FAILED"]}))["operations"]
    assert page["nodes"] == []
    assert page["pageInfo"]["hasNextPage"] is True
    assert EXAMINED_ROWS <= reader.examined <= EXAMINED_ROWS + 100


async def test_a_cursor_of_another_listing_is_refused(small: TableStore, client: Client) -> None:
    data = await client.query("{ accounts(first: 1) { pageInfo { endCursor } } }")
    message = await client.refusal(PAGE, first=1, after=data["accounts"]["pageInfo"]["endCursor"])
    assert message == "Argument `after` is not a cursor of this listing."


async def test_an_operation_is_had_again_by_its_id(small: TableStore, client: Client) -> None:
    one = operation(target=Target(kind=TargetKind.CLUSTER, key="id-of-production"), requested_by="ci")
    await keep(small, one)
    document = """query ($id: ID!) { node(id: $id) { __typename id ... on Operation {
        kind state requestedBy requestedAt finishedAt deadline pollAfterSeconds
        failure { message } account { name } target { __typename ... on Cluster { name } } candidates { name }
    } } }"""
    data = await client.query(document, id=global_id(one))
    assert data["node"] == {
        "__typename": "Operation",
        "id": global_id(one),
        "kind": "STOP_CLUSTER",
        "state": "RUNNING",
        "requestedBy": "ci",
        "requestedAt": "2026-04-06T12:00:00Z",
        "finishedAt": None,
        "deadline": "2026-04-06T14:00:00Z",
        "pollAfterSeconds": 2,
        "failure": None,
        "account": {"name": "acme"},
        "target": {"__typename": "Cluster", "name": "production"},
        "candidates": [],
    }
    nobody = opaque.write(["Operation", ACME.id, "nothing"])
    assert await client.query(document, id=nobody) == {"node": None}


@pytest.mark.parametrize(
    ("owner", "target", "shown"),
    [
        (ACME, Target(kind=TargetKind.ACCOUNT, key=ACME.id), ("Account", "acme")),
        (MERIDIAN, OF_LEDGER, ("Cluster", "shipments-ledger")),
        (MERIDIAN, Target(kind=TargetKind.NODE, key=f"{EXTERNAL_ID}/node-1"), ("ClusterNode", "node-1")),
        (NORTH, Target(kind=TargetKind.INTEGRATION, key="aws-prod"), ("Integration", "aws-prod")),
        (NORTH, Target(kind=TargetKind.INTEGRATION, key="not-yet-seen"), None),
        (NORTH, None, None),
    ],
)
async def test_what_is_changed_is_shown_whatever_its_kind(
    owner: Any, target: Target | None, shown: Any, small: TableStore, client: Client
) -> None:
    await keep(small, operation(owner, target=target))
    data = await client.query(
        """{ operations { nodes { target { __typename
            ... on Account { name } ... on Cluster { name } ... on ClusterNode { name } ... on Integration { name }
        } } } }"""
    )
    expected = None if shown is None else {"__typename": shown[0], "name": shown[1]}
    assert data["operations"]["nodes"] == [{"target": expected}]


async def test_operations_outlive_their_account_and_show_nothing_of_it(
    small: TableStore, client: Client
) -> None:
    await keep(
        small,
        operation(MERIDIAN, target=OF_LEDGER, candidates=(EXTERNAL_ID,), state=OperationState.UNCONFIRMED),
    )
    document = (
        "{ operations { nodes { targetName account { name } target { __typename } candidates { name } } } }"
    )
    (seen,) = (await client.query(document))["operations"]["nodes"]
    assert (seen["account"], seen["candidates"]) == (
        {"name": "Meridian Freight"},
        [{"name": "shipments-ledger"}],
    )
    await small.hide(MERIDIAN.id, due_at=NOON)
    await small.remove(MERIDIAN.id)
    (seen,) = (await client.query(document))["operations"]["nodes"]
    assert seen == {"targetName": "production", "account": None, "target": None, "candidates": []}


async def test_asking_again_is_advised_less_often_as_time_passes_and_not_at_all_at_the_end(
    small: TableStore, client: Client, clock: SetClock
) -> None:
    one = operation(failure=OUTAGE, state=OperationState.UNCONFIRMED)
    await keep(small, one)
    document = "{ operations { nodes { state pollAfterSeconds failure { kind } } } }"
    advised = []
    for minutes in (0, 5, 60):
        clock.at = NOON + timedelta(minutes=minutes)
        (seen,) = (await client.query(document))["operations"]["nodes"]
        advised.append(seen["pollAfterSeconds"])
    assert advised == [2, 30, 60]
    await small.save_change(one.model_copy(update={"version": 1}).timed_out(clock.at))
    (seen,) = (await client.query(document))["operations"]["nodes"]
    assert seen == {"state": "TIMED_OUT", "pollAfterSeconds": None, "failure": {"kind": "TIMEOUT"}}


async def test_a_cluster_shows_the_change_in_flight(small: TableStore, client: Client) -> None:
    document = "query ($id: ID!) { cluster(id: $id) { operation { kind targetName } } }"
    assert (await client.query(document, id=PRODUCTION))["cluster"] == {"operation": None}
    stop = operation(
        target=Target(kind=TargetKind.CLUSTER, key="id-of-production"), locks=("cluster id-of-production",)
    )
    await keep(small, stop)
    shown = {"operation": {"kind": "STOP_CLUSTER", "targetName": "production"}}
    assert (await client.query(document, id=PRODUCTION))["cluster"] == shown
    await small.save_change(stop.model_copy(update={"version": 1}).succeeded(NOON))
    assert (await client.query(document, id=PRODUCTION))["cluster"] == {"operation": None}


async def test_a_cluster_shows_the_creation_that_made_it_and_no_other_of_its_name(
    small: TableStore, client: Client
) -> None:
    change = CreateCluster(
        provider="kupe",
        name="production",
        spec=KupeClusterSpec(display_name="x", type=KupeClusterType.SHARED),
    )
    creation = operation(ACME, change, locks=("name production",))
    await keep(small, creation)
    document = "query ($id: ID!) { cluster(id: $id) { operation { kind } } }"
    assert (await client.query(document, id=PRODUCTION))["cluster"] == {"operation": None}
    made = Target(kind=TargetKind.CLUSTER, key="id-of-production")
    await small.save_change(creation.model_copy(update={"version": 1}).answered(NOON, made))
    assert (await client.query(document, id=PRODUCTION))["cluster"] == {
        "operation": {"kind": "CREATE_CLUSTER"}
    }


async def test_a_page_of_changes_takes_as_many_calls_for_three_as_for_thirty(
    small: TableStore, client: Client, reader: WatchedReader
) -> None:
    document = """{ operations(first: 100) { nodes {
        account { name } target { ... on Cluster { name operation { id } } } candidates { name }
    } } clusters { nodes { operation { kind } } } }"""
    await keep(small, *numbered(3, MERIDIAN, OF_LEDGER))
    await client.query(document)  # clusters are kept from then on
    reader.calls.clear()
    await client.query(document)
    few = reader.calls.copy()
    more = [
        one.model_copy(update={"id": f"more-{one.id}", "candidates": (EXTERNAL_ID,)})
        for one in numbered(27, MERIDIAN)
    ]
    await keep(small, *more)
    reader.calls.clear()
    await client.query(document)
    assert reader.calls == few
    assert few["operations"] == 1
    assert few["open_operations_by_lock"] <= 2
