"""What real providers were reported to do: each of it, at every provider that is able to, and a change comes to its end
nonetheless. What was made otherwise than it was asked for is said.
"""

from collections.abc import Mapping
from typing import Any

import pytest

from sandbox.faults import MISBEHAVIOURS, FaultKind
from sandbox.registry import FAKE_PROVIDERS
from tests.gateway.journey import Begin, Journey

ACCOUNTS = {
    "cockroachdb": "Paperboat Games",
    "kupe": "Lumen Robotics",
    "northflank": "Tidewater Studio",
    "qovery": "Orchard Grocers",
}
ADVANCED = {
    "regionNodes": [{"region": "us-central1", "nodes": 3}],
    "machineType": "n2-standard-8",
    "storageGib": 71,
}
SPECS: Mapping[str, Mapping[str, Any]] = {
    "cockroachdb": {"plan": {"advanced": ADVANCED}},
    "qovery": {"diskSizeGb": 61},
}
"""What differs from the example of a creation, so that there is something to do otherwise."""
PATCHES: Mapping[str, Mapping[str, Any]] = {
    "cockroachdb": {"cockroachdb": {"plan": {"advanced": {"storageGib": 155}}}},
    "kupe": {"kupe": {"resources": {"cpu": "6"}}},
    "northflank": {"northflank": {"description": "Later"}},
    "qovery": {"qovery": {"diskSizeGb": 75}},
}
UPDATE = """mutation ($id: ID!, $input: UpdateClusterInput!) { updateCluster(id: $id, input: $input) {
    operation { id state pollAfterSeconds } userErrors { message path }
} }"""
CHANGING = {"cockroachdb": "PATCH", "kupe": "PATCH", "northflank": "PATCH", "qovery": "PUT"}
MADE_OTHERWISE = {
    ("cockroachdb", FaultKind.CONVERTED_MACHINE): {"machineType"},
    ("cockroachdb", FaultKind.ROUNDED_SIZE): {"storageGib"},
    ("northflank", FaultKind.CONVERTED_MACHINE): {"nodePools"},
    ("northflank", FaultKind.ROUNDED_SIZE): set(),
    ("qovery", FaultKind.CONVERTED_MACHINE): {"instanceType"},
    ("qovery", FaultKind.ROUNDED_SIZE): {"diskSizeGb"},
    ("qovery", FaultKind.ADDED_LABEL): {"labelsGroupIds"},
}
"""The members that a creation has otherwise. A label more, and another spelling of a size, are what was asked for."""

TELL_WHAT_IS_LEFT = ("northflank", "qovery")

ABLE = [(provider, kind) for provider, api in FAKE_PROVIDERS.items() for kind in sorted(api.misbehaviours)]


def test_only_what_a_provider_does_not_have_it_does_not_do_otherwise() -> None:
    """Kupe has neither machines nor labels."""
    unable = {provider: MISBEHAVIOURS - api.misbehaviours for provider, api in FAKE_PROVIDERS.items()}
    assert {provider: kinds for provider, kinds in unable.items() if kinds} == {
        "kupe": {FaultKind.CONVERTED_MACHINE, FaultKind.ADDED_LABEL}
    }


async def begun(journey: Journey, provider: str) -> Any:
    """A creation that was asked for."""
    document = f"create-{provider}-cluster"
    listed = (await journey.client.query("{ accounts { nodes { id } } }"))["accounts"]["nodes"]
    asked = journey.input_of(document, name="ledger-copy", accountId=listed[0]["id"])
    asked["spec"] = {provider: {**asked["spec"][provider], **SPECS.get(provider, {})}}
    del asked["idempotencyKey"]
    return await journey.run(document, input=asked)


async def made(journey: Journey, provider: str) -> dict[str, Any]:
    return await journey.follow(await begun(journey, provider), minutes=120)


async def changed(journey: Journey, provider: str, cluster_id: str) -> dict[str, Any]:
    answer = await journey.client.query(UPDATE, id=cluster_id, input=PATCHES[provider])
    return await journey.follow(answer["updateCluster"], minutes=120)


async def deleted(journey: Journey, cluster_id: str) -> dict[str, Any]:
    gone = await journey.run("delete-cluster", id=cluster_id, confirmName="ledger-copy")
    return await journey.follow(gone, minutes=120)


def created_clusters(journey: Journey) -> int:
    """Requests for one that were taken."""
    posted = journey.server.requests.matching(method="POST")
    return sum(not one.path.endswith("/deploy") and one.status in (200, 201) for one in posted)


@pytest.mark.parametrize(("provider", "kind"), ABLE, ids=[f"{one}-{kind}" for one, kind in ABLE])
async def test_a_provider_that_does_it_in_its_own_way_is_followed(
    begin: Begin, provider: str, kind: FaultKind
) -> None:
    journey = begin(provider)
    await journey.connect(ACCOUNTS[provider])
    if kind is not FaultKind.LATE_STATUS:
        journey.server.fault(kind, method="POST", times=1, seconds=20)
    done = await made(journey, provider)
    assert done["state"] == "SUCCEEDED"
    otherwise = {one["field"] for one in done["differences"]}
    assert otherwise == MADE_OTHERWISE.get((provider, kind), set())
    assert created_clusters(journey) == 1

    cluster_id = done["target"]["id"]
    journey.server.fault(kind, method=CHANGING[provider], times=1, seconds=30)
    if provider == "qovery" and kind is FaultKind.LATE_STATUS:
        journey.server.fault(kind, method="POST", path="*/deploy", times=1, seconds=30)
    assert (await changed(journey, provider, cluster_id))["state"] == "SUCCEEDED"

    journey.server.fault(kind, method="DELETE", times=1, seconds=30)
    assert (await deleted(journey, cluster_id))["state"] == "SUCCEEDED"


@pytest.mark.parametrize("provider", sorted(FAKE_PROVIDERS))
async def test_one_token_that_is_refused_for_once_ends_nothing(begin: Begin, provider: str) -> None:
    journey = begin(provider)
    await journey.connect(ACCOUNTS[provider])
    started = await begun(journey, provider)
    for _ in range(2):
        journey.server.fault("unauthorized", method="GET", times=1)
        journey.clock.advance(20)
        await journey.observe()
    assert (await journey.follow(started, minutes=120))["state"] == "SUCCEEDED"
    assert created_clusters(journey) == 1


@pytest.mark.parametrize("provider", sorted(FAKE_PROVIDERS))
async def test_a_limit_that_others_use_too_is_kept(begin: Begin, provider: str) -> None:
    """Of each ten requests that count, nine are of others, for a while. What is refused is told, and made nothing."""
    journey = begin(provider, has_its_own_limit=True)
    await journey.connect(ACCOUNTS[provider])
    journey.server.fault("shared-limit", times=40)
    started = await begun(journey, provider)
    for _ in range(30):
        if not started["userErrors"]:
            break
        journey.clock.advance(120)
        started = await begun(journey, provider)
    assert (await journey.follow(started, minutes=240))["state"] == "SUCCEEDED"
    assert created_clusters(journey) == 1
    if provider in TELL_WHAT_IS_LEFT:
        assert not [request for request in journey.server.requests if request.status == 429]
