"""What Qovery is asked for, held against the document that it publishes.

The document is not part of this repository; where it does not lie beside it, these tests are skipped.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from adapters.qovery.credentials import to_create_credentials_request
from adapters.qovery.request import ANSWER_ONLY, to_create_cluster_request
from fleet.model.change import CreateIntegration
from fleet.model.cloud import Cloud
from fleet.providers.qovery import QoveryClusterSpec
from fleetgraph.testing.credentials import KINDS
from tests.adapters.qovery import LINK, WHOLE, every_member, patched
from tests.providers.qovery import KIT
from tests.published import published
from tests.sandbox.openapi import Breach, Document

pytestmark = pytest.mark.xdist_group("openapi")  # one worker reads the document once

REQUEST_SCHEMAS = {
    Cloud.AWS: "AwsCredentialsRequest",
    Cloud.AZURE: "AzureCredentialsRequest",
    Cloud.GCP: "GcpCredentialsRequest",
    Cloud.ON_PREMISES: "OnPremiseCredentialsRequest",
    Cloud.SCALEWAY: "ScalewayCredentialsRequest",
}


@pytest.fixture(scope="module")
def document() -> Document:
    path = published("qovery.openapi.yaml")
    return Document(path)


def unexcused(breaches: Iterator[Breach]) -> list[Breach]:
    """But for ids of features: the document types them as UUIDs, the vendor's own tools send words."""
    return [breach for breach in breaches if breach.place != "features.*.id" or "uuid" not in breach.message]


# ---------------------------------------------------------------------- by the document


def test_a_whole_creation_is_what_the_document_asks_for(document: Document) -> None:
    body = to_create_cluster_request("production", WHOLE, LINK)
    assert unexcused(document.breaches_of("ClusterRequest", body)) == []
    assert body.keys() == document.properties_of("ClusterRequest")


def test_the_least_creation_is_what_the_document_asks_for(document: Document) -> None:
    body = to_create_cluster_request("edge", QoveryClusterSpec(cloud=Cloud.AWS, region="eu-west-3"), None)
    assert unexcused(document.breaches_of("ClusterRequest", body)) == []


def test_a_replacement_is_what_the_document_asks_for(document: Document) -> None:
    body = patched(name="prod", min_nodes=4, features=[{"id": "STATIC_IP", "value": "false"}])
    assert unexcused(document.breaches_of("ClusterRequest", body)) == []


def test_what_only_an_answer_holds_is_what_the_document_says(document: Document) -> None:
    request, answer = document.properties_of("ClusterRequest"), document.properties_of("Cluster")
    assert answer - request == ANSWER_ONLY
    assert every_member().keys() == answer


@pytest.mark.parametrize("kind", KIT.credentials)
def test_credentials_are_what_the_document_asks_for(kind: str, document: Document) -> None:
    credentials = KINDS[kind]
    body = to_create_credentials_request(CreateIntegration(name="link", credentials=credentials))
    assert list(document.breaches_of(REQUEST_SCHEMAS[credentials.cloud], body)) == []


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"region": None}, "region"),
        ({"min_running_nodes": "3"}, "min_running_nodes"),
        ({"kubernetes": "managed"}, "kubernetes"),
        ({"cloud_provider": "SCALEWAY"}, "cloud_provider"),
        ({"status": "DEPLOYED"}, ""),
        ({"disk_iops": 1}, "disk_iops"),
        (
            {"cloud_provider_credentials": {"credentials": {"id": "main"}}},
            "cloud_provider_credentials.credentials.id",
        ),
        ({"metrics_parameters": {"is_enabled": True}}, "metrics_parameters"),
        ({"features": [{"id": "KARPENTER", "values": True}]}, "features.*"),
    ],
)
def test_a_planted_mistake_in_a_request_is_found(
    change: dict[str, Any], place: str, document: Document
) -> None:
    body = to_create_cluster_request("production", WHOLE, LINK) | change
    assert {breach.place for breach in unexcused(document.breaches_of("ClusterRequest", body))} == {place}


def test_a_planted_mistake_in_credentials_is_found(document: Document) -> None:
    body = to_create_credentials_request(CreateIntegration(name="link", credentials=KINDS["azure tenant"]))
    mistaken = body | {"azure_secret": "x"}
    assert list(document.breaches_of("AzureCredentialsRequest", mistaken))
    assert list(document.breaches_of("ScalewayCredentialsRequest", body))
