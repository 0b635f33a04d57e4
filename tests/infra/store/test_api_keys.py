"""API keys in the table."""

from datetime import UTC, datetime, timedelta

import pytest

from fleet.access.key_token import digest_token, id_of, make_token
from fleet.model.api_key import ApiKey
from fleet.model.caller import Scope
from infra.store.api_keys import KEPT, TableKeys
from infra.store.names import join
from infra.store.table import ConditionFailed, Table
from tests.infra.interposed import InterposedTable
from tests.infra.samples import SetClock


@pytest.fixture
def keys(table: Table, clock: SetClock) -> TableKeys:
    return TableKeys(table, clock)


async def make(keys: TableKeys, clock: SetClock, name: str = "ci", **more: object) -> ApiKey:
    token = make_token()
    digest = digest_token(token)
    key = ApiKey.model_validate(
        {"id": id_of(digest), "name": name, "hint": token[-4:], "scopes": {"read"}, "created_at": clock.now()}
        | more
    )
    await keys.keep(key, digest)
    return key


async def test_a_key_is_found_again_as_it_was_kept(keys: TableKeys, clock: SetClock) -> None:
    key = await make(keys, clock, account_ids={"a1", "a2"}, expires_at=clock.now() + timedelta(days=1))
    found = await keys.find(key.id)
    assert found is not None
    assert found[0] == key
    assert id_of(found[1]) == key.id
    assert await keys.find("another") is None


async def test_a_key_can_last_until_the_end_of_time(keys: TableKeys, clock: SetClock) -> None:
    key = await make(keys, clock, expires_at=datetime.max.replace(tzinfo=UTC))
    assert await keys.page(after=None, limit=10) == [key]


async def test_the_table_never_holds_the_key_itself(keys: TableKeys, clock: SetClock, table: Table) -> None:
    token = make_token()
    digest = digest_token(token)
    key = ApiKey(
        id=id_of(digest), name="ci", hint=token[-4:], scopes=frozenset({Scope.READ}), created_at=clock.now()
    )
    await keys.keep(key, digest)
    row = await table.get((join("apikey", key.id), "apikey"), consistent=True)
    assert row is not None
    assert token not in str(row)
    assert token[3:40] not in str(row)


async def test_a_revoked_key_is_so_at_once_and_stays_so(keys: TableKeys, clock: SetClock) -> None:
    key = await make(keys, clock)
    revoked = await keys.revoke(key.id, clock.now())
    assert revoked is not None
    clock.advance(3600)
    again = await keys.revoke(key.id, clock.now())
    assert again is not None
    assert again.revoked_at == revoked.revoked_at
    found = await keys.find(key.id)
    assert found is not None
    assert found[0].revoked_at == revoked.revoked_at
    assert await keys.revoke("another", clock.now()) is None


async def test_noting_a_use_never_undoes_a_revocation(keys: TableKeys, clock: SetClock) -> None:
    key = await make(keys, clock)
    await keys.revoke(key.id, clock.now())
    await keys.note_use(key, clock.now())
    found = await keys.find(key.id)
    assert found is not None
    assert found[0].revoked_at is not None
    assert found[0].last_used_at is None


async def test_a_revocation_keeps_when_the_key_was_last_used(keys: TableKeys, clock: SetClock) -> None:
    key = await make(keys, clock)
    await keys.note_use(key, clock.now())
    revoked = await keys.revoke(key.id, clock.now())
    assert revoked is not None
    assert revoked.last_used_at == clock.now()


async def test_a_use_that_is_noted_in_that_moment_opens_no_revoked_key(
    keys: TableKeys, interposed: InterposedTable, clock: SetClock
) -> None:
    key = await make(keys, clock)

    async def revoke() -> None:
        await keys.revoke(key.id, clock.now())

    interposed.meanwhile = revoke
    await TableKeys(interposed, clock).note_use(key, clock.now())
    found = await keys.find(key.id)
    assert found is not None
    assert found[0].revoked_at == clock.now()


async def test_a_revocation_counts_although_a_use_is_noted_in_that_moment(
    keys: TableKeys, interposed: InterposedTable, clock: SetClock
) -> None:
    key = await make(keys, clock)
    now = clock.now()
    interposed.meanwhile = lambda: keys.note_use(key, now)
    await TableKeys(interposed, clock).revoke(key.id, now)
    found = await keys.find(key.id)
    assert found is not None
    assert (found[0].last_used_at, found[0].revoked_at) == (now, now)


async def test_keys_are_listed_by_name_page_by_page(keys: TableKeys, clock: SetClock) -> None:
    made = [await make(keys, clock, name) for name in ("web", "ci", "ci", "backup")]
    await keys.revoke(made[0].id, clock.now())
    seen: list[ApiKey] = []
    while page := await keys.page(after=seen[-1].order if seen else None, limit=2):
        seen += page
    assert [key.order for key in seen] == sorted(key.order for key in made)
    assert seen[-1].revoked_at == clock.now()


async def test_what_opens_nothing_any_more_is_forgotten_after_a_while(
    keys: TableKeys, clock: SetClock
) -> None:
    expired = await make(keys, clock, "expired", expires_at=clock.now() + timedelta(days=1))
    revoked = await make(keys, clock, "revoked")
    kept = await make(keys, clock, "kept")
    await keys.revoke(revoked.id, clock.now())
    clock.advance((KEPT + timedelta(days=2)).total_seconds())
    assert [key.name for key in await keys.page(after=None, limit=10)] == ["kept"]
    assert await keys.find(kept.id) is not None
    assert await keys.find(expired.id) is None


async def test_a_write_of_a_key_that_arrives_twice_is_one(keys: TableKeys, clock: SetClock) -> None:
    """Where the answer to the first was lost: a key that nobody was given would stay in the list."""
    key = await make(keys, clock)
    found = await keys.find(key.id)
    assert found is not None
    await keys.keep(key, found[1])
    assert await keys.find(key.id) == found


async def test_a_key_is_not_kept_over_another(keys: TableKeys, clock: SetClock) -> None:
    key = await make(keys, clock)
    with pytest.raises(ConditionFailed):
        await keys.keep(key, "another digest")
