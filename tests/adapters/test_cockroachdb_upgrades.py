"""Which versions are on offer to a cluster, by its version, its plan and how its upgrade stands."""

from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.cockroachdb import CockroachdbAdapter
from adapters.cockroachdb.convert import to_cluster
from adapters.cockroachdb.upgrades import WireVersion, to_upgrade_versions
from adapters.cockroachdb.wire import WireCluster
from fleet.model.catalog import OfferedVersion
from fleet.model.cluster import Cluster, Engine, Facts
from fleet.model.network import AllowedNetwork
from fleet.model.stored import read_stored
from tests.adapters.replay import Replay

VERSIONS: list[dict[str, Any]] = [
    {"version": "v26.1", "release_type": "INNOVATION", "support_status": "SUPPORTED", "allowed_upgrades": []},
    {"version": "v26.2", "release_type": "REGULAR", "support_status": "PREVIEW", "allowed_upgrades": []},
    {
        "version": "v24.3",
        "release_type": "REGULAR",
        "support_status": "SUPPORTED",
        "allowed_upgrades": ["v25.1"],
    },
    {"version": "v24.1", "release_type": "REGULAR", "support_status": "SUPPORTED"},
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


def cluster(
    version: str = "v25.2.3", plan: str = "ADVANCED", state: str | None = "UPGRADE_AVAILABLE"
) -> Cluster:
    body = {"id": "c1", "name": "a", "plan": plan, "cockroach_version": version, "upgrade_status": state}
    return to_cluster(WireCluster.model_validate(body), "account")


def upgrades_of(**of: Any) -> tuple[str, ...] | None:
    return to_upgrade_versions([WireVersion.model_validate(one) for one in VERSIONS], cluster(**of))


@pytest.mark.parametrize(
    ("of", "versions"),
    [
        ({}, ("v25.4", "v26.1")),
        ({"plan": "STANDARD"}, ("v25.4",)),
        ({"version": "v25.2.3-beta.1"}, ("v25.4", "v26.1")),
        ({"version": "v26.1.0"}, ()),
        ({"state": "PENDING_FINALIZATION"}, ()),
        ({"state": "FINALIZED"}, ()),
        ({"version": "v19.1.0", "state": "FINALIZED"}, ()),
    ],
)
def test_the_upgrades_depend_on_the_version_the_plan_and_the_state(
    of: dict[str, str], versions: tuple[str, ...]
) -> None:
    assert upgrades_of(**of) == versions


@pytest.mark.parametrize(
    "of",
    [
        {"version": "v19.1.0"},
        {"version": "v24.1.7"},
        {"version": "v24.3.2"},
        {"version": "a preview"},
        {"state": "SOMETHING_NEW"},
        {"state": None},
    ],
    ids=str,
)
def test_what_is_not_told_of_an_upgrade_is_not_none(of: dict[str, str]) -> None:
    assert upgrades_of(**of) is None


async def test_the_list_is_asked_for_once_for_all_clusters_and_of_new_versions_of_the_api_alone() -> None:
    replay = Replay({"/api/v1/cluster-versions": {"versions": VERSIONS, "pagination": None}})
    adapter = replay.open(CockroachdbAdapter)
    assert await adapter.upgrade_versions([cluster()]) == {"c1": ("v25.4", "v26.1")}
    assert await adapter.upgrade_versions([cluster("v19.1.0")]) == {}
    older = replay.open(CockroachdbAdapter, api_version="2023-04-10")
    assert await older.upgrade_versions([cluster()]) == {}
    assert len(replay.asked) == 2


async def test_a_new_cluster_can_have_what_is_supported_and_no_preview() -> None:
    old = {"version": "v23.2", "support_status": "UNSUPPORTED", "support_end": "2025-11-20T00:00:00Z"}
    dated = [{**one, "support_end": "2027-05-10T00:00:00Z"} for one in VERSIONS]
    replay = Replay({"/api/v1/cluster-versions": {"versions": [*dated, old], "pagination": None}})
    listing = await replay.open(CockroachdbAdapter).versions()
    assert [one.name for one in listing.items] == ["v26.1", "v24.3", "v24.1", "v25.4", "v25.2"]
    assert listing.items[3] == OfferedVersion(
        account_id="account",
        name="v25.4",
        engine=Engine.COCKROACHDB,
        plans=("ADVANCED",),
        release="REGULAR",
        support_ends_at=datetime(2027, 5, 10, tzinfo=UTC),
        upgrades_to=("v26.1",),
    )
    assert listing.incomplete is None


async def test_an_older_version_of_the_api_tells_less_of_versions_and_the_oldest_nothing() -> None:
    versions = [{"version": "v25.4", "support_status": "SUPPORTED"}]
    replay = Replay({"/api/v1/cluster-versions": {"versions": versions}})
    (offer,) = (await replay.open(CockroachdbAdapter, api_version="2023-04-10").versions()).items
    assert (offer.name, offer.release, offer.support_ends_at, offer.upgrades_to) == (
        "v25.4",
        None,
        None,
        None,
    )
    oldest = await replay.open(CockroachdbAdapter, api_version="2022-09-20").versions()
    assert (oldest.items, oldest.incomplete) == ((), None)
    assert len(replay.asked) == 1


async def test_a_network_that_nobody_could_ask_for_here_is_shown_and_kept_as_it_is() -> None:
    """What is kept and does not read back is left out, and its cluster could not be changed any more."""
    entries = [
        {"cidr_ip": "192.0.2.7", "cidr_mask": 24, "name": "bits beyond the mask", "sql": True, "ui": True},
        {"cidr_ip": "2001:db8::", "cidr_mask": 32, "name": "v6", "sql": True, "ui": True},
        {"cidr_ip": "198.51.100.0", "cidr_mask": 24, "name": "a name " * 20, "sql": True, "ui": True},
    ]
    replay = Replay({"/api/v1/clusters/c1/networking/allowlist": {"allowlist": entries}})
    allowlist = await replay.open(CockroachdbAdapter).allowlist(cluster())
    assert [one.cidr for one in allowlist.networks] == [
        "192.0.2.7/24",
        "2001:db8::/32",
        "198.51.100.0/24",
    ]
    kept = read_stored(Facts, Facts(allowlist=allowlist).model_dump_json())
    assert kept == (Facts(allowlist=allowlist), True)


async def test_an_allowlist_is_read_whole_and_says_whether_it_is_in_force() -> None:
    entry = {"cidr_ip": "192.0.2.0", "cidr_mask": 24, "name": "", "sql": True, "ui": False}
    answer = {"allowlist": [entry, {"cidr_mask": 8}], "propagating": True, "pagination": None}
    replay = Replay({"/api/v1/clusters/c1/networking/allowlist": answer})
    allowlist = await replay.open(CockroachdbAdapter).allowlist(cluster())
    assert allowlist.networks == (AllowedNetwork(cidr="192.0.2.0/24", allows_ui=False),)
    assert allowlist.is_propagating is True
