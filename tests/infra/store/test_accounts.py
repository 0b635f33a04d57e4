"""What the owner of an account may rely on: an organization is connected once, and who leaves is gone at once."""

import asyncio
from datetime import timedelta

import pytest

from fleet.model.cluster import Phase
from fleet.ports.reader import Ref
from fleet.ports.store import AccountGone, Changes, OrganizationTaken, StaleObserver, Store
from infra.store.account_rows import organization_key
from infra.store.store import TableStore
from infra.store.table import Table
from infra.store.writes import delete
from tests.infra.conftest import rows_of
from tests.infra.interposed import InterposedTable
from tests.infra.samples import NOON, SetClock, begin, forget, make_account, make_cluster, must_begin, observe
from tests.infra.traffic import Interrupted, Traffic
from tests.tables import Opened

ACME = make_account()
TWIN = make_account("twin").model_copy(update={"external_id": ACME.external_id})
BY_TOKEN = make_account("implied", provider="cockroachdb").model_copy(update={"external_id": None})
MINUTE = timedelta(minutes=1)


# --------------------------------------------------------------------------------------------------- organizations


async def test_an_organization_is_connected_once(store: Store, opened: Opened) -> None:
    await store.connect(ACME, due_at=NOON)
    with pytest.raises(OrganizationTaken) as taken:
        await store.connect(TWIN, due_at=NOON)
    assert taken.value.account_id == ACME.id
    assert await store.account(TWIN.id) is None
    assert rows_of(opened, "account") == ["account"]
    await store.connect(ACME.model_copy(update={"token_hint": "new!"}), due_at=NOON)


@pytest.mark.parametrize(
    "other",
    [
        {"external_id": "another"},
        {"provider": "qovery"},
        {"base_url": "https://kupe.example.com"},
        {"external_id": None},
    ],
)
async def test_what_differs_is_another_organization(store: Store, other: dict[str, str]) -> None:
    await store.connect(ACME, due_at=NOON)
    await store.connect(TWIN.model_copy(update=other), due_at=NOON)


async def test_of_two_who_connect_an_organization_at_once_one_does(store: Store) -> None:
    answers = await asyncio.gather(
        *(store.connect(one, due_at=NOON) for one in (ACME, TWIN)), return_exceptions=True
    )
    (refusal,) = [one for one in answers if one is not None]
    assert isinstance(refusal, OrganizationTaken)
    (kept,) = await store.accounts(after=None, limit=9)
    assert refusal.account_id == kept.account.id


async def test_an_organization_that_is_connected_in_that_moment_is_taken(
    store: Store, interposed: InterposedTable, clock: SetClock
) -> None:
    interposed.meanwhile = lambda: store.connect(ACME, due_at=NOON)
    with pytest.raises(OrganizationTaken):
        await TableStore(interposed, clock).connect(TWIN, due_at=NOON)
    assert await store.account(TWIN.id) is None


async def test_one_token_is_one_organization_where_the_token_alone_tells(
    store: Store, opened: Opened
) -> None:
    same_token = BY_TOKEN.model_copy(update={"id": "same token", "name": "same token"})
    await store.connect(BY_TOKEN, due_at=NOON)
    with pytest.raises(OrganizationTaken):
        await store.connect(same_token, due_at=NOON)

    await store.connect(BY_TOKEN.model_copy(update={"budget_key": "replaced"}), due_at=NOON)
    assert rows_of(opened, "organization") == ["organization"]
    await store.connect(same_token, due_at=NOON)
    with pytest.raises(OrganizationTaken) as taken:
        await store.connect(same_token.model_copy(update={"budget_key": "replaced"}), due_at=NOON)
    assert taken.value.account_id == BY_TOKEN.id
    kept = await store.account(same_token.id)
    assert kept is not None
    assert kept.account == same_token, "a token that is refused replaces nothing"


async def test_an_organization_is_free_from_the_moment_in_which_its_account_is_hidden(
    store: Store, clock: SetClock, opened: Opened
) -> None:
    await store.connect(ACME, due_at=NOON)
    await store.hide(ACME.id, due_at=NOON)
    await store.connect(TWIN, due_at=NOON)
    await store.remove(ACME.id)
    with pytest.raises(OrganizationTaken):
        await store.connect(ACME, due_at=NOON)
    await forget(store, TWIN, NOON)
    await forget(store, TWIN, NOON)
    assert rows_of(opened, "organization") == []
    await store.connect(ACME, due_at=NOON)


async def test_an_account_that_holds_no_organization_takes_its_own_or_leaves_without(
    store: Store, table: Table, opened: Opened
) -> None:
    """One that was connected before organizations were kept."""
    await store.connect(ACME, due_at=NOON)
    await table.write(delete(organization_key(ACME)))
    await store.connect(ACME, due_at=NOON)
    assert rows_of(opened, "organization") == ["organization"]
    await table.write(delete(organization_key(ACME)))
    await store.connect(TWIN, due_at=NOON)
    await forget(store, ACME, NOON)
    assert rows_of(opened, "organization") == ["organization"]
    with pytest.raises(OrganizationTaken):
        await store.connect(ACME, due_at=NOON)


# ----------------------------------------------------------------------------------------------------------- hiding


