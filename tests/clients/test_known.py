"""Known documents, as the clients of frontends ask for them: Apollo Client, urql and Relay, in Node."""

import json
from pathlib import Path
from typing import Any

import pytest

import fleet.providers
from gateway.services import Policy
from infra.store.store import TableStore
from tests.clients.tools import HERE, ROOT, needs_node, run_node
from tests.gateway.world import SetClock, gateway_of
from tests.serving import serving

pytestmark = needs_node

Shared = tuple[TableStore, SetClock]
PROVIDERS = (ROOT / "graphql" / "operations" / "providers.graphql").read_text("utf-8")
COUNT = len(fleet.providers.PROVIDERS)


@pytest.fixture
def of_a_team(tmp_path: Path) -> Path:
    """A manifest as Apollo's tool writes it, with an id of the team's."""
    body = PROVIDERS.replace("kind", "id kind", 1)
    entry = {"id": "providers-of-a-team", "name": "Providers", "type": "query", "body": body}
    manifest = {"format": "apollo-persisted-query-manifest", "version": 1, "operations": [entry]}
    path = tmp_path / "apollo.json"
    path.write_text(json.dumps(manifest), "utf-8")
    return path


def ask(
    shared: Shared, manifest: Path, script: str, *arguments: object, only_trusted: bool
) -> dict[str, Any]:
    """What a client's script tells of a gateway that knows the documents of the manifest."""
    store, clock = shared
    policy = Policy(only_trusted=only_trusted, manifests=(manifest,))
    with serving(gateway_of(store, clock, policy=policy)) as origin:
        done = run_node(str(HERE / "known" / script), f"{origin}/graphql", *arguments, cwd=HERE)
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


@pytest.mark.parametrize("script", ["apollo.mjs", "urql.mjs"])
def test_a_client_that_adds_typenames_is_answered_where_known_documents_alone_are_run(
    shared: Shared, of_a_team: Path, script: str
) -> None:
    result = ask(shared, of_a_team, script, only_trusted=True)
    assert result["answers"] == [COUNT, COUNT]
    assert [request["hasText"] for request in result["requests"]] == [False, True, False, True]


@pytest.mark.parametrize("script", ["apollo.mjs", "urql.mjs"])
def test_a_client_asks_by_hash_once_where_any_document_is_run(
    shared: Shared, of_a_team: Path, script: str
) -> None:
    result = ask(shared, of_a_team, script, only_trusted=False)
    assert result["answers"] == [COUNT, COUNT]
    assert [request["hasText"] for request in result["requests"]] == [False, True, True]


def test_relay_asks_by_the_ids_of_the_file_that_its_compiler_writes(shared: Shared, project: Path) -> None:
    (project / "src").mkdir()
    (project / "out").mkdir()
    text = 'import { graphql } from "react-relay";\ngraphql`query TeamQuery { providers { name } }`;\n'
    (project / "src" / "Team.js").write_text(text, "utf-8")
    config = {
        "src": "src",
        "schema": "schema.graphql",
        "language": "javascript",
        "artifactDirectory": "out",
        "eagerEsModules": True,
        "persistConfig": {"file": "documents.json", "algorithm": "SHA256"},
    }
    (project / "relay.config.json").write_text(json.dumps(config), "utf-8")
    (project / "documents.json").write_text("{}", "utf-8")
    compiled = run_node("relay-compiler", "relay.config.json", cwd=project)
    assert compiled.returncode == 0, compiled.stdout + compiled.stderr
    artifact = project / "out" / "TeamQuery.graphql.js"
    result = ask(shared, project / "documents.json", "relay.mjs", artifact, only_trusted=True)
    assert result == {"answers": [COUNT], "requests": [{"status": 200, "hasText": False, "hasId": True}]}
