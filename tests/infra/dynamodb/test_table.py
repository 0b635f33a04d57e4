"""The boundary to DynamoDB, against answers that no emulator gives: throttling, conflicts, work left undone."""

import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from infra.dynamodb.opening import open_with_table
from infra.dynamodb.schema import SCHEMA, OtherSchema, create_table
from infra.dynamodb.table import DynamoTable, open_client
from infra.store.names import below
from infra.store.table import TRIES, ConditionFailed, Contended, TableUnavailable
from infra.store.writes import put
from tests.infra.samples import NOON, SetClock

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

ROW = {"pk": "a", "sk": "b"}
KEY = {"pk": {"S": "a"}, "sk": {"S": "b"}}
UNDONE = {"fleet": {"Keys": [KEY]}}


@pytest.fixture
def client() -> "Iterator[DynamoDBClient]":
    opened = open_client()
    yield opened
    opened.close()


@pytest.fixture
def answers(client: "DynamoDBClient") -> Iterator[Stubber]:
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def table(client: "DynamoDBClient", answers: Stubber, clock: SetClock) -> Iterator[DynamoTable]:
    made = DynamoTable(client, "fleet", clock)
    yield made
    made.close()


class MeetingClient:
    """Answers a read once three of them are under way: one after the other, they would wait for ever."""

    def __init__(self) -> None:
        self._all_there = threading.Barrier(3, timeout=40)

    def batch_get_item(self, **wanted: Any) -> Any:
        self._all_there.wait()
        return {"Responses": {"fleet": wanted["RequestItems"]["fleet"]["Keys"]}}


async def test_many_keys_are_asked_for_side_by_side(clock: SetClock) -> None:
    table = DynamoTable(cast(Any, MeetingClient()), "fleet", clock)
    keys = [("a", f"{number:03}") for number in range(250)]
    assert sorted(await table.get_many(keys)) == keys
    table.close()


def cancel(answers: Stubber, *codes: str, times: int = 1) -> None:
    for _ in range(times):
        answers.add_client_error(
            "transact_write_items",
            "TransactionCanceledException",
            modeled_fields={"CancellationReasons": [{"Code": code} for code in codes]},
        )


@pytest.mark.parametrize(
    "codes",
    [("None", "TransactionConflict"), ("ThrottlingError",), ("ProvisionedThroughputExceeded", "None")],
)
async def test_a_transaction_that_met_another_is_sent_again_after_a_pause(
    table: DynamoTable, answers: Stubber, clock: SetClock, codes: tuple[str, ...]
) -> None:
    cancel(answers, *codes, times=2)
    answers.add_response("transact_write_items", {})
    await table.transact([put(ROW)])
    assert clock.now() > NOON


async def test_a_conflict_that_does_not_pass_is_raised_after_some_tries(
    table: DynamoTable, answers: Stubber
) -> None:
    cancel(answers, "TransactionConflict", times=TRIES)
    with pytest.raises(Contended):
        await table.transact([put(ROW)])


@pytest.mark.parametrize(
    "codes", [("ConditionalCheckFailed", "None"), ("TransactionConflict", "ConditionalCheckFailed")]
)
async def test_a_condition_that_failed_is_not_tried_again(
    table: DynamoTable, answers: Stubber, codes: tuple[str, ...]
) -> None:
    cancel(answers, *codes)
    with pytest.raises(ConditionFailed):
        await table.transact([put(ROW)])


async def test_a_single_write_that_met_a_transaction_is_sent_again(
    table: DynamoTable, answers: Stubber
) -> None:
    answers.add_client_error("put_item", "TransactionConflictException")
    answers.add_response("put_item", {})
    await table.write(put(ROW))


@pytest.mark.parametrize("codes", [("ValidationError", "None"), ("ItemCollectionSizeLimitExceeded",)])
async def test_a_fault_of_ours_is_neither_hidden_nor_repeated(
    table: DynamoTable, answers: Stubber, codes: tuple[str, ...]
) -> None:
    cancel(answers, *codes)
    with pytest.raises(ClientError):
        await table.transact([put(ROW)])


async def test_what_a_read_leaves_undone_is_asked_for_again(table: DynamoTable, answers: Stubber) -> None:
    answers.add_response("batch_get_item", {"Responses": {"fleet": []}, "UnprocessedKeys": UNDONE})
    answers.add_response("batch_get_item", {"Responses": {"fleet": [KEY]}}, {"RequestItems": UNDONE})
    assert await table.get_many([("a", "b")]) == {("a", "b"): ROW}


async def test_what_a_read_leaves_undone_for_ever_is_not_taken_for_absent(
    table: DynamoTable, answers: Stubber
) -> None:
    for _ in range(TRIES):
        answers.add_response("batch_get_item", {"Responses": {}, "UnprocessedKeys": UNDONE})
    with pytest.raises(Contended):
        await table.get_many([("a", "b")])


async def test_what_a_deletion_leaves_undone_is_sent_again(table: DynamoTable, answers: Stubber) -> None:
    undone = {"fleet": [{"DeleteRequest": {"Key": KEY}}]}
    answers.add_response("query", {"Items": [KEY]})
    answers.add_response("batch_write_item", {"UnprocessedItems": undone}, {"RequestItems": undone})
    answers.add_response("batch_write_item", {}, {"RequestItems": undone})
    await table.clear(below("a"), but=("a", "c"))


async def test_a_dynamodb_that_does_not_answer_is_said_to_be_away(clock: SetClock) -> None:
    nobody = open_client(endpoint_url="http://127.0.0.1:9")
    table = DynamoTable(nobody, "fleet", clock)
    with pytest.raises(TableUnavailable, match="DynamoDB does not answer"):
        await table.get(("a", "b"))
    table.close()
    nobody.close()


def description(**changes: Any) -> dict[str, Any]:
    indexes = [{**index} for index in reversed(SCHEMA["GlobalSecondaryIndexes"])]
    return {"Table": {"KeySchema": SCHEMA["KeySchema"], "GlobalSecondaryIndexes": indexes, **changes}}


def test_a_table_that_is_there_is_used_whatever_the_order_of_its_indexes(
    client: "DynamoDBClient", answers: Stubber
) -> None:
    answers.add_client_error("create_table", "ResourceInUseException")
    answers.add_response("describe_table", description())
    create_table(client, "fleet")


@pytest.mark.parametrize(
    "changes",
    [
        {"GlobalSecondaryIndexes": []},
        {"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]},
        {
            "GlobalSecondaryIndexes": [
                {**index, "Projection": {"ProjectionType": "KEYS_ONLY"}}
                for index in SCHEMA["GlobalSecondaryIndexes"]
            ]
        },
    ],
)
def test_a_table_of_another_shape_is_refused(
    client: "DynamoDBClient", answers: Stubber, changes: dict[str, Any]
) -> None:
    answers.add_client_error("create_table", "ResourceInUseException")
    answers.add_response("describe_table", description(**changes))
    with pytest.raises(OtherSchema, match="fleet"):
        create_table(client, "fleet")


def test_a_table_of_another_shape_is_a_sentence_for_whoever_opens_it(
    client: "DynamoDBClient", answers: Stubber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.dynamodb.opening.open_client", lambda endpoint_url: client)
    answers.add_client_error("create_table", "ResourceInUseException")
    answers.add_response("describe_table", description(GlobalSecondaryIndexes=[]))
    with pytest.raises(TableUnavailable, match=r"other keys or indexes .* Another version made it"):
        open_with_table("http://127.0.0.1:9", "fleet")
