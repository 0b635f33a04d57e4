"""Which versions are on offer to a cluster, by its version, its plan and how its upgrade stands."""

from typing import Any

import pytest

from adapters.cockroachdb import CockroachdbAdapter
from adapters.cockroachdb.convert import to_cluster
from adapters.cockroachdb.upgrades import WireVersion, to_upgrade_versions
from adapters.cockroachdb.wire import WireCluster
from fleet.model.cluster import Cluster
from fleet.model.network import AllowedNetwork
from tests.adapters.replay import Replay

VERSIONS = [
    {"version": "v26.1", "release_type": "INNOVATION", "support_status": "SUPPORTED", "allowed_upgrades": []},
    {"version": "v26.2", "release_type": "REGULAR", "support_status": "PREVIEW", "allowed_upgrades": []},
    {
        "version": "v25.4",
        "release_type": "REGULAR",
        "support_status": "SUPPORTED",
        "allowed_upgrades": ["v26.1"],
    },
    {
        "version": "v25.2",
        "release_type": "REGULAR",
        "support_status": "SUPPORTED",
        "allowed_upgrades": ["v25.4", "v26.1", "v26.2"],
    },
]


def cluster(version: str = "v25.2.3", plan: str = "ADVANCED", state: str = "UPGRADE_AVAILABLE") -> Cluster:
    body = {"id": "c1", "name": "a", "plan": plan, "cockroach_version": version, "upgrade_status": state}
    return to_cluster(WireCluster.model_validate(body), "account")


def upgrades_of(**of: Any) -> tuple[str, ...]:
    return to_upgrade_versions([WireVersion.model_validate(one) for one in VERSIONS], cluster(**of))


@pytest.mark.parametrize(
    ("of", "versions"),
    [
        ({}, ("v25.4", "v26.1")),
        ({"plan": "STANDARD"}, ("v25.4",)),
        ({"version": "v25.2.3-beta.1"}, ("v25.4", "v26.1")),
        ({"version": "v26.1.0"}, ()),
        ({"version": "v19.1.0"}, ()),
        ({"state": "PENDING_FINALIZATION"}, ()),
        ({"state": "FINALIZED"}, ()),
    ],
)
def test_the_upgrades_depend_on_the_version_the_plan_and_the_state(
    of: dict[str, str], versions: tuple[str, ...]
) -> None:
    assert upgrades_of(**of) == versions


async def test_the_list_is_asked_for_once_for_all_clusters_and_of_new_versions_of_the_api_alone() -> None:
    replay = Replay({"/api/v1/cluster-versions": {"versions": VERSIONS, "pagination": None}})
    adapter = replay.open(CockroachdbAdapter)
    assert await adapter.upgrade_versions([cluster()]) == {"c1": ("v25.4", "v26.1")}
    older = replay.open(CockroachdbAdapter, api_version="2023-04-10")
    assert await older.upgrade_versions([cluster()]) == {}
    assert len(replay.asked) == 1


async def test_an_allowlist_is_read_whole_and_says_whether_it_is_in_force() -> None:
    entry = {"cidr_ip": "192.0.2.0", "cidr_mask": 24, "name": "", "sql": True, "ui": False}
    answer = {"allowlist": [entry, {"cidr_mask": 8}], "propagating": True, "pagination": None}
    replay = Replay({"/api/v1/clusters/c1/networking/allowlist": answer})
    allowlist = await replay.open(CockroachdbAdapter).allowlist(cluster())
    assert allowlist.networks == (AllowedNetwork(cidr="192.0.2.0/24", allows_ui=False),)
    assert allowlist.is_propagating is True
