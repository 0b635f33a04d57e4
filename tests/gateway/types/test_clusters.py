"""Clusters of every provider in one shape, and what only one knows beside it."""

from datetime import timedelta
from typing import Any

from fleet.model.account import Collection, CollectionState
from fleet.model.asked import Part
from infra.store.store import TableStore
from tests.gateway.fleet import MERIDIAN, OUTAGE, observe, observed_at
from tests.gateway.world import NOON, Client

NAMES = "{ nodes { name } }"


def names(connection: dict[str, Any]) -> list[str]:
    return [node["name"] for node in connection["nodes"]]


async def listed(client: Client, arguments: str) -> list[str]:
    data = await client.query(f"{{ clusters(first: 100, filter: {{ {arguments} }}) {NAMES} }}")
    return names(data["clusters"])


async def one(client: Client, name: str, selection: str) -> dict[str, Any]:
    document = f"{{ clusters {{ nodes {{ calledSo: name {selection} }} }} }}"
    rows = (await client.query(document))["clusters"]["nodes"]
    (found,) = (row for row in rows if row.pop("calledSo") == name)
    assert isinstance(found, dict)
    return found


async def test_the_fleet_is_listed_by_provider_account_and_name_without_the_inactive(
    world: TableStore, client: Client
) -> None:
    data = await client.query(f"{{ clusters {NAMES} }}")
    assert names(data["clusters"]) == [
        *("billing-vault", "customs-portal", "shipments-ledger"),
        *("production", "staging"),
        *("edge", "lab"),
        "pier",
        "gondola",
    ]


async def test_deleted_and_never_started_clusters_are_listed_when_asked_for(
    world: TableStore, client: Client
) -> None:
    everything = await listed(client, "includeInactive: true, providers: [COCKROACHDB]")
    assert everything == ["billing-vault", "customs-portal", "driver-app", "old-ledger", "shipments-ledger"]
    assert await listed(client, "phases: [DELETED]") == ["old-ledger"]


async def test_filters_narrow_together(world: TableStore, client: Client) -> None:
    assert await listed(client, "clouds: [AWS]") == ["shipments-ledger", "edge"]
    assert await listed(client, "clouds: [AWS], providers: [NORTHFLANK]") == ["edge"]
    assert await listed(client, 'regions: ["europe-west1", "nowhere"]') == ["lab"]
    assert await listed(client, 'nameContains: "LEDGER"') == ["shipments-ledger"]
    assert await listed(client, "providers: []") == []
    assert await listed(client, "providers: null, phases: [UPDATING]") == ["customs-portal"]


async def test_clusters_that_need_attention_come_with_those_that_never_started(
    world: TableStore, client: Client
) -> None:
    assert await listed(client, "needsAttention: true") == ["customs-portal", "driver-app", "staging"]
    assert "staging" not in await listed(client, "needsAttention: false")


async def test_an_account_filter_takes_ids_of_accounts_and_nothing_else(
    world: TableStore, client: Client
) -> None:
    data = await client.query(
        "{ accounts(provider: KUPE) { nodes { id } } clusters(first: 1) { nodes { id } } }"
    )
    (kupe,) = data["accounts"]["nodes"]
    assert await listed(client, f'accountIds: ["{kupe["id"]}"]') == ["production", "staging"]
    assert await listed(client, f'accountIds: ["{data["clusters"]["nodes"][0]["id"]}", "x"]') == []


async def test_null_says_cannot_know_and_empty_says_none(world: TableStore, client: Client) -> None:
    document = "labels { key } nodes { nodes { name } } costEstimate { period } regions"
    vault = await one(client, "billing-vault", document)
    assert vault == {"labels": [], "nodes": {"nodes": []}, "costEstimate": None, "regions": []}
    production = await one(client, "production", document)
    assert production["labels"] is None
    assert production["nodes"] is None


