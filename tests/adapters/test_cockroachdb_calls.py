"""How CockroachDB Cloud is asked: pages, versions, nodes, regions."""

from typing import Any

import httpx
import pytest

from adapters.cockroachdb import CockroachdbAdapter
from adapters.cockroachdb.convert import to_cluster
from adapters.cockroachdb.wire import WireCluster
from fleet.model.catalog import Region
from fleet.model.cloud import Cloud
from fleet.model.cluster import Cluster, Connection, Phase
from fleet.model.failure import NotFound, RateLimited, Rejected, UnexpectedResponse
from fleet.model.node import NodePhase
from fleet.providers.cockroachdb import COCKROACHDB
from tests.adapters.replay import Replay, fixture

LIST = "/api/v1/clusters"
REGIONS = f"{LIST}/available-regions"


def read(body: Any) -> Cluster:
    return to_cluster(WireCluster.model_validate(body), "account")


async def test_clusters_are_asked_for_with_the_inactive_ones_in_the_newest_version() -> None:
    replay = Replay({LIST: {"clusters": []}})
    await replay.open(CockroachdbAdapter).clusters()
    assert replay.asked == [f"{LIST}?show_inactive=true"]
    assert replay.requests[0].headers["cc-version"] == COCKROACHDB.api_versions[0] == "2024-09-16"


async def test_an_account_can_pin_an_older_version() -> None:
    replay = Replay({LIST: {"clusters": []}})
    await replay.open(CockroachdbAdapter, api_version="2023-04-10").clusters()
    assert replay.requests[0].headers["cc-version"] == "2023-04-10"


def page(number: int, pagination: object) -> dict[str, object]:
    return {"clusters": [{"id": str(number), "name": f"cluster-{number}"}], "pagination": pagination}


@pytest.mark.parametrize(
    "last", [None, {}, {"next_page": ""}, {"next_page": None, "previous_page": "x"}], ids=str
)
async def test_pages_are_followed_by_token_until_there_is_none(last: object) -> None:
    replay = Replay(
        {
            f"{LIST}?show_inactive=true": page(1, {"next_page": "t/2", "previous_page": ""}),
            f"{LIST}?show_inactive=true&pagination.page=t%2F2": page(2, {"next_page": "t3"}),
            f"{LIST}?show_inactive=true&pagination.page=t3": page(3, last),
        }
    )
    listing = await replay.open(CockroachdbAdapter).clusters()
    assert [cluster.external_id for cluster in listing.items] == ["1", "2", "3"]
    assert listing.incomplete is None


async def test_a_list_without_a_next_page_is_complete() -> None:
    listing = (
        await Replay({LIST: {"clusters": [{"id": "1", "name": "a"}]}}).open(CockroachdbAdapter).clusters()
    )
    assert len(listing.items) == 1


async def test_the_first_version_pages_with_parameters_of_its_own() -> None:
    block = {"next": "k2", "last": "k9", "limit": 1, "time": "2022-04-01T00:00:00Z", "order": "ASC"}
    replay = Replay(
        {
            f"{LIST}?show_inactive=true": page(1, block),
            f"{LIST}?show_inactive=true&pagination.start_key=k2": page(2, block | {"next": ""}),
        }
    )
    listing = await replay.open(CockroachdbAdapter, api_version="2022-03-31").clusters()
    assert [cluster.external_id for cluster in listing.items] == ["1", "2"]


async def test_the_first_version_lists_with_its_prefixes_and_zeros() -> None:
    replay = Replay({LIST: fixture("cockroachdb/list-clusters-2022-03-31.json")})
    listing = await replay.open(CockroachdbAdapter, api_version="2022-03-31").clusters()
    archive, doodles = listing.items
    assert len(replay.asked) == 1
    assert (archive.phase, archive.provider_phase) == (Phase.UPDATING, "CLUSTER_STATE_LOCKED")
    assert (archive.capacity.node_count, archive.capacity.total.memory_mib) == (3, 46_080)
    assert (doodles.phase, doodles.plan) == (Phase.READY, "SERVERLESS")
    assert doodles.connection == Connection(endpoint="free-tier5.example.test")


async def test_a_repeated_page_token_ends_the_listing_as_an_error() -> None:
    replay = Replay({LIST: page(1, {"next_page": "again"})})
    with pytest.raises(UnexpectedResponse):
        await replay.open(CockroachdbAdapter).clusters()
    assert len(replay.asked) == 2


async def test_a_deleted_cluster_is_answered_as_deleted_and_an_unknown_one_not_at_all() -> None:
    replay = Replay({f"{LIST}/1": fixture("cockroachdb/cluster-deleted.json")})
    adapter = replay.open(CockroachdbAdapter)
    assert (await adapter.cluster("1")).phase is Phase.DELETED
    with pytest.raises(NotFound):
        await adapter.cluster("2")


async def test_nodes_of_one_name_in_two_regions_are_two_nodes() -> None:
    cluster = read(fixture("cockroachdb/cluster-advanced.json"))
    replay = Replay({f"{LIST}/{cluster.external_id}/nodes": fixture("cockroachdb/list-nodes.json")})
    listing = await replay.open(CockroachdbAdapter).nodes(cluster)
    assert [(node.external_id, node.phase, node.provider_phase) for node in listing.items] == [
        ("eu-central-1/cockroachdb-0", NodePhase.READY, "LIVE"),
        ("eu-west-1/cockroachdb-0", NodePhase.NOT_READY, "NOT_READY"),
        ("eu-west-1/cockroachdb-1", NodePhase.READY, "NODE_STATUS_LIVE"),
        ("eu-west-1/cockroachdb-2", NodePhase.UNKNOWN, "NODE_STATUS_UNSPECIFIED"),
    ]
    assert {(node.cluster_key, node.name, node.region) for node in listing.items} >= {
        (cluster.key, "cockroachdb-0", "eu-west-1")
    }


