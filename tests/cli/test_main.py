"""Help that helps, and a process that ends as scripts expect."""

import argparse
import os
import pkgutil
import shlex
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

from cli.main import main, make_parser
from tests.cli.scripted import Scripted

COMMAND = [sys.executable, "-m", "cli.main"]


def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                yield from parsers(inner)


def examples(parser: argparse.ArgumentParser) -> list[str]:
    _, _, lines = (parser.epilog or "").partition("examples:\n")
    return [line.strip() for line in lines.replace("\\\n", "").splitlines()]


@pytest.mark.parametrize("parser", list(parsers(make_parser())), ids=lambda parser: parser.prog)
def test_every_command_has_examples_that_parse(
    parser: argparse.ArgumentParser, capsys: pytest.CaptureFixture[str]
) -> None:
    assert parser.format_help()
    assert examples(parser)
    for line in examples(parser):
        words = shlex.split(line, comments=True)
        start = words.index("fleetgraph") + 1
        stop = next(
            (at for at, word in enumerate(words) if at > start and word in ("&&", "|", ">", "<")), None
        )
        options = make_parser().parse_args(words[start:stop])
        assert callable(options.run), capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["wait"], ["clusters", "--phase", "happy"]])
def test_wrong_usage_ends_with_64(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 64
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("fleetgraph: ")
    assert "--help" in printed.err


def test_the_command_is_installed_under_its_name() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))
    assert pkgutil.resolve_name(project["project"]["scripts"]["fleetgraph"]) is main
    assert "cli" in project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert not ended.value.code
    assert capsys.readouterr().out == f"fleetgraph {version('fleetgraph')}\n"


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
        [*COMMAND, "wait", "nobody", "--url", script.url],
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


def test_a_reader_that_has_had_enough_is_no_error(script: Scripted) -> None:
    script.answer = lambda request: {"data": {"a": "b" * 2**20}}
    process = subprocess.run(
        ["sh", "-c", f"echo '{{a}}' | {shlex.join(COMMAND)} query - --url {script.url} | head -c 10"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (process.stdout, process.stderr) == ('{\n  "a": "', "")
