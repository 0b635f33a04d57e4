"""The nodes of Qovery's clusters, over its WebSocket gateway: what they become, what keeps them away, what it costs."""

import json
import logging
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from adapters import http, open_client
from adapters.qovery import QoveryAdapter
from adapters.qovery.nodes import WireNode, WireNodes, to_node
from fleet.model.cluster import Cluster
from fleet.model.failure import (
    ProviderError,
    RateLimited,
    TimedOut,
    Unavailable,
    UnexpectedResponse,
    Unreachable,
)
from fleet.model.node import Node, NodePhase
from fleet.model.rate_limit import BudgetExhausted
from fleet.ports.adapter import Listing
from fleetgraph.testing.setting import TOKEN, Counted, Setting, TurnedClock, replaying
from sandbox import ManualClock
from tests.adapters.replay import fixture
from tests.providers.qovery import KIT
from tests.published import published
from tests.sandbox.openapi import Document


@pytest.fixture
def provider() -> str:
    return "qovery"


LEAD = "Qovery shows machines over its WebSocket gateway only, where this token does not reach them: "


async def a_cluster() -> Cluster:
    cluster: Cluster = (await replaying(KIT).clusters()).items[0]
    return cluster


def opened(url: str, client: httpx.AsyncClient, permits: Counted | None = None) -> Any:
    account = replaying(KIT).account.model_copy(update={"base_url": url})
    clock = TurnedClock(ManualClock())
    return QoveryAdapter(account, SecretStr(TOKEN), permits or Counted(), client=client, clock=clock)


async def named(here: Setting, name: str) -> tuple[Any, Cluster]:
    """The cluster of that name in the sandbox, and the adapter of its account."""
    for adapter in here.adapters():
        for cluster in (await adapter.clusters()).items:
            if cluster.name == name:
                return adapter, cluster
    raise LookupError(name)


# ---------------------------------------------------------------------- what is shown


async def test_a_frame_of_metrics_has_everything_of_a_node() -> None:
    cluster = await a_cluster()
    frame = WireNodes.from_json(json.dumps(fixture("qovery/cluster-metrics.json")).encode())
    first, second = (to_node(WireNode.model_validate(one), cluster) for one in frame.nodes)
    assert first == Node(
        account_id="account",
        cluster_key=cluster.key,
        external_id="ip-10-0-1-12.eu-west-3.compute.internal",
        name="ip-10-0-1-12.eu-west-3.compute.internal",
        phase=NodePhase.READY,
        provider_phase="Ready",
        region="eu-west-3",
        zone="eu-west-3a",
        instance_type="m7g.xlarge",
        pool="stable",
        created_at=datetime(2025, 11, 28, 8, tzinfo=UTC),
    )
    assert (second.phase, second.provider_phase) == (NodePhase.NOT_READY, "NotReady,SchedulingDisabled")
    assert (second.instance_type, second.pool) == (None, None)
    assert second.created_at == first.created_at, "seconds and milliseconds are told apart by size"


def test_the_recorded_frame_is_as_the_document_says() -> None:
    document = Document(published("qovery-websocket.openapi.yaml"))
    assert [*document.breaches_of("ClusterMetricsDto", fixture("qovery/cluster-metrics.json"))] == []


@pytest.mark.parametrize(
    ("shown", "phase", "unread"),
    [
        ({}, NodePhase.UNKNOWN, 0),
        ({"conditions": [{"type": "MemoryPressure", "status": "False"}]}, NodePhase.UNKNOWN, 0),
        ({"conditions": [{"type": "Ready", "status": "False"}]}, NodePhase.NOT_READY, 0),
        ({"created_at": 10**30, "labels": [], "instance_type": {}}, NodePhase.UNKNOWN, 3),
        ({"labels": {f"label-{number}": "x" * 9_000 for number in range(500)}}, NodePhase.UNKNOWN, 0),
    ],
)
async def test_a_member_that_does_not_read_costs_itself(
    shown: dict[str, Any], phase: NodePhase, unread: int
) -> None:
    node = to_node(WireNode.model_validate({"name": "one"} | shown), await a_cluster())
    assert (node.phase, len(node.unread_members)) == (phase, unread)


