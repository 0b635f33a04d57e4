"""The published OpenAPI documents, where at hand: what is sent to CockroachDB Cloud keeps to its version's own."""

import json
from functools import cache
from typing import Any

import pytest

from adapters.cockroachdb.convert import to_cluster
from adapters.cockroachdb.networking import to_entry
from adapters.cockroachdb.request import (
    to_clearing_request,
    to_create_request,
    to_limit_request,
    to_update_request,
)
from adapters.cockroachdb.versions import BOTH_LIMITS, SPEND_LIMITS, USAGE_LIMITS
from adapters.cockroachdb.wire import WireCluster
from fleet.model.cluster import Cluster
from fleet.model.money import LimitWanted
from fleet.model.network import AllowedNetwork
from fleet.providers.cockroachdb import CockroachdbClusterPatch, CockroachdbClusterSpec
from tests.adapters.replay import fixture
from tests.published import PUBLISHED, needs_published
from tests.sandbox.openapi import Document

pytestmark = [
    needs_published,
    pytest.mark.xdist_group("openapi"),  # one worker reads the documents once
]

FILES = {
    SPEND_LIMITS: "cockroachdb-cloud.openapi.2022-09-20.json",
    BOTH_LIMITS: "cockroachdb-cloud.openapi.2023-04-10.json",
    USAGE_LIMITS: "cockroachdb-cloud.openapi.json",
}
CENTS = {"money": {"minor_units": 2500, "currency": "USD"}}
USE = {"usage": {"request_units": 1000, "storage_mib": 1024}}
VCPUS = {"usage": {"provisioned_vcpus": 2}}
NODES = [{"region": "us-east1", "nodes": 3}, {"region": "us-west2", "nodes": 3}]

SPECS: list[tuple[str, Any]] = [
    *((version, {"plan": {"basic": {"regions": ["us-east1"], "spend_limit": CENTS}}}) for version in FILES),
    *(
        (version, {"plan": {"advanced": {"region_nodes": NODES, "vcpus": 4, "storage_gib": 0}}})
        for version in FILES
    ),
    *(
        (version, {"plan": {"basic": {"regions": ["a", "b"], "primary_region": "b", "spend_limit": USE}}})
        for version in (BOTH_LIMITS, USAGE_LIMITS)
    ),
    (BOTH_LIMITS, {"cloud": "AZURE", "plan": {"basic": {"regions": ["a"]}}, "is_deletion_protected": True}),
    (USAGE_LIMITS, {"plan": {"standard": {"regions": ["a"], "spend_limit": VCPUS}}, "labels": {"a": "b"}}),
    (USAGE_LIMITS, {"plan": {"standard": {"regions": ["a"], "upgrades": "MANUAL"}}}),
    *(
        (version, {"plan": {"basic": {"regions": ["a"], "spend_limit": USE, "has_empty_allowlist": True}}})
        for version in (BOTH_LIMITS, USAGE_LIMITS)
    ),
    (
        USAGE_LIMITS,
        {
            "plan": {
                "advanced": {
                    "region_nodes": NODES,
                    "machine_type": "n2-standard-4",
                    "storage_gib": 15,
                    "version": "v25.2",
                }
            },
            "is_deletion_protected": False,
        },
    ),
]

PATCHES: list[tuple[str, Any]] = [
    *(
        (version, {"plan": {"advanced": {"region_nodes": NODES, "vcpus": 8, "storage_gib": 100}}})
        for version in FILES
    ),
    *(
        (version, {"plan": {"basic": {"regions": ["a", "b"], "primary_region": "a", "spend_limit": CENTS}}})
        for version in (BOTH_LIMITS, USAGE_LIMITS)
    ),
    (USAGE_LIMITS, {"plan": {"standard": {"upgrades": "MANUAL"}}}),
    (BOTH_LIMITS, {"is_deletion_protected": True}),
    (USAGE_LIMITS, {"version": "v25.4"}),
    (USAGE_LIMITS, {"plan": {"standard": {"regions": ["a"], "spend_limit": VCPUS}}}),
    (USAGE_LIMITS, {"labels": None, "is_deletion_protected": False}),
]


@cache
def document(version: str) -> Document:
    return Document(PUBLISHED / FILES[version])


def breaches(version: str, schema: str, body: object) -> list[str]:
    """Of what goes over the wire."""
    sent = json.loads(json.dumps(body))
    return [f"{found.place}: {found.message}" for found in document(version).breaches_of(schema, sent)]


def cluster(plan: Any) -> Cluster:
    """One that can become of this plan."""
    name = "cluster-advanced" if "advanced" in plan else "cluster-standard"
    body = fixture(f"cockroachdb/{name}.json") | {"regions": []}
    return to_cluster(WireCluster.model_validate(body), "account")


