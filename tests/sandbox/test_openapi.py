"""The sandbox's answers, held against what CockroachDB and Qovery publish.

The documents are not part of this repository; where they do not lie beside it, these tests are skipped. Where a live
answer is known to differ from its document, the difference is written here, with its reason, and nothing else passes.
"""

import json
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

import httpx
import pytest

from sandbox import ManualClock
from tests.published import PUBLISHED, needs_published
from tests.sandbox.conftest import Connect, Serve
from tests.sandbox.gateway import heard
from tests.sandbox.openapi import Breach, Document

COCKROACHDB = {
    "2022-09-20": Document(PUBLISHED / "cockroachdb-cloud.openapi.2022-09-20.json"),
    "2023-04-10": Document(PUBLISHED / "cockroachdb-cloud.openapi.2023-04-10.json"),
    "2024-09-16": Document(PUBLISHED / "cockroachdb-cloud.openapi.json"),
}
QOVERY = Document(PUBLISHED / "qovery.openapi.yaml")
QOVERY_GATEWAY = Document(PUBLISHED / "qovery-websocket.openapi.yaml")

pytestmark = [
    needs_published,
    pytest.mark.xdist_group("openapi"),  # one worker reads the documents once
]


class Known(NamedTuple):
    """A way in which live answers are known to differ from their document."""

    place: str
    message: str
    why: str

    def covers(self, breach: Breach) -> bool:
        return bool(re.fullmatch(self.place, breach.place) and re.search(self.message, breach.message))


CLUSTER = r"(clusters\.\*)?"

KNOWN_OF_COCKROACHDB = [
    Known(
        CLUSTER,
        "'is_customer_cloud_account' is a required",
        "required, defined nowhere, lacking in a capture",
    ),
    Known(CLUSTER, r"\('keychain_config' was unexpected\)", "in a capture of 2026, in no document"),
    Known(
        r"(clusters\.\*\.)?regions\.\*",
        r"\('disk_iops', 'machine_type', 'num_virtual_cpus' were unexpected\)",
        "in a capture of 2026, in no document",
    ),
    Known(
        r"(clusters\.\*\.)?deleted_at", "None is not of type 'string'", "null while alive, by every capture"
    ),
    Known(r"(clusters\.\*\.)?customer_cloud_account", "None is not of type 'object'", "null in a capture"),
    Known(
        r"(clusters\.\*\.)?config\.serverless\.usage_limits",
        "None is not of type 'object'",
        "null is no limit",
    ),
    Known("pagination", "None is not of type 'object'", "null for a single page, by capture and guide"),
]
KNOWN_OF_THE_FIRST = [
    *KNOWN_OF_COCKROACHDB,
    Known(
        CLUSTER + r"\.?config\.serverless", "'spend_limit' is a required", "a cluster without one is younger"
    ),
    Known(CLUSTER + r"\.?cloud_provider", "'AZURE' is not one of", "a cloud that is younger"),
    Known(r"regions\.\*\.provider", "'AZURE' is not one of", "a cloud that is younger"),
]

KNOWN_OF_QOVERY = [
    Known(
        r".*features\.\*\.id|results\.\*\.id",
        "is not a 'uuid'",
        "the vendor's tools match words like KARPENTER",
    ),
    Known("", "'total(_in_cents)?' is a required property", "CostRange requires what it does not have"),
]


def unknown(breaches: Iterable[Breach], known: list[Known]) -> list[Breach]:
    return [breach for breach in breaches if not any(each.covers(breach) for each in known)]


def known_of(version: str) -> list[Known]:
    return KNOWN_OF_THE_FIRST if version == "2022-09-20" else KNOWN_OF_COCKROACHDB


