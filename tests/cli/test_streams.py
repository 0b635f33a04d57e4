"""The streams of the process: readers that end early, a disk that is full, streams that are closed, other encodings."""

import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from cli.errors import Exit
from tests.cli.command import Ended
from tests.cli.conftest import Gateway
from tests.cli.scripted import Scripted

COMMAND = [sys.executable, "-m", "cli.main"]
FULL = Path("/dev/full")
ROWS = [
    ["clusters", "list"],
    ["clusters", "list", "-o", "csv"],
    ["clusters", "list", "--watch"],
    ["wait", "shipments-ledger", "--for", "ready", "--json"],
    ["version"],
]
"""One of each way to write. The others go through the same streams."""
MORE_ROWS = [
    *(["clusters", "list", "-o", form] for form in ("wide", "json", "yaml", "name")),
    ["clusters", "list", "--jq", ".clusters[].name"],
    ["clusters", "show", "shipments-ledger"],
    ["--help"],
    ["completion", "fish"],
]


def ended(
    arguments: list[str], url: str, *, out: int | None = None, err: int | None = None, **names: str
) -> Ended:
    """`out` and `err` are the ends of pipes where not ours. What the process says where it may be read."""
    done = subprocess.run(
        [*COMMAND, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if out is None else out,
        stderr=subprocess.PIPE if err is None else err,
        env={**os.environ, "FLEETGRAPH_URL": url, "XDG_CONFIG_HOME": "/there/is/no/such/folder", **names},
        timeout=60,
        check=False,
    )
    return Ended(
        status=done.returncode,
        out=(done.stdout or b"").decode("utf-8"),
        err=(done.stderr or b"").decode("utf-8"),
    )


def nobody_reads() -> int:
    """The end of a pipe to write to, whose other end is closed, as that of `head` that has seen enough."""
    reads, writes = os.pipe()
    os.close(reads)
    return writes


@pytest.mark.parametrize(
    "arguments", [*ROWS, *(pytest.param(row, marks=pytest.mark.thorough) for row in MORE_ROWS)], ids=" ".join
)
def test_a_reader_that_has_had_enough_ends_it_as_sigpipe_does_and_without_a_word(
    gateway: Gateway, arguments: list[str]
) -> None:
    writes = nobody_reads()
    try:
        said = ended(arguments, gateway.url, out=writes)
    finally:
        os.close(writes)
    assert (said.status, said.err) == (128 + signal.SIGPIPE, "")


def test_a_reader_in_a_shell_keeps_what_it_has_read(script: Scripted) -> None:
    script.answer = lambda request: {"data": {"a": "b" * 2**20}}
    line = f"echo '{{a}}' | {shlex.join(COMMAND)} query - --url {script.url} | head -c 10; echo ${{PIPESTATUS[*]}}"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False, timeout=60)
    assert (done.stdout, done.stderr) == ('{\n  "a": "0 141 0\n', "")


def test_a_reader_of_the_remarks_that_has_ended_is_no_traceback(gateway: Gateway) -> None:
    writes = nobody_reads()
    try:
        said = ended(["clusters", "show", "no-such-cluster"], gateway.url, err=writes)
        both = ended(["clusters", "show", "no-such-cluster"], gateway.url, out=writes, err=writes)
    finally:
        os.close(writes)
    assert (said.status, said.out, both.status) == (Exit.READER_ENDED, "", Exit.READER_ENDED)


@pytest.mark.skipif(not FULL.exists(), reason="this machine has no /dev/full")
@pytest.mark.parametrize("arguments", [["clusters", "list"], ["clusters", "list", "--json"], ["version"]])
def test_a_disk_that_is_full_is_a_sentence(gateway: Gateway, arguments: list[str]) -> None:
    with FULL.open("wb") as full:
        said = ended(arguments, gateway.url, out=full.fileno())
    reason = os.strerror(28)
    assert (said.status, said.err) == (
        Exit.FAILED,
        f"fleetgraph: the output cannot be written: {reason}.\n",
    )


@pytest.mark.parametrize("arguments", [["clusters", "show", "shipments-ledger"], ["version"]])
@pytest.mark.parametrize("closing", [">&-", "<&-", "2>&-", ">&- 2>&- <&-"])
def test_a_stream_that_the_shell_closed_is_no_error(
    gateway: Gateway, arguments: list[str], closing: str
) -> None:
    environment: Mapping[str, str] = {**os.environ, "FLEETGRAPH_URL": gateway.url}
    done = subprocess.run(
        ["sh", "-c", f'"$@" {closing}', "sh", *COMMAND, *arguments],
        capture_output=True,
        env=environment,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_an_encoding_that_lacks_a_letter_costs_that_letter_and_json_none(script: Scripted) -> None:
    name = "Zo\u00eb \u2192 \u65e5"
    rate = {"remaining": 1, "limit": 1, "resetsAt": None}
    script.answer = lambda request: {
        "data": {"viewer": {"name": name, "scopes": [], "accounts": None}, "rateLimit": rate}
    }
    told = ended(["whoami"], script.url, PYTHONIOENCODING="ascii")
    asked = ended(["whoami", "--json"], script.url, PYTHONIOENCODING="ascii")
    assert (told.status, told.err) == (0, "")
    assert told.out.startswith("name        Zo? ? ?\n")
    assert (asked.status, json.loads(asked.out)["viewer"]["name"]) == (0, name)