@pytest.mark.parametrize(
    ("raw", "identity"),
    [
        ({"name": "n", "region_name": "r", "status": 7}, "r/n"),
        ({"name": "n", "region_name": 7}, "n"),
        ({"name": "n", "region_name": "", "status": 7}, "n"),
    ],
    ids=str,
)
async def test_a_malformed_node_is_named_as_it_was_before(raw: object, identity: str) -> None:
    cluster = read({"id": "1", "name": "a"})
    listing = await Replay({f"{LIST}/1/nodes": {"nodes": [raw]}}).open(CockroachdbAdapter).nodes(cluster)
    assert [one.external_id for one in listing.unreadable] == [identity]


@pytest.mark.parametrize("raw", [{"region_name": "r"}, {"name": ""}, {"name": 7}, "n", None], ids=str)
async def test_a_node_without_a_name_cannot_be_recognised(raw: object) -> None:
    cluster = read({"id": "1", "name": "a"})
    listing = await Replay({f"{LIST}/1/nodes": {"nodes": [raw]}}).open(CockroachdbAdapter).nodes(cluster)
    assert (listing.items, listing.unreadable) == ((), ())
    assert listing.incomplete


async def test_a_refusal_has_the_providers_message() -> None:
    refusal = httpx.Response(400, json=fixture("cockroachdb/error-400-locked.json"))
    with pytest.raises(Rejected) as raised:
        await Replay({LIST: refusal}).open(CockroachdbAdapter).clusters()
    assert raised.value.message == (
        "CockroachDB Cloud rejected the request (400): the cluster is locked by another operation"
    )


# ---------------------------------------------------------------------- regions


def asked_for(cloud: str, serverless: str) -> str:
    return f"{REGIONS}?provider={cloud}&serverless={serverless}"


async def test_regions_as_objects_keep_what_they_say() -> None:
    replay = Replay(
        {
            REGIONS: {"regions": []},
            asked_for("AWS", "false"): fixture("cockroachdb/list-regions-aws.json"),
            asked_for("AWS", "true"): fixture("cockroachdb/list-regions-aws-serverless.json"),
        }
    )
    listing = await replay.open(CockroachdbAdapter).regions()
    assert listing.items == (
        Region(
            account_id="account", name="eu-west-1", cloud=Cloud.AWS, location="Ireland", is_serverless=True
        ),
        Region(
            account_id="account", name="ca-west-1", cloud=Cloud.AWS, location="Calgary", is_serverless=False
        ),
    )
    assert len(replay.asked) == 6


async def test_regions_as_bare_names_are_distinguished_by_the_request() -> None:
    replay = Replay(
        {
            REGIONS: {"regions": []},
            asked_for("GCP", "false"): fixture("cockroachdb/list-regions-names.json"),
            asked_for("GCP", "true"): fixture("cockroachdb/list-regions-names-serverless.json"),
            asked_for("AWS", "false"): {"regions": ["us-east1"]},
        }
    )
    listing = await replay.open(CockroachdbAdapter).regions()
    assert {(region.key, region.is_serverless) for region in listing.items} == {
        ("GCP/us-east1", True),
        ("GCP/us-west2", False),
        ("AWS/us-east1", False),
    }


@pytest.mark.parametrize(
    ("version", "clouds"),
    [
        ("2024-09-16", {"AWS", "GCP", "AZURE"}),
        ("2023-04-10", {"AWS", "GCP", "AZURE"}),
        ("2022-09-20", {"AWS", "GCP"}),
        ("2022-03-31", {"AWS", "GCP"}),
    ],
)
async def test_an_older_version_is_not_asked_about_a_cloud_that_it_does_not_know(
    version: str, clouds: set[str]
) -> None:
    replay = Replay({REGIONS: {"regions": []}})
    await replay.open(CockroachdbAdapter, api_version=version).regions()
    assert {request.url.params["provider"] for request in replay.requests} == clouds
    assert len(replay.asked) == 2 * len(clouds)


async def test_a_region_that_is_neither_object_nor_name_leaves_the_list_incomplete() -> None:
    listing = await Replay({REGIONS: {"regions": [7]}}).open(CockroachdbAdapter).regions()
    assert listing.items == ()
    assert listing.incomplete


@pytest.mark.parametrize(
    "refusal",
    [
        httpx.Response(403, headers={"Retry-After": "30"}, json={"code": 7, "message": "slow down"}),
        httpx.Response(400, headers={"Retry-After": "30"}, json={}),
        httpx.Response(400, json={"code": 8, "message": "too much"}),
        httpx.Response(403, json={"code": 7, "message": "Rate limit exceeded for this user"}),
    ],
    ids=["403 with a header", "400 with a header", "code 8", "the text"],
)
async def test_a_refusal_for_too_many_requests_is_a_rate_limit_whatever_its_status(
    refusal: httpx.Response,
) -> None:
    replay = Replay({"/api/v1/clusters": refusal})
    with pytest.raises(RateLimited):
        await replay.open(CockroachdbAdapter).clusters()
    assert any(facts.is_refused for facts in replay.learned)
