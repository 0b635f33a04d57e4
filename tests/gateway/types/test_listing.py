"""Clusters in any order, searched, filtered and counted, as a page for people asks for them."""

from datetime import timedelta
from typing import Any

import pytest

from infra.store.store import TableStore
from tests.gateway.fleet import ACME, cluster, observe
from tests.gateway.world import NOON, Client, SetClock, WatchedReader

NAMES = """query (
  $search: String, $filter: ClusterFilter, $orderBy: [ClusterOrder!], $first: Int! = 50, $after: String
) {
  clusters(search: $search, filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
    totalCount nodes { name } pageInfo { hasNextPage endCursor } } }"""


async def names(client: Client, **asked: Any) -> list[str]:
    found = (await client.query(NAMES, **asked))["clusters"]
    assert found["totalCount"] == len(found["nodes"])
    return [node["name"] for node in found["nodes"]]


def by(field: str, direction: str = "ASC") -> list[dict[str, str]]:
    return [{"field": field, "direction": direction}]


async def test_clusters_are_sorted_by_what_is_asked_for_and_the_unknown_comes_last(
    world: TableStore, client: Client
) -> None:
    ascending = await names(client, orderBy=by("NAME"))
    assert ascending == sorted(ascending)
    assert await names(client, orderBy=by("NAME", "DESC")) == ascending[::-1]
    for direction in ("ASC", "DESC"):
        counted = await names(client, orderBy=by("NODE_COUNT", direction))
        assert counted[0] == "shipments-ledger"


async def test_the_most_urgent_comes_first_with_its_reason(world: TableStore, client: Client) -> None:
    document = """{ clusters(orderBy: [{field: SEVERITY}], first: 3) {
      nodes { name assessment { severity reason since } } } }"""
    worst = (await client.query(document))["clusters"]["nodes"]
    assert worst[0] == {
        "name": "staging",
        "assessment": {
            "severity": "BROKEN",
            "reason": "It is degraded (DEGRADED-there). The provider says: One machine is away.",
            "since": worst[0]["assessment"]["since"],
        },
    }
    assert [one["assessment"]["severity"] for one in worst[1:]] == ["UNKNOWN", "MOVING"]


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("provider:kupe", ["production", "staging"]),
        ("provider:kupe -phase:degraded", ["production"]),
        ("region:eu-* label.env=prod", ["shipments-ledger"]),
        ("SHIP", ["shipments-ledger"]),
        ("plan:advanced,basic", ["shipments-ledger"]),
        ("severity:broken", ["staging"]),
        ('account:"meridian freight" name:b*', ["billing-vault"]),
        ("label:env", ["shipments-ledger"]),
        ("created:>2999-01-01", []),
    ],
)
async def test_a_search_takes_words_and_qualifiers(
    search: str, expected: list[str], world: TableStore, client: Client
) -> None:
    assert await names(client, search=search) == expected


@pytest.mark.parametrize(
    ("search", "place"),
    [("provder:kupe", 1), ("ledger created:>soon", 17), ('name:"ledger', 6), ("label.env:>1", 1)],
)
async def test_a_search_that_cannot_be_read_says_where(search: str, place: int, client: Client) -> None:
    message = await client.refusal(NAMES, search=search)
    assert f"At character {place} of the search" in message


@pytest.mark.parametrize(
    ("search", "sentence"),
    [
        ("severity:brokn", "'brokn' is no severity; there are broken, stuck, unknown, moving, fine."),
        ("-limit:none", "'none' is no limit; there are limited, unlimited, unsupported, unknown."),
        ("engine:cockroachdb,mysql", "'mysql' is no engine; there are"),
        ("phase:", "phase has no value."),
        ("phase: ready", "phase has no value."),
        ("provider:,", "provider has no value."),
        ("label.env=", "label.env has no value."),
    ],
)
async def test_a_search_that_can_find_nothing_is_refused(search: str, sentence: str, client: Client) -> None:
    assert sentence in await client.refusal(NAMES, search=search)


@pytest.mark.parametrize(
    "search", ["severity:bro*", "https:", "-severity:fine", 'label.env=""', "phase:made-by-its-provider"]
)
async def test_a_search_that_may_find_something_is_not_refused(search: str, client: Client) -> None:
    assert isinstance(await names(client, search=search), list)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"plans": ["ADVANCED"]}, ["shipments-ledger"]),
        ({"labels": [{"key": "env"}]}, ["shipments-ledger"]),
        ({"labels": [{"key": "env", "value": "dev"}]}, []),
        ({"limitStates": ["UNLIMITED"], "providers": ["COCKROACHDB"]}, ["shipments-ledger"]),
        ({"severities": ["BROKEN", "STUCK"]}, ["staging"]),
        ({"providers": ["KUPE"], "not": [{"phases": ["READY"]}]}, ["staging"]),
    ],
)
async def test_filters_narrow_the_listing_and_its_count(
    wanted: dict[str, Any], expected: list[str], world: TableStore, client: Client
) -> None:
    assert await names(client, filter=wanted) == expected


