"""What Northflank is asked for: clusters and their pools, of which nothing is lost."""

from typing import Any

import pytest

from adapters.northflank.request import to_create_cluster_request, to_update_cluster_request
from fleet.model.refusal import InvalidInput
from fleet.providers.northflank import NorthflankClusterPatch, NorthflankClusterSpec

SPEC: dict[str, Any] = {
    "integration_external_id": "team/render-farm-gcp",
    "cloud": "GCP",
    "region": "europe-west2",
    "description": "Frames by night.",
    "node_pools": [
        {"node_type": "n2-standard-8", "node_count": 3, "disk_size_gb": 100, "min_nodes": 0, "max_nodes": 10},
        {"node_type": "n2", "node_count": 1, "disk_size_gb": 50, "availability_zones": ["europe-west2-a"]},
    ],
}
RAW: dict[str, Any] = {
    "id": "render-farm",
    "provider": "gcp",
    "nodePools": [
        {
            "id": "6aa96121-0345-43ad-bade-af36d540c222",
            "nodeType": "n2-standard-8",
            "nodeCount": 5,
            "diskSize": 100,
            "autoscaling": {"enabled": True, "min": 0, "max": 10, "profile": "eager"},
            "preemptible": True,
            "labels": {"tier": "render"},
            "scheduling": {"allowJobs": False},
            "availabilityZones": ["europe-west2-b"],
            "computeResources": {
                "gpu": {
                    "type": "h100",
                    "count": 1,
                    "resources": {"memoryInfo": {"sizeInGiB": 80}},
                    "timeslicing": {"enabled": True, "numSlices": 4},
                }
            },
            "somethingNew": {"of": ["tomorrow"]},
        },
        {"id": "pool-1", "nodeType": "n2", "nodeCount": 1, "diskSize": 50},
    ],
}


def test_a_cluster_goes_out_under_northflanks_names() -> None:
    body = to_create_cluster_request("Render Farm", NorthflankClusterSpec.model_validate(SPEC))
    assert body == {
        "name": "Render Farm",
        "description": "Frames by night.",
        "provider": "gcp",
        "integrationId": "team/render-farm-gcp",
        "region": "europe-west2",
        "nodePools": [
            {
                "id": "pool-1",
                "nodeType": "n2-standard-8",
                "nodeCount": 3,
                "diskSize": 100,
                "autoscaling": {"enabled": True, "min": 0, "max": 10},
            },
            {
                "id": "pool-2",
                "nodeType": "n2",
                "nodeCount": 1,
                "diskSize": 50,
                "availabilityZones": ["europe-west2-a"],
            },
        ],
    }


def test_the_sovereign_cloud_has_a_name_of_its_own() -> None:
    spec = NorthflankClusterSpec.model_validate(SPEC | {"cloud": "AWS", "region": "eusc-de-east-1"})
    assert to_create_cluster_request("Sovereign", spec)["provider"] == "aws-eusc"


def test_a_cloud_without_clusters_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"HETZNER, but in AWS, ") as refused:
        to_create_cluster_request(
            "A cluster", NorthflankClusterSpec.model_validate(SPEC | {"cloud": "HETZNER"})
        )
    assert refused.value.path == ("spec", "cloud")


def test_only_what_was_given_goes_out() -> None:
    named = NorthflankClusterPatch(name="Render Barn")
    assert to_update_cluster_request(RAW, named) == {"name": "Render Barn"}
    described = NorthflankClusterPatch(description="By day.")
    assert to_update_cluster_request(RAW, described) == {"description": "By day."}


def pools(*wanted: dict[str, Any]) -> list[dict[str, Any]]:
    patch = NorthflankClusterPatch.model_validate({"node_pools": wanted})
    body = to_update_cluster_request(RAW, patch)
    assert body.keys() == {"nodePools"}
    requests: list[dict[str, Any]] = body["nodePools"]
    return requests


def test_a_pool_that_is_there_keeps_what_nobody_spoke_of() -> None:
    first = RAW["nodePools"][0]
    wanted = {"id": first["id"], "node_type": "n2-standard-8", "node_count": 6, "disk_size_gb": 200}
    (fixed,) = pools(wanted)
    kept = {name: value for name, value in first.items() if name != "somethingNew"}
    assert fixed == kept | {
        "nodeCount": 6,
        "diskSize": 200,
        "autoscaling": {"enabled": False, "min": 0, "max": 10},
        "computeResources": {"gpu": {"timeslicing": {"enabled": True, "numSlices": 4}}},
    }
    (scaling,) = pools(wanted | {"min_nodes": 1, "max_nodes": 3, "availability_zones": ["europe-west2-c"]})
    assert scaling["autoscaling"] == {"enabled": True, "min": 1, "max": 3}
    assert (scaling["availabilityZones"], scaling["labels"]) == (["europe-west2-c"], {"tier": "render"})


@pytest.mark.parametrize(("least", "most", "count"), [(1, 10, 5), (7, 10, 7), (1, 4, 4)])
def test_a_pool_that_scales_already_is_not_set_back(least: int, most: int, count: int) -> None:
    wanted = {"id": RAW["nodePools"][0]["id"], "node_type": "n2-standard-8", "disk_size_gb": 100}
    (request,) = pools(wanted | {"node_count": 2, "min_nodes": least, "max_nodes": most})
    assert request["nodeCount"] == count


def test_a_new_pool_gets_an_id_that_none_has() -> None:
    kept = {"id": "pool-1", "node_type": "n2", "node_count": 1, "disk_size_gb": 50}
    new = {"node_type": "c3", "node_count": 2, "disk_size_gb": 40}
    assert pools(kept, new, new) == [
        RAW["nodePools"][1],
        {"id": "pool-2", "nodeType": "c3", "nodeCount": 2, "diskSize": 40},
        {"id": "pool-3", "nodeType": "c3", "nodeCount": 2, "diskSize": 40},
    ]


def test_a_pool_that_is_not_there_is_refused() -> None:
    known = {"node_type": "n2", "node_count": 1, "disk_size_gb": 50}
    with pytest.raises(InvalidInput) as refused:
        pools({"id": "pool-1", **known}, {"id": "pool-9", **known})
    assert refused.value.path == ("patch", "node_pools", "1", "id")


def test_the_pools_of_ones_own_cluster_are_of_another_form() -> None:
    patch = NorthflankClusterPatch.model_validate(
        {"node_pools": [{"node_type": "n2", "node_count": 1, "disk_size_gb": 50}]}
    )
    with pytest.raises(InvalidInput, match="in its member byok") as refused:
        to_update_cluster_request({"provider": "byok", "nodePools": []}, patch)
    assert refused.value.path == ("patch",)
    brought = NorthflankClusterPatch.model_validate({"byok": {"latitude": 1}})
    with pytest.raises(InvalidInput, match="no member byok"):
        to_update_cluster_request({"provider": "gcp", "nodePools": []}, brought)
