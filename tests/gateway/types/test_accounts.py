"""Accounts, what can be created through them, and how far their answers can be trusted."""

import re
from datetime import timedelta

from fleet.model.account import DeletionGuard
from fleet.model.catalog import OfferedVersion
from fleet.model.cluster import Engine
from fleet.model.tracking import Tracked
from fleet.providers import PROVIDERS
from infra.store.store import TableStore
from tests.gateway.fleet import ACME, MERIDIAN, observe, observed_at, populate
from tests.gateway.world import NOON, Client, SetClock


async def test_a_token_shows_its_last_four_characters_and_no_more(world: TableStore, client: Client) -> None:
    document = "{ accounts(provider: KUPE) { nodes { externalId token { hint replacedAt isAccepted } } } }"
    (found,) = (await client.query(document))["accounts"]["nodes"]
    assert found == {
        "externalId": "acme",
        "token": {"hint": ACME.token_hint, "replacedAt": "2026-04-06T12:00:00Z", "isAccepted": True},
    }
    assert len(ACME.token_hint) == 4


async def test_a_budget_is_shown_where_a_limit_is_known(world: TableStore, client: Client) -> None:
    document = "{ accounts { nodes { name requestBudget { limit remaining reserved windowSeconds } } } }"
    budgets = {
        node["name"]: node["requestBudget"] for node in (await client.query(document))["accounts"]["nodes"]
    }
    assert budgets["acme"] is None
    assert budgets["north"] == {"limit": 1000, "remaining": 999, "reserved": 200, "windowSeconds": 3600}


async def test_the_catalog_is_null_where_the_provider_does_not_list_it(
    world: TableStore, client: Client
) -> None:
    document = """{ accounts { nodes {
        name regions { nodes { name } } instanceTypes { nodes { name } } versions { nodes { name } } } } }"""
    found = {node.pop("name"): node for node in (await client.query(document))["accounts"]["nodes"]}
    assert found["acme"] == {"regions": None, "instanceTypes": None, "versions": None}
    assert found["Meridian Freight"]["instanceTypes"] is None
    assert found["quay"]["regions"] == {"nodes": []}


