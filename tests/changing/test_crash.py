"""A process that dies at any step of a change leaves one cluster or none, and an operation that says which."""

import itertools
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

import httpx
import pytest

from fleet.changing.changer import Changer
from fleet.changing.verbs import VERBS as ROWS
from fleet.model.account import Account
from fleet.model.change import DeleteCluster, OperationKind
from fleet.model.operation import Operation, OperationState
from fleet.model.refusal import Conflicting
from fleet.providers.kupe import KupeClusterSpec, KupeClusterType
from tests.changing.asked import SPECS, VERBS
from tests.changing.line import ADA, Fuse, Killed, Line
from tests.kill.judging import Done, judge_sendings, read_taken
from tests.kill.verbs import OF_PROVIDERS

STEPS = [
    "before the intent",
    "after the intent",
    "before the announcement",
    "after the announcement",
    "before the bytes",
    "after the bytes",
    "before the record",
    "after the record",
]
KUPE = KupeClusterSpec(display_name="Shop", type=KupeClusterType.SHARED)
OpenLine = Callable[[str], Line]


async def create(changer: Changer, account: Account, provider: str) -> None:
    await changer.create_cluster(ADA, account.id, "shop-one", SPECS[provider], idempotency_key="k")


def thoroughly(steps: Iterable[str]) -> list[Any]:
    """Those at which somebody may or may not have been heard always, the others when there is time."""
    doubtful = ("before the bytes", "after the bytes")
    return [step if step in doubtful else pytest.param(step, marks=pytest.mark.thorough) for step in steps]


def deaths() -> Iterator[Any]:
    """Each verb at each of its providers. That nothing was sent is found out in one way at all of them: at one provider
    always, at the others when there is time.
    """
    one = dict(sorted(VERBS))
    for step, (kind, provider) in itertools.product(STEPS, sorted(VERBS)):
        is_quick = step == "after the bytes" or (step == "before the bytes" and one[kind] == provider)
        yield pytest.param(step, kind, provider, marks=() if is_quick else pytest.mark.thorough)


@pytest.mark.parametrize("provider", sorted(SPECS))
@pytest.mark.parametrize("step", thoroughly(STEPS))
async def test_a_creation_that_dies_is_found_out(open_line: OpenLine, provider: str, step: str) -> None:
    line = open_line(provider)
    account = await line.connect()
    fuse = Fuse(step)
    async with line.process(fuse) as (changer, _):
        with suppress(Killed):
            await create(changer, account, provider)
    assert fuse.is_blown
    await line.settle(account)
    await _is_one_or_none_and_said_to_be(line, account)


@pytest.mark.parametrize("step", thoroughly(STEPS[1:]))
async def test_asking_again_with_the_same_key_makes_no_second_one(open_line: OpenLine, step: str) -> None:
    line = open_line("kupe")
    account = await line.connect()
    async with line.process(Fuse(step)) as (changer, _):
        with suppress(Killed):
            await create(changer, account, "kupe")
    async with line.process() as (changer, _):
        await create(changer, account, "kupe")
    await line.settle(account)
    (operation,) = await line.operations(account, OperationKind.CREATE_CLUSTER)
    assert len(await line.living(account, "shop-one")) == (operation.state is OperationState.SUCCEEDED)


@pytest.mark.parametrize("step", ["after the announcement", "after the bytes"])
async def test_a_name_that_was_there_before_is_no_sign_of_the_new_one(open_line: OpenLine, step: str) -> None:
    """Created, deleted, and created again: the tombstone of the first is nobody's adoption."""
    line = open_line("kupe")
    account = await line.connect()
    async with line.process() as (changer, _):
        await changer.create_cluster(ADA, account.id, "shop-one", KUPE)
        await line.settle(account)
        await changer.change_cluster(ADA, (await line.refs(account))["shop-one"], DeleteCluster())
        await line.settle(account)
    assert await line.living(account, "shop-one") == []
    async with line.process(Fuse(step)) as (changer, _):
        with suppress(Killed):
            await create(changer, account, "kupe")
    await line.settle(account)
    latest = (await line.operations(account, OperationKind.CREATE_CLUSTER))[0]
    living = await line.living(account, "shop-one")
    assert len(living) == (step == "after the bytes")
    assert latest.state is (OperationState.SUCCEEDED if living else OperationState.FAILED)
    assert latest.target is None or latest.target.key in living


