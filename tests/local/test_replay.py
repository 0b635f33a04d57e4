"""`make run ACCOUNTS=accounts.toml` against servers that replay what the providers' own documents show."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.published import PUBLISHED, needs_published
from tests.runner import Runner, running

EXAMPLES = PUBLISHED / "examples"

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.xdist_group("browser"),
    needs_published,
]

QOVERY_ORGANIZATION = "/organization/4fe3f4c1-0000-4000-8000-000000000002"
WHOLE = """{
  clusters(first: 10) {
    nodes {
      name displayName version plan cloud providerCloud regions createdAt
      provider { kind }
      status { phase providerPhase }
      connection { endpoint certificateAuthority }
      capacity { nodeCount minNodes maxNodes instanceType perNode { cpuMillicores memoryMiB storageMiB } }
      spendLimit { state limit { usage { requestUnits storageMiB } basis } }
      nodes(first: 5) { nodes { name phase zone instanceType } }
      integration { name }
    }
  }
  integrations(first: 10) { nodes { name cloud authentication features account { name } } }
}"""


def example(name: str) -> Any:
    return json.loads((EXAMPLES / name).read_text(encoding="utf-8"))


def answers() -> dict[str, Any]:
    """What each path is answered with; a path that no document shows is not found."""
    basic = example("cockroachdb/get-cluster.basic-2026.response.json")
    dedicated = example("cockroachdb/get-cluster.dedicated-gcp-2022.response.json")
    return {
        "/api/v1/clusters": {"clusters": [basic, dedicated], "pagination": None},
        "/api/v1/tenants/acme/clusters": {"items": [example("kupe/get-cluster.running.response.json")]},
        "/api/v1/tenants/acme/clusters/prod/kubeconfig": example("kupe/get-kubeconfig.response.json"),
        "/v1/cloud-providers/clusters": example("northflank/list-clusters.response.json"),
        "/v1/cloud-providers/clusters/gcp-cluster-1/nodes": example(
            "northflank/list-cluster-nodes.response.json"
        ),
        "/v1/cloud-providers/integrations": example("northflank/list-integrations.response.json"),
        f"{QOVERY_ORGANIZATION}/cluster": example("qovery/list-clusters.minimal.response.json"),
        f"{QOVERY_ORGANIZATION}/cluster/status": {
            "results": [example("qovery/deploy-cluster.response.json")]
        },
        f"{QOVERY_ORGANIZATION}/credentials": example("qovery/list-organization-credentials.response.json"),
    }


@contextmanager
def replaying(bodies: Mapping[str, Any]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = bodies.get(self.path.partition("?")[0])
            payload = json.dumps(body if body is not None else {"message": "not found"}).encode()
            self.send_response(200 if body is not None else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    folder = tmp_path_factory.mktemp("replay")
    external_ids = {"kupe": "acme", "qovery": QOVERY_ORGANIZATION.rpartition("/")[2]}
    with replaying(answers()) as url:
        entries = []
        for provider in ("cockroachdb", "kupe", "northflank", "qovery"):
            entry = f'[[accounts]]\nprovider = "{provider}"\nname = "{provider} of acme"\n'
            entry += f'token_env = "ACME_TOKEN"\nbase_url = "{url}"\n'
            if provider in external_ids:
                entry += f'external_id = "{external_ids[provider]}"\n'
            entries.append(entry)
        accounts = folder / "accounts.toml"
        accounts.write_text("\n".join(entries), encoding="utf-8")
        with running(folder / "state", ACCOUNTS=str(accounts), ACME_TOKEN="replayed-token") as started:
            yield started


@pytest.fixture(scope="module")
def shown(runner: Runner) -> dict[str, Any]:
    data = runner.query(WHOLE)
    return {"clusters": {one["name"]: one for one in data["clusters"]["nodes"]}, "all": data}


def test_a_cockroachdb_cluster_shows_what_its_provider_says(shown: dict[str, Any]) -> None:
    said = example("cockroachdb/get-cluster.basic-2026.response.json")
    cluster = shown["clusters"][said["name"]]
    assert cluster["version"] == said["cockroach_version"]
    assert cluster["plan"] == said["plan"]
    assert cluster["status"] == {"phase": "READY", "providerPhase": "CREATED"}
    assert cluster["regions"] == ["us-east-1"]
    assert said["sql_dns"] in cluster["connection"]["endpoint"]
    limits = said["config"]["serverless"]["usage_limits"]
    assert cluster["spendLimit"]["limit"]["basis"] == "USAGE"
    assert cluster["spendLimit"]["limit"]["usage"] == {
        "requestUnits": limits["request_unit_limit"],
        "storageMiB": limits["storage_mib_limit"],
    }
    old = shown["clusters"]["docs-rule"]
    assert old["capacity"]["nodeCount"] == 1
    assert old["capacity"]["instanceType"] == "n1-standard-2"
    assert old["capacity"]["perNode"] == {"cpuMillicores": "2000", "memoryMiB": "7680", "storageMiB": "15360"}


def test_a_kupe_cluster_shows_what_its_provider_says(shown: dict[str, Any]) -> None:
    said = example("kupe/get-kubeconfig.response.json")
    cluster = shown["clusters"]["prod"]
    assert cluster["displayName"] == "Production"
    assert cluster["plan"] == "shared"
    assert cluster["status"] == {"phase": "READY", "providerPhase": "Running"}
    assert cluster["createdAt"] is None
    assert cluster["nodes"] is None
    assert cluster["connection"] == {
        "endpoint": said["endpoint"],
        "certificateAuthority": said["certificateAuthority"],
    }


def test_a_northflank_cluster_shows_what_its_provider_says(shown: dict[str, Any]) -> None:
    cluster = shown["clusters"]["GCP Cluster 1"]
    (node,) = example("northflank/list-cluster-nodes.response.json")["data"]["nodes"]
    assert cluster["status"] == {"phase": "READY", "providerPhase": "running"}
    assert (cluster["cloud"], cluster["regions"]) == ("GCP", ["europe-west2"])
    assert (cluster["capacity"]["nodeCount"], cluster["capacity"]["instanceType"]) == (3, "n2-standard-8")
    assert cluster["nodes"]["nodes"] == [
        {
            "name": node["nodeName"],
            "phase": "READY",
            "zone": node["zone"],
            "instanceType": node["instanceType"],
        }
    ]


def test_a_qovery_cluster_shows_what_its_provider_says(shown: dict[str, Any]) -> None:
    cluster = shown["clusters"]["TestCluster"]
    assert cluster["status"] == {"phase": "PROVISIONING", "providerPhase": "DEPLOYING"}
    assert (cluster["cloud"], cluster["regions"]) == ("AWS", ["eu-west-3"])
    assert cluster["createdAt"] == "2026-08-20T15:58:31Z"


def test_links_of_every_provider_that_has_them_are_shown(shown: dict[str, Any]) -> None:
    integrations = shown["all"]["integrations"]["nodes"]
    assert {one["name"]: one["cloud"] for one in integrations} == {
        "Example Integration": "GCP",
        "Credential 1": "AWS",
        "Credential 2": "GCP",
    }


def test_no_cluster_is_shown_that_no_provider_listed(shown: dict[str, Any]) -> None:
    assert set(shown["clusters"]) == {"orders-memory", "docs-rule", "prod", "GCP Cluster 1", "TestCluster"}