async def test_facets_are_consistent_with_the_list(world: TableStore, client: Client) -> None:
    document = """query ($by: [FacetInput!]!, $search: String) {
      clusterFacets(by: $by, search: $search) { by buckets { value clusterCount nodeCount } leftOut } }"""
    facets = (await client.query(document, by=[{"by": "PROVIDER"}, {"by": "PHASE"}]))["clusterFacets"]
    everything = await names(client, orderBy=by("NAME"))
    for facet in facets:
        assert sum(bucket["clusterCount"] for bucket in facet["buckets"]) == len(everything)
    kupe = await client.query(document, by=[{"by": "LABEL", "label": "env"}], search="provider:kupe")
    assert kupe["clusterFacets"][0]["buckets"] == [{"value": None, "clusterCount": 2, "nodeCount": 0}]


async def test_limits_of_a_bucket_are_summed_as_those_of_the_fleet(world: TableStore, client: Client) -> None:
    """What a provider holds in use is no money that it holds."""
    sums = "spendLimits { decimal currency } convertedSpendLimits { decimal currency }"
    document = (
        f"{{ clusterFacets(by: [{{ by: PROVIDER }}]) {{ buckets {{ value {sums} }} }} fleet {{ {sums} }} }}"
    )
    data = await client.query(document)
    (facet,) = data["clusterFacets"]
    (bucket,) = (one for one in facet["buckets"] if one["value"] == "cockroachdb")
    assert bucket == {"value": "cockroachdb", **data["fleet"]}
    assert bucket["spendLimits"] != bucket["convertedSpendLimits"] != []


async def test_a_bucket_of_a_provider_has_its_display_name_and_any_other_its_value(
    world: TableStore, client: Client
) -> None:
    document = """query ($by: [FacetInput!]!) {
      clusterFacets(by: $by, search: "provider:kupe") { buckets { value displayName } } }"""
    facets = (await client.query(document, by=[{"by": "PROVIDER"}, {"by": "ENGINE"}, {"by": "VERSION"}]))[
        "clusterFacets"
    ]
    (provider,), *others = (facet["buckets"] for facet in facets)
    assert provider == {"value": "kupe", "displayName": "Kupe Cloud"}
    assert others
    assert all(bucket["value"] == bucket["displayName"] for facet in others for bucket in facet)


async def test_pages_stay_right_while_clusters_come_and_go(store: TableStore, clock: SetClock) -> None:
    await observe(store, ACME, [cluster(ACME, f"c{number:02}") for number in range(30)])
    client = Client(store, clock)
    seen, after = [], None
    for turn in range(20):
        page = (await client.query(NAMES, orderBy=by("NAME", "DESC"), first=4, after=after))["clusters"]
        seen += [node["name"] for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
        clock.at += timedelta(seconds=60)
        newcomer, gone = cluster(ACME, f"zz{turn}"), cluster(ACME, f"c{turn:02}")
        await observe(store, ACME, [newcomer], deletes=[gone], now=clock.now())
    survivors = [f"c{number:02}" for number in range(29, 7, -1)]
    assert [name for name in seen if name in survivors] == survivors
    assert len(seen) == len(set(seen))


async def test_a_cursor_of_another_order_is_refused(world: TableStore, client: Client) -> None:
    first = (await client.query(NAMES, orderBy=by("NAME"), first=1))["clusters"]
    cursor = first["pageInfo"]["endCursor"]
    assert "not a cursor" in await client.refusal(NAMES, orderBy=by("PHASE"), first=1, after=cursor)


async def test_what_has_not_been_observed_since_is_not_read_again(
    world: TableStore, client: Client, reader: WatchedReader
) -> None:
    await names(client, orderBy=by("NAME"))
    reader.calls.clear()
    await names(client, search="provider:kupe")
    assert set(reader.calls) == {"accounts"}


async def test_after_an_observation_an_account_is_read_again(store: TableStore, clock: SetClock) -> None:
    await observe(store, ACME, [cluster(ACME, "one")])
    client = Client(store, clock)
    assert await names(client, orderBy=by("NAME")) == ["one"]
    clock.at += timedelta(seconds=60)
    await observe(store, ACME, [cluster(ACME, "two")], now=clock.now())
    assert await names(client, orderBy=by("NAME")) == ["one", "two"]
    assert clock.now() > NOON
