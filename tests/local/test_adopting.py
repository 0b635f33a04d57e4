"""Which accounts a runner takes on at its start: nothing is forgotten because it was not named."""

from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from fleet.accounts.new_account import make_account
from fleet.model.account import AccountState, Collection, CollectionState
from fleet.ports.store import Changes
from infra.secrets.runner import RunnerVault
from infra.sqlite.table import SqliteTable
from infra.store.account_rows import name_key
from infra.store.rows import account_key
from infra.store.store import TableStore
from infra.store.writes import put
from local.accounts import AccountsError, GivenAccount
from local.adopting import Adopted, adopt, forget, known_accounts, last_observed_at
from tests.fleet.things import id_of
from tests.infra.samples import NOON, SetClock, make_cluster, must_begin, observe

TOKEN = SecretStr("a-made-up-token")
NEWER = SecretStr("a-newer-made-up-token")


def given(
    name: str = "acme",
    *,
    provider: str = "kupe",
    organization: str | None = "acme",
    token: SecretStr = TOKEN,
) -> GivenAccount:
    account = make_account(
        provider=provider,
        name=name,
        external_id=organization,
        token=token,
        now=NOON,
        account_id=id_of(provider, name),
    )
    return GivenAccount(account=account, token=token)


class Machine:
    """What outlives a runner: its file. `start` is another runner over it, with the accounts it is given."""

    def __init__(self) -> None:
        self.table = SqliteTable()
        self.clock = SetClock()
        self.store = TableStore(self.table, self.clock)
        self.vault = RunnerVault(self.table)

    async def start(self, *accounts: GivenAccount, forgotten: tuple[str, ...] = (), **urls: str) -> Adopted:
        self.vault = RunnerVault(self.table)
        known = await known_accounts(self.store)
        known = await forget(self.store, self.vault, self.clock, known, forgotten)
        return await adopt(self.store, self.vault, self.clock, known, accounts, urls)

    async def clusters(self, name: str) -> list[str]:
        (account,) = [one.account for one in await known_accounts(self.store) if one.account.name == name]
        return [row.item.name for row in await self.store.clusters(account.id)]

    async def observe(self, one: GivenAccount) -> None:
        await observe(
            self.store, one.account, self.clock.now(), Changes(puts=[make_cluster(one.account, "c1")])
        )
        self.clock.advance(120)


@pytest.fixture
def machine() -> Iterator[Machine]:
    made = Machine()
    yield made
    made.table.close()


async def test_another_accounts_file_forgets_nobody(machine: Machine) -> None:
    await machine.start(given())
    await machine.observe(given())
    other = await machine.start(given("other", organization="other"))
    assert list(other.observed.values()) == ["other"]
    assert other.kept == ["kupe/acme"]
    assert await machine.clusters("acme") == ["c1"]
    back = await machine.start(given())
    assert list(back.observed.values()) == ["acme"]
    assert await machine.clusters("acme") == ["c1"]


async def test_an_account_under_another_name_keeps_what_was_observed_of_it(machine: Machine) -> None:
    await machine.start(given())
    await machine.observe(given())
    renamed = await machine.start(given("acme production"))
    assert list(renamed.observed.values()) == ["acme production"]
    assert await machine.clusters("acme production") == ["c1"]
    assert [one.account.name for one in await known_accounts(machine.store)] == ["acme production"]


async def test_forgetting_is_asked_for_by_name(machine: Machine) -> None:
    await machine.start(given(), given("other", organization="other"))
    await machine.observe(given())
    await machine.vault.keep(given().account.id, NEWER)
    left = await machine.start(forgotten=("kupe/acme", "nobody"))
    assert await machine.store.clusters(given().account.id) == []
    with pytest.raises(KeyError):
        await RunnerVault(machine.table).token(given().account.id)
    assert [one.account.name for one in await known_accounts(machine.store)] == ["other"]
    assert left.kept == ["kupe/other"]
    again = await machine.start(given())
    assert list(again.observed.values()) == ["acme"]
    assert await machine.clusters("acme") == []


async def test_a_name_to_forget_that_no_account_has_is_said(
    machine: Machine, caplog: pytest.LogCaptureFixture
) -> None:
    await machine.start(given())
    await machine.start(forgotten=("acne",))
    assert caplog.messages == ["FORGET: there is no account 'acne'; there are: kupe/acme"]


async def test_a_name_that_several_have_is_not_forgotten_by_guess(machine: Machine) -> None:
    northflank = make_account(provider="northflank", name="acme", token=TOKEN, now=NOON)
    await machine.start(given(), GivenAccount(account=northflank, token=TOKEN))
    with pytest.raises(AccountsError, match=r"FORGET.*write the provider"):
        await machine.start(forgotten=("acme",))
    assert len(await known_accounts(machine.store)) == 2


async def test_an_organization_that_another_name_holds_is_said_to_be_held(machine: Machine) -> None:
    ours = given(provider="northflank", organization=None)
    theirs = given("other", provider="northflank", organization=None, token=NEWER)
    await machine.start(ours, theirs)
    with pytest.raises(AccountsError, match="same organization as 'northflank/other'"):
        await machine.start(given(provider="northflank", organization=None, token=NEWER))
    assert len(await known_accounts(machine.store)) == 2


