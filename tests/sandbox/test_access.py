"""Who is let in, how often, and in which words a provider refuses."""

import httpx
import pytest

from sandbox import ManualClock, RateLimit, Server
from sandbox.registry import FAKE_PROVIDERS
from tests.contract.kits import FACTS
from tests.sandbox.conftest import Connect, Serve


def path(server: Server) -> str:
    account = server.accounts[0]
    return FACTS[account.provider].path(account.external_id)


@pytest.mark.parametrize("provider", FAKE_PROVIDERS)
def test_every_account_gets_in_with_its_token(provider: str, served: Serve, connected: Connect) -> None:
    server = served(provider)
    for account in server.accounts:
        answer = connected(server, account.name).get(FACTS[provider].path(account.external_id))
        assert answer.status_code == 200


@pytest.mark.parametrize("provider", FAKE_PROVIDERS)
@pytest.mark.parametrize(
    "authorization", ["", "{token}", "Basic {token}", "{scheme} {token}x", "{other} {token}"]
)
def test_anything_but_the_scheme_and_a_token_is_a_401(
    provider: str, authorization: str, served: Serve
) -> None:
    server = served(provider)
    scheme = FACTS[provider].scheme
    other = "Bearer" if scheme == "Token" else "Token"
    header = authorization.format(scheme=scheme, other=other, token=server.accounts[0].token)
    refused = httpx.get(f"{server.url}{path(server)}", headers={"Authorization": header})
    assert refused.status_code == 401
    assert refused.json().keys() == FACTS[provider].not_found.keys()


def test_the_bodies_of_refusals_are_the_providers_own(served: Serve) -> None:
    bodies = {provider: httpx.get(served(provider).url + "/nowhere").json() for provider in FAKE_PROVIDERS}
    assert bodies == {provider: facts.not_found for provider, facts in FACTS.items()}


@pytest.mark.parametrize(
    ("provider", "elsewhere"),
    [
        ("kupe", "/api/v1/tenants/palisade/clusters"),
        ("northflank", "/v1/teams/tidewater-studio/cloud-providers/clusters"),
        ("qovery", "/organization/00000000-0000-4000-8000-000000000000/cluster"),
    ],
)
def test_a_token_opens_no_other_account(
    provider: str, elsewhere: str, served: Serve, connected: Connect
) -> None:
    assert connected(served(provider)).get(elsewhere).status_code == 403


@pytest.mark.parametrize("provider", FAKE_PROVIDERS)
def test_the_limits_are_those_that_the_providers_name(provider: str) -> None:
    assert FAKE_PROVIDERS[provider].rate_limit == FACTS[provider].rate_limit


def test_a_limit_holds_for_its_window_and_the_refusal_says_until_when(
    served: Serve, connected: Connect, clock: ManualClock
) -> None:
    server = served("cockroachdb", rate_limit=None)
    client = connected(server)
    statuses = [client.get("/api/v1/clusters").status_code for _ in range(10)]
    assert statuses == [200] * 10
    refused = client.get("/api/v1/clusters")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
    assert refused.json() == {"code": 8, "message": "rate limit exceeded", "details": []}
    assert connected(server, "Halcyon Pay").get("/api/v1/clusters").status_code == 200  # a budget of its own
    clock.advance(1)
    assert client.get("/api/v1/clusters").status_code == 200


def test_kupe_counts_by_address_so_that_tenants_share_a_limit(served: Serve, connected: Connect) -> None:
    server = served("kupe", rate_limit=RateLimit(requests=2, window_seconds=10))
    assert connected(server, "Acme Tools").get("/api/v1/tenants/acme").status_code == 200
    assert connected(server, "Palisade Insurance").get("/api/v1/tenants/palisade").status_code == 200
    refused = connected(server, "Lumen Robotics").get("/api/v1/tenants/lumen-robotics")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "10")


def test_qovery_tells_the_budget_with_every_answer_and_the_reset_as_an_instant(
    served: Serve, connected: Connect, clock: ManualClock
) -> None:
    server = served("qovery", rate_limit=RateLimit(requests=2, window_seconds=3600))
    client = connected(server)
    reset = str(int(clock.now().timestamp()) + 3600)
    clock.advance(0)
    told = []
    for _ in range(3):
        answer = client.get(path(server))
        names = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
        told.append((answer.status_code, *(answer.headers[name] for name in names)))
    assert told == [(200, "2", "1", reset), (200, "2", "0", reset), (429, "2", "0", reset)]


def test_northflank_tells_the_seconds_until_the_reset(
    served: Serve, connected: Connect, clock: ManualClock
) -> None:
    server = served("northflank", rate_limit=RateLimit(requests=1, window_seconds=3600))
    client = connected(server)
    client.get(path(server))
    clock.advance(600.5)
    refused = client.get(path(server))
    assert refused.status_code == 429
    assert refused.headers["x-ratelimit-remaining"] == "0"
    assert refused.headers["x-ratelimit-reset"] == "3000"