async def test_a_cluster_can_lack_what_its_provider_has(world: TableStore, client: Client) -> None:
    portal = await one(
        client, "customs-portal", "nodes { nodes { name } } capabilities { capability isSupported reason }"
    )
    assert portal["nodes"] is None
    support = {entry.pop("capability"): entry for entry in portal["capabilities"]}
    assert support["LIST_NODES"] == {
        "isSupported": False,
        "reason": "A serverless cluster has no nodes of its own.",
    }
    assert support["SPEND_LIMIT"] == {"isSupported": True, "reason": None}
    assert len(support) == 23


async def test_what_a_provider_cannot_do_carries_a_sentence(world: TableStore, client: Client) -> None:
    data = await client.query("{ providers { kind capabilities { capability isSupported reason } } }")
    for provider in data["providers"]:
        for entry in provider["capabilities"]:
            assert entry["isSupported"] is (entry["reason"] is None)
    kupe = next(provider for provider in data["providers"] if provider["kind"] == "KUPE")
    reasons = {entry["capability"]: entry["reason"] for entry in kupe["capabilities"]}
    assert reasons["STOP_CLUSTER"] == "A Kupe cluster runs until it is deleted."
    assert reasons["CREATE_CLUSTER"] is None


async def test_limits_say_who_holds_them_and_are_exact(world: TableStore, client: Client) -> None:
    limit = "limit { basis money { minorUnits decimal currency } usage { requestUnits } }"
    selection = f"spendLimit {{ state {limit} reason }}"
    portal = (await one(client, "customs-portal", selection))["spendLimit"]
    assert portal["limit"] == {
        "basis": "USAGE",
        "money": {"minorUnits": "1250", "decimal": "12.50", "currency": "USD"},
        "usage": {"requestUnits": str(2**40)},
    }
    production = (await one(client, "production", selection))["spendLimit"]
    assert production == {"state": "UNSUPPORTED", "limit": None, "reason": "No limits here."}


async def test_capacity_beyond_32_bits_stays_exact(world: TableStore, client: Client) -> None:
    found = await one(client, "shipments-ledger", "capacity { total { memoryMiB cpuMillicores } nodeCount }")
    assert found["capacity"] == {"total": {"memoryMiB": str(2**35), "cpuMillicores": None}, "nodeCount": 3}


async def test_details_are_of_the_providers_own_type(world: TableStore, client: Client) -> None:
    document = """{ clusters { nodes { name details {
        __typename
        ... on KupeClusterDetails { isolation }
        ... on CockroachdbClusterDetails { regions { name isPrimary } }
        ... on NorthflankClusterDetails { nodePools { id } }
        ... on QoveryClusterDetails { features { id costPerMonth { decimal } } }
    } } } }"""
    details = {node["name"]: node["details"] for node in (await client.query(document))["clusters"]["nodes"]}
    assert details["production"] == {"__typename": "KupeClusterDetails", "isolation": "dedicated"}
    assert details["edge"]["nodePools"] == [{"id": "pool-1"}]
    assert details["pier"]["features"] == [{"id": "STATIC_IP", "costPerMonth": {"decimal": "38.00"}}]
    assert details["shipments-ledger"]["regions"] == [{"name": "eu-west-1", "isPrimary": True}]


async def test_a_row_of_a_provider_without_an_adapter_is_shown_for_what_it_is(
    world: TableStore, client: Client
) -> None:
    selection = """
        status { phase } details { consoleUrl } account { name requestBudget { limit } }
        provider { kind name documentationUrl } capabilities { isSupported reason }
    """
    gondola = await one(client, "gondola", selection)
    assert gondola["provider"] == {"kind": None, "name": "zeppelin", "documentationUrl": None}
    assert gondola["details"] is None
    assert gondola["status"] == {"phase": "READY"}
    assert gondola["account"] == {"name": "aloft", "requestBudget": None}
    assert {entry["reason"] for entry in gondola["capabilities"]} == {
        "This version of Fleetgraph has no adapter for zeppelin."
    }