@pytest.mark.parametrize(("version", "given"), SPECS)
def test_a_creation_keeps_to_its_document(version: str, given: Any) -> None:
    spec = CockroachdbClusterSpec.model_validate({"cloud": "GCP", **given})
    request = to_create_request("notorious-moose", spec, version)
    assert breaches(version, "CreateClusterRequest", request) == []


@pytest.mark.parametrize(("version", "given"), PATCHES)
def test_a_change_keeps_to_its_document(version: str, given: Any) -> None:
    patch = CockroachdbClusterPatch.model_validate(given)
    request = to_update_request(patch, cluster(given.get("plan", {})), version)
    assert request
    assert breaches(version, "UpdateClusterSpecification", request) == []


@pytest.mark.parametrize(
    ("version", "limit"),
    [
        *((version, CENTS) for version in (SPEND_LIMITS, BOTH_LIMITS)),
        (BOTH_LIMITS, USE),
        (USAGE_LIMITS, VCPUS),
    ],
)
def test_a_limit_keeps_to_its_document(version: str, limit: Any) -> None:
    request = to_limit_request(LimitWanted.model_validate(limit), cluster({}), version)
    assert breaches(version, "UpdateClusterSpecification", request) == []


def test_clearing_a_limit_keeps_to_its_document() -> None:
    assert breaches(USAGE_LIMITS, "UpdateClusterSpecification", to_clearing_request(USAGE_LIMITS)) == []
    assert breaches(BOTH_LIMITS, "UpdateClusterSpecification", to_clearing_request(USAGE_LIMITS)) != []


def test_the_vendors_example_is_what_is_built_with_the_plan_where_its_schema_has_it() -> None:
    example = json.loads((PUBLISHED / "examples/cockroachdb/create-standard.request.json").read_bytes())
    plan = example.pop("plan")
    example["spec"]["plan"] = plan
    spec = CockroachdbClusterSpec.model_validate(
        {"cloud": "GCP", "plan": {"standard": {"regions": ["us-central1"], "spend_limit": VCPUS}}}
    )
    assert to_create_request("notorious-moose", spec, USAGE_LIMITS) == example


# ---------------------------------------------------------------------- what the documents refuse


def request(**more: Any) -> Any:
    spec = {"serverless": {"regions": ["us-east1"], **more.pop("serverless", {})}, **more.pop("spec", {})}
    return {"name": "notorious-moose", "provider": "GCP", "spec": spec, **more}


@pytest.mark.parametrize(
    ("version", "body", "place"),
    [
        (USAGE_LIMITS, request(plan="BASIC"), ""),
        (USAGE_LIMITS, request(spec={"plan": "SERVERLESS"}), "spec.plan"),
        (USAGE_LIMITS, request(serverless={"spend_limit": 1}), "spec.serverless"),
        (
            USAGE_LIMITS,
            request(serverless={"usage_limits": {"request_unit_limit": 1}}),
            "spec.serverless.usage_limits.request_unit_limit",
        ),
        (
            USAGE_LIMITS,
            request(serverless={"usage_limits": {"request_unit_limit": "many"}}),
            "spec.serverless.usage_limits.request_unit_limit",
        ),
        (BOTH_LIMITS, request(spec={"plan": "BASIC"}), "spec"),
        (BOTH_LIMITS, request(spec={"labels": {}}), "spec"),
        (BOTH_LIMITS, request(serverless={"usage_limits": {}}), "spec.serverless.usage_limits"),
        (SPEND_LIMITS, request(), "spec.serverless"),
        (SPEND_LIMITS, request(serverless={"spendLimit": 1}), "spec.serverless"),
        (SPEND_LIMITS, request(serverless={"spend_limit": 1}, spec={"delete_protection": "ENABLED"}), "spec"),
        (SPEND_LIMITS, request(serverless={"spend_limit": 1}, provider="AZURE"), "provider"),
        (USAGE_LIMITS, {"name": "notorious-moose", "spec": {}}, ""),
    ],
)
def test_a_creation_that_does_not_keep_to_its_document_is_found_out(
    version: str, body: Any, place: str
) -> None:
    assert place in {found.partition(":")[0] for found in breaches(version, "CreateClusterRequest", body)}


@pytest.mark.parametrize(
    ("version", "body"),
    [
        (USAGE_LIMITS, {"spec": {"labels": {}}}),
        (USAGE_LIMITS, {"labels": {"a": 1}}),
        (USAGE_LIMITS, {"serverless": {"spend_limit": 1}}),
        (USAGE_LIMITS, {"dedicated": {"region_nodes": {"us-east1": "3"}}}),
        (USAGE_LIMITS, {"delete_protection": True}),
        (BOTH_LIMITS, {"cockroach_version": "v25.4"}),
        (BOTH_LIMITS, {"plan": "BASIC"}),
        (SPEND_LIMITS, {"serverless": {"regions": ["a"]}}),
        (SPEND_LIMITS, {"delete_protection": "ENABLED"}),
    ],
)
def test_a_change_that_does_not_keep_to_its_document_is_found_out(version: str, body: Any) -> None:
    assert breaches(version, "UpdateClusterSpecification", body)