async def test_the_nodes_of_a_cluster_cost_one_request_of_the_budget(here: Setting) -> None:
    adapter, cluster = await named(here, "production")
    taken, learned = here.permits.taken, len(here.permits.learned)
    listing = await adapter.nodes(cluster)
    assert [node.phase for node in listing.items] == [NodePhase.READY] * 4
    assert here.permits.taken - taken == len(here.permits.learned) - learned == 1
    assert here.permits.learned[-1].remaining is not None
    (asked,) = here.server.requests.matching(path="/cluster/*")
    assert (asked.path, asked.status) == ("/cluster/metrics", 101)
    here.permits.left = here.permits.taken
    with pytest.raises(BudgetExhausted):
        await adapter.nodes(cluster)


async def test_a_cluster_without_an_agent_shows_the_names_alone(here: Setting) -> None:
    listing = await _nodes(here, "till-edge")
    (node,) = listing.items
    assert (node.phase, node.provider_phase, node.instance_type) == (NodePhase.UNKNOWN, "", None)
    assert [one.path for one in here.server.requests.matching(path="/cluster/*")] == [
        "/cluster/metrics",
        "/cluster/nodes",
    ]


async def test_what_is_stopped_has_none(here: Setting) -> None:
    assert await _nodes(here, "seasonal") == Listing(items=())


# ---------------------------------------------------------------------- what keeps it away


async def test_a_token_that_is_not_let_in_is_a_reason_and_no_empty_list(here: Setting) -> None:
    listing = await _nodes(here, "newsroom")
    assert listing == Listing(
        items=(),
        withheld=f"{LEAD}Qovery does not allow the token this (403): this token has no access to the gateway",
    )


async def test_a_token_that_is_refused_is_not_sent_for_every_cluster(here: Setting) -> None:
    adapter, cluster = await named(here, "production")
    here.server.fault("unauthorized", path="/cluster/*")
    reasons = {(await adapter.nodes(cluster)).withheld for _ in range(3)}
    assert reasons == {f"{LEAD}Qovery refused the token (401): the API token is missing or wrong"}
    assert len(here.server.requests.matching(path="/cluster/*")) == 1


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "rate-limited", "seconds": 120}, RateLimited),
        ({"kind": "server-error", "status": 503}, Unavailable),
        ({"kind": "reset"}, Unavailable),
        ({"kind": "lost-answer"}, Unavailable),
        ({"kind": "truncated"}, UnexpectedResponse),
        ({"kind": "huge"}, UnexpectedResponse),
    ],
    ids=["429", "503", "reset", "drop", "wrong JSON", "huge"],
)
async def test_a_fault_of_the_gateway_is_the_error_that_it_means(
    here: Setting, fault: dict[str, Any], error: type[ProviderError]
) -> None:
    adapter, cluster = await named(here, "production")
    here.server.fault(**fault, path="/cluster/*")
    with pytest.raises(error) as raised:
        await adapter.nodes(cluster)
    assert "Qovery" in raised.value.message
    assert (await adapter.clusters()).items, "the clusters are read as ever"


