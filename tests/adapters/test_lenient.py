"""One member that does not read costs itself, one text that is too long is bounded, and the phase moves on."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest

from adapters import ADAPTERS
from adapters.wire import (
    LONGEST_DESCRIPTION,
    LONGEST_MESSAGE,
    LONGEST_WORD,
    MOST_PARTS,
    MOST_UNREAD,
    Identity,
    Lenient,
    SmallCount,
    Text,
    WireItem,
    without_no_counts,
)
from fleet.model.cluster import Cluster, Phase
from fleet.model.failure import ProviderError, UnexpectedResponse
from fleet.model.node import NodePhase
from fleet.ports.adapter import Listing
from fleetgraph.testing.setting import TOKEN, answering

Raw = dict[str, Any]
LONG = "x" * 450_000
LARGEST_ROW = 350_000
"""DynamoDB keeps items of at most 400 KB."""


def envelope(provider: str, *clusters: Raw) -> Callable[[httpx.Request], httpx.Response]:
    def answer(request: httpx.Request) -> httpx.Response:
        body: object = {
            "cockroachdb": {"clusters": clusters},
            "kupe": {"items": clusters},
            "northflank": {"data": {"clusters": clusters}, "pagination": {"hasNextPage": False}},
            "qovery": {"results": clusters},
        }[provider]
        if request.url.path.endswith("/cluster/status"):
            body = {"results": [one["cluster_status"] for one in clusters if "cluster_status" in one]}
        return httpx.Response(200, content=json.dumps(body).encode())

    return answer


async def listed(provider: str, *clusters: Raw) -> Listing[Cluster]:
    return await answering(ADAPTERS[provider], envelope(provider, *clusters)).clusters()


PLAIN: Mapping[str, Raw] = {
    "cockroachdb": {"id": "c1", "name": "shop", "state": "CREATED", "operation_status": "UNSPECIFIED"},
    "kupe": {"name": "c1", "status": {"phase": "Running"}},
    "northflank": {"id": "c1", "name": "shop", "status": {"state": {"state": "running"}}},
    "qovery": {"id": "c1", "name": "shop", "cluster_status": {"cluster_id": "c1", "status": "DEPLOYED"}},
}
WRONG: dict[str, tuple[str, Raw, str]] = {
    "a time without a zone": ("cockroachdb", {"created_at": "2026-04-06T12:00:00"}, "created_at"),
    "a time without a zone, at Northflank": ("northflank", {"createdAt": "2026-04-06T12:00:00"}, "createdAt"),
    "a time without a zone, at Qovery": ("qovery", {"created_at": "2026-04-06T12:00:00"}, "created_at"),
    "a time without a zone, where it identifies": ("kupe", {"createdAt": "2026-04-06T12:00:00"}, "createdAt"),
    "a time before the first year": ("cockroachdb", {"created_at": "0001-01-01T00:00:00+14:00"}, "created_at"),
    "a time after the last year": ("northflank", {"updatedAt": "9999-12-31T23:59:59-12:00"}, "updatedAt"),
    "a time before the first year, at Qovery": ("qovery", {"created_at": "0001-01-01T00:00:00+00:01"}, "created_at"),
    "a time that is none": ("qovery", {"updated_at": "yesterday"}, "updated_at"),
    "outputs without kind": (
        "qovery", {"infrastructure_outputs": {"cluster_name": "x"}}, "infrastructure_outputs.kind",
    ),
    "outputs that are a list": ("qovery", {"infrastructure_outputs": ["x"]}, "infrastructure_outputs"),
    "a number beyond 32 bits": ("qovery", {"min_running_nodes": 2**31}, "min_running_nodes"),
    "a number beyond 64 bits": ("qovery", {"cpu": 2**63}, "cpu"),
    "a number below none": ("qovery", {"disk_size": -1}, "disk_size"),
    "a number with a fraction": ("qovery", {"max_running_nodes": 1.5}, "max_running_nodes"),
    "a number beyond 32 bits, within": (
        "cockroachdb", {"config": {"dedicated": {"storage_gib": 2**40}}}, "config.dedicated.storage_gib",
    ),
    "a list for a string": ("cockroachdb", {"cockroach_version": ["v25.2"]}, "cockroach_version"),
    "an object for a string": ("northflank", {"kubernetesVersion": {"is": "1.33"}}, "kubernetesVersion"),
    "a string for a list": ("cockroachdb", {"regions": "us-east1"}, "regions"),
    "a region without a name": ("cockroachdb", {"regions": [{"node_count": 3}]}, "regions.0.name"),
    "a string for a number in a list": (
        "cockroachdb", {"regions": [{"name": "a", "node_count": "many"}]}, "regions.0.node_count",
    ),
    "a list for an object": ("kupe", {"resources": ["4", "16Gi"]}, "resources"),
    "an object for a quantity": ("kupe", {"resources": {"cpu": "4", "memory": {"a": 1}}}, "resources.memory"),
    "text for a switch": ("kupe", {"highAvailability": "perhaps"}, "highAvailability"),
    "labels that are numbers": ("cockroachdb", {"labels": {"a": 1}}, "labels.a"),
    "pools without ids": ("northflank", {"nodePools": [{"nodeCount": 3}]}, "nodePools.0.id"),
    "bounds that are words": (
        "northflank", {"nodePools": [{"id": "a", "autoscaling": {"enabled": True, "max": "many"}}]},
        "nodePools.0.autoscaling.max",
    ),
    "features that are a word": ("qovery", {"features": "all"}, "features"),
    "a price in words": ("qovery", {"features": [{"id": "A", "cost_per_month_in_cents": "much"}]},
        "features.0.cost_per_month_in_cents"),
    "a version of any length": ("kupe", {"version": LONG}, "version"),
    "an endpoint of any length": ("kupe", {"status": {"phase": "Running", "endpoint": LONG}}, "status.endpoint"),
    "labels of any number": ("cockroachdb", {"labels": {str(at): "x" for at in range(MOST_PARTS + 1)}}, "labels"),
    "labels of any length": ("cockroachdb", {"labels": {"a": LONG}}, "labels.a"),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
async def test_a_member_that_does_not_read_is_null_with_a_note(wrong: str) -> None:
    provider, members, place = WRONG[wrong]
    right = {**PLAIN[provider], **({"name": "c2"} if provider == "kupe" else {"id": "c2"})}
    listing = await listed(provider, {**PLAIN[provider], **members}, right)
    assert (listing.unreadable, listing.incomplete) == ((), None)
    bent, straight = listing.items
    assert bent.phase is Phase.READY
    assert straight.unread_members == ()
    (note,) = bent.unread_members
    assert note.startswith(f"{place}: ")
    assert len(bent.model_dump_json()) < 5_000


IDENTIFYING: dict[str, tuple[str, Raw]] = {
    "a state that is a list": ("cockroachdb", {"state": ["CREATED"]}),
    "an operation that is a number": ("cockroachdb", {"operation_status": 7}),
    "a name that is a number": ("cockroachdb", {"name": 7}),
    "a status that is a word": ("kupe", {"status": "Running"}),
    "a phase that is an object": ("kupe", {"status": {"phase": {"is": "Running"}}}),
    "a creation that is no time": ("kupe", {"createdAt": "yesterday"}),
    "a creation before the first year": ("kupe", {"createdAt": "0001-01-01T00:00:00+14:00"}),
    "a state in another place": ("northflank", {"status": {"state": "running"}}),
    "a name in parts": ("northflank", {"name": ["a", "b"]}),
    "a status that is a number": ("qovery", {"cluster_status": {"cluster_id": "c1", "status": 7}}),
    "a status that is a list, of the cluster": ("qovery", {"status": ["DEPLOYED"]}),
    "a state of any length": ("cockroachdb", {"state": LONG}),
}


@pytest.mark.parametrize("wrong", IDENTIFYING)
async def test_what_identifies_a_cluster_or_its_phase_is_read_or_nothing_is(wrong: str) -> None:
    provider, members = IDENTIFYING[wrong]
    listing = await listed(provider, {**PLAIN[provider], **members})
    assert listing.items == ()
    assert [one.external_id for one in listing.unreadable] == ["c1"]
    assert listing.incomplete is None
    assert len(listing.unreadable[0].reason) < 400


async def test_an_identity_of_any_length_is_none() -> None:
    listing = await listed("kupe", {"name": LONG}, PLAIN["kupe"])
    assert [one.external_id for one in listing.items] == ["c1"]
    assert (listing.unreadable, listing.incomplete is None) == ((), False)


async def test_a_zone_that_comes_and_goes_is_no_other_cluster() -> None:
    with_zone, without = [
        (await listed("kupe", {**PLAIN["kupe"], "createdAt": f"2026-04-06T12:00:00{zone}"})).items[0]
        for zone in ("Z", "")
    ]
    assert with_zone.key == without.key
    assert (with_zone.created_at is None, without.created_at is None) == (False, True)


@pytest.mark.parametrize("provider", sorted(PLAIN))
@pytest.mark.parametrize("created", ["absent", None, ""])
async def test_a_cluster_without_the_time_of_its_creation_is_read(provider: str, created: str | None) -> None:
    name = "createdAt" if provider in ("kupe", "northflank") else "created_at"
    (cluster,) = (
        await listed(provider, {**PLAIN[provider], **({} if created == "absent" else {name: created})})
    ).items
    assert (cluster.created_at, cluster.phase, cluster.unread_members) == (None, Phase.READY, ())
    assert cluster.key == "c1"


async def test_a_node_and_an_integration_have_notes_as_well() -> None:
    node = {"nodeId": "n1", "status": "running", "zone": ["a"], "createdAt": "2026-04-06T12:00:00"}
    link = {"id": "i1", "name": "prod", "provider": "aws", "features": "all", "aws": "keys"}
    body = {"data": {"clusters": [PLAIN["northflank"]], "nodes": [node], "integrations": [link]}}
    adapter: Any = answering(ADAPTERS["northflank"], httpx.Response(200, json=body))
    (cluster,) = (await adapter.clusters()).items
    (shown,) = (await adapter.nodes(cluster)).items
    assert (shown.phase, shown.zone, shown.created_at) == (NodePhase.READY, None, None)
    assert [note.partition(":")[0] for note in shown.unread_members] == ["createdAt", "zone"]
    (linked,) = (await adapter.integrations()).items
    assert (linked.name, linked.features, linked.authentication) == ("prod", (), None)
    assert [note.partition(":")[0] for note in linked.unread_members] == ["aws", "features"]


@pytest.mark.parametrize("clusters", [7, [{"id": 7}], ["c1"]])
async def test_which_clusters_use_a_credential_is_not_known_where_it_does_not_read(clusters: object) -> None:
    use = {"credential": {"id": "k1", "name": "prod", "object_type": "AWS"}, "clusters": clusters}
    adapter: Any = answering(ADAPTERS["qovery"], httpx.Response(200, json={"results": [use]}))
    (linked,) = (await adapter.integrations()).items
    assert linked.cluster_external_ids is None
    assert len(linked.unread_members) == 1


# ---------------------------------------------------------------------- bounds


CROWDED: Mapping[str, Raw] = {
    "cockroachdb": {"cockroach_version": LONG, "regions": [{"name": f"r{at}", "sql_dns": LONG} for at in range(99)]},
    "kupe": {
        "displayName": LONG,
        "status": {"phase": "Degraded", "conditions": [{"message": LONG, "status": "False"}]},
    },
    "northflank": {
        "name": LONG, "description": LONG, "status": {"state": {"state": "error", "reason": LONG}},
        "nodePools": [{"id": f"p{at}", "nodeType": "m5", "availabilityZones": [LONG]} for at in range(99)],
    },
    "qovery": {
        "name": LONG, "description": LONG, "ssh_keys": [LONG] * 500 + ["ssh-ed25519 AAAA"],
        "features": [
            {"id": f"F{at}", "title": LONG[:5_000], "value_object": {"value": LONG[:5_000]}} for at in range(99)
        ],
        "infrastructure_charts_parameters": {"nginx_parameters": {"default_ssl_certificate": LONG}},
        "cluster_status": {"cluster_id": "c1", "status": "DEPLOYMENT_ERROR", "reason": LONG},
    },
}  # fmt: skip


def of_a_size(raw: Any, longest: int) -> Any:
    """Each body stays below what a body may have: how long the texts are beyond their bounds does not matter."""
    if isinstance(raw, dict):
        return {name: of_a_size(value, longest) for name, value in raw.items()}
    if isinstance(raw, list):
        return [of_a_size(value, longest) for value in raw[:100]]
    return raw[:longest] if isinstance(raw, str) else raw


@pytest.mark.parametrize("provider", sorted(CROWDED))
async def test_a_cluster_of_any_size_becomes_a_row_that_can_be_kept(provider: str) -> None:
    crowded = {**PLAIN[provider], **of_a_size(CROWDED[provider], 20_000)}
    (cluster,) = (await listed(provider, crowded)).items
    assert len(cluster.model_dump_json().encode()) < LARGEST_ROW
    assert len(cluster.message or "") <= LONGEST_MESSAGE
    assert len(cluster.description or "") <= LONGEST_DESCRIPTION
    assert len(cluster.display_name) <= LONGEST_WORD
    assert len(cluster.unread_members) <= MOST_UNREAD


async def test_one_cluster_with_half_a_megabyte_of_text_leaves_nineteen_as_they_are() -> None:
    many = [{**PLAIN["qovery"], "id": f"c{at}", "name": f"c{at}"} for at in range(20)]
    many[7]["description"] = LONG
    listing = await listed("qovery", *many)
    assert (len(listing.items), listing.unreadable, listing.incomplete) == (20, (), None)
    described = listing.items[7].description
    assert described is not None
    assert (len(described), described[-2:]) == (LONGEST_DESCRIPTION, "x…")


async def test_two_pages_of_long_messages_stay_far_below_what_lambda_passes_on() -> None:
    """The case of 100 clusters that are degraded at length, asked for twice."""
    status = {"phase": "Degraded", "conditions": [{"message": "\u2603" * 32_768, "status": "False"}]}
    listing = await listed("kupe", *({"name": f"c{at}", "status": status} for at in range(20)))
    assert sum(len((one.message or "").encode()) for one in listing.items) * 5 * 2 < 1_000_000


async def test_the_token_is_not_in_what_a_provider_says_about_a_cluster() -> None:
    status = {"phase": "Degraded", "conditions": [{"message": f"Bad key {TOKEN[1:]}.", "status": "False"}]}
    (cluster,) = (await listed("kupe", {"name": "c1", "status": status})).items
    assert cluster.message == "Bad key ***."
    (cluster,) = (await listed("cockroachdb", {**PLAIN["cockroachdb"], "labels": {TOKEN: 7}})).items
    assert TOKEN not in str(cluster.unread_members)


# ---------------------------------------------------------------------- JSON that is nearly so


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (rb'"cut \ud83d"', "cut \ufffd"),
        (rb'"cut \udc00 here"', "cut \ufffd here"),
        (b'"cut \xf0\x9f"', "cut \ufffd"),
        (b'"\xff\xfe"', "\ufffd\ufffd"),
    ],
    ids=["half a pair", "the other half", "half a character", "no UTF-8"],
)
async def test_a_text_that_is_broken_off_costs_itself(text: bytes, shown: str) -> None:
    body = b'{"results": [{"id": "a", "name": "a", "description": %s}, {"id": "b", "name": "b"}]}' % text
    listing = await answering(
        ADAPTERS["qovery"],
        lambda request: httpx.Response(
            200, content=b'{"results": []}' if "status" in request.url.path else body
        ),
    ).clusters()
    assert (listing.unreadable, listing.incomplete) == ((), None)
    bent, straight = listing.items
    assert (bent.description, bent.unread_members) == (shown, ())
    assert straight.name == "b"
    assert bent.model_dump_json()


async def test_a_complaint_that_is_broken_off_is_one_that_can_be_kept() -> None:
    refusal = httpx.Response(400, content=rb'{"error": "no \ud83d"}')
    with pytest.raises(ProviderError) as raised:
        await answering(ADAPTERS["kupe"], refusal).clusters()
    assert raised.value.message.encode().endswith(b": no ?")


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b'{"items": [', b"[" * 100_000, b'{"items": ' + b"9" * 5_000 + b"}"]
)
async def test_what_is_no_json_at_all_is_unexpected(body: bytes) -> None:
    with pytest.raises(UnexpectedResponse, match="does not read as documented"):
        await answering(ADAPTERS["kupe"], httpx.Response(200, content=body)).clusters()


# ---------------------------------------------------------------------- the mechanism


class WirePart(Lenient):
    size: SmallCount = None


class WireWhole(WireItem):
    identifying = frozenset({"state"})

    id: Identity
    state: Text = None
    parts: tuple[WirePart, ...] = ()
    part: WirePart | None = None


def test_members_are_named_by_their_places_and_only_so_many() -> None:
    raw = {"id": "a", "part": {"size": "x"}, "parts": [{"size": 1}, *[{"size": []}] * 50]}
    whole = WireWhole.model_validate(raw)
    assert whole.part == WirePart.model_validate({"size": "x"})
    assert len(whole.unread) == MOST_UNREAD
    assert whole.unread[0].startswith("part.size: ")
    assert all("x" not in note.partition(": ")[0] for note in whole.unread)


def test_members_are_passed_over_in_text_as_in_data() -> None:
    raw = {"id": "a", "state": "up", "part": {"size": "x"}, "parts": 7}
    assert WireWhole.model_validate_json(json.dumps(raw)) == WireWhole.model_validate(raw)


@pytest.mark.parametrize("raw", [None, 7, [], "a", {}, {"id": ""}, {"id": "a", "state": []}])
def test_what_is_needed_is_not_passed_over(raw: object) -> None:
    with pytest.raises(ValueError, match="validation error"):
        WireWhole.model_validate(raw)


@pytest.mark.parametrize(
    ("raw", "read"), [(2**31 - 1, None), (2**31 - 2, 2**31 - 2), (0, 0), ("7", 7), (None, None)]
)
def test_the_largest_integer_of_32_bits_is_no_count(raw: object, read: int | None) -> None:
    part = WirePart.model_validate({"size": raw})
    assert (part.size, part.unread) == (read, ())


def test_no_count_is_sent_back_however_deep_it_stands() -> None:
    raw = {"a": 2**31 - 1, "b": [{"c": 2**31 - 1, "d": 1}], "e": {"f": 2147483647.0, "g": True}}
    assert without_no_counts(raw) == {"b": [{"d": 1}], "e": {"g": True}}
