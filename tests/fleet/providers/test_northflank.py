"""Northflank clusters, wanted and shown: what can be asked for, and what shows that it came true."""

from typing import Any

import pytest
from pydantic import ValidationError

from fleet.model.cloud import Cloud
from fleet.model.cluster import Cluster, Engine, Phase
from fleet.model.money import SpendLimitState, SpendLimitStatus
from fleet.providers.northflank import (
    NodePool,
    NorthflankClusterPatch,
    NorthflankClusterSpec,
    NorthflankDetails,
)

FIXED: dict[str, Any] = {"node_type": "n2", "node_count": 3, "disk_size_gb": 100}
SCALING: dict[str, Any] = FIXED | {"min_nodes": 1, "max_nodes": 9}
SPEC: dict[str, Any] = {
    "integration_external_id": "team/render-farm-gcp",
    "cloud": "GCP",
    "region": "europe-west2",
    "description": "Frames by night.",
    "node_pools": [FIXED],
}


def shown(*pools: dict[str, Any], **members: Any) -> Cluster:
    """As it is once SPEC came true, but for what is given."""
    reported = pools or (FIXED,)
    return Cluster(
        **{
            "account_id": "account",
            "provider": "northflank",
            "external_id": "render-farm",
            "name": "Render Farm",
            "display_name": "Render Farm",
            "description": "Frames by night.",
            "engine": Engine.KUBERNETES,
            "phase": Phase.READY,
            "provider_phase": "running",
            "cloud": Cloud.GCP,
            "regions": ("europe-west2",),
            "revision": "one",
            "spend_limit": SpendLimitStatus(state=SpendLimitState.UNSUPPORTED, reason="None."),
            "integration_external_id": "render-farm-gcp",
            "details": NorthflankDetails(
                node_pools=tuple(
                    NodePool.model_validate({"id": f"id-{number}", **pool})
                    for number, pool in enumerate(reported)
                )
            ),
            **members,
        }
    )


def spec(*pools: dict[str, Any], **members: Any) -> NorthflankClusterSpec:
    return NorthflankClusterSpec.model_validate(SPEC | {"node_pools": pools or (FIXED,)} | members)


# ---------------------------------------------------------------------- what can be asked for


@pytest.mark.parametrize(
    "name", ["ab", "a" * 21, "1st", "two  spaces", "ends ", "-starts", "under_score", "abc\n", "naïve"]
)
def test_a_name_that_will_not_do_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="3 to 20 letters"):
        NorthflankClusterSpec.name_rule.check(name)
    with pytest.raises(ValidationError, match="3 to 20 letters"):
        NorthflankClusterPatch(name=name)


@pytest.mark.parametrize("name", ["abc", "a" * 20, "GCP Cluster 1", "a-b c"])
def test_a_name_that_will_do_is_taken(name: str) -> None:
    NorthflankClusterSpec.name_rule.check(name)


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ({"min_nodes": 1}, "given together"),
        ({"max_nodes": 1}, "given together"),
        ({"min_nodes": 3, "max_nodes": 2}, "fewer nodes at most"),
        ({"node_count": 0}, "has to scale by itself"),
        ({"node_count": 0, "min_nodes": 1, "max_nodes": 2}, "has to scale by itself"),
        ({"id": "pool-1"}, "has no id yet"),
        ({"disk_size_gb": 0}, "greater than or equal to 1"),
    ],
)
def test_a_pool_that_cannot_be_is_refused_with_a_sentence(members: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        spec(FIXED | members)


def test_a_pool_may_be_empty_where_it_fills_itself() -> None:
    assert spec(SCALING | {"node_count": 0, "min_nodes": 0}).node_pools[0].scales


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ({"region": None}, "A region is needed"),
        ({"region": ""}, "A region is needed"),
        ({"description": ""}, "1 to 200 letters"),
        ({"node_pools": []}, "needs a pool at least"),
    ],
)
def test_a_cluster_that_cannot_be_is_refused_with_a_sentence(members: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        spec(**members)


@pytest.mark.parametrize("member", ["name", "description", "node_pools"])
def test_what_cannot_be_cleared_is_refused(member: str) -> None:
    with pytest.raises(ValidationError, match="cannot be cleared"):
        NorthflankClusterPatch.model_validate({member: None})


def test_a_pool_is_named_once() -> None:
    pool = FIXED | {"id": "pool-1"}
    with pytest.raises(ValidationError, match="named once"):
        NorthflankClusterPatch.model_validate({"node_pools": [pool, pool]})


# ---------------------------------------------------------------------- what shows it


def test_a_cluster_shows_what_was_asked_for() -> None:
    assert spec().matches(shown())
    assert spec(description=None).matches(shown(description="Somebody's words"))


@pytest.mark.parametrize(
    "members",
    [
        {"cloud": Cloud.AWS},
        {"regions": ("us-central1",)},
        {"regions": ()},
        {"description": None},
        {"integration_external_id": "hobby-gcp"},
        {"details": NorthflankDetails()},
    ],
)
def test_a_cluster_that_differs_shows_something_else(members: dict[str, Any]) -> None:
    assert not spec().matches(shown(**members))


@pytest.mark.parametrize(
    ("wanted", "reported", "is_shown"),
    [
        ([FIXED], [FIXED | {"node_count": 4}], False),
        ([FIXED], [FIXED | {"node_type": "c3"}], False),
        ([FIXED], [FIXED | {"disk_size_gb": 50}], False),
        ([FIXED], [SCALING], False),
        ([FIXED], [FIXED, FIXED], False),
        ([FIXED, FIXED], [FIXED], False),
        ([FIXED, FIXED], [FIXED, FIXED], True),
        ([FIXED, SCALING], [SCALING, FIXED], True),
        ([SCALING], [SCALING | {"node_count": 7}], True),
        ([SCALING], [SCALING | {"max_nodes": 8}], False),
        ([FIXED], [FIXED | {"availability_zones": ["b"]}], True),
        ([FIXED | {"availability_zones": ["a", "b"]}], [FIXED | {"availability_zones": ["b", "a"]}], True),
        ([FIXED | {"availability_zones": ["a"]}], [FIXED | {"availability_zones": ["b"]}], False),
        ([FIXED | {"availability_zones": ["a"]}], [FIXED], False),
        (
            [FIXED, FIXED | {"availability_zones": ["a"]}],
            [FIXED | {"availability_zones": ["a"]}, FIXED | {"availability_zones": ["b"]}],
            True,
        ),
    ],
)
def test_pools_are_compared_as_they_are_wanted(
    wanted: list[dict[str, Any]], reported: list[dict[str, Any]], is_shown: bool
) -> None:
    assert spec(*wanted).matches(shown(*reported)) is is_shown


def test_a_pool_of_a_patch_is_the_one_of_its_id() -> None:
    cluster = shown(FIXED, SCALING)
    for first, second, is_shown in [("id-0", "id-1", True), ("id-1", "id-0", False), ("id-0", None, True)]:
        patch = NorthflankClusterPatch.model_validate(
            {"node_pools": [FIXED | {"id": first}, SCALING | {"id": second}]}
        )
        assert patch.matches(cluster) is is_shown


def test_a_patch_shows_in_what_was_given_alone() -> None:
    assert NorthflankClusterPatch(name="Render Farm").matches(shown(description=None))
    assert not NorthflankClusterPatch(name="Render Barn").matches(shown())
    assert not NorthflankClusterPatch(description="Other words").matches(shown())
