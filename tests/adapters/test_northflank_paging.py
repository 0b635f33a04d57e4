"""How Northflank is asked: scope, the ways of its paging, its refusals and its limits."""

import httpx
import pytest

from adapters.northflank import NorthflankAdapter
from fleet.model.cloud import Cloud
from fleet.model.failure import Rejected, Unauthenticated, UnexpectedResponse
from tests.adapters.replay import Replay, fixture

CLUSTERS = "/v1/teams/shop/cloud-providers/clusters"
CATALOG = "/v1/cloud-providers"


def page(name: str, ids: range, **pagination: object) -> dict[str, object]:
    body: dict[str, object] = {"data": {name: [{"id": f"one-{number}"} for number in ids]}}
    return body | ({"pagination": {"count": len(ids), **pagination}} if pagination else {})


# ---------------------------------------------------------------------- scope, paging, refusals


async def test_an_account_without_a_team_is_a_personal_one() -> None:
    replay = Replay({"/v1/cloud-providers/clusters": page("clusters", range(2), hasNextPage=False)})
    listing = await replay.open(NorthflankAdapter, None).clusters()
    assert len(listing.items) == 2


async def test_what_names_a_team_or_a_cluster_stays_one_segment_of_the_path() -> None:
    replay = Replay({"/v1/teams/a%2Fb/cloud-providers/clusters/c%2Fd": {"data": {"id": "c/d"}}})
    cluster = await replay.open(NorthflankAdapter, "a/b").cluster("c/d")
    assert cluster.external_id == "c/d"
    with pytest.raises(Rejected):
        await replay.open(NorthflankAdapter, "a/b").cluster("../c")


async def ids_of(replay: Replay) -> list[str]:
    listing = await replay.open(NorthflankAdapter, "shop").clusters()
    return [cluster.external_id for cluster in listing.items]


async def test_a_cursor_is_preferred_to_a_number() -> None:
    replay = Replay(
        {
            f"{CLUSTERS}?per_page=100": page("clusters", range(2), hasNextPage=True, cursor="one-1"),
            f"{CLUSTERS}?per_page=100&cursor=one-1": page("clusters", range(2, 3), hasNextPage=False),
        }
    )
    assert await ids_of(replay) == ["one-0", "one-1", "one-2"]


async def test_a_cursor_is_followed_where_nothing_says_whether_there_is_a_next_page() -> None:
    replay = Replay(
        {
            f"{CLUSTERS}?per_page=100": page("clusters", range(1), hasNextPage=False, cursor="more"),
            f"{CLUSTERS}?per_page=100&cursor=more": page("clusters", range(1, 2), hasNextPage=False),
        }
    )
    assert await ids_of(replay) == ["one-0", "one-1"]


async def test_without_a_cursor_pages_are_counted() -> None:
    replay = Replay(
        {
            f"{CLUSTERS}?per_page=100": page("clusters", range(1), hasNextPage=True),
            f"{CLUSTERS}?per_page=100&page=2": page("clusters", range(1, 2), hasNextPage=True),
            f"{CLUSTERS}?per_page=100&page=3": page("clusters", range(2, 3), hasNextPage=False),
        }
    )
    assert await ids_of(replay) == ["one-0", "one-1", "one-2"]


async def test_a_repeated_cursor_ends_the_listing_as_an_error() -> None:
    replay = Replay({CLUSTERS: page("clusters", range(1), hasNextPage=True, cursor="again")})
    with pytest.raises(UnexpectedResponse):
        await ids_of(replay)
    assert len(replay.asked) == 2


async def test_the_same_page_under_another_number_ends_the_listing_as_an_error() -> None:
    replay = Replay({CLUSTERS: page("clusters", range(1), hasNextPage=True)})
    with pytest.raises(UnexpectedResponse):
        await ids_of(replay)
    assert len(replay.asked) == 2


async def test_a_full_page_of_a_list_that_is_silent_about_pages_is_asked_on() -> None:
    node_types = f"{CATALOG}/node-types?provider=gcp&region=here&per_page=100"
    replay = Replay(
        {
            node_types: page("providers", range(100)),
            f"{node_types}&page=2": page("providers", range(100, 130)),
        }
    )
    listing = await replay.open(NorthflankAdapter, "shop").instance_types([(Cloud.GCP, "here")])
    assert len(listing.items) == 130


async def test_a_silent_list_that_takes_no_page_number_ends_where_it_repeats_itself() -> None:
    replay = Replay({f"{CATALOG}/node-types": page("providers", range(100))})
    listing = await replay.open(NorthflankAdapter, "shop").instance_types([(Cloud.GCP, "here")])
    assert (len(listing.items), len(replay.asked), listing.incomplete) == (100, 2, None)


async def test_a_rejection_names_the_fields_at_fault() -> None:
    refusal = httpx.Response(400, json=fixture("northflank/error-400-fields.json"))
    with pytest.raises(Rejected, match=r"Request body is invalid\.") as raised:
        await Replay({CLUSTERS: refusal}).open(NorthflankAdapter, "shop").clusters()
    assert raised.value.fields == {
        "name": ("is required", "is too short"),
        "nodePools": ("must not be empty",),
    }


async def test_a_refusal_in_plain_text_is_one_too() -> None:
    refusal = httpx.Response(405, text="Method Not Allowed")
    with pytest.raises(Rejected):
        await Replay({CLUSTERS: refusal}).open(NorthflankAdapter, "shop").clusters()


@pytest.mark.parametrize("body", [{"error": "Unauthorized"}, {"error": {"message": 7}}, {"error": None}, {}])
async def test_a_refusal_may_leave_out_anything(body: object) -> None:
    with pytest.raises(Unauthenticated):
        await Replay({CLUSTERS: httpx.Response(401, json=body)}).open(NorthflankAdapter, "shop").clusters()


async def test_a_reset_is_a_number_of_seconds() -> None:
    headers = {"x-ratelimit-limit": "1000", "x-ratelimit-remaining": "997", "x-ratelimit-reset": "1800"}
    answer = httpx.Response(200, json=page("clusters", range(1), hasNextPage=False), headers=headers)
    replay = Replay({CLUSTERS: answer})
    await replay.open(NorthflankAdapter, "shop").clusters()
    (facts,) = replay.learned
    assert (facts.limit, facts.remaining) == (1000, 997)
    assert facts.resets_at is not None
    assert facts.resets_at.isoformat() == "2026-11-23T12:30:00+00:00"
