"""Keys and accounts outlive the death of a runner as they were when it was answered for them."""

from pathlib import Path

import httpx
import pytest

from tests.kill.world import Life, World, await_observed, live, world_in

# Of three lives of a runner. `make test` kills the table beneath it: tests/infra/sqlite/test_table.py.
pytestmark = [pytest.mark.thorough, pytest.mark.timeout(180)]

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


def kinds(life: Life) -> set[str]:
    """The providers of the accounts that there are."""
    return {one["provider"]["kind"] for one in life.ask(ACCOUNTS)["accounts"]["nodes"]}


def test_keys_and_accounts_are_after_each_death_what_they_were_before(tmp_path: Path) -> None:
    """A key opens, a revoked one does not, and of an account that was disconnected nothing is left."""
    with world_in(tmp_path) as world:
        life = live(world)
        (kept, revoked) = (life.ask(CREATE)["createApiKey"] for _ in range(2))
        await_observed(life)
        (gone,) = (
            one for one in life.ask(ACCOUNTS)["accounts"]["nodes"] if one["provider"]["kind"] == "KUPE"
        )
        ended = life.ask(DISCONNECT, {"id": gone["id"]})["disconnectAccount"]["operation"]
        assert ended["state"] == "SUCCEEDED"
        world.leave_out("kupe")
        life = die_and_live_again(world, life)
        assert kinds(life) == {"COCKROACHDB", "NORTHFLANK", "QOVERY"}
        assert [status(life, one["token"]) for one in (kept, revoked)] == [200, 200]
        life.ask(REVOKE, {"id": revoked["key"]["id"]})
        life = die_and_live_again(world, life)
        assert [status(life, one["token"]) for one in (kept, revoked)] == [200, 401]
        assert kinds(life) == {"COCKROACHDB", "NORTHFLANK", "QOVERY"}
        life.kill()
