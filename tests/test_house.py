"""The rules of the house: who may import whom, and where each outside library may be imported."""

import ast
import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# Which of our packages a package may import besides itself; a single module can be allowed more.
OF_OURS: dict[str, set[str]] = {
    "fleet": set(),
    "adapters": {"fleet"},
    "infra": {"fleet"},
    "gateway": {"fleet"},
    "sandbox": set(),
    "cli": set(),
    "functions": {"fleet", "infra", "gateway"},
    "functions/wiring.py": {"fleet", "infra", "gateway", "adapters"},
    "functions/issuer.py": {"fleet", "adapters"},
    "local": {"fleet", "infra", "gateway", "adapters", "functions", "sandbox"},
}

# Where an outside library may be imported, so that it can be replaced there.
HOME = {
    "aws_lambda_powertools": {"infra", "functions"},
    "boto3": {"infra"},
    "botocore": {"infra"},
    "graphql": {"gateway"},
    "httpx": {"adapters", "cli"},
    "jwt": {"adapters"},
    "mangum": {"functions"},
    "starlette": {"gateway", "sandbox", "local"},
    "strawberry": {"gateway"},
    "uvicorn": {"local", "sandbox"},
}


def imported(source: str) -> Iterator[str]:
    """Top-level names of what a source imports, lazily or not. Relative imports stay in their package."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def is_allowed(name: str, place: str, package: str) -> bool:
    if name in OF_OURS:
        return name == package or name in OF_OURS.get(place, OF_OURS[package])
    return name not in HOME or package in HOME[name]


def violations(root: Path) -> list[str]:
    """Every import in our packages below root that the two tables do not allow."""
    packages = [path for path in (*root.iterdir(), root / "graphql" / "gateway") if path.name in OF_OURS]
    return [
        f"{place} imports {name}"
        for package in packages
        for path in package.rglob("*.py")
        for place in [f"{package.name}/{path.relative_to(package).as_posix()}"]
        for name in imported(path.read_text(encoding="utf-8"))
        if not is_allowed(name, place, package.name)
    ]


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", *patterns], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_every_import_is_allowed_by_the_rules_of_the_house() -> None:
    assert violations(ROOT) == []


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("fleet/clusters.py", "import httpx"),
        ("fleet/providers/kupe.py", "from adapters.kupe import KupeAdapter"),
        ("adapters/kupe.py", "from infra.store import Store"),
        ("infra/store.py", "import httpx"),
        ("gateway/clusters.py", "def lazily():\n    import boto3"),
        ("sandbox/kupe.py", "from fleet import Phase"),
        ("functions/api.py", "from adapters import kupe"),
        ("functions/wiring.py", "import strawberry"),
    ],
)
def test_a_planted_violation_is_found(tmp_path: Path, place: str, line: str) -> None:
    planted = tmp_path / ("graphql" if place.startswith("gateway") else "") / place
    planted.parent.mkdir(parents=True)
    planted.write_text(f"import json\nfrom . import neighbour\n{line}\n", encoding="utf-8")
    assert len(violations(tmp_path)) == 1


def test_every_folder_with_code_is_under_the_rules() -> None:
    folders = {path.relative_to(ROOT).parts[0] for path in tracked("*.py")}
    assert folders - OF_OURS.keys() <= {"graphql", "tests", "bench"}


def test_graphql_is_no_package_because_it_would_hide_graphql_core() -> None:
    assert not (ROOT / "graphql" / "__init__.py").exists()


def test_no_tracked_file_names_a_registry() -> None:
    host = re.compile(rb"(pypi|pythonhosted|npmjs|yarnpkg|debian)\.(org|com)")
    assert [path for path in tracked() if host.search(path.read_bytes())] == []


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "provider.invalid"])
def test_no_test_can_leave_this_machine(host: str) -> None:
    with pytest.raises(RuntimeError, match="loopback only"):
        socket.create_connection((host, 443), timeout=1)
