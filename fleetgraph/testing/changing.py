"""The contract of changes by every adapter, tested against its fake provider."""

import traceback
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

import httpx
import pytest

from fleet.model.change import CreateCluster, UpdateCluster
from fleet.model.cluster import Cluster, Phase
from fleet.model.failure import (
    NotFound,
    ProviderError,
    RateLimited,
    Rejected,
    Unavailable,
    UnexpectedResponse,
)
from fleet.model.money import SpendLimitState
from fleet.model.refusal import Failing
from fleet.ports.adapter import (
    CreatesCluster,
    DeletesCluster,
    DeploysCluster,
    LimitsSpend,
    Listing,
    ReadsCluster,
    UpdatesCluster,
)
from fleetgraph.testing.kit import Kit
from fleetgraph.testing.rules import proves
from fleetgraph.testing.setting import TOKEN, NotPermitted, Setting, answering

NAME = "of-a-contract"
"""A name that every provider accepts."""

Verb = Callable[[Any, Cluster, Kit], Awaitable[object]]

VERBS: Mapping[str, tuple[type, Verb]] = {
    "create": (
        CreatesCluster,
        lambda adapter, _, kit: adapter.create_cluster(f"{NAME}-2", kit.spec),
    ),
    "update": (
        UpdatesCluster,
        lambda adapter, cluster, kit: adapter.update_cluster(cluster, kit.patch),
    ),
    "delete": (DeletesCluster, lambda adapter, cluster, _: adapter.delete_cluster(cluster)),
    "limit": (
        LimitsSpend,
        lambda adapter, cluster, kit: adapter.set_spend_limit(cluster, kit.limit),
    ),
    "unlimit": (LimitsSpend, lambda adapter, cluster, _: adapter.clear_spend_limit(cluster)),
}
"""The changes of a cluster by name, each with its protocol."""


async def made(here: Setting, kit: Kit, adapter: Any) -> Cluster:
    """An idle cluster with the provider's revision, if it has one. It is created, or an existing one if none can be
    created.
    """
    if not isinstance(adapter, CreatesCluster):
        listing: Listing[Cluster] = await adapter.clusters()
        return next(one for one in listing.items if one.phase is Phase.READY)
    assert kit.spec is not None
    cluster = await adapter.create_cluster(NAME, kit.spec)
    if isinstance(adapter, DeploysCluster):
        await adapter.deploy_cluster(cluster)
    return await awaited(here, adapter, cluster, lambda now: now.phase is Phase.READY)


async def awaited(
    here: Setting, adapter: Any, cluster: Cluster, is_so: Callable[[Cluster], bool], seconds: int = 300
) -> Cluster:
    """Waits until the cluster is as expected. The provider's time passes meanwhile."""
    for _ in range(0, seconds, 5):
        now = await read(adapter, cluster)
        if is_so(now):
            return now
        here.sandbox_clock.advance(5)
    raise AssertionError(f"{cluster.name} has not come to it in {seconds} seconds")


async def read(adapter: Any, cluster: Cluster) -> Cluster:
    if isinstance(adapter, ReadsCluster):
        return await adapter.cluster(cluster.external_id)
    listing: Listing[Cluster] = await adapter.clusters()
    found = next((one for one in listing.items if one.key == cluster.key), None)
    if found is None:
        raise NotFound("It is not listed.")
    return found


def changes_sent(here: Setting) -> list[str]:
    return [request.method for request in here.server.requests if request.method != "GET"]


# ---------------------------------------------------------------------- what is asked comes true


@proves("creates-cluster", CreatesCluster)
async def test_a_created_cluster_is_there_as_specified_and_was_not_before(here: Setting, kit: Kit) -> None:
    adapter, spec = here.adapter, kit.spec
    assert spec is not None
    before = {cluster.key for cluster in (await adapter.clusters()).items}
    created = await adapter.create_cluster(NAME, spec)
    assert (created.name, created.provider, created.account_id) == (NAME, kit.key, adapter.account.id)
    assert created.phase is not Phase.READY
    after = {cluster.key: cluster for cluster in (await adapter.clusters()).items}
    assert after.keys() - before == {created.key}
    assert spec.matches(after[created.key])
    assert spec.differences(after[created.key]) == ()
    assert spec.identifies(after[created.key])
    assert not any(spec.matches(after[key]) for key in before)


@proves("creates-cluster", CreatesCluster)
async def test_a_created_cluster_becomes_ready(here: Setting, kit: Kit) -> None:
    cluster = await made(here, kit, here.adapter)
    assert cluster.phase is Phase.READY


@proves("updates-cluster", UpdatesCluster)
async def test_a_change_shows_once_it_is_made_and_not_before(here: Setting, kit: Kit) -> None:
    adapter = here.adapter
    cluster = await made(here, kit, adapter)
    patch = kit.patch
    assert patch is not None
    assert not patch.matches(cluster)
    await adapter.update_cluster(cluster, patch)
    if isinstance(adapter, DeploysCluster):
        await adapter.deploy_cluster(cluster)
    changed = await awaited(
        here, adapter, cluster, lambda now: now.phase is Phase.READY and now.is_converged is not False
    )
    assert patch.matches(changed)
    assert changed.revision != cluster.revision


@proves("deletes-cluster", DeletesCluster)
async def test_a_deleted_cluster_goes(here: Setting, kit: Kit) -> None:
    adapter = here.adapter
    cluster = await made(here, kit, adapter)
    await adapter.delete_cluster(cluster)
    with suppress(NotFound):
        await awaited(here, adapter, cluster, lambda now: now.phase is Phase.DELETED)
    assert cluster.key not in {one.key for one in (await adapter.clusters()).items if one.is_active}


