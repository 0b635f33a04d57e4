"""The commands of the pages, run as a reader runs them: in the order of reading, on the sandbox of `make run`."""

import json
import os
import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from tests.docs.markdown import Block, blocks
from tests.runner import ROOT, Runner

# In the one worker whose runner serves them.
pytestmark = [pytest.mark.timeout(180), pytest.mark.xdist_group("runner")]

README = ROOT / "README.md"
API = ROOT / "docs" / "api.md"
PAGES = (README, API, ROOT / "docs" / "sandbox.md")
"""Whose shell blocks a reader can run on the sandbox. Those of the other pages need an account or a key."""

ORIGIN = "http://127.0.0.1:8000"
SANDBOX = "kupe"
"""Whose address docs/sandbox.md calls `SANDBOX`, and whose cluster the README waits for."""


@contextmanager
def hurrying(sandbox: str) -> Iterator[None]:
    """Lets the clusters of a fake provider live ten times as fast, so that nobody waits for them."""
    is_over = threading.Event()

    def hurry() -> None:
        while not is_over.wait(1):
            httpx.post(f"{sandbox}/_sandbox/clock", json={"advance_seconds": 10})

    thread = threading.Thread(target=hurry)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def commands(page: Path) -> list[Block]:
    """The shell blocks of a page, without the one that starts the sandbox."""
    return [block for block in blocks("sh", page=page) if block.text.strip() != "make run"]


def carry_out(page: Path, runner: Runner, folder: Path) -> dict[Block, str]:
    """What each block printed. All run in one shell, as a reader's do, which ends at the first that fails."""
    script = ["set -euo pipefail"]
    printed = {block: folder / f"{block.line}.out" for block in commands(page)}
    for block, file in printed.items():
        script.append(f"{{\n{block.text.replace(ORIGIN, runner.origin)}}} > '{file}'")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("FLEETGRAPH_")}
    done = subprocess.run(
        ["bash", "-c", "\n".join(script)],
        cwd=ROOT,
        env={
            **inherited,
            "HOME": str(folder),
            "XDG_CONFIG_HOME": str(folder),
            "PATH": f"{ROOT / '.venv' / 'bin'}:{os.environ['PATH']}",
            "FLEETGRAPH_URL": f"{runner.origin}/graphql",
            "SANDBOX": runner.addresses[SANDBOX],
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    begun = [block for block, file in printed.items() if file.exists()]
    assert done.returncode == 0, f"{begun[-1]}: {done.stderr}"
    return {block: file.read_text(encoding="utf-8") for block, file in printed.items()}


def has_shape(answered: object, shown: object) -> bool:
    """Whether an answer has the members and the types that a page shows. Null stands for any type."""
    match shown, answered:
        case dict(), dict():
            return shown.keys() == answered.keys() and all(
                has_shape(answered[name], member) for name, member in shown.items()
            )
        case list(), list():
            return all(any(has_shape(item, one) for item in answered) for one in shown)
        case (None, _) | (_, None):
            return True
        case _:
            return type(shown) is type(answered)


def columns(table: str) -> list[str]:
    return re.split(r"\s{2,}", table.splitlines()[0].strip())


def test_the_readme_begins_with_what_these_tests_start() -> None:
    assert blocks("sh", page=README)[0].text.strip() == "make run"
    assert "-m local" in (ROOT / "Makefile").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_works_in_the_order_of_reading_and_answers_as_shown(
    page: Path, runner: Runner, tmp_path: Path
) -> None:
    with hurrying(runner.addresses[SANDBOX]):
        printed = carry_out(page, runner, tmp_path)
    for asked, answer in pairwise(blocks("sh", "json", "text", page=page)):
        if asked not in printed:
            continue
        if answer.language == "json":
            assert has_shape(json.loads(printed[asked]), json.loads(answer.text)), printed[asked]
        elif answer.language == "text":
            assert columns(printed[asked]) == columns(answer.text), f"{answer}: {printed[asked]}"
            assert len(printed[asked].splitlines()) > 1


def test_the_query_of_the_api_page_answers_as_shown(runner: Runner) -> None:
    ((asked, answer),) = (
        (asked, answer)
        for asked, answer in pairwise(blocks("graphql", "json", page=API))
        if (asked.language, answer.language) == ("graphql", "json")
    )
    assert has_shape({"data": runner.query(asked.text)}, json.loads(answer.text))


@pytest.mark.parametrize(
    ("answered", "shown", "is_same"),
    [
        ({"a": [{"b": 1}, {"b": None}]}, {"a": [{"b": 2}]}, True),
        ({"a": []}, {"a": [{"b": 2}]}, False),
        ({"a": 1, "c": 2}, {"a": 1}, False),
        ({"a": "1"}, {"a": 1}, False),
        ({"a": None}, {"a": 1}, True),
    ],
)
def test_an_answer_of_another_shape_is_found(answered: object, shown: object, is_same: bool) -> None:
    assert has_shape(answered, shown) is is_same