async def test_the_catalog_of_one_cloud_is_paged_like_any_listing(world: TableStore, client: Client) -> None:
    document = """query ($after: String, $cloud: Cloud) { accounts(provider: COCKROACHDB) { nodes {
        regions(first: 1, after: $after, cloud: $cloud) { nodes { name } pageInfo { hasNextPage endCursor } }
    } } }"""
    after, read = None, []
    while True:
        data = await client.query(document, after=after, cloud="AWS")
        page = data["accounts"]["nodes"][0]["regions"]
        read += [node["name"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert read == ["eu-west-1", "us-east-1"]
    last = await client.query(document.replace("first: 1", "first: 2"), cloud="GCP")
    assert last["accounts"]["nodes"][0]["regions"]["nodes"] == [{"name": "europe-west1"}]


async def test_versions_for_a_new_cluster_are_listed_with_their_plans_and_the_end_of_their_support(
    store: TableStore, clock: SetClock
) -> None:
    offers = [
        OfferedVersion(
            account_id=MERIDIAN.id,
            name=name,
            engine=Engine.COCKROACHDB,
            plans=("ADVANCED",),
            release="REGULAR",
            support_ends_at=NOON,
            upgrades_to=upgrades,
        )
        for name, upgrades in (("v25.10", ()), ("v25.9", ("v25.10",)))
    ]
    await observe(store, MERIDIAN, [Tracked[OfferedVersion](item=one) for one in offers])
    document = """query ($after: String) { accounts(provider: COCKROACHDB) { nodes { versions(first: 1, after: $after) {
        nodes { name engine plans release supportEndsAt upgradesTo } pageInfo { hasNextPage endCursor } } } } }"""
    client = Client(store, clock)
    first = (await client.query(document))["accounts"]["nodes"][0]["versions"]
    assert first["nodes"] == [
        {
            "name": "v25.9",
            "engine": "COCKROACHDB",
            "plans": ["ADVANCED"],
            "release": "REGULAR",
            "supportEndsAt": "2026-04-06T12:00:00Z",
            "upgradesTo": ["v25.10"],
        }
    ]
    rest = await client.query(document, after=first["pageInfo"]["endCursor"])
    (last,) = rest["accounts"]["nodes"]
    assert [one["name"] for one in last["versions"]["nodes"]] == ["v25.10"]
    assert not last["versions"]["pageInfo"]["hasNextPage"]


async def test_machine_types_of_a_region_are_found_without_naming_its_cloud(
    world: TableStore, client: Client
) -> None:
    document = """{ accounts(provider: QOVERY) { nodes {
        instanceTypes(region: "eu-west-3", first: 2) { nodes { name region memoryMiB } pageInfo { hasNextPage } }
    } } }"""
    found = (await client.query(document))["accounts"]["nodes"][0]["instanceTypes"]
    assert found["nodes"] == [
        {"name": "t3.large", "region": "eu-west-3", "memoryMiB": 4096},
        {"name": "t3.medium", "region": "eu-west-3", "memoryMiB": 4096},
    ]
    assert found["pageInfo"] == {"hasNextPage": False}


async def test_an_outage_is_old_data_with_its_age(world: TableStore, client: Client) -> None:
    document = """{ clusters(filter: { providers: [QOVERY] }) {
        nodes { name freshness { state ageSeconds lastFailure { kind message httpStatus isRetryable } } }
        coverage { isComplete accountCount missingCount missing { nodes { name freshness { state ageSeconds } } } }
    } }"""
    found = (await client.query(document))["clusters"]
    (pier,) = found["nodes"]
    assert pier["freshness"] == {
        "state": "UNREACHABLE",
        "ageSeconds": 7210,  # this one cluster has not read for longer than its account
        "lastFailure": {
            "kind": "UNAVAILABLE",
            "message": "The provider answered 503.",
            "httpStatus": 503,
            "isRetryable": True,
        },
    }
    assert found["coverage"] == {
        "isComplete": False,
        "accountCount": 1,
        "missingCount": 1,
        "missing": {"nodes": [{"name": "quay", "freshness": {"state": "UNREACHABLE", "ageSeconds": 3610}}]},
    }


async def test_what_is_overdue_is_stale(world: TableStore, client: Client, clock: SetClock) -> None:
    document = """{ fleet { coverage {
        missingCount accountCount missing(first: 2) { nodes { name } pageInfo { endCursor } }
    } } }"""
    assert (await client.query(document))["fleet"]["coverage"]["missingCount"] == 1
    clock.at = NOON + timedelta(minutes=5)
    coverage = (await client.query(document))["fleet"]["coverage"]
    assert (coverage["missingCount"], coverage["accountCount"]) == (5, 5)
    assert [node["name"] for node in coverage["missing"]["nodes"]] == ["Meridian Freight", "acme"]
    rest = document.replace("first: 2", f'after: "{coverage["missing"]["pageInfo"]["endCursor"]}"')
    missing = (await client.query(rest))["fleet"]["coverage"]["missing"]
    assert [node["name"] for node in missing["nodes"]] == ["north", "quay", "aloft"]


async def test_an_account_says_when_much_of_it_vanished_at_once(
    store: TableStore, client: Client, clock: SetClock
) -> None:
    await populate(store, clock)
    deletion_guard = DeletionGuard(since=NOON, reason="5 of 6 clusters vanished at once.")
    await observe(store, ACME, state=observed_at(NOON).model_copy(update={"deletion_guard": deletion_guard}))
    data = await client.query("{ accounts(provider: KUPE) { nodes { hold { since reason } } } }")
    assert data["accounts"]["nodes"] == [
        {"hold": {"since": "2026-04-06T12:00:00Z", "reason": deletion_guard.reason}}
    ]


async def test_the_fleet_is_the_sum_of_its_accounts(world: TableStore, client: Client) -> None:
    document = """{ fleet {
        clusterCount byPhase { phase count } byProvider { provider { name } count }
        spendLimits { decimal currency } convertedSpendLimits { decimal currency }
        unlimitedClusterCount unknownLimitClusterCount
    } }"""
    fleet = (await client.query(document))["fleet"]
    phases = {entry["phase"]: entry["count"] for entry in fleet["byPhase"]}
    providers = {entry["provider"]["name"]: entry["count"] for entry in fleet["byProvider"]}
    assert phases == {"READY": 7, "UPDATING": 1, "DEGRADED": 1, "FAILED": 1}
    assert providers == {"CockroachDB Cloud": 4, "Kupe Cloud": 2, "Northflank": 2, "Qovery": 1, "zeppelin": 1}
    assert fleet["clusterCount"] == 10
    assert fleet["spendLimits"] == [{"decimal": "50.00", "currency": "USD"}]
    assert fleet["convertedSpendLimits"] == [{"decimal": "12.50", "currency": "USD"}]
    assert (fleet["unlimitedClusterCount"], fleet["unknownLimitClusterCount"]) == (1, 0)


async def test_an_empty_store_is_a_quiet_fleet(client: Client) -> None:
    data = await client.query(
        "{ fleet { clusterCount byProvider { count } coverage { isComplete } } accounts { nodes { id } "
        "pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } providers { kind } }"
    )
    assert data["fleet"] == {"clusterCount": 0, "byProvider": [], "coverage": {"isComplete": True}}
    assert data["accounts"]["pageInfo"] == {
        "hasNextPage": False,
        "hasPreviousPage": False,
        "startCursor": None,
        "endCursor": None,
    }
    assert [provider["kind"] for provider in data["providers"]] == sorted(map(str.upper, PROVIDERS))


async def test_the_schedule_of_an_account_is_explained(world: TableStore, client: Client) -> None:
    (found,) = (await client.query("{ accounts(provider: NORTHFLANK) { nodes { id } } }"))["accounts"][
        "nodes"
    ]
    document = """query ($id: ID!) { explainSchedule(accountId: $id) {
        nextObservationAt account { name expectedAge requestBudget { usedBy { use requests } } }
        collections { collection nextAttemptAt requests reason }
    } }"""
    explained = (await client.query(document, id=found["id"]))["explainSchedule"]
    assert explained["account"]["name"] == "north"
    used = {one["use"]: one["requests"] for one in explained["account"]["requestBudget"]["usedBy"]}
    assert used == {"CLUSTERS": 1, "NODES": 0, "DETAILS": 0, "PEOPLE": 0, "OTHERS": 0}
    assert "CLUSTERS" in [one["collection"] for one in explained["collections"]]
    assert all(one["reason"].endswith(".") for one in explained["collections"])
    assert not any(re.search(r"\d+ seconds", one["reason"]) for one in explained["collections"]), (
        "`intervalSeconds` says how often"
    )
    unknown = await client.query(document, id=found["id"][:-4])
    assert unknown["explainSchedule"] is None
