"""The rules of the house: who may import whom, and where each outside library may be imported."""

import ast
import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import FOLDERS_APART

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
    "functions/observe.py": {"fleet", "infra", "adapters"},
    "functions/api.py": {"fleet", "infra", "gateway", "adapters"},
    "local": {"fleet", "infra", "gateway", "adapters", "functions", "sandbox"},
    "fleetgraph": {"fleet", "adapters", "gateway", "sandbox"},
}

# Which rooms of a package a room may import besides itself. A file at the root of a package is a room of its own name;
# a room that is not listed may import every room.
ROOMS: dict[str, dict[str, set[str]]] = {
    "fleet": {
        "model": set(),
        "providers": {"model"},
        "ports": {"model", "providers"},
        "rate_limits": {"model", "providers", "ports"},
        "changing": {"model", "providers", "ports", "rate_limits"},
        "accounts": {"model", "providers", "ports", "rate_limits"},
        "observing": {"model", "providers", "ports", "rate_limits", "changing", "accounts"},
        "access": {"model", "ports"},
        "reading": {"model", "ports"},
        "webhooks": {"model", "ports", "reading"},
    },
    "gateway": {
        "http": {"execution", "limits", "context", "schema", "services"},
        "execution": {"http", "limits", "types", "context", "schema", "services"},
        "limits": {"http", "context", "relay", "types"},
        "relay": {"http", "context", "types"},
        "types": {"http", "relay", "context"},
        "inputs": {"http", "relay", "types", "context", "providers"},
        "providers": {"inputs", "types"},
        "mutations": {"http", "relay", "types", "inputs", "context"},
        "services": set(),
    },
    "infra": {
        "aws": set(),
        "dynamodb": {"store", "aws"},
        "sqlite": {"store"},
        "store": set(),
        "secrets": {"aws", "store"},
    },
}

# The graph of `gateway` goes in circles by its nature.
WITHOUT_CIRCLES = ("fleet", "adapters", "infra", "functions", "local", "sandbox", "cli", "bench")

MOST_LINES = 400
"""A file has some 300 lines at most. One that has more is split where it answers two questions."""

