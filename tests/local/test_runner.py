"""`make run` as a person meets it: one process, a fleet, an outage, an end."""

import json
import os
import signal
import socket
import stat
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.clients.tools import HERE, has_node, run_node
from tests.runner import Runner, launch, running

# In the one worker whose runner serves them; the last of them that looks at its fleet takes a provider away.
pytestmark = [pytest.mark.timeout(120), pytest.mark.xdist_group("runner")]

REFRESH = "mutation ($id: ID!) { refreshAccount(id: $id) { userErrors { message } } }"
FLEET = """{
  clusters(first: 100) { nodes { name provider { kind } freshness { state lastFailure { kind } } } }
  fleet { coverage { isComplete missing(first: 10) { nodes { name provider { kind } } } } }
  accounts(first: 10) { nodes { id provider { kind } } }
}"""


def test_one_query_answers_from_four_providers(runner: Runner) -> None:
    clusters = runner.query(FLEET)["clusters"]["nodes"]
    assert len(clusters) > 40
    kinds = {node["provider"]["kind"] for node in clusters}
    assert kinds == {"COCKROACHDB", "KUPE", "NORTHFLANK", "QOVERY"}


@pytest.mark.skipif(not has_node(), reason="Node and its packages are not installed: make setup")
def test_every_audit_of_graphql_over_http_is_passed(runner: Runner) -> None:
    done = run_node("audit.mjs", f"{runner.origin}/graphql", cwd=HERE)
    assert done.returncode == 0, done.stderr
    audits = [json.loads(line) for line in done.stdout.splitlines()]
    assert [audit for audit in audits if audit["status"] != "ok"] == []
    assert len(audits) == 61


@pytest.mark.parametrize("path", ["/", "/clusters", "/graphql"])
def test_a_browser_gets_a_page(runner: Runner, path: str) -> None:
    answer = httpx.get(f"{runner.origin}{path}", headers={"Accept": "text/html"})
    assert "html" in answer.headers["content-type"]
    assert "Fleetgraph" in answer.text


def test_phases_move_while_one_watches(runner: Runner) -> None:
    changes = "{ statusChanges(first: 100) { nodes: edges { node { from to } } } }"
    runner.await_answer(
        changes, lambda data: any(edge["node"]["from"] for edge in data["statusChanges"]["nodes"]), seconds=60
    )


def test_a_killed_provider_is_named_and_its_rows_stay(runner: Runner) -> None:
    def of_kupe(data: dict[str, Any]) -> dict[str, Any]:
        nodes = data["clusters"]["nodes"]
        return {node["name"]: node["freshness"] for node in nodes if node["provider"]["kind"] == "KUPE"}

    def is_named(data: dict[str, Any]) -> bool:
        missing = {account["provider"]["kind"] for account in data["fleet"]["coverage"]["missing"]["nodes"]}
        return "KUPE" in missing and {one["state"] for one in of_kupe(data).values()} == {"UNREACHABLE"}

    before = runner.query(FLEET)
    os.kill(runner.sandboxes["kupe"], signal.SIGKILL)
    # By its schedule it may be asked as late as after a minute: the tests before this one drew on its budget.
    for account in before["accounts"]["nodes"]:
        if account["provider"]["kind"] == "KUPE":
            runner.query(REFRESH, {"id": account["id"]})
    after = of_kupe(runner.await_answer(FLEET, is_named, seconds=90))
    assert after.keys() == of_kupe(before).keys()
    assert {one["lastFailure"]["kind"] for one in after.values()} == {"UNAVAILABLE"}


@pytest.mark.thorough  # tests/kill shows the same after worse ends
def test_what_was_observed_outlives_a_clean_stop(tmp_path: Path) -> None:
    history = "{ statusChanges(first: 100) { edges { cursor node { observedAt cluster { name } } } } }"
    with running(tmp_path / "state") as runner:
        first = runner.await_answer(history, lambda data: data["statusChanges"]["edges"], seconds=30)
        assert "Starting 4 fake providers" in runner.greeting
    with running(tmp_path / "state") as runner:
        again = runner.query(history)
        assert "Starting" not in runner.greeting, "what takes no time is not told of"
    earliest = first["statusChanges"]["edges"][0]
    assert again["statusChanges"]["edges"][0] == earliest


def test_nobody_else_can_read_what_is_kept(runner: Runner) -> None:
    assert stat.S_IMODE(runner.state.stat().st_mode) == 0o700
    assert stat.S_IMODE((runner.state / "sandbox.db").stat().st_mode) == 0o600


ONE_ACCOUNT = """[[accounts]]
provider = "northflank"
name = "a"
token_env = "MADE_UP"
base_url = "http://127.0.0.1:9"
"""
"""Nobody answers there."""


def listening(pid: int) -> int:
    """On how many sockets of TCP a process listens."""
    tables = [Path(f"/proc/{pid}/net/{name}").read_text(encoding="ascii") for name in ("tcp", "tcp6")]
    columns = [line.split() for table in tables for line in table.splitlines()[1:]]
    sockets = {
        f"socket:[{inode}]" for (_, _, _, state, *_, inode) in (one[:10] for one in columns) if state == "0A"
    }
    return sum(str(one.readlink()) in sockets for one in Path(f"/proc/{pid}/fd").iterdir())


def test_its_memory_is_no_second_process_and_no_open_port(tmp_path: Path) -> None:
    """As it runs for a team: no fake providers, and nobody to be asked."""
    accounts = tmp_path / "accounts.toml"
    accounts.write_text(ONE_ACCOUNT, encoding="utf-8")
    with running(tmp_path / "state", ACCOUNTS=str(accounts), MADE_UP="a-made-up-token") as alone:
        pid = alone.process.pid
        assert listening(pid) == 1
        assert Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii") == ""


@pytest.mark.thorough  # tests/local/test_sentences.py shows it without a process
def test_a_port_in_use_is_said_plainly(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = launch(tmp_path, PORT=str(taken.getsockname()[1]))
        _, said = process.communicate(timeout=30)
    assert process.returncode == 2
    assert "cannot listen on 127.0.0.1 port" in said
    assert "Traceback" not in said
