"""Keys are made, used and revoked by the command, against the gateway and its real door."""

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pytest
from pydantic import SecretStr

from cli.errors import Exit
from gateway.http.app import create_app
from gateway.services import Policy
from infra.dynamodb.schema import create_table
from infra.dynamodb.table import DynamoTable, open_client
from infra.store.api_keys import TableKeys
from infra.store.store import TableStore
from local.authentication import make_authenticate
from tests.aws import aws_in_memory
from tests.cli.command import Command, JumpingClock, served
from tests.gateway.fleet import populate
from tests.gateway.world import SetClock, services_over

ADMIN_KEY = "made-up-admin-key"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with aws_in_memory():
        client, clock = open_client(), SetClock()
        name = f"fleetgraph-{uuid4()}"
        create_table(client, name)
        table = DynamoTable(client, name, clock)
        store, keys = TableStore(table, clock), TableKeys(table, clock)
        asyncio.run(populate(store, clock))
        app = create_app(
            services_over(store, clock, keys=keys),
            authenticate=make_authenticate(keys, clock, SecretStr(ADMIN_KEY)),
            policy=Policy(),
            pages=None,
            health=None,
        )
        with served(app) as address:
            yield address
        table.close()
        client.close()


@pytest.fixture
def admin(url: str) -> Command:
    return Command(url=url, environment={"FLEETGRAPH_KEY": ADMIN_KEY}, clock=JumpingClock())


def holding(command: Command, token: str) -> Command:
    return replace(command, environment={"FLEETGRAPH_KEY": token})


def test_a_key_is_all_that_goes_to_the_output_and_opens_what_it_is_for(admin: Command) -> None:
    made = admin("keys", "create", "dashboard", "--scope", "read", "--account", "acme")
    assert made.status == Exit.OK
    token = made.out.strip()
    assert re.fullmatch(r"fg_\w{49}", token)
    assert made.err == "dashboard may read in 1 account. The key is not shown again.\n"
    clusters = json.loads(holding(admin, token)("clusters", "--json").out)["clusters"]
    assert {cluster["account"]["name"] for cluster in clusters} == {"acme"}
    refused = holding(admin, token)("refresh", "acme")
    assert refused.status == Exit.FORBIDDEN
    assert "This needs the scope WRITE" in refused.err


def test_the_message_about_a_revoked_key_says_that_it_is_revoked(admin: Command) -> None:
    token = admin("keys", "create", "ci", "--scope", "write").out.strip()
    assert admin("keys", "revoke", f"...{token[-4:]}").out == f"ci ...{token[-4:]} is revoked.\n"
    ended = holding(admin, token)("clusters")
    assert ended.status == Exit.FORBIDDEN
    assert "This key was revoked." in ended.err
    assert token not in ended.err
    again = admin("keys", "revoke", "ci")
    assert again.status == Exit.NOT_FOUND
    assert "There is no active key ci." in again.err


def test_the_message_about_a_mistyped_key_says_that_it_is_mistyped(admin: Command) -> None:
    token = admin("keys", "create", "typo", "--scope", "read").out.strip()
    assert "mistyped" in holding(admin, token[:-1])("clusters").err


def test_keys_are_listed_with_what_became_of_them(admin: Command) -> None:
    admin("keys", "create", "nightly", "--scope", "admin", "--expires-in", "30d")
    rows = [" ".join(row.split()) for row in admin("keys", "list").out.splitlines()]
    assert rows[0] == "NAME KEY STATE SCOPES MADE USED ENDS"
    (row,) = [row for row in rows if row.startswith("nightly")]
    assert re.fullmatch(r"nightly \.\.\.\w{4} ACTIVE read, write, admin 0s ago - in 30d 0h", row)
    (listed,) = [
        key for key in json.loads(admin("keys", "list", "--json").out)["apiKeys"] if key["name"] == "nightly"
    ]
    admin.clock.at += admin.clock.at.replace(month=6) - admin.clock.at
    assert any("nightly" in row and "EXPIRED" in row for row in admin("keys", "list").out.splitlines())
    assert listed["expiresAt"] == "2026-05-06T12:00:00Z"


def test_keys_of_one_name_are_distinguished_by_their_last_characters(admin: Command) -> None:
    tokens = [admin("keys", "create", "twin", "--scope", "read").out.strip() for _ in range(2)]
    ended = admin("keys", "revoke", "twin")
    assert "Several keys are called twin." in ended.err
    assert all(f"...{token[-4:]}" in ended.err for token in tokens)
    made = json.loads(admin("keys", "create", "twin", "--scope", "read", "--json").out)
    assert admin("keys", "revoke", made["apiKey"]["id"], "--json").status == Exit.OK


def test_only_admins_see_keys(admin: Command) -> None:
    token = admin("keys", "create", "writer", "--scope", "write").out.strip()
    for command in (["keys", "list"], ["keys", "revoke", "writer"]):
        ended = holding(admin, token)(*command)
        assert ended.status == Exit.FORBIDDEN
        assert "This needs the scope ADMIN" in ended.err


@pytest.mark.parametrize("arguments", [["--scope", "root"], []])
def test_a_scope_is_needed_and_one_that_there_is(admin: Command, arguments: list[str]) -> None:
    ended = admin("keys", "create", "ci", *arguments)
    assert ended.status == Exit.USAGE
    assert "--scope" in ended.err