async def test_where_to_connect_and_through_what_it_was_built(world: TableStore, client: Client) -> None:
    selection = "connection { endpoint } integration { name usedBy { nodes { name } } }"
    assert await one(client, "production", selection) == {
        "connection": {"endpoint": "https://k8s.acme.example"},
        "integration": None,
    }
    assert await one(client, "edge", selection) == {
        "connection": None,
        "integration": {"name": "aws-prod", "usedBy": {"nodes": [{"name": "edge"}]}},
    }


async def test_who_an_integration_is_at_its_cloud_is_shown(world: TableStore, client: Client) -> None:
    document = "{ integrations { nodes { name identity { cloudAccountId roleArn projectId } } } }"
    found = (await client.query(document))["integrations"]["nodes"]
    assert {node["name"]: node["identity"] for node in found} == {
        "aws-prod": {
            "cloudAccountId": "123456789012",
            "roleArn": "arn:aws:iam::123456789012:role/aws-prod",
            "projectId": None,
        },
        "gcp-lab": None,
    }


async def test_the_console_is_a_member_of_the_cluster_itself(world: TableStore, client: Client) -> None:
    url = "https://console.example/production"
    assert await one(client, "production", "consoleUrl details { consoleUrl }") == {
        "consoleUrl": url,
        "details": {"consoleUrl": url},
    }
    assert (await one(client, "edge", "consoleUrl"))["consoleUrl"] is None


async def test_the_live_cluster_of_a_name_is_found(world: TableStore, client: Client) -> None:
    data = await client.query("{ accounts(provider: COCKROACHDB) { nodes { id } } }")
    owner = data["accounts"]["nodes"][0]["id"]
    document = "query ($id: ID!, $name: String!) { clusterByName(accountId: $id, name: $name) { name account { id } } }"
    found = await client.query(document, id=owner, name="billing-vault")
    assert found["clusterByName"] == {"name": "billing-vault", "account": {"id": owner}}
    for strange in (
        {"id": owner, "name": "old-ledger"},
        {"id": owner, "name": "x"},
        {"id": "x", "name": "billing-vault"},
    ):
        assert (await client.query(document, **strange))["clusterByName"] is None


async def test_machines_know_their_cluster_and_their_age(world: TableStore, client: Client) -> None:
    selection = (
        "nodes { nodes { name phase providerPhase region cluster { name } freshness { state ageSeconds } } }"
    )
    machines = (await one(client, "shipments-ledger", selection))["nodes"]["nodes"]
    assert [machine["name"] for machine in machines] == ["node-0", "node-1", "node-2"]
    assert machines[0] == {
        "name": "node-0",
        "phase": "READY",
        "providerPhase": "LIVE",
        "region": "eu-west-1",
        "cluster": {"name": "shipments-ledger"},
        "freshness": {"state": "CURRENT", "ageSeconds": 9},
    }


async def test_a_machine_whose_cluster_had_no_turn_is_as_old_as_it_is(
    world: TableStore, client: Client
) -> None:
    """The latest observation asked for another cluster, and something failed in it."""
    now = NOON + timedelta(seconds=5)
    asked = CollectionState(
        observed_at=now,
        next_attempt_at=now + timedelta(minutes=5),
        failure=OUTAGE.model_copy(update={"occurred_at": now}),
        parts=(Part(after="", until="0", at=now),),
        whole_at=NOON - timedelta(minutes=1),
    )
    state = observed_at(now).model_copy(update={"collections": {Collection.NODES: asked}})
    await observe(world, MERIDIAN, state=state, now=now)
    machines = (
        await one(
            client,
            "shipments-ledger",
            "nodes { nodes { freshness { state observedAt lastFailure { kind } } } }",
        )
    )["nodes"]["nodes"]
    seen = {"state": "CURRENT", "observedAt": "2026-04-06T11:59:00Z", "lastFailure": None}
    assert [machine["freshness"] for machine in machines] == [seen] * 3
