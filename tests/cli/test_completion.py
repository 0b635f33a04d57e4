"""The tab key: a shell reads what `completion` prints, and the command answers what it asks."""

import json
import subprocess
from collections.abc import Callable

import pytest

from cli.errors import Exit
from tests.cli.command import Command
from tests.cli.contract import Keeper, page
from tests.cli.things import PRODUCTION


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """Click writes completions to the process's own output."""
    return lambda: capsys.readouterr().out


def completed(command: Command, line: str, printed: Callable[[], str]) -> list[str]:
    """What bash offers after this line; an empty last word is being typed where it ends with a space."""
    words = line.split(" ")
    asked = {"_FLEETGRAPH_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in asked.items():  # Click reads the process's own
            patch.setenv(name, value)
        command.environment = {**command.environment, **asked}
        ended = command()
    assert ended.status == Exit.OK
    return [entry.partition(",")[2] for entry in printed().splitlines()]


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
    following: Command, keeper: Keeper, printed: Callable[[], str], line: str, offered: list[str]
) -> None:
    keeper.on("clusters", page(PRODUCTION))
    assert completed(following, line, printed) == offered


def test_where_nobody_answers_nothing_is_completed(printed: Callable[[], str]) -> None:
    nowhere = Command(url="http://127.0.0.1:1/graphql")
    assert completed(nowhere, "fleetgraph clusters show a", printed) == [""]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script(shell: str) -> None:
    ended = Command(url="http://127.0.0.1:1/graphql")("completion", shell)
    assert ended.status == Exit.OK
    assert "_FLEETGRAPH_COMPLETE" in ended.out


def test_bash_understands_its_script() -> None:
    script = Command(url="http://127.0.0.1:1/graphql")("completion", "bash").out
    ended = subprocess.run(
        ["bash", "-c", f"{script}\ncomplete -p fleetgraph"], capture_output=True, text=True, check=True
    )
    assert "_fleetgraph_completion" in ended.stdout, json.dumps(ended.stderr)
