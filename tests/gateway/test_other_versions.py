"""What a later version of ourselves has stored is answered by this one: every page, with what it can read."""

import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from infra.sqlite.table import SqliteTable
from infra.store.store import TableStore
from infra.store.writes import put
from tests.gateway.world import Client, SetClock
from tests.infra.samples import NOON
from tests.infra.store.next_version import BODIES, INVENTED, of_a_next_version
from tests.infra.store.released import FOLDER, changes

DOCUMENTS = Path(__file__).parents[2] / "graphql" / "operations"
LATEST = max(FOLDER.glob("*.json"))
ASKED = [
    text
    for path in sorted(DOCUMENTS.glob("*.graphql"))
    if re.match(r"(#.*\n)*query \w+(\([^!]*\))? \{", text := path.read_text(encoding="utf-8"))
]


@pytest.fixture(params=INVENTED)
async def later(request: pytest.FixtureRequest, clock: SetClock) -> AsyncIterator[Client]:
    table = SqliteTable()
    for row in json.loads(LATEST.read_text(encoding="utf-8")):
        await table.write(put(of_a_next_version(row, INVENTED[request.param])))
    clock.at = NOON + timedelta(seconds=60)
    yield Client(TableStore(table, clock), clock)
    table.close()


@pytest.fixture
async def foreign(clock: SetClock) -> AsyncIterator[Client]:
    """Rows of which nothing but their keys reads."""
    table = SqliteTable()
    for row in json.loads(LATEST.read_text(encoding="utf-8")):
        await table.write(put({name: "{}" if name in BODIES else one for name, one in row.items()}))
    clock.at = NOON + timedelta(seconds=60)
    yield Client(TableStore(table, clock), clock)
    table.close()


@pytest.mark.parametrize("document", ASKED)
async def test_every_page_answers_where_nothing_can_be_read(foreign: Client, document: str) -> None:
    await foreign.query(document)


async def test_what_cannot_be_read_is_shown_as_unknown(foreign: Client) -> None:
    data = await foreign.query(
        "{ accounts(first: 5) { nodes { name } } clusters(first: 100) { nodes { name status { phase } } }"
        " operations(first: 100) { nodes { kind state } } }"
    )
    assert [account["name"] for account in data["accounts"]["nodes"]] == ["acme"]
    assert {cluster["name"] for cluster in data["clusters"]["nodes"]} >= {"of-cockroachdb", "of-kupe"}
    assert {cluster["status"]["phase"] for cluster in data["clusters"]["nodes"]} == {"UNKNOWN"}
    assert {(one["kind"], one["state"]) for one in data["operations"]["nodes"]} == {("UNKNOWN", "UNKNOWN")}
    assert len(data["operations"]["nodes"]) == len(changes())


@pytest.mark.parametrize("document", ASKED)
async def test_every_page_answers_with_what_can_be_read(later: Client, document: str) -> None:
    await later.query(document)


async def test_an_account_of_a_later_version_keeps_its_place_in_the_fleet(later: Client) -> None:
    data = await later.query(
        "{ accounts(first: 5) { nodes { name } } clusters(first: 100) { nodes { name status { phase } } }"
        " operations(first: 100) { nodes { kind state } } fleet { coverage { missing(first: 5) { nodes { name } } } } }"
    )
    assert [account["name"] for account in data["accounts"]["nodes"]] == ["acme"]
    named = {cluster["name"] for cluster in data["clusters"]["nodes"]}
    assert named == {"of-cockroachdb", "of-kupe", "of-northflank", "of-qovery"}
    assert len(data["operations"]["nodes"]) == len(changes())
