"""Whatever asks a limited memory: nothing that it is not to see is even looked up."""

import inspect
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from fleet.model.account import Account, TrackedAccount
from fleet.model.caller import Caller
from fleet.ports.reader import Reader, Ref
from fleet.reading.visible import LimitedReader, visible_to

VISIBLE, HIDDEN = "visible", "hidden"
BY_ACCOUNT = {
    "clusters_of",
    "clusters_named",
    "nodes_of",
    "integrations_of",
    "regions_of",
    "instance_types_of",
    "versions_of",
    "plans_of",
    "statements_of",
    "history",
    "ledger",
    "operations_of",
}
BY_REF = {
    "clusters_by_ref",
    "nodes_by_ref",
    "integrations_by_ref",
    "operations_by_ref",
    "open_operations_by_lock",
}
BY_WHOLE_ACCOUNT = {"all_clusters", "first_clusters", "first_nodes"}
OF_ALL = {"account_named", "accounts", "accounts_by_id", "activity", "attention", "feed", "operations"}
"""Held to it by what the graph answers with."""
OF_NONE = {"budget"}
SEVERAL = {*BY_REF, "all_clusters", "first_nodes"}
"""Those that take several at once."""


class Memory:
    """Notes what it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        async def noting(*arguments: Any, **_: Any) -> str:
            self.asked.append(tuple(list(one) if name in SEVERAL else one for one in arguments))
            return "what it remembers"

        return noting


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def limited(memory: Memory) -> LimitedReader:
    return LimitedReader(cast("Reader", memory), frozenset({VISIBLE}))


def test_every_question_that_a_memory_answers_is_accounted_for() -> None:
    asked = {name for name, _ in inspect.getmembers(Reader, inspect.isfunction) if not name.startswith("_")}
    assert asked == BY_ACCOUNT | BY_REF | BY_WHOLE_ACCOUNT | OF_ALL | OF_NONE


async def ask(limited: LimitedReader, name: str, account_id: str) -> object:
    method = getattr(limited, name)
    given: dict[str, Any] = {"account_id": account_id, "cluster": Ref(account_id, "c1"), "name": "web"}
    return await method(
        **{
            each: given.get(each, 10 if each == "limit" else None)
            for each in inspect.signature(method).parameters
        }
    )


@pytest.mark.parametrize("name", sorted(BY_ACCOUNT))
async def test_of_a_hidden_account_there_is_nothing(
    name: str, limited: LimitedReader, memory: Memory
) -> None:
    assert not await ask(limited, name, HIDDEN)
    assert memory.asked == []
    assert await ask(limited, name, VISIBLE) == "what it remembers"


@pytest.mark.parametrize("name", sorted(BY_REF))
async def test_what_is_named_is_looked_up_where_its_account_is_visible(
    name: str, limited: LimitedReader, memory: Memory
) -> None:
    await getattr(limited, name)([Ref(VISIBLE, "a"), Ref(HIDDEN, "a"), Ref(VISIBLE, "b")])
    assert memory.asked == [([Ref(VISIBLE, "a"), Ref(VISIBLE, "b")],)]


def account(account_id: str) -> TrackedAccount:
    return TrackedAccount(
        account=Account(
            id=account_id,
            provider="kupe",
            name=account_id,
            token_hint="",
            token_replaced_at=datetime(2026, 1, 1, tzinfo=UTC),
            budget_key="",
        )
    )


async def test_of_accounts_that_the_caller_read_only_the_visible_are_looked_up(
    limited: LimitedReader, memory: Memory
) -> None:
    visible, hidden = account(VISIBLE), account(HIDDEN)
    await limited.all_clusters([visible, hidden])
    await limited.first_nodes([(visible, frozenset("a")), (hidden, frozenset("b"))], limit=1)
    assert not await limited.first_clusters(hidden, limit=1)
    assert await limited.first_clusters(visible, limit=1)
    assert memory.asked == [([visible],), ([(visible, frozenset("a"))],), (visible,)]


def test_who_sees_every_account_asks_the_memory_itself(memory: Memory) -> None:
    reader = cast("Reader", memory)
    assert visible_to(Caller(id="x", name="x"), reader) is reader
    assert isinstance(visible_to(Caller(id="x", name="x", account_ids=frozenset()), reader), LimitedReader)