@pytest.mark.parametrize("account", ["Meridian Freight", "Halcyon Pay", "Brightwater Labs"])
@pytest.mark.parametrize("version", COCKROACHDB)
def test_cockroachdb_answers_as_its_dated_documents_say(
    account: str, version: str, served: Serve, connected: Connect, clock: ManualClock
) -> None:
    document = COCKROACHDB[version]
    client = connected(served("cockroachdb"), account, **{"Cc-Version": version})

    def check(template: str, path: str, **query: str | int) -> Any:
        body = client.get(path, params=query).raise_for_status().json()
        assert unknown(document.breaches("GET", template, 200, body), known_of(version)) == []
        return body

    for _ in range(3):
        clusters = check("/api/v1/clusters", "/api/v1/clusters", show_inactive="true")["clusters"]
        check("/api/v1/clusters", "/api/v1/clusters", **{"pagination.limit": 2})
        for cluster in clusters:
            path = f"/api/v1/clusters/{cluster['id']}"
            check("/api/v1/clusters/{cluster_id}", path)
            if "dedicated" in cluster["config"]:
                check("/api/v1/clusters/{cluster_id}/nodes", f"{path}/nodes")
        clock.advance(23)
    check("/api/v1/clusters/available-regions", "/api/v1/clusters/available-regions")
    for path in ("/api/v1/organization", "/api/v1/cluster-versions"):
        if path in document.paths:
            check(path, path)


@pytest.mark.parametrize("version", COCKROACHDB)
def test_cockroachdb_changes_as_its_dated_documents_say(
    version: str, served: Serve, connected: Connect, clock: ManualClock
) -> None:
    client = connected(served("cockroachdb"), "Meridian Freight", **{"Cc-Version": version})

    def check(method: str, template: str, path: str, body: object = None) -> Any:
        changed = client.request(method, path, json=body).raise_for_status().json()
        breaches = COCKROACHDB[version].breaches(method, template, 200, changed)
        assert unknown(breaches, known_of(version)) == []
        return changed

    limit = {"spend_limit": 500} if version < "2024-09-16" else {}
    serverless = {"serverless": {"regions": ["us-central1"], **limit}}
    machines = {"machine_spec": {"num_virtual_cpus": 4}, "storage_gib": 100}
    dedicated = {"dedicated": {"region_nodes": {"us-west2": 3}, "hardware": machines}}
    for name, spec in (("of-a-request-1", serverless), ("of-a-request-2", dedicated)):
        request = {"name": name, "provider": "GCP", "spec": spec}
        made = check("POST", "/api/v1/clusters", "/api/v1/clusters", request)
        path = f"/api/v1/clusters/{made['id']}"
        clock.advance(20)
        if name == "of-a-request-1" and limit:
            check("PATCH", "/api/v1/clusters/{cluster_id}", path, {"serverless": {"spend_limit": 0}})
        check("DELETE", "/api/v1/clusters/{cluster_id}", path)


@pytest.mark.parametrize("version", COCKROACHDB)
def test_cockroachdb_refuses_as_its_documents_say(version: str, served: Serve, connected: Connect) -> None:
    client = connected(served("cockroachdb"), **{"Cc-Version": version})
    body = client.get("/api/v1/clusters/nobody").json()
    assert list(COCKROACHDB[version].breaches_of("Status", body)) == []


O = "/organization/{organizationId}"  # noqa: E741 - as in the fact sheet
C = f"{O}/cluster/{{clusterId}}"
OF_AN_ORGANIZATION = ["/cluster", "/cluster/status", "/credentials", "/currentCost", "/lock"]
OF_A_CLUSTER = ["/status", "/isReady", "/cloudProviderInfo", "/currentCost"]
CATALOG = [
    "/cloudProvider",
    "/aws/region",
    "/scaleway/region",
    "/gcp/region",
    "/azure/region",
    "/aws/clusterFeature",
    "/scaleway/clusterFeature",
    "/gcp/clusterFeature",
    "/azure/clusterFeature",
    "/aws/instanceType",
    "/aws/eks/instanceType/{region}",
    "/azure/aks/instanceType/{region}",
    "/gcp/instanceType/{region}",
    "/scaleway/instanceType",
    "/scaleway/instanceType/{zone}",
]


def check_qovery(
    client: httpx.Client,
    template: str,
    method: str = "GET",
    status: int = 200,
    body: object = None,
    **params: str,
) -> Any:
    path = re.sub(r"\{(\w+)\}", lambda match: params[match[1]], template)
    answer = client.request(method, path, json=body)
    assert answer.status_code == status
    if status == 204 or not documented(template, method, status):
        return None
    assert unknown(QOVERY.breaches(method, template, status, answer.json()), KNOWN_OF_QOVERY) == []
    return answer.json()


