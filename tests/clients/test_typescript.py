"""The client in TypeScript that graphql-codegen makes: it compiles strictly, and docs/frontend.md leads to it."""

import re
from pathlib import Path

import pytest

from tests.clients.tools import ROOT, follow, needs_node, run_node

pytestmark = [*needs_node, pytest.mark.timeout(120)]

PAGE = ROOT / "docs" / "frontend.md"
HEADING = "TypeScript, from an empty folder to a typed list"

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


def test_the_page_leads_from_an_empty_folder_to_what_needs_attention(tmp_path: Path, origin: str) -> None:
    done = follow(PAGE, HEADING, tmp_path, origin)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line.split()[:2] for line in done.stdout.splitlines()]
    assert sorted(lines[-3:]) == [
        ["customs-portal", "UPDATING"],
        ["driver-app", "FAILED"],
        ["staging", "DEGRADED"],
    ]
    (tmp_path / "page" / "wrong.ts").write_text(WRONG)
    compiled = run_node("tsc", *STRICTLY, "first.ts", "wrong.ts", "gql/gql.ts", cwd=tmp_path / "page")
    found = re.findall(r"^(\w+\.ts)\((\d+),\d+\): error (TS\d+)", compiled.stdout, re.MULTILINE)
    assert found == [("wrong.ts", "4", "TS2322"), ("wrong.ts", "5", "TS2339")], compiled.stdout
