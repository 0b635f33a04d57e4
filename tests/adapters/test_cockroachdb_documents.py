"""The published OpenAPI documents and captured answers, where at hand: every word is known, nothing is lost."""

import json
from functools import cache
from typing import Any

import pytest

from adapters.cockroachdb.convert import (
    CLOUDS,
    IS_PROTECTED,
    IS_SERVERLESS,
    NODE_PHASES,
    to_cluster,
    to_phase,
)
from adapters.cockroachdb.wire import WireCluster
from fleet.model.cloud import Cloud
from fleet.model.cluster import Connection, Phase
from fleet.model.money import SpendLimitState
from tests.published import PUBLISHED, needs_published

pytestmark = needs_published

VERSIONS = ("2022-09-20", "2023-04-10", "2024-09-16")
FILES = {
    "2022-09-20": "cockroachdb-cloud.openapi.2022-09-20.json",
    "2023-04-10": "cockroachdb-cloud.openapi.2023-04-10.json",
    "2024-09-16": "cockroachdb-cloud.openapi.json",
}


@cache
def schemas(version: str) -> Any:
    document = json.loads((PUBLISHED / FILES[version]).read_bytes())
    assert document["info"]["version"] == version
    return document["components"]["schemas"]


def words(version: str, schema: str, member: str) -> list[str]:
    """The enum behind a member of a schema, whatever the version calls it."""
    reference = schemas(version)[schema]["properties"][member]["$ref"]
    found: list[str] = schemas(version)[reference.rpartition("/")[2]]["enum"]
    return found


@pytest.mark.parametrize("version", VERSIONS)
def test_every_state_has_a_phase(version: str) -> None:
    states = words(version, "Cluster", "state")
    assert len(states) == 5
    assert {state for state in states if to_phase(state, "") is Phase.UNKNOWN} == set()


@pytest.mark.parametrize("version", VERSIONS)
def test_every_operation_has_a_phase(version: str) -> None:
    operations = words(version, "Cluster", "operation_status")
    assert len(operations) >= 24
    unknown = {word for word in operations if read_operation(word) is Phase.UNKNOWN}
    idle = {word for word in operations if read_operation(word) is Phase.READY}
    assert unknown == set()
    assert len(idle) == 1


@pytest.mark.parametrize("version", VERSIONS)
def test_every_plan_cloud_node_status_and_protection_is_known(version: str) -> None:
    assert set(words(version, "Cluster", "plan")) <= IS_SERVERLESS.keys()
    assert set(words(version, "Cluster", "cloud_provider")) <= CLOUDS.keys()
    assert set(words(version, "CloudProviderRegion", "provider")) <= CLOUDS.keys()
    assert set(words(version, "Node", "status")) == NODE_PHASES.keys()
    if version >= "2023-04-10":
        assert set(words(version, "Cluster", "delete_protection")) == IS_PROTECTED.keys()


@pytest.mark.parametrize("version", VERSIONS)
def test_the_example_of_every_version_reads(version: str) -> None:
    body = schemas(version)["Cluster"]["example"]
    cluster = to_cluster(WireCluster.model_validate(body), "account")
    assert (cluster.external_id, cluster.name, cluster.plan) == (body["id"], body["name"], body["plan"])
    assert (cluster.phase, cluster.cloud) == (Phase.READY, Cloud.GCP)
    assert cluster.spend_limit.state is SpendLimitState.LIMITED


def test_a_basic_cluster_of_2026_reads_without_loss() -> None:
    body = example("get-cluster.basic-2026")
    cluster = to_cluster(WireCluster.model_validate(body), "account")
    serverless = body["config"]["serverless"]
    assert (cluster.external_id, cluster.version, cluster.plan) == (
        body["id"],
        body["cockroach_version"],
        body["plan"],
    )
    assert cluster.connection == Connection(endpoint=body["sql_dns"])
    assert cluster.regions == tuple(region["name"] for region in body["regions"])
    limit = cluster.spend_limit.limit
    assert limit is not None
    assert limit.usage is not None
    assert str(limit.usage.request_units) == serverless["usage_limits"]["request_unit_limit"]
    assert str(limit.usage.storage_mib) == serverless["usage_limits"]["storage_mib_limit"]
    details = cluster.details.model_dump()
    assert (details["routing_id"], details["creator_id"]) == (serverless["routing_id"], body["creator_id"])
    assert details["upgrade_status"] == body["upgrade_status"]
    (shown,), (sent,) = details["regions"], body["regions"]
    assert (shown["sql_host"], shown["internal_host"], shown["is_primary"]) == (
        sent["sql_dns"],
        sent["internal_dns"],
        sent["primary"],
    )


def test_a_dedicated_cluster_of_2022_reads_without_loss() -> None:
    body = example("get-cluster.dedicated-gcp-2022")
    cluster = to_cluster(WireCluster.model_validate(body), "account")
    hardware, (region,) = body["config"]["dedicated"], body["regions"]
    assert (cluster.phase, cluster.spend_limit.state) == (Phase.READY, SpendLimitState.UNSUPPORTED)
    assert cluster.capacity.instance_type == hardware["machine_type"]
    assert cluster.capacity.node_count == region["node_count"]
    per_node = cluster.capacity.per_node
    assert per_node.cpu_millicores == hardware["num_virtual_cpus"] * 1000
    assert per_node.memory_mib == hardware["memory_gib"] * 1024
    assert per_node.storage_mib == hardware["storage_gib"] * 1024
    assert cluster.connection == Connection(endpoint=region["sql_dns"])


def read_operation(word: str) -> Phase:
    body = {"id": "1", "name": "a", "state": "CREATED", "operation_status": word}
    return to_cluster(WireCluster.model_validate(body), "account").phase


def example(name: str) -> Any:
    return json.loads((PUBLISHED / "examples" / "cockroachdb" / f"{name}.response.json").read_bytes())