NEXT_FILE = "cockroachdb-cloud.openapi.next.json"


@pytest.mark.parametrize(
    ("given", "build", "schema"),
    [
        *((given, "create", "CreateClusterRequest") for version, given in SPECS if version == USAGE_LIMITS),
        *(
            (given, "update", "UpdateClusterSpecification")
            for version, given in PATCHES
            if version == USAGE_LIMITS
        ),
    ],
)
def test_what_keeps_to_the_newest_document_keeps_to_the_next(given: Any, build: str, schema: str) -> None:
    request: Any
    if build == "create":
        spec = CockroachdbClusterSpec.model_validate({"cloud": "GCP", **given})
        request = to_create_request("notorious-moose", spec, USAGE_LIMITS)
    else:
        patch = CockroachdbClusterPatch.model_validate(given)
        request = to_update_request(patch, cluster(given.get("plan", {})), USAGE_LIMITS)
    following = Document(PUBLISHED / NEXT_FILE)
    assert list(following.breaches_of(schema, json.loads(json.dumps(request)))) == []


@pytest.mark.parametrize("version", list(FILES))
def test_an_entry_of_an_allowlist_keeps_to_its_document(version: str) -> None:
    entry = to_entry(AllowedNetwork(cidr="192.0.2.0/24", name="office", allows_ui=False))
    assert breaches(version, "AllowlistEntry", entry) == []
    assert breaches(version, "AllowlistEntry", entry | {"cidr_mask": "24"}) != []


@pytest.mark.parametrize(
    "body", [{"upgrade_status": "FINALIZED"}, {"upgrade_status": "ROLLBACK_RUNNING"}], ids=str
)
@pytest.mark.parametrize("version", [BOTH_LIMITS, USAGE_LIMITS])
def test_the_end_of_an_upgrade_keeps_to_its_document(version: str, body: Any) -> None:
    assert breaches(version, "UpdateClusterSpecification", body) == []
    assert breaches(version, "UpdateClusterSpecification", {"upgrade_status": "DONE"}) != []


OWN = [{"region": "a", "nodes": 3, "vcpus": 4}, {"region": "b", "nodes": 3, "machine_type": "n2-standard-8"}]


def test_machines_of_regions_keep_to_the_next_document() -> None:
    """They are in the document of the next version alone."""
    spec = CockroachdbClusterSpec.model_validate(
        {"cloud": "GCP", "plan": {"advanced": {"region_nodes": OWN, "storage_gib": 15}}}
    )
    request = to_create_request("notorious-moose", spec, USAGE_LIMITS)
    assert request["spec"]["dedicated"] == {  # type: ignore[index]
        "region_nodes": {"a": 3, "b": 3},
        "region_machine_specs": {"a": {"num_virtual_cpus": 4}, "b": {"machine_type": "n2-standard-8"}},
        "hardware": {"storage_gib": 15},
    }
    patch = CockroachdbClusterPatch.model_validate({"plan": {"advanced": {"region_nodes": OWN}}})
    change = to_update_request(patch, cluster({"advanced": {}}), USAGE_LIMITS)
    following = Document(PUBLISHED / NEXT_FILE)
    for schema, body in (("CreateClusterRequest", request), ("UpdateClusterSpecification", change)):
        sent = json.loads(json.dumps(body))
        assert [f"{one.place}: {one.message}" for one in following.breaches_of(schema, sent)] == []


@pytest.mark.parametrize(
    ("plan", "body"),
    [
        ({"advanced": {"storage_gib": 150}}, {"dedicated": {"hardware": {"storage_gib": 150}}}),
        (
            {"advanced": {"vcpus": 8}},
            {"dedicated": {"hardware": {"machine_spec": {"num_virtual_cpus": 8}}}},
        ),
        (
            {"advanced": {"region_nodes": [{"region": "a", "nodes": 5}]}},
            {"dedicated": {"region_nodes": {"a": 5}}},
        ),
        (
            {"standard": {"spend_limit": VCPUS}},
            {"serverless": {"usage_limits": {"provisioned_virtual_cpus": "2"}}},
        ),
    ],
)
def test_a_change_sends_what_was_given_and_repeats_nothing(plan: Any, body: Any) -> None:
    patch = CockroachdbClusterPatch.model_validate({"plan": plan})
    assert to_update_request(patch, cluster(plan), USAGE_LIMITS) == body
    assert breaches(USAGE_LIMITS, "UpdateClusterSpecification", body) == []
