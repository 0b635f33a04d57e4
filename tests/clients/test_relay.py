"""Relay's compiler takes the schema and the operations, and what Relay then asks is answered."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.clients.tools import HERE, ROOT, needs_node, run_node

pytestmark = needs_node

OPERATIONS = sorted((ROOT / "graphql" / "operations").glob("*.graphql"))


def to_module(document: str) -> tuple[str, str]:
    """The name and text of a module as Relay wants it, where an operation is named after its module and its kind."""
    kind, name = re.findall(r"^(query|mutation) (\w+)", document, re.MULTILINE)[0]
    named = document.replace(f"{kind} {name}", f"{kind} {name}{kind.title()}", 1).replace("`", "'")
    return name, f'import {{ graphql }} from "react-relay";\n\nexport default graphql`\n{named}`;\n'


def compile_with_relay(project: Path, *modules: tuple[str, str]) -> tuple[int, str]:
    (project / "out").mkdir()
    (project / "src" / "operations").mkdir(parents=True)
    for name, text in modules:
        (project / "src" / "operations" / f"{name}.js").write_text(text, encoding="utf-8")
    config = {"src": "src", "schema": "schema.graphql", "language": "typescript", "artifactDirectory": "out"}
    (project / "relay.config.json").write_text(json.dumps(config))
    done = run_node("relay-compiler", "relay.config.json", cwd=project)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def texts(project: Path) -> dict[str, str]:
    """What Relay sends, by the name of the operation."""
    shutil.copytree(HERE / "relay", project / "src")
    modules = [to_module(path.read_text(encoding="utf-8")) for path in OPERATIONS]
    status, said = compile_with_relay(project, *modules)
    assert status == 0, said
    found = {}
    for artifact in (project / "out").glob("*.graphql.ts"):
        text = re.search(r'"text": ("(?:[^"\\]|\\.)*")', artifact.read_text(encoding="utf-8"))
        if text:
            found[artifact.name.partition(".")[0]] = json.loads(text[1])
    return found


def test_every_operation_compiles_beside_what_is_refetched_and_paged(texts: dict[str, str]) -> None:
    of_ours = {
        "ClustersQuery",
        "ClustersPaginationQuery",
        "ClusterRefetchQuery",
        "ClusterNodeRefetchQuery",
        "ClusterStopMutation",
    }
    assert of_ours <= texts.keys()
    assert len(texts) == len(OPERATIONS) + len(of_ours)


def test_what_does_not_fit_the_schema_does_not_compile(project: Path) -> None:
    module = to_module("query Wrong {\n  clusters { nodes { nmae } }\n}\n")
    status, said = compile_with_relay(project, module)
    assert status != 0
    assert "nmae" in said


def test_relay_pages_and_refetches(texts: dict[str, str], origin: str) -> None:
    def ask(name: str, **variables: object) -> Any:
        answer = httpx.post(f"{origin}/graphql", json={"query": texts[name], "variables": variables}).json()
        assert "errors" not in answer, answer
        return answer["data"]

    whole = ask("ClustersQuery")["clusters"]["edges"]
    assert len(whole) > 4
    edges: list[Any] = []
    after = None
    while True:
        page = ask("ClustersPaginationQuery", first=4, after=after)["clusters"]
        edges += page["edges"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert [edge["node"]["id"] for edge in edges] == [edge["node"]["id"] for edge in whole]
    assert [edge["cursor"] for edge in edges] == [edge["cursor"] for edge in whole]
    known = whole[2]["node"]
    assert ask("ClusterRefetchQuery", id=known["id"])["node"]["name"] == known["name"]
    assert ask("ClusterNodeRefetchQuery", id=known["id"])["node"]["name"] == known["name"]
