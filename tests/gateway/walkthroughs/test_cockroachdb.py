"""The documents that change something at CockroachDB Cloud, walked through from beginning to end."""

import pytest

from tests.gateway.journey import Begin
from tests.gateway.test_operations import OPERATIONS, read


async def test_an_envelope_is_set_shows_how_it_stands_and_is_deleted(begin: Begin) -> None:
    journey = begin("cockroachdb")
    account_id = await journey.connect("Paperboat Games")
    asked = journey.input_of("set-envelope")
    assert asked["accountIds"] == [account_id]
    games = (await journey.run("set-envelope", input=asked))["envelope"]
    assert games["budgetStatus"] == {"state": "OK", "reasons": []}

    journey.clock.advance(5 * 24 * 3600)
    meridian = await journey.connect("Meridian Freight")
    asked |= {"name": "freight", "accountIds": [meridian]}
    freight = (await journey.run("set-envelope", input=asked))["envelope"]
    assert freight["budgetStatus"]["state"] == "OVER"
    assert freight["budgetStatus"]["reasons"][0].endswith("were spent, of 100.00 USD.")

    listed = (await journey.client.query(read(OPERATIONS / "envelopes.graphql")[0]))["envelopes"]
    assert [one["name"] for one in listed] == ["freight", "games"]
    assert "Meridian Freight/customs-portal" in {
        one["name"] for one in listed[0]["budgetStatus"]["notCounted"]
    }
    delete = "mutation ($id: ID!) { deleteEnvelope(id: $id) { envelope { name } userErrors { message } } }"
    gone = (await journey.client.query(delete, id=freight["id"]))["deleteEnvelope"]
    assert gone == {"envelope": {"name": "freight"}, "userErrors": []}
    assert [one["name"] for one in (await journey.client.query("{ envelopes { name } }"))["envelopes"]] == [
        "games"
    ]


UPGRADES = """{ clusters(search: "tracking-events") { nodes {
    id version availableVersion upgrade { state versions }
} } }"""


async def test_a_cluster_is_upgraded_rolled_back_upgraded_again_and_finalised(begin: Begin) -> None:
    journey = begin("cockroachdb")
    await journey.connect("Meridian Freight")

    async def shown() -> tuple[str, list[str] | None, str]:
        (found,) = (await journey.client.query(UPGRADES))["clusters"]["nodes"]
        journey.ids["tracking-events"] = found["id"]
        return found["upgrade"]["state"], found["upgrade"]["versions"], found["version"]

    assert await shown() == ("AVAILABLE", ["v25.4"], "v25.2.4")
    cluster = journey.ids["tracking-events"]

    refused = await journey.run("upgrade-cluster", id=cluster, version="v99.9")
    assert refused["userErrors"][0]["path"] == ["version"]
    assert "v25.4 is on offer" in refused["userErrors"][0]["message"]
    early = await journey.run("finalize-upgrade", id=cluster)
    assert "no upgrade that waits" in early["userErrors"][0]["message"]
    assert journey.asked("PATCH") == []

    done = await journey.follow(await journey.run("upgrade-cluster", id=cluster), minutes=60)
    assert done["state"] == "SUCCEEDED"
    state, _, version = await shown()
    assert (state, version) == ("PENDING_FINALIZATION", "v25.4.0")

    back = await journey.follow(await journey.run("roll-back-upgrade", id=cluster), minutes=60)
    assert back["state"] == "SUCCEEDED"
    state, _, version = await shown()
    assert (state, version) == ("AVAILABLE", "v25.2.4")

    await journey.follow(await journey.run("upgrade-cluster", id=cluster, version="v25.4"), minutes=60)
    final = await journey.follow(await journey.run("finalize-upgrade", id=cluster), minutes=60)
    assert final["state"] == "SUCCEEDED"
    assert (await shown())[0] == "FINALIZED"


ALLOWED = """{ clusters(search: "tracking-events") { nodes {
    id allowlist { networks { cidr name allowsSql } isPropagating }
} } }"""


