"""What another version stored and this one cannot read permits nothing that its absence would permit."""

import json

import pytest
from pydantic import SecretStr

from fleet.model.account import Account
from fleet.model.change import DeleteCluster, DeleteIntegration
from fleet.model.cluster import Cluster
from fleet.model.operation import OperationState
from fleet.model.refusal import Conflicting, Unsupported
from fleet.observing.outcome import Outcome
from fleet.ports.adapter import Listing
from fleet.ports.reader import Ref
from infra.store.item_rows import item_key
from infra.store.operation_rows import operation_key
from infra.store.rows import account_key
from infra.store.writes import Key, put, text
from tests.fleet.asked import ADA, AS_SPECIFIED, SPEC
from tests.fleet.things import cluster, integration
from tests.fleet.world import Script, World, Writable

UNREADABLE = '{"a form": "that nobody knows"}'


async def store_otherwise(world: World, key: Key, **members: object) -> None:
    """As another version may have stored it. Nothing of it reads without `members`."""
    row = await world.table.get(key, consistent=True)
    assert row is not None
    body = UNREADABLE if not members else json.dumps({**json.loads(text(row, "body")), **members})
    await world.table.write(put({**row, "body": body}))


@pytest.fixture
async def acme(world: World) -> tuple[Account, Script]:
    world.adapter = Writable
    account, script = await world.connect()
    script.makes = lambda name: cluster(name, of=account, **AS_SPECIFIED, created_at=world.clock.now())
    script.clusters = [cluster("web", of=account, **AS_SPECIFIED)]
    await world.observe(account)
    return account, script


async def test_a_change_beside_one_that_does_not_read_is_refused_with_a_sentence(
    world: World, acme: tuple[Account, Script]
) -> None:
    account, script = acme
    first = await world.changer.change_cluster(ADA, Ref(account.id, "web"), DeleteCluster())
    script.clusters = [cluster("web", of=account, **AS_SPECIFIED)]
    await store_otherwise(world, operation_key(Ref(account.id, first.id)))
    with pytest.raises(Conflicting, match="Another version of Fleetgraph began it") as refused:
        await world.changer.change_cluster(ADA, Ref(account.id, "web"), DeleteCluster())
    assert refused.value.operation is not None
    assert refused.value.operation.id == first.id
    assert script.times_asked("delete") == 1


async def test_a_creation_that_does_not_read_is_not_made_again(
    world: World, acme: tuple[Account, Script]
) -> None:
    account, script = acme
    script.lost = {"create"}
    first = await world.changer.create_cluster(ADA, account.id, "shop", SPEC, idempotency_key="k")
    script.clusters = [one for one in script.clusters if one.name != "shop"]  # not listed yet
    await store_otherwise(world, operation_key(Ref(account.id, first.id)))
    again = await world.changer.create_cluster(ADA, account.id, "shop", SPEC, idempotency_key="k")
    assert (again.id, again.state) == (first.id, OperationState.UNKNOWN)
    with pytest.raises(Conflicting):
        await world.changer.create_cluster(ADA, account.id, "shop", SPEC)
    assert script.times_asked("create") == 1


async def test_a_change_that_does_not_read_is_left_alone_until_a_day_has_passed(
    world: World, acme: tuple[Account, Script]
) -> None:
    account, script = acme
    first = await world.changer.change_cluster(ADA, Ref(account.id, "web"), DeleteCluster())
    await store_otherwise(world, operation_key(Ref(account.id, first.id)))
    assert (await world.follow(first, observations=3, every_seconds=3600)).state is OperationState.UNKNOWN
    assert script.times_asked("delete") == 1
    ended = await world.follow(first, every_seconds=24 * 3600)
    assert ended.state is OperationState.TIMED_OUT