async def test_a_name_with_another_organization_is_not_taken_for_the_account_that_has_it(
    machine: Machine,
) -> None:
    """Its clusters would be marked as deleted, and keys of the one would open the other."""
    await machine.start(given())
    await machine.observe(given())
    with pytest.raises(AccountsError, match=r"'kupe/acme' is remembered here as acme, and not as other"):
        await machine.start(given(organization="other"))
    (tracked,) = await known_accounts(machine.store)
    assert tracked.account.external_id == "acme"
    assert await machine.clusters("acme") == ["c1"]
    await machine.start(given(organization="other"), forgotten=("acme",))
    assert await machine.clusters("acme") == []


async def test_what_a_provider_told_of_an_account_is_kept_when_its_file_is_read_again(
    machine: Machine,
) -> None:
    one = given(provider="cockroachdb", organization=None)
    told = one.account.model_copy(update={"organization_id": "org-1"})
    await machine.store.connect(told, due_at=NOON)
    await machine.start(one)
    (tracked,) = await known_accounts(machine.store)
    assert tracked.account.organization_id == "org-1"


async def test_what_was_connected_while_it_ran_is_observed_after_a_restart(machine: Machine) -> None:
    await machine.start()
    later = given("later", organization="later")
    account = later.account.model_copy(update={"base_url": "http://127.0.0.1:1"})
    await machine.vault.keep(account.id, later.token)
    await machine.store.connect(account, due_at=NOON)
    again = await machine.start(kupe="http://127.0.0.1:2")
    assert again.observed == {account.id: "later"}
    assert await machine.vault.token(account.id) == TOKEN
    tracked = await machine.store.account(account.id)
    assert tracked is not None
    assert tracked.account.base_url == "http://127.0.0.1:2"


async def test_a_token_that_was_given_is_not_written_down(machine: Machine) -> None:
    one = given()
    await machine.start(one)
    assert await machine.vault.token(one.account.id) == TOKEN
    with pytest.raises(KeyError):
        await RunnerVault(machine.table).token(one.account.id)


async def test_a_token_that_replaced_the_given_one_counts_until_another_is_given(machine: Machine) -> None:
    """Northflank counts requests by their token."""
    one = given(provider="northflank")
    await machine.start(one)
    await machine.vault.keep(one.account.id, NEWER)
    await machine.start(one)
    assert await machine.vault.token(one.account.id) == NEWER
    tracked = await machine.store.account(one.account.id)
    assert tracked is not None
    assert tracked.account.budget_key == given(provider="northflank", token=NEWER).account.budget_key
    third = SecretStr("a-third-made-up-token")
    await machine.start(given(provider="northflank", token=third))
    assert await machine.vault.token(one.account.id) == third


async def test_a_token_goes_with_its_account(machine: Machine) -> None:
    one = given()
    await machine.start(one)
    await machine.vault.keep(one.account.id, NEWER)
    await machine.vault.forget(one.account.id)
    with pytest.raises(KeyError):
        await RunnerVault(machine.table).token(one.account.id)


async def test_without_a_private_place_no_token_is_kept() -> None:
    vault = RunnerVault(None)
    await vault.keep("a", TOKEN)
    assert await vault.token("a") == TOKEN
    await vault.forget("a")
    with pytest.raises(KeyError):
        await vault.token("a")


async def test_what_was_observed_when_a_runner_was_killed_is_due_at_once(machine: Machine) -> None:
    one = given()
    await machine.start(one)
    now = machine.clock.now()
    await machine.start(one)
    assert await machine.store.due(now, 5) == [(one.account.id, now)]


async def test_time_has_come_as_far_as_the_latest_answer(machine: Machine) -> None:
    await machine.start(given(), given("other", organization="other"))
    assert last_observed_at(await known_accounts(machine.store)) is None
    for one in await known_accounts(machine.store):
        machine.clock.advance(60)
        lease = await must_begin(machine.store, one.account, machine.clock.now())
        seen = AccountState(
            collections={Collection.CLUSTERS: CollectionState(observed_at=machine.clock.now())}
        )
        await machine.store.end(lease, seen, due_at=machine.clock.now())
    assert last_observed_at(await known_accounts(machine.store)) == machine.clock.now()


async def test_of_many_accounts_all_are_remembered(machine: Machine) -> None:
    many = [given(f"account {number}", organization=f"{number}") for number in range(101)]
    await machine.start(*many)
    assert len((await machine.start()).kept) == len(many)


async def test_an_account_that_another_version_stored_is_left_as_it_is_unless_it_is_given() -> None:
    machine = Machine()
    await machine.start(given())
    key = account_key(given().account.id)
    row = await machine.table.get(key)
    assert row is not None
    foreign = {**row, "body": '{"of": "another form"}'}
    await machine.table.write(put(foreign))
    await machine.vault.keep(given().account.id, NEWER)
    assert (await machine.start()).observed == {}
    assert await machine.table.get(key) == foreign
    assert list((await machine.start(given())).observed.values()) == ["acme"]
    assert await machine.clusters("acme") == []


async def test_a_name_that_another_version_holds_is_a_sentence() -> None:
    machine = Machine()
    (pk, sk) = name_key(given().account)
    await machine.table.write(put({"pk": pk, "sk": sk, "held": "by something new"}))
    with pytest.raises(AccountsError, match="a form which this version"):
        await machine.start(given())
