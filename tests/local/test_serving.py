"""The runner as one process holds it together: who is answered, what goes on beside the answers, and how it ends."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

import sandbox
from adapters import ADAPTERS
from fleet.accounts.new_account import make_account
from fleet.model.account import Account, AccountState, Collection, CollectionState
from fleet.observing.schedule import Pace
from functions.api_settings import ApiSettings
from infra.secrets.runner import RunnerVault
from infra.sqlite.table import SqliteTable
from infra.store.store import TableStore
from infra.store.table import Contended, TableUnavailable
from infra.store.transition_rows import HELD_BACK
from infra.store.writes import Action, put
from local.accounts import GivenAccount
from local.adopting import known_accounts
from local.clock import SteadyClock, seconds_passed, system_time
from local.loop import ObservationLoop
from local.runner import Runner, listen
from local.state import State, file_of
from sandbox.server import Server
from tests.infra.samples import must_begin
from tests.receiver import receiving

pytestmark = pytest.mark.timeout(60)

SLOW = Pace(every_seconds=dict.fromkeys(Collection, 3600))
"""Nothing is observed twice in a test."""
READY = "{ clusters(filter: {phases: [READY]}) { nodes { id name } } }"
ANOTHER_TOKEN = "kupe_sandbox_palisade"


@pytest.fixture
def kupe() -> Iterator[Server]:
    with sandbox.serve("kupe") as server:
        yield server


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    with file_of(tmp_path, "fleetgraph") as opened:
        yield opened


def given(kupe: Server) -> GivenAccount:
    known, token = kupe.accounts[0], SecretStr(kupe.accounts[0].token)
    account = make_account(
        provider="kupe",
        name=known.name,
        external_id=known.external_id,
        api_version=None,
        base_url=kupe.url,
        token=token,
        now=system_time(),
    )
    return GivenAccount(account=account, token=token)


@dataclass(frozen=True)
class Served:
    origin: str
    running: "asyncio.Task[None]"
    client: httpx.AsyncClient

    async def ask(self, document: str, **variables: object) -> dict[str, Any]:
        body = {"query": document, "variables": variables}
        answer = (await self.client.post(f"{self.origin}/graphql", json=body)).json()
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    async def status(self) -> int:
        return (await self.client.get(f"{self.origin}/health")).status_code


@asynccontextmanager
async def serving(
    state: State,
    *accounts: GivenAccount,
    clock: SteadyClock | None = None,
    base_urls: Mapping[str, str] | None = None,
) -> AsyncIterator[Served]:
    """Until the block ends, and then ends it as a supervisor does. `base_urls` are those of the accounts by default."""
    if base_urls is None:
        base_urls = {one.account.provider: str(one.account.base_url) for one in accounts}
    runner = Runner(
        given=accounts,
        forgotten=(),
        state=state,
        clock=clock or SteadyClock(),
        pace=SLOW,
        base_urls=base_urls,
        admin_key=None,
        api=ApiSettings(),
        allowed_origins=(),
        allows_private_webhooks=True,
        greet=lambda adopted: None,
    )
    listener = listen("127.0.0.1", 0)
    running = asyncio.create_task(runner.run(listener))
    origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with httpx.AsyncClient(timeout=20) as client:
        served = Served(origin, running, client)
        await until(lambda: running.done() or _answers(served))
        try:
            yield served
        finally:
            if not running.done():
                os.kill(os.getpid(), signal.SIGTERM)
            async with asyncio.timeout(20):
                await running


async def _answers(served: Served) -> bool:
    try:
        return await served.status() == 200
    except httpx.TransportError:
        return False


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(40):
        while True:
            met = condition()
            if met if isinstance(met, bool) else await met:
                return
            await asyncio.sleep(0.02)


async def test_a_page_elsewhere_whose_name_leads_here_is_not_answered(state: State, kupe: Server) -> None:
    async with serving(state, given(kupe)) as served:
        for host, status in (("rebound.example", 421), ("localhost", 200)):
            answer = await served.client.get(f"{served.origin}/health", headers={"host": host})
            assert answer.status_code == status


async def test_a_supervisor_ends_it_in_order(state: State, kupe: Server) -> None:
    async with serving(state, given(kupe)) as served:
        os.kill(os.getpid(), signal.SIGTERM)
        async with asyncio.timeout(20):
            await served.running


async def test_a_fault_beside_the_answers_ends_it_rather_than_going_on_as_if_well(
    state: State, kupe: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def break_down(_: ObservationLoop) -> None:
        raise RuntimeError("a bug of ours")

    monkeypatch.setattr(ObservationLoop, "run", break_down)
    with pytest.raises(RuntimeError, match="a bug of ours"):
        async with serving(state, given(kupe)) as served:
            await served.running


@pytest.mark.parametrize("ahead", ["neither", "our clock", "the machine's clock"])
async def test_what_has_expired_goes_by_the_earlier_of_two_clocks(
    state: State, kupe: Server, monkeypatch: pytest.MonkeyPatch, ahead: str
) -> None:
    """A clock that is a day ahead may be set right again: what it deletes would be lost."""

    def tomorrow() -> datetime:
        return datetime.now(UTC) + timedelta(days=1)

    monkeypatch.setattr("local.runner.EXPIRE_EVERY_SECONDS", 0.02)
    if ahead == "the machine's clock":
        monkeypatch.setattr("local.runner.system_time", tomorrow)
    now = datetime.now(UTC)
    for name, expires_at in (("old", now - timedelta(hours=1)), ("soon", now + timedelta(hours=1))):
        await state.table.write(put({"pk": name, "sk": "-", "expires_at": int(expires_at.timestamp())}))
    clock = SteadyClock(machine=tomorrow) if ahead == "our clock" else SteadyClock()
    async with serving(state, given(kupe), clock=clock):
        await until(lambda: is_gone(state, "old"))
        assert await state.table.get(("soon", "-"), consistent=True) is not None


@pytest.mark.parametrize(
    "error", [TableUnavailable("the disk is full"), Contended("another process holds it")]
)
async def test_what_has_expired_and_cannot_be_deleted_now_is_tried_again(
    state: State, kupe: Server, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    tries = 0

    async def fail_once(now: datetime) -> int:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise error
        return 0

    monkeypatch.setattr("local.runner.EXPIRE_EVERY_SECONDS", 0.02)
    async with serving(replace(state, expire=fail_once), given(kupe)):
        await until(lambda: tries > 1)


async def test_nothing_expires_at_the_start_whose_clock_may_be_wrong(state: State, kupe: Server) -> None:
    async def refuse(now: datetime) -> int:
        raise AssertionError("nobody has looked at the clock yet")

    async with serving(replace(state, expire=refuse), given(kupe)) as served:
        assert (await served.ask(READY))["clusters"]["nodes"]


async def is_gone(state: State, name: str) -> bool:
    return await state.table.get((name, "-"), consistent=True) is None


async def test_time_goes_on_from_what_was_observed_before(state: State, kupe: Server) -> None:
    """Also where the machine's clock was set back while it was off."""
    account, later = given(kupe).account, system_time() + timedelta(hours=3)
    await observed_at(state, account, later)
    clock = SteadyClock()
    async with serving(state, given(kupe), clock=clock):
        assert clock.now() >= later