def documented(template: str, method: str, status: int) -> bool:
    return str(status) in QOVERY.paths[template][method.lower()]["responses"]


@pytest.mark.parametrize("account", ["Orchard Grocers", "Fjordline Media"])
def test_qovery_answers_as_its_document_says(
    account: str, served: Serve, connected: Connect, clock: ManualClock
) -> None:
    server = served("qovery")
    client = connected(server, account)
    organization = next(each.external_id or "" for each in server.accounts if each.name == account)
    for _ in range(3):
        for path in OF_AN_ORGANIZATION:
            check_qovery(client, O + path, organizationId=organization)
        for cluster in check_qovery(client, f"{O}/cluster", organizationId=organization)["results"]:
            for path in OF_A_CLUSTER:
                check_qovery(client, C + path, organizationId=organization, clusterId=cluster["id"])
        clock.advance(23)
    for cloud in ("aws", "scaleway", "gcp", "azure", "onPremise"):
        listed = check_qovery(client, f"{O}/{cloud}/credentials", organizationId=organization)["results"]
        for each in listed:
            check_qovery(
                client,
                f"{O}/{cloud}/credentials/{{credentialsId}}",
                organizationId=organization,
                credentialsId=each["id"],
            )


def test_the_catalog_of_qovery_is_as_its_document_says(served: Serve, connected: Connect) -> None:
    client = connected(served("qovery"))
    for template in CATALOG:
        check_qovery(client, template, region="eu-west-3", zone="fr-par-1")


def test_the_gateway_of_qovery_says_what_its_document_says(served: Serve, connected: Connect) -> None:
    server = served("qovery")
    account = next(each for each in server.accounts if each.name == "Orchard Grocers")
    client = connected(server, account.name)
    shown = 0
    for cluster in client.get(f"/organization/{account.external_id}/cluster").json()["results"]:
        for path, schema in (
            ("/cluster/metrics", "ClusterMetricsDto"),
            ("/cluster/nodes", "ClusterListNodesResponseDto"),
        ):
            message = heard(server, path, account, cluster["id"])
            if message is not None:
                assert list(QOVERY_GATEWAY.breaches_of(schema, message)) == []
                shown += 1
    assert shown > 11, "each cluster has names, and most are measured"


def test_qovery_changes_as_its_document_says(served: Serve, connected: Connect, clock: ManualClock) -> None:
    server = served("qovery")
    client = connected(server, "Orchard Grocers")
    organization = server.accounts[0].external_id or ""
    cluster = credentials = ""

    def check(method: str, template: str, status: int, body: object = None) -> Any:
        ids = {"organizationId": organization, "clusterId": cluster, "credentialsId": credentials}
        return check_qovery(client, template, method, status, body, **ids)

    request = {"name": "of-a-request", "region": "fr-par", "cloud_provider": "SCW"}
    cluster = check("POST", f"{O}/cluster", 201, request)["id"]
    check("PUT", C, 200, request | {"disk_size": 60})
    (listed, *_) = check("GET", f"{O}/scaleway/credentials", 200)["results"]
    info = {"cloud_provider": "SCW", "region": "fr-par", "credentials": {"id": listed["id"]}}
    check("POST", f"{C}/cloudProviderInfo", 201, info)
    check("POST", f"{C}/deploy", 201)
    clock.advance(20)
    check("POST", "/cluster/{clusterId}/upgrade", 201)
    clock.advance(20)
    check("POST", f"{C}/stop", 202)
    clock.advance(20)
    check("POST", "/cluster/{clusterId}/lock", 200, {"reason": "of a request", "ttl_in_days": 2})
    check("GET", f"{O}/lock", 200)
    check("DELETE", "/cluster/{clusterId}/lock", 204)
    role = {"type": "AWS_ROLE", "name": "of-a-request", "role_arn": "arn"}
    credentials = check("POST", f"{O}/aws/credentials", 201, role)["id"]
    check("PUT", f"{O}/aws/credentials/{{credentialsId}}", 200, role)
    check("DELETE", C, 204)


