"""The client in Python that ariadne-codegen makes: it passes mypy strictly, and asks a gateway."""

import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.clients.tools import GENERATOR, HERE, ROOT, follow, needs_generator, run, run_mypy

pytestmark = needs_generator

PAGE = ROOT / "docs" / "frontend.md"
HEADING = "Python, from an empty folder to a typed program"

ASK = """
import sys
from datetime import datetime, timedelta

from fleetgraph_client import ClusterPhase, Fleetgraph

with Fleetgraph(url=sys.argv[1]) as client:
    clusters = client.attention(first=20).clusters
    for cluster in clusters.nodes:
        if cluster.status.phase is ClusterPhase.FAILED:
            age: timedelta = datetime.now(cluster.status.since.tzinfo) - cluster.status.since
            print(cluster.name, age > timedelta(0))
    limits = client.spend_limits(first=100).clusters.nodes
    print(sum(one.spend_limit.limit.money.minor_units for one in limits if one.spend_limit.limit and
              one.spend_limit.limit.money))
"""
WRONG = """
from fleetgraph_client import Fleetgraph

client = Fleetgraph(url="http://127.0.0.1:8000/graphql")
client.attention(first="20")
print(client.attention(first=20).clusters.nodes[0].status.fase)
"""


@pytest.fixture
def program(project: Path) -> Path:
    shutil.copy(HERE / "python.toml", project)
    done = run(GENERATOR, "--config", "python.toml", cwd=project)
    assert done.returncode == 0, done.stdout + done.stderr
    (project / "ask.py").write_text(ASK)
    (project / "wrong.py").write_text(WRONG)
    return project


@pytest.mark.thorough  # as the page does
def test_a_typed_program_runs_and_a_mistyped_one_does_not_pass_the_check(program: Path, origin: str) -> None:
    checked = run_mypy("ask.py", "wrong.py", "fleetgraph_client", cwd=program)
    found = re.findall(r"^(\w+\.py):(\d+): error: .*\[([\w-]+)\]", checked.stdout, re.MULTILINE)
    assert found == [("wrong.py", "5", "arg-type"), ("wrong.py", "6", "attr-defined")], checked.stdout
    asked = run(sys.executable, "ask.py", f"{origin}/graphql", cwd=program)
    assert asked.returncode == 0, asked.stderr
    assert asked.stdout.split() == ["driver-app", "True", "6250"]


@pytest.mark.thorough  # the page does the same in TypeScript
def test_the_page_leads_from_an_empty_folder_to_what_needs_attention(tmp_path: Path, origin: str) -> None:
    done = follow(PAGE, HEADING, tmp_path, origin)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line.split()[:2] for line in done.stdout.splitlines()]
    assert ["driver-app", "FAILED"] in lines
    checked = run_mypy("ask.py", cwd=tmp_path / "program")
    assert checked.returncode == 0, checked.stdout
