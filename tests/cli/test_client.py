"""What goes wrong between the command and a Fleetgraph is said in a sentence, with the remedy."""

import json
import socket
from collections.abc import Callable

import pytest
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from cli.errors import Exit
from tests.cli.command import Command
from tests.cli.scripted import Scripted

KEY = "made-up-key-" + "of-a-test"


def no_answer(script: Scripted, response: Callable[[], Response], status: Exit = Exit.UNREACHABLE) -> str:
    script.answer = lambda request: response()
    ended = Command(url=script.url, environment={"FLEETGRAPH_KEY": KEY})("accounts")
    assert (ended.status, ended.out) == (status, "")
    assert ended.err.startswith("fleetgraph: ")
    assert KEY not in ended.err
    return ended.err


def test_nobody_there_is_said_with_the_remedy() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    ended = Command(url=url)("accounts")
    assert ended.status == Exit.UNREACHABLE
    assert f"Cannot connect to {url}/graphql: Connection refused. `make run` starts one there." in ended.err


def test_a_host_that_cannot_be_is_said() -> None:
    ended = Command(url=f"http://{'a' * 64}.example/graphql")("accounts")
    assert ended.status == Exit.USAGE
    assert "names a host that cannot be." in ended.err


def test_a_missing_key_is_said(script: Scripted) -> None:
    script.answer = lambda request: JSONResponse({"errors": [{"message": "A key is needed."}]}, 401)
    ended = Command(url=script.url)("accounts")
    assert ended.status == Exit.FORBIDDEN
    assert f"{script.url} needs a key. `fleetgraph login` keeps it, FLEETGRAPH_KEY gives it." in ended.err


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_said_and_not_shown(script: Scripted, status: int) -> None:
    assert f"refuses the key ({status})" in no_answer(
        script, lambda: JSONResponse({}, status), Exit.FORBIDDEN
    )
    assert script.headers[-1]["authorization"] == f"Bearer {KEY}"


def test_without_a_key_none_is_sent(script: Scripted) -> None:
    Command(url=script.url)("query", "-", stdin="{ a }")
    assert "authorization" not in script.headers[-1]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ('"hello"', 200),
        ("hello", 200),
        ('{"message": "hello"}', 200),
        ("[]", 200),
        ('{"data": null}', 200),
        ("", 404),
        ("[" * 30_000, 200),
        ('{"errors": "no such page"}', 404),
        ('{"errors": ["no such page"]}', 200),
        ('{"errors": [{"detail": "no such page"}]}', 404),
        ('{"errors": [{"message": "no such page", "path": 7}]}', 200),
    ],
)
def test_something_else_at_the_address_is_said(script: Scripted, body: str, status: int) -> None:
    assert f"{script.url} is not a Fleetgraph" in no_answer(script, lambda: PlainTextResponse(body, status))


@pytest.mark.parametrize("location", ["https://xn--a/", "data:,x", "http://[::1"])
def test_a_redirect_to_an_address_that_does_not_read_is_no_fleetgraph(
    script: Scripted, location: str
) -> None:
    assert "answers 302 and no GraphQL" in no_answer(
        script, lambda: Response(status_code=302, headers={"location": location})
    )


def test_a_redirect_is_not_followed(script: Scripted) -> None:
    assert f"{script.url} is not a Fleetgraph" in no_answer(script, lambda: RedirectResponse(script.url))
    assert len(script.requests) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_trouble_there_is_said(script: Scripted, status: int) -> None:
    assert f"answers {status}" in no_answer(script, lambda: JSONResponse({"message": "no"}, status))


def test_a_fault_of_the_other_side_names_its_request(script: Scripted) -> None:
    error = {"message": "Something went wrong on our side.", "extensions": {"requestId": "r-17"}}
    assert "under the request r-17" in no_answer(
        script, lambda: JSONResponse({"errors": [error], "data": None})
    )


def test_part_of_an_answer_is_printed_beside_its_errors(script: Scripted) -> None:
    error = {"message": "No.", "path": ["a", 0]}
    script.answer = lambda request: {"errors": [error], "data": {"a": None, "b": 1}}
    ended = Command(url=script.url)("query", "-", stdin="{ a b }")
    assert ended.status == Exit.FAILED
    assert json.loads(ended.out) == {"a": None, "b": 1}
    assert ended.err == "fleetgraph: No. (at a.0)\n"


def test_pages_are_followed_though_one_is_empty(script: Scripted) -> None:
    def page(request: dict[str, dict[str, str | None]]) -> dict[str, object]:
        after = int(request["variables"]["after"] or 0)
        nodes = [] if after == 1 else [{"n": after}]
        info = {"hasNextPage": after < 2, "endCursor": str(after + 1)}
        return {"data": {"accounts": {"nodes": nodes, "pageInfo": info}}}

    script.answer = page
    ended = Command(url=script.url)("accounts", "--json")
    assert json.loads(ended.out) == {"accounts": [{"n": 0}, {"n": 2}]}


def test_a_listing_that_does_not_advance_is_not_followed_for_ever(script: Scripted) -> None:
    info = {"hasNextPage": True, "endCursor": "same"}
    script.answer = lambda request: {"data": {"accounts": {"nodes": [], "pageInfo": info}}}
    ended = Command(url=script.url)("accounts")
    assert ended.status == Exit.UNREACHABLE
    assert len(script.requests) == 2


def test_a_lost_answer_to_a_change_is_not_an_invitation_to_repeat_it(script: Scripted) -> None:
    script.answer = lambda request: JSONResponse({"message": "Service Unavailable"}, 503)
    ended = Command(url=script.url)("query", "-", stdin="mutation { a }")
    assert "The change may have arrived nevertheless" in ended.err
    assert len(script.requests) == 1


def test_a_change_that_was_turned_away_has_not_arrived(script: Scripted) -> None:
    """A request too many is refused before anything is done for it."""
    script.answer = lambda request: JSONResponse({"message": "Too Many Requests"}, 429)
    ended = Command(url=script.url)("query", "-", stdin="mutation { a }")
    assert ended.status == Exit.UNREACHABLE
    assert "answers 429" in ended.err
    assert "may have arrived" not in ended.err
    assert len(script.requests) == 1


def test_another_providers_text_drives_no_terminal(script: Scripted) -> None:
    script.answer = lambda request: {"errors": [{"message": "\x1b[2J\rgone"}]}
    ended = Command(url=script.url)("accounts")
    assert ended.err == "fleetgraph:  [2J gone\n"
