"""The client in TypeScript that graphql-codegen makes: it compiles strictly, and the lines of docs/frontend.md work."""

import re
import shutil
from pathlib import Path

import pytest

from tests.clients.tools import HERE, PACKAGES, ROOT, needs_node, run_node

pytestmark = [*needs_node, pytest.mark.timeout(120)]

STRICTLY = (
    "--strict",
    "--noUncheckedIndexedAccess",
    "--exactOptionalPropertyTypes",
    *("--target", "es2022"),
    *("--module", "nodenext"),
    *("--lib", "es2022,dom"),
    *("--outDir", "js"),
)

WRONG = """
import { AttentionDocument, type AttentionQueryVariables, type AttentionQuery } from "./gql/graphql.js";

export const variables: AttentionQueryVariables = { first: "20" };
export const read = (data: AttentionQuery) => data.clusters.nodes[0]?.status.fase;
export const text: string = AttentionDocument.toString();
"""


def first_lines() -> str:
    (lines,) = re.findall(
        r"```ts\n(.*?)```", (ROOT / "docs" / "frontend.md").read_text(encoding="utf-8"), re.DOTALL
    )
    assert len(lines.strip().splitlines()) <= 10
    return str(lines)


@pytest.fixture
def frontend(project: Path, origin: str) -> Path:
    shutil.copy(HERE / "typescript.yml", project / "codegen.yml")
    (project / "package.json").write_text('{"type": "module"}')
    (project / "node_modules").symlink_to(PACKAGES)
    done = run_node("graphql-codegen", "--config", "codegen.yml", cwd=project)
    assert done.returncode == 0, done.stdout + done.stderr
    (project / "first.ts").write_text(first_lines().replace("http://127.0.0.1:8000", origin))
    (project / "wrong.ts").write_text(WRONG)
    return project


def test_the_first_lines_of_a_frontend_compile_and_print_what_needs_attention(frontend: Path) -> None:
    compiled = run_node("tsc", *STRICTLY, "first.ts", "wrong.ts", "gql/gql.ts", cwd=frontend)
    found = re.findall(r"^(\w+\.ts)\((\d+),\d+\): error (TS\d+)", compiled.stdout, re.MULTILINE)
    assert found == [("wrong.ts", "4", "TS2322"), ("wrong.ts", "5", "TS2339")], compiled.stdout
    printed = run_node("js/first.js", cwd=frontend)
    assert printed.returncode == 0, printed.stderr
    assert sorted(line.split()[:2] for line in printed.stdout.splitlines()) == [
        ["customs-portal", "UPDATING"],
        ["driver-app", "FAILED"],
        ["staging", "DEGRADED"],
    ]
