"""The schema under the rules of @graphql-eslint. Which are off, and why, stands in eslint.config.mjs."""

import re
import shutil
from pathlib import Path

import pytest

from tests.clients.tools import HERE, PACKAGES, ROOT, needs_node, run_node

pytestmark = needs_node

SCHEMA = Path("graphql", "schema.graphql")
CONFIG = Path("tests", "clients", "eslint.config.mjs")


def lint(root: Path) -> str:
    done = run_node("eslint", "--config", root / CONFIG, "--max-warnings=0", SCHEMA, cwd=root)
    assert (done.returncode == 0) == (done.stdout == ""), done.stdout + done.stderr
    assert done.stderr == ""
    return done.stdout


def test_the_schema_is_clean() -> None:
    assert lint(ROOT) == ""


@pytest.mark.thorough  # it tests the tool
def test_what_is_not_clean_is_found(tmp_path: Path) -> None:
    (tmp_path / SCHEMA).parent.mkdir()
    (tmp_path / CONFIG).parent.mkdir(parents=True)
    (tmp_path / CONFIG).with_name("node_modules").symlink_to(PACKAGES)
    shutil.copy(HERE / CONFIG.name, tmp_path / CONFIG)
    schema = (ROOT / SCHEMA).read_text(encoding="utf-8")
    schema = re.sub(r"(type ClusterConnection \{.*?)  pageInfo: PageInfo!\n", r"\1", schema, flags=re.DOTALL)
    schema = re.sub(r'"""[^"]*"""\nscalar BigInt', "scalar BigInt", schema)
    (tmp_path / SCHEMA).write_text(schema, encoding="utf-8")
    assert set(re.findall(r"@graphql-eslint/[\w-]+", lint(tmp_path))) == {
        "@graphql-eslint/relay-connection-types",
        "@graphql-eslint/require-description",
    }