async def test_a_gateway_that_says_nothing_is_not_waited_for_twice(
    here: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter, cluster = await named(here, "production")
    monkeypatch.setattr(http, "ANSWER_SECONDS", 0.05)
    here.server.fault("latency", path="/cluster/*", seconds=0.2)
    taken = here.permits.taken
    with pytest.raises(TimedOut):
        await adapter.nodes(cluster)
    assert here.permits.taken == taken + 1


async def test_a_node_that_does_not_read_costs_itself(here: Setting) -> None:
    adapter, cluster = await named(here, "production")
    before = await adapter.nodes(cluster)
    here.server.fault("malformed-item", path="/cluster/*", times=1)
    listing = await adapter.nodes(cluster)
    assert [one.external_id for one in listing.unreadable] == [before.items[0].external_id]
    assert listing.items == before.items[1:]


async def test_a_stream_that_is_too_large_is_not_needed_for_the_names(here: Setting) -> None:
    adapter, cluster = await named(here, "production")
    here.server.fault("huge", path="/cluster/metrics")
    assert {node.phase for node in (await adapter.nodes(cluster)).items} == {NodePhase.UNKNOWN}


@pytest.mark.parametrize(
    "fault", ["unauthorized", "rate-limited", "server-error", "reset", "lost-answer", "truncated", "huge"]
)
async def test_the_token_is_in_the_handshake_and_nowhere_else(
    here: Setting, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    adapter, cluster = await named(here, "production")
    caplog.set_level(logging.DEBUG)
    here.server.fault(fault, path="/cluster/*", seconds=120 if fault == "rate-limited" else 1)
    token = here.accounts()[0][1].get_secret_value()
    texts = [repr(adapter), repr(adapter.__dict__)]
    try:
        texts.append(repr(await adapter.nodes(cluster)))
    except ProviderError as error:
        texts += [*traceback.format_exception(error), repr(error), repr(error.to_failure(here.clock.now()))]
    ours = [record for record in caplog.records if record.name != "uvicorn.error"]  # of the fake
    texts += [repr(vars(record)) + record.getMessage() for record in ours]
    assert [text for text in texts if token in text] == []
    assert token not in "".join(request.query for request in here.server.requests)


# ---------------------------------------------------------------------- gateways that the sandbox is not


@dataclass
class Gateway:
    """A gateway that answers as it is told, by path: a refusal of the handshake, or what is done once it is open."""

    url: str = ""
    answers: dict[str, Response | Callable[[ServerConnection], Awaitable[None]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def refuse(self, connection: ServerConnection, request: Request) -> Response | None:
        self.asked.append(request.path)
        found = self.answers.get(request.path.partition("?")[0], refusal(404))
        return found if isinstance(found, Response) else None

    async def speak(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        answer = self.answers[connection.request.path.partition("?")[0]]
        assert not isinstance(answer, Response)
        await answer(connection)


def refusal(status: int, **headers: str) -> Response:
    return Response(status, HTTPStatus(status).phrase, Headers({"content-length": "0", **headers}), b"")


def saying(
    *messages: str, code: int = 1000, reason: str = ""
) -> Callable[[ServerConnection], Awaitable[None]]:
    async def say(connection: ServerConnection) -> None:
        for message in messages:
            await connection.send(message)
        await connection.close(code, reason)

    return say


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    standing = Gateway()
    async with serve(
        standing.speak, "127.0.0.1", 0, process_request=standing.refuse, close_timeout=0.1
    ) as server:
        host, port = next(iter(server.sockets)).getsockname()[:2]
        standing.url = f"http://{host}:{port}"
        yield standing


async def asked(gateway: Gateway) -> Listing[Node]:
    async with httpx.AsyncClient() as client:
        listing: Listing[Node] = await opened(gateway.url, client).nodes(await a_cluster())
        return listing


NAMES = '{"nodes": [{"name": "one"}]}'


async def test_the_names_are_found_where_the_document_has_them(gateway: Gateway) -> None:
    gateway.answers["/cluster/node"] = saying(NAMES)
    assert [node.name for node in (await asked(gateway)).items] == ["one"]
    paths = [path.partition("?")[0] for path in gateway.asked]
    assert paths == ["/cluster/metrics", "/cluster/nodes", "/cluster/node"]
    assert gateway.asked[0].endswith(f"?organization=acme&cluster={(await a_cluster()).external_id}")


async def test_only_the_first_message_of_a_stream_is_read(gateway: Gateway) -> None:
    gateway.answers["/cluster/metrics"] = saying(NAMES, *['{"nodes": []}'] * 20)
    assert [node.name for node in (await asked(gateway)).items] == ["one"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 426])
async def test_a_handshake_that_is_refused_is_a_reason(gateway: Gateway, status: int) -> None:
    gateway.answers = dict.fromkeys(("/cluster/metrics", "/cluster/nodes", "/cluster/node"), refusal(status))
    withheld = (await asked(gateway)).withheld
    assert withheld is not None
    assert withheld.startswith(LEAD)
    assert f"({status})" in withheld


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refusal(200), UnexpectedResponse),
        (saying(), UnexpectedResponse),
        (saying("[]"), UnexpectedResponse),
        (saying("{}"), UnexpectedResponse),
        (saying("[" * 100_000), UnexpectedResponse),
        (
            saying(json.dumps({"nodes": [{"name": str(number)} for number in range(5_001)]})),
            UnexpectedResponse,
        ),
        (saying(code=1011, reason="an error inside"), Unavailable),
        (saying(code=1013), Unavailable),
    ],
    ids=["200", "silence", "a list", "an object", "depth", "too many", "1011", "1013"],
)
async def test_what_is_no_list_of_nodes_is_an_error_and_not_an_empty_list(
    gateway: Gateway, answer: Any, error: type[ProviderError]
) -> None:
    gateway.answers["/cluster/metrics"] = answer
    with pytest.raises(error) as raised:
        await asked(gateway)
    assert type(raised.value) is error


@pytest.mark.parametrize(
    ("code", "sentence"), [(1008, "does not allow"), (3000, "refused"), (3003, "does not allow")]
)
async def test_a_closing_can_refuse_the_token_and_does_not_repeat_it(
    gateway: Gateway, code: int, sentence: str
) -> None:
    gateway.answers["/cluster/metrics"] = saying(code=code, reason=f"who is {TOKEN}?")
    withheld = (await asked(gateway)).withheld
    assert withheld is not None
    assert (sentence in withheld, TOKEN in withheld) == (True, False)


async def test_a_redirect_is_not_followed_because_the_token_is_for_one_host(gateway: Gateway) -> None:
    gateway.answers["/cluster/metrics"] = refusal(307, location="/cluster/nodes")
    gateway.answers["/cluster/nodes"] = saying(NAMES)
    with pytest.raises(UnexpectedResponse):
        await asked(gateway)
    assert len(gateway.asked) == 1


async def test_an_address_that_nobody_gave_hears_nothing_of_a_token(gateway: Gateway) -> None:
    async with open_client(["http://127.0.0.1:1"]) as client:
        listing = await opened(gateway.url, client).nodes(await a_cluster())
    assert "nobody gave to this deployment" in listing.withheld
    assert gateway.asked == []


async def test_a_gateway_that_cannot_be_reached_is_a_failure() -> None:
    async with httpx.AsyncClient() as client:
        with pytest.raises(Unreachable):
            await opened("http://127.0.0.1:9", client).nodes(await a_cluster())


@pytest.mark.parametrize("base_url", [None, "https://api.qovery.com"])
async def test_an_account_without_an_address_of_its_own_asks_the_vendors_gateway(
    base_url: str | None,
) -> None:
    account = replaying(KIT).account.model_copy(update={"base_url": base_url})
    async with open_client() as client:
        adapter = QoveryAdapter(
            account, SecretStr(TOKEN), Counted(), client=client, clock=TurnedClock(ManualClock())
        )
        assert adapter._gateway.http.base_url == "https://ws.qovery.com"
        assert adapter._http.base_url == "https://api.qovery.com"


async def _nodes(here: Setting, name: str) -> Listing[Node]:
    adapter, cluster = await named(here, name)
    listing: Listing[Node] = await adapter.nodes(cluster)
    return listing