@proves("spend-limit", LimitsSpend)
async def test_a_limit_is_shown_once_it_is_set_and_no_more_once_it_is_cleared(
    here: Setting, kit: Kit
) -> None:
    adapter = here.adapter
    cluster = await made(here, kit, adapter)
    limit = kit.limit
    assert limit is not None
    assert not limit.matches(cluster.spend_limit)
    await adapter.set_spend_limit(cluster, limit)
    limited = await read(adapter, cluster)
    assert limit.matches(limited.spend_limit)
    assert limited.revision != cluster.revision
    await adapter.clear_spend_limit(limited)
    assert (await read(adapter, cluster)).spend_limit.state is SpendLimitState.UNLIMITED


# ---------------------------------------------------------------------- what goes wrong


@proves("sent-once", verbs=VERBS)
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "server-error", "status": 503}, Unavailable),
        ({"kind": "rate-limited", "seconds": 1}, RateLimited),
        ({"kind": "reset"}, Unavailable),
        ({"kind": "lost-answer"}, Unavailable),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)
async def test_a_change_goes_out_once_whatever_happens(
    here: Setting, kit: Kit, verb: str, fault: dict[str, Any], error: type[ProviderError]
) -> None:
    adapter = here.adapter
    cluster = await made(here, kit, adapter)
    here.server.requests.clear()
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        here.server.fault(**fault, method=method)
    with pytest.raises(error):
        await VERBS[verb][1](adapter, cluster, kit)
    assert len(changes_sent(here)) == 1
    assert here.clock.slept == []


@proves("sent-once", verbs=VERBS)
async def test_a_change_asks_for_its_permit_first_with_what_it_sends(
    here: Setting, kit: Kit, verb: str
) -> None:
    """So that a dry run can show it, and can keep it from going out."""
    adapter = here.adapter
    cluster = await made(here, kit, adapter)
    here.server.requests.clear()
    here.permits.changes.clear()
    sent = here.record()
    here.permits.forbids_changes = True
    with pytest.raises(NotPermitted):
        await VERBS[verb][1](adapter, cluster, kit)
    assert changes_sent(here) == []
    (announced,) = here.permits.changes
    here.permits.forbids_changes = False
    await VERBS[verb][1](adapter, cluster, kit)
    assert here.permits.changes == [announced, announced]
    (request,) = sent
    assert (announced.method, announced.url) == (request.method, str(request.url))
    assert (announced.body is None) is (request.content == b"")
    assert announced.is_masked or (announced.body or "").encode() == request.content
    assert TOKEN not in f"{announced} {announced.body}"


@proves("sent-once", CreatesCluster)
@pytest.mark.parametrize("fault", ["lost-answer", "truncated"])
async def test_an_answer_that_is_lost_or_broken_does_not_mean_that_nothing_was_done(
    here: Setting, kit: Kit, fault: str
) -> None:
    adapter = here.adapter
    assert kit.spec is not None
    here.server.fault(fault, method="POST")
    with pytest.raises(UnexpectedResponse if fault == "truncated" else Unavailable):
        await adapter.create_cluster(NAME, kit.spec)
    assert NAME in {cluster.name for cluster in (await adapter.clusters()).items}


@proves("strange-success", verbs=VERBS)
@pytest.mark.parametrize("body", [b"<html>signed in</html>", b'"yes"', b"[]", b'{"half'], ids=str)
async def test_a_success_of_another_form_is_unexpected(
    here: Setting, kit: Kit, verb: str, body: bytes
) -> None:
    cluster = await made(here, kit, here.adapter)
    answered = answering(kit.adapter, httpx.Response(200, content=body))
    with pytest.raises(
        (UnexpectedResponse, Failing)
    ):  # `Failing` if something is read before the change is sent
        await VERBS[verb][1](answered, cluster, kit)


@proves("secrets", verbs=VERBS)
async def test_a_refusal_repeats_neither_the_token_nor_what_was_sent(
    here: Setting, kit: Kit, verb: str
) -> None:
    cluster = await made(here, kit, here.adapter)
    planted = "planted-and-nobodys-business"
    answer = httpx.Response(422, content=f"<p>{planted} {TOKEN}</p>".encode())
    with pytest.raises(Rejected) as raised:
        await VERBS[verb][1](answering(kit.adapter, answer), cluster, kit)
    text = "".join(traceback.format_exception(raised.value))
    assert planted not in text
    assert TOKEN not in text


# ---------------------------------------------------------------------- what is kept of it


@proves("storable")
def test_what_was_asked_survives_being_stored(kit: Kit) -> None:
    asked: list[CreateCluster | UpdateCluster] = []
    if kit.spec is not None:
        asked.append(CreateCluster(provider=kit.key, name=NAME, spec=kit.spec))
    if kit.patch is not None:
        asked.append(UpdateCluster(provider=kit.key, patch=kit.patch))
    for change in asked:
        kept = change.model_dump_json()
        again = type(change).model_validate_json(kept, context={kit.key: kit.provider})
        assert again.model_dump_json() == kept


@proves("storable", CreatesCluster)
async def test_what_was_stored_of_it_still_tells_whether_it_is_there(here: Setting, kit: Kit) -> None:
    assert kit.spec is not None
    created = await here.adapter.create_cluster(NAME, kit.spec)
    assert type(kit.spec).model_validate_json(kit.spec.model_dump_json()).matches(created)
    if kit.patch is not None:
        assert not type(kit.patch).model_validate_json(kit.patch.model_dump_json()).matches(created)