async def test_a_hidden_account_is_gone_at_once_and_due(store: Store, clock: SetClock) -> None:
    await observe(store, ACME, NOON, Changes(puts=[make_cluster(ACME, "c1", phase=Phase.FAILED)]))
    await store.hide(ACME.id, due_at=NOON + MINUTE)
    assert await store.account(ACME.id) is None
    assert await store.accounts(after=None, limit=9) == []
    assert await store.accounts_by_id([ACME.id]) == {}
    assert await store.due(NOON, 9) == []
    assert await store.due(NOON + MINUTE, 9) == [(ACME.id, NOON + MINUTE)]


async def test_nobody_observes_a_hidden_account_on(store: Store, clock: SetClock) -> None:
    await store.connect(ACME, due_at=NOON)
    lease = await must_begin(store, ACME, NOON)
    await store.hide(ACME.id, due_at=NOON)
    with pytest.raises(AccountGone):
        await store.save(lease, Changes(puts=[make_cluster(ACME, "c1")]))
    with pytest.raises(AccountGone):
        await store.end(lease, lease.tracked.state, due_at=NOON + MINUTE)
    with pytest.raises(AccountGone):
        await begin(store, ACME, NOON, due_at=NOON)
    assert await store.due(NOON, 9) == [(ACME.id, NOON)]


async def test_who_is_hidden_in_the_moment_of_a_beginning_stays_hidden(
    store: Store, interposed: InterposedTable, clock: SetClock
) -> None:
    await store.connect(ACME, due_at=NOON)

    async def somebody_begins() -> None:
        await must_begin(store, ACME, NOON)

    interposed.meanwhile = somebody_begins
    await TableStore(interposed, clock).hide(ACME.id, due_at=NOON)
    assert await store.account(ACME.id) is None

    await store.connect(ACME, due_at=NOON)
    interposed.meanwhile = lambda: store.hide(ACME.id, due_at=NOON)
    with pytest.raises(AccountGone):
        await begin(TableStore(interposed, clock), ACME, NOON)
    assert await store.account(ACME.id) is None


async def test_who_is_hidden_in_the_moment_of_another_change_leaves_nothing_behind(
    store: Store, interposed: InterposedTable, clock: SetClock, opened: Opened, table: Table
) -> None:
    await store.connect(ACME, due_at=NOON)
    moved = ACME.model_copy(update={"external_id": "moved"})
    interposed.meanwhile = lambda: store.connect(moved, due_at=NOON)
    await TableStore(interposed, clock).hide(ACME.id, due_at=NOON)
    assert rows_of(opened, "organization") == []

    await store.connect(ACME, due_at=NOON)
    await table.write(delete(organization_key(ACME)))
    interposed.meanwhile = lambda: store.connect(ACME, due_at=NOON)
    await TableStore(interposed, clock).hide(ACME.id, due_at=NOON)
    assert rows_of(opened, "organization") == []

    await store.connect(ACME, due_at=NOON)
    interposed.meanwhile = lambda: forget(store, ACME, NOON)
    await TableStore(interposed, clock).hide(ACME.id, due_at=NOON)
    assert rows_of(opened, "") == []


async def test_a_hidden_account_is_due_until_it_is_removed(store: Store, clock: SetClock) -> None:
    await store.connect(ACME, due_at=NOON + 9 * MINUTE)
    await store.hide(ACME.id, due_at=NOON)
    assert await store.due(NOON, 9) == [(ACME.id, NOON)]
    await store.remove(ACME.id)
    assert await store.due(NOON + 99 * MINUTE, 9) == []


async def test_hiding_what_is_hidden_or_was_never_there_does_nothing(
    store: Store, opened: Opened, traffic: Traffic
) -> None:
    await store.connect(ACME, due_at=NOON)
    await store.hide(ACME.id, due_at=NOON)
    traffic.clear()
    await store.hide(ACME.id, due_at=NOON + MINUTE)
    await store.hide("never connected", due_at=NOON)
    assert traffic.writes == []
    assert await store.due(NOON, 9) == [(ACME.id, NOON)]


async def test_hiding_is_done_whole_or_not_at_all(store: Store, traffic: Traffic) -> None:
    await store.connect(ACME, due_at=NOON)
    traffic.allowed["TransactWriteItems"] = 0
    with pytest.raises(Interrupted):
        await store.hide(ACME.id, due_at=NOON)
    del traffic.allowed["TransactWriteItems"]
    with pytest.raises(OrganizationTaken):
        await store.connect(TWIN, due_at=NOON)


async def test_an_account_that_is_connected_is_not_removed(store: Store) -> None:
    """A removal that comes late finds an account that was connected again."""
    await observe(store, ACME, NOON, Changes(puts=[make_cluster(ACME, "c1")]))
    await store.remove(ACME.id)
    assert await store.account(ACME.id) is not None
    assert list(await store.clusters_by_ref([Ref(ACME.id, "c1")])) == [Ref(ACME.id, "c1")]


async def test_an_account_that_is_connected_while_it_is_removed_begins_anew(
    store: Store, clock: SetClock
) -> None:
    await observe(store, ACME, NOON, Changes(puts=[make_cluster(ACME, "c1")]))
    lease = await must_begin(store, ACME, NOON)
    await store.hide(ACME.id, due_at=NOON)
    clock.advance(1)
    await store.connect(ACME, due_at=NOON + MINUTE)
    assert await store.clusters(ACME.id) == []
    assert await store.due(NOON + MINUTE, 9) == [(ACME.id, NOON + MINUTE)]
    with pytest.raises(StaleObserver):
        await store.save(lease, Changes(puts=[make_cluster(ACME, "c1")]))
