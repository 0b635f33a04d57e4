"""Help that helps, and a process that ends as scripts expect."""

import os
import re
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import click
import pytest

from cli import __version__
from cli.errors import Exit
from cli.grammar import Noun, Verb
from cli.main import ROOT, main
from cli.output import FORMS
from cli.places import PLACES, SHORT_FORMS
from tests.cli.command import Command
from tests.cli.scripted import Scripted

COMMAND = [sys.executable, "-m", "cli.main"]
NOWHERE = Command(url="http://127.0.0.1:1/graphql")


def verbs() -> Iterator[tuple[list[str], Verb]]:
    """Every verb, with the words that lead to it."""

    def below(command: click.Command | None, path: list[str]) -> Iterator[tuple[list[str], Verb]]:
        if isinstance(command, Verb):
            yield path, command
        elif isinstance(command, Noun):
            for name, inner in command.commands.items():
                yield from below(inner, [*path, name])

    with click.Context(ROOT) as ctx:
        for name in PLACES:
            yield from below(ROOT.get_command(ctx, name), [name])


VERBS = list(verbs())


@pytest.mark.parametrize(("path", "verb"), VERBS, ids=[" ".join(path) for path, _ in VERBS])
def test_every_command_explains_itself_with_examples(path: list[str], verb: Verb) -> None:
    asked = NOWHERE(*path, "--help")
    assert asked.status == Exit.OK
    assert asked == NOWHERE("help", *path)
    assert f"Usage: fleetgraph {' '.join(path)}" in asked.out
    assert f"fleetgraph {' '.join(path)}" in verb.examples
    assert all(len(line) <= 120 for line in asked.out.splitlines())


def test_the_help_of_all_says_what_the_help_of_each_says() -> None:
    with click.Context(ROOT) as ctx:
        for name, place in PLACES.items():
            command = ROOT.get_command(ctx, name)
            assert command is not None
            assert (command.name, command.short_help) == (name, place.summary)


@pytest.mark.parametrize("arguments", [[], ["help"], ["--help"], ["-h"]])
def test_no_arguments_print_the_help(arguments: list[str]) -> None:
    ended = NOWHERE(*arguments)
    assert (ended.status, ended.err) == (Exit.OK, "")
    for name in PLACES:
        assert f"\n  {name} " in ended.out


def test_a_noun_without_a_verb_lists_or_explains_itself() -> None:
    assert "Commands:" in NOWHERE("nodes").out
    assert NOWHERE("clusters").status == Exit.UNREACHABLE  # it was asked for


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nonsense"], "There is no command `fleetgraph nonsense`."),
        (["clustrs"], "Did you mean `fleetgraph clusters`?"),
        (["clusters", "shw"], "Did you mean `fleetgraph clusters show`?"),
        (["wait"], "What to wait for is said once"),
        (["clusters", "--phase", "redy"], "Did you mean ready?"),
        (["clusters", "--phase", "happy"], "'happy' is unknown. There are: pending, provisioning,"),
        (["clusters", "list", "--atention"], "'--attention'"),
        (["clusters", "-o", "xml"], "'xml' is not one of"),
        (["clusters", "-o", "csv", "--json"], "The output is csv or json, not both."),
        (["clusters", "show"], "Missing argument 'CLUSTER'."),
        (
            ["clusters", "list", "b"],
            "Got unexpected extra argument (b). See `fleetgraph clusters list --help`.",
        ),
        (["clusters", "--limit", "0"], "'0' is not a whole number from 1 to"),
        (["operations", "--limit", "0"], "'0' is not a whole number from 1 to"),
        (["activity", "--since", "99999999d"], "longer than 100 years"),
        (["keys", "create", "ci", "--scope", "read", "--expires-in", "99999999d"], "longer than 100 years"),
        (["envelopes", "set", "all", "--money", f"{'9' * 5000} USD"], "is not an amount such as"),
        (["envelopes", "set", "all", "--money", "٣ USD"], "is not an amount such as"),
        (
            ["envelopes", "set", "all", "--money", "1.5 JPY"],
            "is finer than the smallest unit of its currency",
        ),
        (
            ["envelopes", "set", "all", "--money", "1.125 USD"],
            "is finer than the smallest unit of its currency",
        ),
    ],
)
def test_wrong_usage_ends_with_64_and_says_what_is_right(arguments: list[str], sentence: str) -> None:
    ended = NOWHERE(*arguments)
    assert (ended.status, ended.out) == (Exit.USAGE, "")
    assert ended.err.startswith("fleetgraph: ")
    assert sentence in ended.err


