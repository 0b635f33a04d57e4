"""Every example of every command's help, and every command of the pages about the command, as somebody types it who
reads it, on the sandbox that `make run` starts.
"""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from cli.clock import Clock, SystemClock
from tests.cli.shell import Shell, shell
from tests.cli.test_main import VERBS
from tests.cli.whole import EVERY_ACCOUNT, whole
from tests.docs.markdown import Block, blocks
from tests.runner import ROOT, Runner, running

# In one worker, so that one Fleetgraph serves them.
pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("examples")]

SECRETS = {
    "ACME_TOKEN": "kupe_sandbox_acme",
    "KUPE_API_KEY": "kupe_sandbox_palisade",
    "CIVO_TOKEN": "made-up-token-of-civo",
    "AWS_ACCESS_KEY_ID": "made-up-access-key-id",
}
"""Variables that examples name."""

FILES = {"meridian.txt": "crdb_sandbox_meridian_freight", "secret.txt": "made-up-secret"}
"""Files that they name, besides those of this repository."""


ENDS_WITH = {"fleetgraph webhooks test pager": 1}
"""Of examples that do not end with 0: nobody listens at an address that is made up."""

TYPING_SECONDS = 2.0
"""What somebody takes from one example to the next, at least. What the first asked for may be done by then."""

IN_FLIGHT = re.compile(r"is in flight\. See how that change ends: (fleetgraph wait .+)")
"""What is said where the example before has not come to its end yet, on a machine that has much to do."""

READS = {"list", "show", "query", "help", "version", "whoami", "completion"}
"""Verbs after which there is nothing to be done. Each other costs a round of observation."""


class HastyClock(SystemClock):
    """Asks sooner than it should, so that nobody waits for what is there."""

    def sleep(self, seconds: float) -> None:
        time.sleep(min(seconds, 0.5))


@contextmanager
def hurrying(runner: Runner) -> Iterator[None]:
    """Lets the clusters of all fake providers live twenty times as fast."""
    is_over = threading.Event()

    def hurry() -> None:
        while not is_over.wait(0.5):
            for address in runner.addresses.values():
                httpx.post(f"{address}/_sandbox/clock", json={"advance_seconds": 10})

    thread = threading.Thread(target=hurry)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


@dataclass(frozen=True, kw_only=True)
class Sandbox:
    url: str
    clock: Clock
    """Whose sleep lets the sandbox live on."""


@contextmanager
def in_this_process(_: Path) -> Iterator[Sandbox]:
    """What `make run` starts, in threads, in virtual time."""
    with whole(**EVERY_ACCOUNT) as everything:
        yield Sandbox(url=everything.url, clock=everything.clock())


@contextmanager
def of_make_run(state: Path) -> Iterator[Sandbox]:
    with running(state) as runner, hurrying(runner):
        yield Sandbox(url=f"{runner.origin}/graphql", clock=HastyClock())


@pytest.fixture(
    scope="module", params=[in_this_process, pytest.param(of_make_run, marks=pytest.mark.thorough)]
)
def sandbox(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with request.param(tmp_path_factory.mktemp("state")) as one:
        yield one


@pytest.fixture
def typed(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        (tmp_path / name).write_text(f"{text}\n", encoding="utf-8")
    (tmp_path / "graphql").symlink_to(ROOT / "graphql")
    with shell(tmp_path, sandbox.clock, FLEETGRAPH_URL=sandbox.url, **SECRETS) as one:
        yield one


def examples(text: str) -> list[str]:
    """Each on one line."""
    return text.replace("\\\n", " ").strip().splitlines()


def test_every_example_of_the_help_works_on_the_sandbox(sandbox: Sandbox, typed: Shell) -> None:
    failed = []
    for path, verb in VERBS:
        for example in examples(verb.examples):
            ended = typed(example)
            if remedy := IN_FLIGHT.search(ended.err):
                typed(remedy[1])
                ended = typed(example)
            if path[-1] not in READS:
                sandbox.clock.sleep(TYPING_SECONDS)
            if ended.status != ENDS_WITH.get(example, 0):
                failed.append(f"{example}\n    {ended.status}: {ended.err or ended.out}")
    assert failed == [], "\n".join(failed)


@pytest.mark.parametrize("name", ["cli.md", "ci.md", "webhooks.md", "assistants.md"])
def test_every_command_of_the_page_works_on_the_sandbox(typed: Shell, name: str) -> None:
    scripts: list[Block] = blocks("sh", page=ROOT / "docs" / name)
    assert scripts
    for block in scripts:
        ended = typed(block.text, RUN="1234-1")
        assert ended.status == 0, f"{block}: {ended.err or ended.out}"
        assert "Traceback" not in ended.err


def test_a_pipeline_leaves_no_cluster_behind(typed: Shell) -> None:
    """Also where it fails halfway."""
    (script,) = (block for block in blocks("sh", page=ROOT / "docs" / "ci.md") if "trap" in block.text)
    broken = typed(
        script.text.replace("fleetgraph clusters show", "false; fleetgraph clusters show"), RUN="9"
    )
    assert broken.status == 1, broken
    assert typed('fleetgraph clusters show "Acme Tools/test-9"').status == 4


def test_a_rerun_creates_no_second_cluster(typed: Shell) -> None:
    create = 'fleetgraph clusters create kupe --account "Acme Tools" --name again --type shared'
    first = typed(f"{create} --idempotency-key mine -o name")
    assert first.status == 0, first
    assert typed(f"{create} --idempotency-key mine -o name") == first
    assert typed(f"{create} --cpu 4 --idempotency-key mine").status == 5
