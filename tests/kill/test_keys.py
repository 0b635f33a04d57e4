"""Keys and accounts outlive the death of a runner as they were when it was answered for them."""

from pathlib import Path

import httpx
import pytest

from tests.kill.world import Life, World, await_observed, live, world_in

pytestmark = pytest.mark.timeout(180)

CREATE = """mutation { createApiKey(input: { name: "ci", scopes: [READ] }) { token key: apiKey { id } } }"""
REVOKE = "mutation ($id: ID!) { revokeApiKey(id: $id) { apiKey { revokedAt } } }"
DISCONNECT = "mutation ($id: ID!) { disconnectAccount(id: $id) { operation { id state } } }"
ACCOUNTS = "{ accounts(first: 10) { nodes { id name provider { kind } } } }"


def status(life: Life, token: str) -> int:
    answer = httpx.post(
        f"{life.origin}/graphql",
        json={"query": "{ __typename }"},
        headers={"Authorization": f"Bearer {token}"},
        timeout=30,
    )
    return answer.status_code


def die_and_live_again(world: World, life: Life) -> Life:
    life.kill()
    return live(world)


def test_a_revoked_key_stays_so_and_another_opens_on(tmp_path: Path) -> None:
    with world_in(tmp_path) as world:
        life = live(world)
        (kept, revoked) = (life.ask(CREATE)["createApiKey"] for _ in range(2))
        life = die_and_live_again(world, life)
        assert [status(life, one["token"]) for one in (kept, revoked)] == [200, 200]
        life.ask(REVOKE, {"id": revoked["key"]["id"]})
        life = die_and_live_again(world, life)
        assert [status(life, one["token"]) for one in (kept, revoked)] == [200, 401]
        life.kill()


def test_an_account_that_was_disconnected_is_gone_and_the_others_are_not(tmp_path: Path) -> None:
    with world_in(tmp_path) as world:
        life = live(world)
        await_observed(life)
        (gone,) = [
            one for one in life.ask(ACCOUNTS)["accounts"]["nodes"] if one["provider"]["kind"] == "KUPE"
        ]
        assert (
            life.ask(DISCONNECT, {"id": gone["id"]})["disconnectAccount"]["operation"]["state"] == "SUCCEEDED"
        )
        world.leave_out("kupe")
        life = die_and_live_again(world, life)
        left = {one["provider"]["kind"] for one in life.ask(ACCOUNTS)["accounts"]["nodes"]}
        assert left == {"COCKROACHDB", "NORTHFLANK", "QOVERY"}
        life.kill()
