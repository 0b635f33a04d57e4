"""Accounts are connected, and their tokens go one way."""

import json

import pytest

from cli.errors import Exit
from tests.cli.command import Command
from tests.cli.contract import Keeper
from tests.cli.scripted import Scripted
from tests.cli.things import ACME, TOKEN, refused


@pytest.mark.parametrize("by_variable", [True, False])
def test_a_token_goes_in_and_never_comes_out(following: Command, keeper: Keeper, by_variable: bool) -> None:
    keeper.on("connectAccount", {"account": ACME, "userErrors": []})
    arguments = ["connect", "kupe", "--name", "acme", "--external-id", "acme"]
    ended = (
        following(*arguments, "--token-env", "ACME_TOKEN")
        if by_variable
        else following(*arguments, stdin=f"{TOKEN}\n")
    )
    assert ended.out == "acme at Kupe Cloud is connected with the token ...4711\n"
    (call,) = keeper.asked("connectAccount")
    wanted = {"provider": "KUPE", "name": "acme", "externalId": "acme", "apiToken": TOKEN}
    assert call["input"] == wanted
    assert TOKEN not in ended.out + ended.err


def test_a_token_is_replaced(following: Command, keeper: Keeper) -> None:
    keeper.on("replaceAccountToken", {"account": ACME, "userErrors": []})
    ended = following("replace-token", "acme", "--json", stdin=TOKEN)
    assert json.loads(ended.out)["account"]["name"] == "acme"
    assert keeper.asked("replaceAccountToken") == [{"id": "an-account", "apiToken": TOKEN}]
    assert TOKEN not in ended.out + ended.err


@pytest.mark.parametrize("arguments", [["--token-env", "NOT_SET"], []])
def test_without_a_token_nothing_is_asked(following: Command, script: Scripted, arguments: list[str]) -> None:
    ended = following("connect", "kupe", "--name", "acme", *arguments)
    assert ended.status == Exit.USAGE
    assert "holds no token" in ended.err
    assert script.requests == []


@pytest.mark.parametrize(
    ("by_variable", "said"), [(True, "--token-env: It will not do."), (False, "It will not do.")]
)
def test_a_refused_token_is_refused_by_where_it_came_from(
    following: Command, keeper: Keeper, by_variable: bool, said: str
) -> None:
    keeper.on("replaceAccountToken", refused("InvalidInputError", path=["apiToken"]))
    arguments = ["replace-token", "acme", *(["--token-env", "ACME_TOKEN"] if by_variable else [])]
    assert following(*arguments, stdin=TOKEN).err == f"fleetgraph: {said}\n"


def test_a_provider_that_is_not_known_is_refused_as_the_argument(fleetgraph: Command) -> None:
    ended = fleetgraph("connect", "nowhere", "--name", "acme", stdin=TOKEN)
    assert ended.err.startswith("fleetgraph: PROVIDER: This Fleetgraph knows no such value.")