def test_the_requests_of_the_vendors_own_examples_are_taken(served: Serve, connected: Connect) -> None:
    def example(name: str) -> Any:
        return json.loads((PUBLISHED / "examples" / f"{name}.request.json").read_text(encoding="utf-8"))

    link = example("northflank/create-integration")
    link["gcp"]["projectId"] = "shop-prod"  # its document requires one, which its example leaves out
    answers = [
        connected(served("cockroachdb")).post(
            "/api/v1/clusters", json=example("cockroachdb/create-standard")
        ),
        connected(served("kupe")).patch(
            "/api/v1/tenants/acme/clusters/production", json=example("kupe/patch-resources")
        ),
        connected(served("northflank")).post("/v1/cloud-providers/integrations", json=link),
        *(
            connected(served("northflank"), "Tidewater Studio").post(
                "/v1/teams/tidewater-studio/cloud-providers/clusters",
                json=example(f"northflank/create-cluster.{cloud}") | {"integrationId": integration},
            )
            for cloud, integration in (("azure", "azure-uk"), ("oci", "oracle-archive"))
        ),
    ]
    assert [answer.status_code for answer in answers] == [200] * len(answers)


# ---------------------------------------------------------------------- negative controls


@pytest.fixture
def right(served: Serve, connected: Connect) -> dict[str, Any]:
    body: dict[str, Any] = connected(served("cockroachdb")).get("/api/v1/clusters").json()
    return body


ABSENT = object()


@pytest.mark.parametrize(
    ("member", "value", "place"),
    [
        ("state", "RUNNING", "clusters.*.state"),
        ("plan", "DEDICATED", "clusters.*.plan"),
        ("createdAt", "2026-01-01T00:00:00Z", "clusters.*"),
        ("created_at", "yesterday", "clusters.*.created_at"),
        ("labels", None, "clusters.*.labels"),
        ("regions", ABSENT, "clusters.*"),
        (
            "config",
            {"serverless": {"routing_id": 7, "upgrade_type": "MANUAL"}},
            "clusters.*.config.serverless.routing_id",
        ),
    ],
)
def test_a_planted_mistake_is_found(member: str, value: object, place: str, right: dict[str, Any]) -> None:
    cluster = right["clusters"][0]
    cluster[member] = value
    if value is ABSENT:
        del cluster[member]
    breaches = COCKROACHDB["2024-09-16"].breaches("GET", "/api/v1/clusters", 200, right)
    assert [breach.place for breach in unknown(breaches, KNOWN_OF_COCKROACHDB)] == [place]


def test_an_answer_of_another_version_is_found(right: dict[str, Any]) -> None:
    breaches = COCKROACHDB["2022-09-20"].breaches("GET", "/api/v1/clusters", 200, right)
    assert unknown(breaches, KNOWN_OF_THE_FIRST)


def test_a_planted_mistake_in_merged_schemas_is_found() -> None:
    cluster = {
        "id": "x",
        "created_at": "2026-08-20T15:58:31Z",
        "organization": {},
        "cloud_provider": "MOON",
        "region": "r",
    }
    breaches = QOVERY.breaches_of("Cluster", cluster)
    found = {(breach.place, breach.message.split(" ")[0]) for breach in breaches}
    assert found == {("", "'name'"), ("organization", "'id'"), ("cloud_provider", "'MOON'"), ("id", "'x'")}


def test_nothing_is_excused_that_does_not_happen(served: Serve, connected: Connect) -> None:
    server = served("cockroachdb")
    breaches: list[Breach] = []
    for account in server.accounts:
        for version, document in COCKROACHDB.items():
            client = connected(server, account.name, **{"Cc-Version": version})
            for path in ("/api/v1/clusters", "/api/v1/clusters/available-regions"):
                breaches += document.breaches("GET", path, 200, client.get(path).json())
    assert [known for known in KNOWN_OF_THE_FIRST if not any(map(known.covers, breaches))] == []