@pytest.mark.parametrize(("short", "form"), SHORT_FORMS.items(), ids=list(SHORT_FORMS))
def test_every_short_form_stands_for_a_command(short: str, form: list[str]) -> None:
    ended = NOWHERE(short, "--help")
    assert ended.status == Exit.OK
    assert ended == NOWHERE(*form, "--help")


def test_a_singular_is_its_noun_where_a_verb_follows() -> None:
    assert NOWHERE("cluster", "list", "--help") == NOWHERE("clusters", "list", "--help")


@pytest.mark.parametrize("arguments", [["version"], ["--version"]])
def test_the_version_is_printed(arguments: list[str]) -> None:
    assert NOWHERE(*arguments).out == f"fleetgraph {__version__}\n"


def test_the_command_is_of_the_version_of_the_service() -> None:
    assert distribution("fleetgraph").version == __version__


def test_the_development_environment_has_what_the_distribution_asks_for() -> None:
    root = Path(__file__).parents[2]
    ours = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["dependency-groups"]["command"]
    theirs = tomllib.loads((root / "cli" / "pyproject.toml").read_text("utf-8"))["project"]
    assert sorted(ours) == sorted(theirs["dependencies"])
    assert theirs["scripts"] == {"fleetgraph": "cli.main:main"}


@pytest.mark.parametrize("arguments", [["--url", "{}", "accounts"], ["accounts", "--url", "{}"]])
def test_which_fleetgraph_is_said_before_the_command_or_after(script: Scripted, arguments: list[str]) -> None:
    page = {"nodes": [], "pageInfo": {"hasNextPage": False}}
    script.answer = lambda request: {"data": {"accounts": page}}
    assert main([argument.format(script.url) for argument in arguments]) == 0
    assert len(script.requests) == 1


def test_ctrl_c_ends_a_wait_with_130(script: Scripted) -> None:
    page = {"nodes": [], "pageInfo": {"hasNextPage": False}, "coverage": {"isComplete": True}}
    script.answer = lambda request: {"data": {"cluster": None, "clusters": page}}
    process = subprocess.Popen(
        [*COMMAND, "wait", "nobody", "--create", "--url", script.url],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": "."},
    )
    assert process.stdout is not None
    assert "not there yet" in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate()
    assert process.returncode == 130
    assert err == "fleetgraph: interrupted. What was asked for goes on without us.\n"


def test_what_only_shows_leaves_nothing_that_goes_on(
    script: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    script.answer = lambda request: {"data": {"envelopes": []}}
    command = Command(url=script.url)

    def interrupt() -> None:
        raise KeyboardInterrupt

    command.clock.on_sleep = interrupt
    ended = command("envelopes", "--watch")
    assert (ended.status, ended.err) == (130, "There are no envelopes.\nfleetgraph: interrupted.\n")


def test_help_imports_neither_the_network_nor_the_tables() -> None:
    """What somebody waits for who presses the tab key."""
    code = "import sys; from cli.main import main; main(['--help']); print([*sys.modules], file=sys.stderr)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(ended.stderr.replace("'", "").strip("[]\n").split(", "))
    assert loaded.isdisjoint({"httpx", "rich", "jq", "yaml", "tomlkit", "ssl", "asyncio"})


def test_the_page_names_every_command() -> None:
    text = (Path(__file__).parents[2] / "docs" / "cli.md").read_text("utf-8")
    nouns = dict(re.findall(r"^\| `([\w-]+)` \| (`[^|]+) \|$", text, re.MULTILINE))
    written = {(noun, verb) for noun, cells in nouns.items() for verb in re.findall(r"`([\w-]+)`", cells)}
    assert written >= {(path[0], path[1]) for path, _ in VERBS if len(path) > 1}
    (alone,) = re.findall(r"^These stand alone: (.*)\.$", text, re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", alone)) == {path[0] for path, _ in VERBS if len(path) == 1}


def test_the_page_names_every_status() -> None:
    text = (Path(__file__).parents[2] / "docs" / "cli.md").read_text("utf-8")
    assert [int(status) for status in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)] == [*Exit]


def test_the_page_names_every_form() -> None:
    text = (Path(__file__).parents[2] / "docs" / "cli.md").read_text("utf-8")
    assert tuple(re.findall(r"^\| `-o (\w+)`", text, re.MULTILINE)) == FORMS
