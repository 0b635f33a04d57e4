"""The tab key: a shell reads what `completion` prints, and the command answers what it asks."""

import shutil
from pathlib import Path

import pytest

from cli.errors import Exit
from tests.cli.command import Command
from tests.cli.contract import Keeper, page
from tests.cli.scripted import Scripted
from tests.cli.things import ACME, PRODUCTION
from tests.cli.typist import TAB, typist

ACME_TOOLS = {**ACME, "name": "Acme, Tools"}
SHELLS = ("bash", "zsh", "fish")


def completed(command: Command, line: str) -> list[str]:
    """What bash puts in the place of the last word; an empty one is being typed where the line ends with a space."""
    word = line.rpartition(" ")[2].rpartition("=")[2]
    asked = {"_FLEETGRAPH_COMPLETE": "bash_complete", "COMP_LINE": line, "COMP_WORD": word}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in asked.items():  # Click reads the process's own
            patch.setenv(name, value)
        command.environment = {**command.environment, **asked}
        ended = command()
    assert ended.status == Exit.OK
    return [entry.partition(",")[2] for entry in ended.out.splitlines()]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("fleetgraph clus", ["clusters"]),
        ("fleetgraph clusters cr", ["create"]),
        ("fleetgraph clusters create ", ["kupe", "cockroachdb", "qovery", "northflank"]),
        ("fleetgraph clusters list --at", ["--attention"]),
        ("fleetgraph clusters list --phase de", ["degraded", "deleting", "deleted"]),
        ("fleetgraph clusters show acme/p", ["acme/production"]),
        ("fleetgraph clusters list --account a", ["acme"]),
    ],
)
def test_commands_flags_and_names_are_completed(
    following: Command, keeper: Keeper, line: str, offered: list[str]
) -> None:
    keeper.on("clusters", page(PRODUCTION))
    assert completed(following, line) == offered


def test_where_nobody_answers_nothing_is_completed() -> None:
    nowhere = Command(url="http://127.0.0.1:1/graphql")
    assert completed(nowhere, "fleetgraph clusters show a") == [""]


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("Ac", r"Acme,\ Tools"),
        ("Acme,", r"Acme,\ Tools"),
        ("--account=ac", r"Acme,\ Tools"),
    ],
)
def test_bash_gets_names_as_they_are_typed_without_quotes(
    following: Command, keeper: Keeper, typed: str, offered: str
) -> None:
    keeper.on("accounts", page(ACME_TOOLS))
    flag = "" if typed.startswith("--") else "--account "
    assert completed(following, f"fleetgraph clusters list {flag}{typed}") == [offered]


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_gets_its_script(shell: str) -> None:
    ended = Command(url="http://127.0.0.1:1/graphql")("completion", shell)
    assert ended.status == Exit.OK
    assert f"_FLEETGRAPH_COMPLETE={shell}_complete" in ended.out


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_with_the_line_of_the_docs_completes_commands_flags_and_names(
    keeper: Keeper, script: Scripted, tmp_path: Path, shell: str
) -> None:
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed here")
    keeper.on("accounts", page(ACME_TOOLS))
    keeper.on("clusters", page({**PRODUCTION, "account": ACME_TOOLS}))
    with typist(shell, tmp_path, FLEETGRAPH_URL=script.url) as person:
        assert person.types(f'fleetgraph clus{TAB}show "Acm{TAB}') == [
            "clusters",
            "show",
            "Acme, Tools/production",
        ]
        assert person.types(f"fleetgraph clusters list --att{TAB}--account=Acm{TAB}") == [
            "clusters",
            "list",
            "--attention",
            "--account=Acme, Tools",
        ]