@pytest.mark.parametrize("members", [{}, {"base_url": {"of": "two parts"}}, {"organization_id": 5.5}])
async def test_an_account_that_does_not_read_is_neither_observed_nor_changed(
    world: World, acme: tuple[Account, Script], members: dict[str, object]
) -> None:
    account, script = acme
    open_one = await world.changer.create_cluster(ADA, account.id, "shop", SPEC)
    await store_otherwise(world, account_key(account.id), **members)
    asked = len(script.asked)
    assert (await world.observe(account)).outcome is Outcome.SKIPPED
    with pytest.raises(Unsupported, match="another version of Fleetgraph"):
        await world.changer.change_cluster(ADA, Ref(account.id, "web"), DeleteCluster())
    with pytest.raises(Unsupported, match="another version of Fleetgraph"):
        await world.account_service.replace_token(ADA, account.id, SecretStr("another-made-up-token"))
    with pytest.raises(Unsupported, match="another version of Fleetgraph"):
        await world.account_service.disconnect(ADA, account.id)
    assert len(script.asked) == asked
    assert (await world.operation(open_one)).state is OperationState.RUNNING
    assert set(await world.rows(account)) == {"web"}
    assert (await world.vault.token(account.id, fresh=True)).get_secret_value() == "a-made-up-token"


async def test_a_disconnecting_that_does_not_read_ends_nothing_of_its_account(
    world: World, acme: tuple[Account, Script]
) -> None:
    account, script = acme
    running = await world.changer.create_cluster(ADA, account.id, "shop", SPEC)
    script.meanwhile = {}
    leaving = await world.account_service.refresh(ADA, account.id)
    lock = ("operations\x00" + account.id, "lock\x00account DISCONNECT_ACCOUNT")
    await world.table.write(put({"pk": lock[0], "sk": lock[1], "holder": leaving.id}))
    await store_otherwise(world, operation_key(Ref(account.id, leaving.id)))
    answered = await world.account_service.disconnect(ADA, account.id)
    assert (answered.id, answered.is_understood) == (leaving.id, False)
    assert (await world.operation(running)).state is OperationState.RUNNING
    assert await world.store.account(account.id) is not None


@pytest.mark.parametrize(
    "members", [{}, {"facts": {"integration_external_id": ["link"]}}, {"facts": "elsewhere"}]
)
async def test_an_integration_is_not_deleted_while_a_cluster_that_does_not_read_may_use_it(
    world: World, members: dict[str, object]
) -> None:
    world.adapter = Writable
    account, script = await world.connect(provider="northflank")
    link = integration("link", of=account).model_copy(update={"cluster_external_ids": ("byoc",)})
    script.clusters = [cluster("byoc", of=account)]
    script.integrations = Listing(items=(link,))
    await world.observe(account)
    await store_otherwise(world, item_key(Cluster, Ref(account.id, "byoc")), **members)
    with pytest.raises(Conflicting, match="Whether byoc depends on link is not known"):
        await world.changer.change_integration(ADA, Ref(account.id, "link"), DeleteIntegration())
    assert script.times_asked("unlink") == 0
    await world.observe(account)
    (row,) = (await world.rows(account)).values()
    assert row.is_understood


async def test_a_cluster_that_does_not_read_is_not_born_again(
    world: World, acme: tuple[Account, Script]
) -> None:
    account, _ = acme
    await store_otherwise(world, item_key(Cluster, Ref(account.id, "web")))
    world.clock.move(seconds=60)
    await world.observe(account)
    (row,) = (await world.rows(account)).values()
    assert (row.item.name, row.is_understood, row.unread) == ("web", True, None)
    assert [one.from_phase for one in await world.history(account, "web")][1:] == ["UNKNOWN"]


async def test_a_token_of_another_organization_is_refused_although_no_cluster_reads(
    world: World, acme: tuple[Account, Script]
) -> None:
    account, script = acme
    script.clusters = [cluster(name, of=account, **AS_SPECIFIED) for name in ("a", "b", "c")]
    await world.observe(account)
    for name in ("a", "b", "c"):
        await store_otherwise(world, item_key(Cluster, Ref(account.id, name)))
    script.clusters = [cluster("of-somebody-else", of=account, **AS_SPECIFIED)]
    world.clock.move(seconds=60)
    observation = await world.observe(account)
    assert observation.outcome is Outcome.FAILED
    assert "another organization" in (observation.reason or "")
    assert {"a", "b", "c"} <= set(await world.rows(account))
