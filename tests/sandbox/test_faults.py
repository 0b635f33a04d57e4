"""Faults on request: each spoils an answer in one way, in the provider's own shape."""

import json
import time
from typing import Any

import httpx
import pytest

from sandbox import ManualClock, Server, serve
from sandbox.registry import FAKE_PROVIDERS
from tests.contract.kits import FACTS
from tests.sandbox.conftest import Connect, Serve
from tests.sandbox.facts import Facts
from tests.sandbox.test_access import path


def items(server: Server, answer: httpx.Response) -> list[dict[str, Any]]:
    return facts(server).items(answer.json())


@pytest.fixture(params=FAKE_PROVIDERS)
def server(request: pytest.FixtureRequest, served: Serve) -> Server:
    return served(request.param)


def facts(server: Server) -> Facts:
    return FACTS[server.accounts[0].provider]


def test_a_fault_spoils_as_many_requests_as_were_asked_for(server: Server, connected: Connect) -> None:
    client = connected(server)
    server.fault("server-error", path=path(server), times=2, status=503)
    statuses = [client.get(path(server)).status_code for _ in range(3)]
    assert statuses == [503, 503, 200]


def test_a_fault_leaves_other_methods_and_paths_alone(server: Server, connected: Connect) -> None:
    server.fault("server-error", method="POST")
    server.fault("server-error", path="/somewhere/else/*")
    assert connected(server).get(path(server)).status_code == 200


def test_latency_delays_the_right_answer(server: Server, connected: Connect) -> None:
    server.fault("latency", seconds=0.05)
    answer = connected(server).get(path(server))
    assert answer.status_code == 200
    assert answer.elapsed.total_seconds() >= 0.05


def test_a_token_can_be_refused_on_request(server: Server, connected: Connect) -> None:
    server.fault("unauthorized", times=1)
    assert connected(server).get(path(server)).status_code == 401


def test_a_limit_can_be_reached_on_request(server: Server, connected: Connect, clock: ManualClock) -> None:
    server.fault("rate-limited", seconds=7, times=1)
    refused = connected(server).get(path(server))
    assert refused.status_code == 429
    told = {
        name: refused.headers[name]
        for name in ("Retry-After", "X-RateLimit-Reset")
        if name in refused.headers
    }
    assert told == facts(server).wait(7, clock.now())


def test_a_connection_is_really_reset(server: Server, connected: Connect) -> None:
    client = connected(server)
    client.get(path(server))
    server.fault("reset", times=1)
    with pytest.raises(httpx.ReadError, match="reset by peer"):
        client.get(path(server))
    assert [request.status for request in server.requests] == [200, None]
    assert client.get(path(server)).status_code == 200


def test_an_answer_can_end_in_the_middle(server: Server, connected: Connect) -> None:
    server.fault("truncated", times=1)
    answer = connected(server).get(path(server))
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()


def test_every_cluster_can_be_in_a_phase_that_nobody_knows(server: Server, connected: Connect) -> None:
    client = connected(server)
    before = [words(item) for item in items(server, client.get(path(server)))]
    server.fault("unknown-phase")
    after = [words(item) for item in items(server, client.get(path(server)))]
    assert len(before) == len(after)
    heard = set[str]().union(*before)
    unheard = [each - heard for each in after]
    assert all(unheard)
    assert len(set[str]().union(*unheard)) == 1


def test_one_item_can_be_unreadable_but_for_who_it_is(server: Server, connected: Connect) -> None:
    client = connected(server)
    right = items(server, client.get(path(server)))
    server.fault("malformed-item")
    spoilt = items(server, client.get(path(server)))
    assert spoilt[1:] == right[1:]
    same = {name for name, value in spoilt[0].items() if value == right[0][name]}
    assert same == facts(server).identity
    assert spoilt[0].keys() == right[0].keys()


def test_one_item_can_be_without_identity(server: Server, connected: Connect) -> None:
    client = connected(server)
    right = items(server, client.get(path(server)))
    server.fault("missing-identity")
    spoilt = items(server, client.get(path(server)))
    assert spoilt[1:] == right[1:]
    assert right[0].keys() - spoilt[0].keys() == facts(server).identity


@pytest.mark.parametrize("provider", ["cockroachdb", "northflank"])
def test_a_page_can_lead_back_to_itself(provider: str, served: Serve, connected: Connect) -> None:
    token, size, name = {
        "cockroachdb": ("next_page", "pagination.limit", "pagination.page"),
        "northflank": ("cursor", "per_page", "cursor"),
    }[provider]
    server = served(provider)
    client = connected(server)
    first = client.get(path(server), params={size: 2})
    query = {size: 2, name: first.json()["pagination"][token]}
    server.fault("repeated-page")
    second = client.get(path(server), params=query)
    assert second.json()["pagination"][token] == query[name]
    assert items(server, second) == items(server, client.get(path(server), params=query))
    whole = client.get(path(server)).json()
    again = client.get(path(server), params={name: whole["pagination"][token]}).json()
    assert again["pagination"][token] == whole["pagination"][token]


def test_qovery_shows_a_page_that_never_advances(served: Serve, connected: Connect) -> None:
    server = served("qovery")
    server.fault("repeated-page")
    pagination = connected(server).get(path(server), params={"page": 2}).json()["pagination"]
    assert pagination["page"] == 1
    assert pagination["total_pages"] == 3


def words(item: object) -> set[str]:
    """Every string in a JSON value."""
    match item:
        case str():
            return {item}
        case dict():
            return {word for value in item.values() for word in words(value)}
        case list():
            return {word for value in item for word in words(value)}
        case _:
            return set()


def test_an_answer_can_be_lost_after_the_deed_is_done(served: Serve, connected: Connect) -> None:
    server = served("kupe")
    client = connected(server)
    new = {"name": "checkout", "displayName": "Checkout", "type": "shared"}
    for kind, status in (("reset", 404), ("lost-answer", 200)):
        server.fault(kind, method="POST", times=1)
        with pytest.raises(httpx.TransportError):
            client.post(path(server), json=new)
        assert client.get(f"{path(server)}/checkout").status_code == status


def test_a_sandbox_ends_at_once_and_quietly_with_a_request_under_way(
    clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    with serve("kupe", clock=clock) as server:
        server.fault("latency", seconds=600)
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(f"{server.url}{path(server)}", timeout=0.05)
    assert [record for record in caplog.records if record.name.startswith("uvicorn")] == []


def test_a_change_that_has_arrived_is_made_although_its_client_is_gone(
    served: Serve, connected: Connect
) -> None:
    server = served("kupe")
    server.fault("latency", method="POST", seconds=0.3)
    body = {"name": "moose", "displayName": "Moose", "type": "shared", "version": "1.33"}
    with pytest.raises(httpx.ReadTimeout):
        connected(server).post("/api/v1/tenants/acme/clusters", json=body, timeout=0.05)
    give_up_at = time.monotonic() + 30
    while not server.requests.matching(method="POST"):
        assert time.monotonic() < give_up_at
        time.sleep(0.01)
    assert [one.status for one in server.requests.matching(method="POST")] == [201]