# Where an outside library may be imported, so that it can be replaced there.
HOME = {
    "aws_lambda_powertools": {"infra", "functions"},
    "boto3": {"infra"},
    "botocore": {"infra"},
    "graphql": {"gateway"},
    "click": {"cli"},
    "httpx": {"adapters", "cli", "fleetgraph"},
    "jwt": {"adapters"},
    "mangum": {"functions"},
    "mcp": {"cli"},
    "mcp_types": {"cli"},
    "sqlite3": {"infra/sqlite"},
    "rich": {"cli"},
    "starlette": {"gateway", "sandbox", "local"},
    "strawberry": {"gateway"},
    "tomlkit": {"cli"},
    "uvicorn": {"local", "sandbox"},
    "websockets": {"adapters/websocket.py"},
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
    return name not in HOME or any(f"{place}/".startswith(f"{home}/") for home in HOME[name])


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


def dotted(source: str) -> Iterator[str]:
    """What a source imports, with dots; for types alone, too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def violations_between_rooms(root: Path) -> list[str]:
    """Every import between rooms of one package that the table does not allow."""
    packages = [path for path in (*root.iterdir(), root / "graphql" / "gateway") if path.name in ROOMS]
    return [
        f"{package.name}/{inside.as_posix()} imports {name}"
        for package in packages
        for path in package.rglob("*.py")
        for inside in [path.relative_to(package)]
        for room in [inside.parts[0].removesuffix(".py")]
        for name in dotted(path.read_text(encoding="utf-8"))
        if name.startswith(f"{package.name}.")
        for other in [name.split(".")[1]]
        if other != room and other not in ROOMS[package.name].get(room, {other})
    ]


def circles(root: Path, package: str) -> list[str]:
    """Modules of a package that import each other in a circle, types included."""
    modules = {
        ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): path
        for path in (root / package).rglob("*.py")
    }
    graph = {
        module: {
            target
            for name in dotted(path.read_text(encoding="utf-8"))
            for target in (name, name.rpartition(".")[0])
            if target in modules and target != module
        }
        for module, path in modules.items()
    }
    while leaves := [module for module, imports in graph.items() if not imports & graph.keys()]:
        for module in leaves:
            del graph[module]
    return sorted(graph)


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", *patterns], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_every_import_is_allowed_by_the_rules_of_the_house() -> None:
    assert violations(ROOT) == []


def test_every_import_between_rooms_goes_the_way_of_the_rooms() -> None:
    assert violations_between_rooms(ROOT) == []


@pytest.mark.parametrize("package", WITHOUT_CIRCLES)
def test_no_modules_import_each_other_in_a_circle(package: str) -> None:
    assert circles(ROOT, package) == []


def test_a_file_is_as_long_as_one_question_takes() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in tracked("*.py")}
    of_the_product = {
        path: lines for path, lines in lengths.items() if path.relative_to(ROOT).parts[0] != "tests"
    }
    assert [path for path, lines in of_the_product.items() if lines > MOST_LINES] == []


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("fleet/model/cluster.py", "from fleet.providers import PROVIDERS"),
        ("fleet/changing/sending.py", "from fleet.observing.observer import Observer"),
        ("fleet/reading/pages.py", "def lazily():\n    from fleet.changing import sending"),
        ("gateway/types/money.py", "from gateway.mutations import payloads"),
        ("infra/secrets/ssm.py", "from infra.dynamodb.table import DynamoTable"),
        ("infra/store/reader.py", "from infra.dynamodb.table import DynamoTable"),
        ("infra/sqlite/table.py", "from infra.dynamodb.expressions import render"),
    ],
)
def test_a_planted_import_against_the_rooms_is_found(tmp_path: Path, place: str, line: str) -> None:
    planted = tmp_path / ("graphql" if place.startswith("gateway") else "") / place
    planted.parent.mkdir(parents=True)
    planted.write_text(line, encoding="utf-8")
    assert len(violations_between_rooms(tmp_path)) == 1


def test_a_planted_circle_is_found(tmp_path: Path) -> None:
    (tmp_path / "fleet").mkdir()
    (tmp_path / "fleet" / "one.py").write_text("from fleet.two import B", encoding="utf-8")
    (tmp_path / "fleet" / "two.py").write_text("from fleet import one", encoding="utf-8")
    assert circles(tmp_path, "fleet") == ["fleet.one", "fleet.two"]


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("fleet/clusters.py", "import httpx"),
        ("fleet/providers/kupe.py", "from adapters.kupe import KupeAdapter"),
        ("adapters/kupe.py", "from infra.store import Store"),
        ("infra/store/store.py", "import httpx"),
        ("gateway/clusters.py", "def lazily():\n    import boto3"),
        ("sandbox/kupe.py", "from fleet import Phase"),
        ("functions/plan.py", "from adapters import kupe"),
        ("functions/wiring.py", "import strawberry"),
        ("infra/store/table.py", "import sqlite3"),
        ("adapters/http.py", "def lazily():\n    import websockets"),
    ],
)
def test_a_planted_violation_is_found(tmp_path: Path, place: str, line: str) -> None:
    planted = tmp_path / ("graphql" if place.startswith("gateway") else "") / place
    planted.parent.mkdir(parents=True)
    planted.write_text(f"import json\nfrom . import neighbour\n{line}\n", encoding="utf-8")
    assert len(violations(tmp_path)) == 1


def test_every_folder_with_code_is_under_the_rules() -> None:
    folders = {path.relative_to(ROOT).parts[0] for path in tracked("*.py")}
    assert folders - OF_OURS.keys() <= {"graphql", "tests", "bench", ".ci"}


def test_what_stands_at_the_top_level_is_a_floor_that_the_documentation_explains() -> None:
    inside = [path.relative_to(ROOT) for path in tracked()]
    explained = re.findall(
        r"^\| `([\w.]+)/` \|", (ROOT / "docs" / "extend.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert {path.parts[0] for path in inside if path.parent.name} == {*explained, "docs"}
    assert [path for path in inside if path.suffix in {".py", ".sh"} and not path.parent.name] == []


def test_graphql_is_no_package_because_it_would_hide_graphql_core() -> None:
    assert not (ROOT / "graphql" / "__init__.py").exists()


def test_no_tracked_file_names_a_registry() -> None:
    host = re.compile(rb"(pypi|pythonhosted|npmjs|yarnpkg|debian)\.(org|com)")
    assert [path for path in tracked() if host.search(path.read_bytes())] == []


def test_nothing_in_the_folders_that_make_test_does_not_read_is_for_it() -> None:
    tests = [path for folder in FOLDERS_APART for path in (ROOT / "tests" / folder).glob("test_*.py")]
    assert {path.parent.name for path in tests} == FOLDERS_APART
    for path in tests:
        marked = [path, *path.parent.glob("conftest.py")]
        texts = [one.read_text(encoding="utf-8") for one in marked]
        assert any("mark.thorough" in text or "mark.apart" in text for text in texts), path


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "provider.invalid"])
def test_no_test_can_leave_this_machine(host: str) -> None:
    with pytest.raises(RuntimeError, match="loopback only"):
        socket.create_connection((host, 443), timeout=1)