async def intrude(line: Line, account: Account) -> None:
    """Somebody else takes the name, in that very moment, for another cluster."""
    token = (await line.vault.token(account.id)).get_secret_value()
    async with httpx.AsyncClient() as client:
        answer = await client.post(
            f"{line.server.url}/api/v1/tenants/{account.external_id}/clusters",
            headers={"Authorization": f"Bearer {token}"},
            json={"name": "shop-one", "displayName": "Somebody else's", "type": "dedicated"},
        )
    assert answer.status_code == 201


async def test_a_stranger_of_the_same_name_is_never_adopted(open_line: OpenLine) -> None:
    line = open_line("kupe")
    account = await line.connect()
    async with line.process(Fuse("before the bytes")) as (changer, _):
        with suppress(Killed):
            await create(changer, account, "kupe")
    await intrude(line, account)
    await line.settle(account, observations=5)
    (operation,) = await line.operations(account, OperationKind.CREATE_CLUSTER)
    assert (operation.state, operation.target) == (OperationState.UNCONFIRMED, None)
    assert list(operation.candidates) == await line.living(account, "shop-one")


async def test_a_stranger_who_is_faster_is_the_providers_refusal(open_line: OpenLine) -> None:
    line = open_line("kupe")
    account = await line.connect()
    async with line.process(meanwhile=lambda: intrude(line, account)) as (changer, _):
        await create(changer, account, "kupe")
    (operation,) = await line.operations(account, OperationKind.CREATE_CLUSTER)
    assert operation.state is OperationState.FAILED
    assert operation.failure is not None
    assert operation.failure.http_status == 409


async def test_a_stranger_who_was_there_is_a_conflict_and_nothing_is_sent(open_line: OpenLine) -> None:
    line = open_line("kupe")
    account = await line.connect()
    await intrude(line, account)
    async with line.process() as (changer, _):
        with pytest.raises(Conflicting):
            await create(changer, account, "kupe")
    assert await line.operations(account) == []


def test_every_verb_of_every_provider_dies_here() -> None:
    assert sorted(VERBS) == OF_PROVIDERS


@pytest.mark.parametrize(("step", "kind", "provider"), [*deaths()])
async def test_a_change_that_dies_is_found_out(
    open_line: OpenLine, kind: OperationKind, provider: str, step: str
) -> None:
    """It SUCCEEDED, and the provider has taken its requests once; or it FAILED, and the provider has taken none. Where
    no provider shows it, and no answer came, it stays in doubt. Nothing else is left.
    """
    line, asked = open_line(provider), VERBS[kind, provider]
    account = await line.connect()
    if asked.first is not None:
        await asked.first(line, account)
    await line.observe(account, after_seconds=1)
    line.sandbox_clock.advance(1)
    ask, before = await asked.ask(line, account), len(line.server.requests)
    names, lit_at = await line.names(account), line.clock.now()
    fuse = Fuse(step)
    async with line.process(fuse) as (changer, _):
        with suppress(Killed):
            await ask(changer)
    assert fuse.is_blown
    await line.settle(account)
    names |= await line.names(account)
    operations = [one for one in await line.operations(account, kind) if one.requested_at >= lit_at]
    taken, strange = read_taken(provider, itertools.islice(line.server.requests, before, None), names)
    assert not strange
    assert judge_sendings([to_done(one) for one in operations], taken) == []
    for operation in operations:
        is_hidden = not ROWS[kind].is_shown or (kind, provider) == (
            OperationKind.UPDATE_INTEGRATION,
            "qovery",
        )
        assert operation.is_final or (is_hidden and operation.state is OperationState.UNCONFIRMED)
        if operation.state is OperationState.FAILED:
            assert taken == []


async def _is_one_or_none_and_said_to_be(line: Line, account: Account) -> None:
    living = await line.living(account, "shop-one")
    operations = await line.operations(account, OperationKind.CREATE_CLUSTER)
    assert len(living) <= 1
    if not operations:
        assert living == []
        return
    (operation,) = operations
    assert operation.state is (OperationState.SUCCEEDED if living else OperationState.FAILED)
    if living:
        assert operation.target is not None
        assert operation.target.key == living[0]


def to_done(operation: Operation) -> Done:
    return Done(
        id=operation.id,
        provider=operation.provider,
        kind=operation.kind,
        state=operation.state,
        name=operation.target_name,
        asked_at=operation.requested_at,
        ended_at=operation.finished_at,
        message="" if operation.failure is None else operation.failure.message,
    )