async def test_a_network_is_let_in_and_taken_off_the_list(begin: Begin) -> None:
    journey = begin("cockroachdb")
    await journey.connect("Meridian Freight")

    async def networks() -> list[tuple[str, bool]]:
        (found,) = (await journey.client.query(ALLOWED))["clusters"]["nodes"]
        journey.ids["ledger"] = found["id"]
        return [(one["cidr"], one["allowsSql"]) for one in found["allowlist"]["networks"]]

    async def ended(name: str, **variables: object) -> list[tuple[str, bool]]:
        """The list, once the operation has succeeded."""
        payload = await journey.run(name, **variables)
        assert payload["operation"]["state"] == "RUNNING"
        assert (await journey.follow(payload, minutes=5))["state"] == "SUCCEEDED"
        return await networks()

    assert await networks() == []
    ledger = journey.ids["ledger"]
    wrong = await journey.run("allow-network", id=ledger, network={"cidr": "192.0.2.7/24"})
    assert wrong["userErrors"][0]["path"] == ["network", "cidr"]
    assert await ended("allow-network", id=ledger) == [("192.0.2.0/24", True)]
    changed = {"cidr": "192.0.2.0/24", "allowsSql": False}
    assert await ended("allow-network", id=ledger, network=changed) == [("192.0.2.0/24", False)]
    assert await ended("disallow-network", id=ledger) == []
    gone = await journey.run("disallow-network", id=ledger)
    assert gone["userErrors"][0]["path"] == ["cidr"]


FIFTEEN_DOLLARS = {"money": {"minorUnits": "1500", "currency": "USD"}}
LIMIT = """query ($id: ID!) { cluster(id: $id) { spendLimit { limit {
    basis money { minorUnits } usage { requestUnits storageMiB }
} } } }"""


@pytest.mark.parametrize(
    "version",
    [
        "2022-03-31",
        pytest.param("2022-09-20", marks=pytest.mark.thorough),
        pytest.param("2023-04-10", marks=pytest.mark.thorough),
        None,
    ],
)
async def test_a_free_cockroachdb_cluster_is_made_limited_listed_and_deleted(
    version: str | None, begin: Begin
) -> None:
    journey = begin("cockroachdb")
    account_id = await journey.connect("Paperboat Games", apiVersion=version)
    asked = journey.input_of("create-cockroachdb-cluster")
    assert asked["accountId"] == account_id
    limit = FIFTEEN_DOLLARS if version else read(OPERATIONS / "set-spend-limit.graphql")[1]["limit"]

    made = await journey.follow(await journey.run("create-cockroachdb-cluster", input=asked), minutes=15)
    assert (made["state"], made["target"]["name"]) == ("SUCCEEDED", "notorious-moose")
    moose = made["target"]["id"]
    free = (await journey.client.query(LIMIT, id=moose))["cluster"]["spendLimit"]["limit"]
    if version is None:
        assert free["basis"] == "USAGE"
        assert free["usage"] == {"requestUnits": "50000000", "storageMiB": "10240"}
    else:
        assert (free["basis"], free["money"]) == ("MONEY", {"minorUnits": "0"})

    limited = await journey.run("set-spend-limit", clusterId=moose, limit=limit)
    assert (await journey.follow(limited, minutes=15))["state"] == "SUCCEEDED"
    shown = (await journey.client.query(LIMIT, id=moose))["cluster"]["spendLimit"]["limit"]
    if version is None:
        assert shown["basis"] == "USAGE"
        assert shown["usage"] == {"requestUnits": "100000000", "storageMiB": "20480"}
    else:
        assert (shown["basis"], shown["money"]) == ("MONEY", {"minorUnits": "1500"})
    assert bool(journey.asked("PUT")) is (version == "2022-03-31")

    zero = {"money": {"minorUnits": "0", "currency": "USD"}}
    freed = await journey.run("set-spend-limit", clusterId=moose, limit=zero)
    assert (await journey.follow(freed, minutes=15))["state"] == "SUCCEEDED"
    assert (await journey.client.query(LIMIT, id=moose))["cluster"]["spendLimit"]["limit"] == free

    nodes = await journey.run("cluster-nodes", id=moose)
    (listing,) = [one for one in nodes["capabilities"] if one["capability"] == "LIST_NODES"]
    assert (nodes["nodes"] is None) is (listing["reason"] is not None)

    gone = await journey.run("delete-cluster", id=moose, confirmName="notorious-moose")
    assert (await journey.follow(gone, minutes=15))["state"] == "SUCCEEDED"