async def observed_at(state: State, account: Account, instant: datetime) -> None:
    store = TableStore(state.table, SteadyClock(machine=lambda: instant))
    await store.connect(account, due_at=instant)
    lease = await must_begin(store, account, instant)
    known = AccountState(
        collections={Collection.CLUSTERS: CollectionState(observed_at=instant, next_attempt_at=instant)}
    )
    await store.end(lease, known, due_at=instant)


async def test_only_the_addresses_that_were_given_are_asked(
    state: State, kupe: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One in the accounts file is. In place of one that somebody else wrote into the table, the provider's own is."""
    with sandbox.serve("kupe") as elsewhere, sandbox.serve("kupe") as home:
        monkeypatch.setattr(ADAPTERS["kupe"], "base_url", home.url)
        planted = given(elsewhere)
        account = planted.account.model_copy(update={"name": "planted"})
        await TableStore(state.table, SteadyClock()).connect(account, due_at=system_time())
        await RunnerVault(state.table).keep(account.id, planted.token)
        async with serving(state, given(kupe), base_urls={}) as served:
            await until(lambda: len(home.requests) > 0)
            assert (await served.ask(READY))["clusters"]["nodes"]
        assert len(kupe.requests) > 0
        assert len(elsewhere.requests) == 0


async def test_an_address_that_is_written_into_a_row_while_it_runs_is_not_asked(
    state: State, kupe: Server
) -> None:
    store = TableStore(state.table, SteadyClock())
    refresh = "mutation ($id: ID!) { refreshAccount(id: $id) { operation { id } } }"
    accounts = "{ accounts { nodes { id freshness { lastFailure { message } } } } }"
    with sandbox.serve("kupe") as elsewhere:
        async with serving(state, given(kupe), base_urls={}) as served:
            (known,) = await known_accounts(store)
            rewritten = known.account.model_copy(update={"base_url": elsewhere.url})
            await store.connect(rewritten, due_at=system_time())
            (account,) = (await served.ask(accounts))["accounts"]["nodes"]
            await served.ask(refresh, id=account["id"])

            async def is_said() -> bool:
                (account,) = (await served.ask(accounts))["accounts"]["nodes"]
                failure = account["freshness"]["lastFailure"]
                return failure is not None and "nobody gave" in failure["message"]

            await until(is_said)
        assert len(elsewhere.requests) == 0


async def test_what_webhooks_want_is_sent(
    state: State, kupe: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once it lies as far behind as the feed is held back, which is what the clock is turned for."""
    monkeypatch.setattr("local.deliveries.PAUSE_SECONDS", 0.05)
    turned = timedelta()
    clock = SteadyClock(
        machine=lambda: system_time() + turned, passed=lambda: seconds_passed() + turned.total_seconds()
    )
    create = 'mutation ($url: Secret!) { createWebhook(input: {name: "mine", url: $url}) { userErrors { message } } }'
    delete = """mutation ($id: ID!, $name: String!) {
        deleteCluster(id: $id, confirmName: $name) { userErrors { message } } }"""
    with receiving() as receiver:
        async with serving(state, given(kupe), clock=clock) as served:
            assert await served.ask(create, url=receiver.url) == {"createWebhook": {"userErrors": []}}
            (cluster, *_) = (await served.ask(READY))["clusters"]["nodes"]
            assert (await served.ask(delete, **cluster))["deleteCluster"] == {"userErrors": []}
            turned = 2 * HELD_BACK
            await until(lambda: any(b"OPERATION_BEGUN" in one.body for one in receiver.received))


@pytest.mark.parametrize("is_private", [True, False])
async def test_a_token_is_written_where_only_its_owner_reads_alone(
    state: State, kupe: Server, tmp_path: Path, is_private: bool
) -> None:
    connect = """mutation ($input: ConnectAccountInput!) { connectAccount(input: $input) { userErrors { message } } }"""
    wanted = {"provider": "KUPE", "name": "second", "apiToken": ANOTHER_TOKEN}
    wanted["externalId"] = next(one.external_id for one in kupe.accounts if one.token == ANOTHER_TOKEN) or ""
    async with serving(replace(state, is_private=is_private), given(kupe)) as served:
        assert await served.ask(connect, input=wanted) == {"connectAccount": {"userErrors": []}}
    assert (ANOTHER_TOKEN.encode() in kept_in(tmp_path)) is is_private


def kept_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("fleetgraph.db*"))


async def test_a_store_that_only_answers_is_not_well(
    state: State, kupe: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full: reading goes on, and is no sign that anything can be kept."""
    tried = 0

    async def full(_: SqliteTable, actions: list[Action]) -> None:
        nonlocal tried
        tried += 1
        raise TableUnavailable("the disk is full")

    monkeypatch.setattr("local.health.LONGEST_PAUSE_SECONDS", 0.05)
    async with serving(state, given(kupe)) as served:
        refresh = "mutation ($id: ID!) { refreshAccount(id: $id) { operation { id } } }"
        (account,) = (await served.ask("{ accounts { nodes { id } } }"))["accounts"]["nodes"]
        await served.ask(refresh, id=account["id"])
        with monkeypatch.context() as broken:
            broken.setattr(SqliteTable, "transact", full)
            await until(lambda: has_status(served, 503))
            before = tried
            while tried < before + 5:
                assert await served.status() == 503
                await asyncio.sleep(0.02)
        await until(lambda: has_status(served, 200))


async def has_status(served: Served, status: int) -> bool:
    return await served.status() == status
