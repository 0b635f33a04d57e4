"""What was asked for is shown beside what there is, and no secret with it."""

import json
from typing import Any

from fleet.model.change import Change, DeleteCluster, SetSpendLimit, UpdateCluster
from fleet.model.cluster import Phase
from fleet.model.money import LimitWanted, Money
from fleet.model.operation import Target, TargetKind
from fleet.providers import PROVIDERS
from infra.store.store import TableStore
from tests.gateway.fleet import ACME, cluster, observe
from tests.gateway.script import operation
from tests.gateway.world import Client

WANTED = """{ clusters { nodes { desired { phase version spendLimit { money { decimal } } clearsSpendLimit
    settings { field value } operation { kind input { field value } } } } } }"""


def update(**patch: Any) -> Change:
    given = {"provider": "kupe", "patch": patch}
    return UpdateCluster.model_validate(given, context=PROVIDERS)


async def desired(store: TableStore, client: Client, change: Change) -> dict[str, Any]:
    await observe(store, ACME, [cluster(ACME, "production", Phase.UPDATING)])
    target = Target(kind=TargetKind.CLUSTER, key="id-of-production")
    asked = operation(ACME, change, target=target, locks=("cluster id-of-production",))
    await store.begin_change(asked, idempotency=None)
    (node,) = (await client.query(WANTED))["clusters"]["nodes"]
    found: dict[str, Any] = node["desired"]
    assert found["operation"]["input"] == found["settings"]
    return found


async def test_an_update_shows_what_was_given_and_nothing_else(store: TableStore, client: Client) -> None:
    found = await desired(store, client, update(version="1.35", is_highly_available=True))
    assert (found["phase"], found["version"], found["spendLimit"]) == ("READY", "1.35", None)
    assert found["settings"] == [
        {"field": "version", "value": "1.35"},
        {"field": "isHighlyAvailable", "value": "true"},
    ]


async def test_what_an_update_leaves_as_it_is_within_a_member_is_not_shown_as_cleared(
    store: TableStore, client: Client
) -> None:
    found = await desired(store, client, update(resources={"memory": "320Gi"}))
    assert found["settings"] == [{"field": "resources.memory", "value": "320Gi"}]


async def test_a_member_that_an_update_clears_is_shown_without_a_value(
    store: TableStore, client: Client
) -> None:
    found = await desired(store, client, update(resources=None))
    assert found["settings"] == [{"field": "resources", "value": None}]


async def test_a_spend_limit_is_shown_as_it_was_asked_for(store: TableStore, client: Client) -> None:
    limit = LimitWanted(money=Money(minor_units=1250, currency="USD"))
    found = await desired(store, client, SetSpendLimit(limit=limit))
    assert found["spendLimit"] == {"money": {"decimal": "12.50"}}
    assert (found["phase"], found["clearsSpendLimit"]) == (None, False)
    assert {"field": "money.minorUnits", "value": "1250"} in found["settings"]


async def test_a_deletion_asks_for_nothing_more(store: TableStore, client: Client) -> None:
    found = await desired(store, client, DeleteCluster())
    assert (found["phase"], found["settings"]) == ("DELETED", [])


async def test_what_is_passed_on_and_not_kept_is_said_to_be_so(store: TableStore, client: Client) -> None:
    found = await desired(store, client, update(alerts={"receiver": "pager-secret"}))
    assert found["settings"] == [{"field": "alerts", "value": "(not kept)"}]
    assert "pager-secret" not in json.dumps(found)


async def test_a_cluster_without_a_change_wants_nothing(store: TableStore, client: Client) -> None:
    await observe(store, ACME, [cluster(ACME, "production")])
    assert (await client.query(WANTED))["clusters"]["nodes"] == [{"desired": None}]
