"""Envelopes in the table."""

import pytest

from fleet.model.envelope import MOST_ENVELOPES, Envelope
from fleet.model.money import Money
from fleet.ports.envelopes import TooManyEnvelopes
from infra.store.envelopes import TableEnvelopes
from infra.store.table import Table
from tests.infra.samples import NOON, SetClock


def envelope(name: str, cents: int = 100) -> Envelope:
    money = Money(minor_units=cents, currency="USD")
    return Envelope(name=name, money=money, labels={"env": "prod"}, set_by="me", set_at=NOON)


@pytest.fixture
def envelopes(table: Table, clock: SetClock) -> TableEnvelopes:
    return TableEnvelopes(table, clock)


async def test_envelopes_are_kept_by_name_replaced_and_deleted(envelopes: TableEnvelopes) -> None:
    for one in (envelope("b"), envelope("a"), envelope("b", 200)):
        await envelopes.put(one)
    assert await envelopes.all() == [envelope("a"), envelope("b", 200)]
    assert await envelopes.delete("a") == envelope("a")
    assert await envelopes.delete("a") is None
    assert await envelopes.all() == [envelope("b", 200)]


async def test_there_are_so_many_and_no_more(envelopes: TableEnvelopes) -> None:
    for number in range(MOST_ENVELOPES):
        await envelopes.put(envelope(str(number)))
    await envelopes.put(envelope("0", 5))
    with pytest.raises(TooManyEnvelopes):
        await envelopes.put(envelope("one more"))
