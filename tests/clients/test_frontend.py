"""What docs/frontend.md shows of clients, of Relay in React, of the feed and of changes, run as it stands there."""

import re
from pathlib import Path

import pytest

from tests.cli.whole import whole
from tests.clients.tools import ROOT, follow, needs_node

pytestmark = [*needs_node, pytest.mark.timeout(120)]

PAGE = ROOT / "docs" / "frontend.md"


CODEGEN = [  # their types are made by the tool that test_typescript.py runs
    pytest.param(heading, marks=pytest.mark.thorough) for heading in ("Apollo Client", "urql")
]


@pytest.mark.parametrize("heading", [*CODEGEN, "Relay", "Relay in React"])
def test_a_typed_list_is_read_to_its_end(heading: str, tmp_path: Path, origin: str) -> None:
    done = follow(PAGE, heading, tmp_path, origin)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line for line in done.stdout.splitlines() if re.fullmatch(r"[\w-]+ [A-Z]+", line)]
    assert len(lines) == len(set(lines)) == 9
    assert "staging DEGRADED" in lines


@pytest.mark.thorough  # the client in TypeScript shows it with the same tool
@pytest.mark.parametrize("heading", ["Apollo Client", "urql", "Relay", "Relay in React"])
def test_a_member_that_the_schema_does_not_have_does_not_compile(
    heading: str, tmp_path: Path, origin: str
) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        PAGE.read_text(encoding="utf-8")
        .replace("status.phase)", "status.phrase)")
        .replace("status.phase}", "status.phrase}"),
        "utf-8",
    )
    done = follow(page, heading, tmp_path, origin)
    assert done.returncode != 0
    assert "'phrase' does not exist" in done.stdout + done.stderr


def test_the_feed_is_followed_and_a_change_that_came_too_late_is_taken_back(tmp_path: Path) -> None:
    with whole(kupe="Acme Tools") as everything:
        origin = everything.url.removesuffix("/graphql")
        done = follow(PAGE, "Optimistic changes", tmp_path, origin)
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stdout.splitlines() == ["ConflictError true", "changed"]
        everything.pass_time(10)
        result = follow(PAGE, "Following the feed", tmp_path, origin)
        assert result.returncode == 0, result.stdout + result.stderr
        assert any(line.startswith("OPERATION_BEGUN") for line in result.stdout.splitlines()), result.stdout
