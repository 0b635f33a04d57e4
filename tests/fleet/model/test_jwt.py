"""A JWT is told from another token, and goes to the provider under the scheme that it needs."""

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from adapters.qovery import QoveryAdapter
from fleet.accounts.new_account import make_account
from fleet.model.account import AccountState, Collection, CollectionState, TrackedAccount
from fleet.model.freshness import freshness_of
from fleet.model.jwt import expires_at, is_jwt
from fleet.providers import PROVIDERS
from tests.adapters.replay import Replay, StillClock


def part(value: Any) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


JWT = f"{part({'alg': 'RS256', 'typ': 'JWT'})}.{part({'sub': 'x'})}.made-up"


@pytest.mark.parametrize(
    ("token", "is_one"),
    [
        (JWT, True),
        (f"{part({'typ': 'JWT'})}.{part({})}.x", False),
        (f"{part(['alg'])}.{part({})}.x", False),
        ("a.b.c", False),
        ("qov_made-up", False),
        (JWT.rpartition(".")[0], False),
        ("", False),
    ],
)
def test_a_jwt_is_distinguished_from_another_token(token: str, is_one: bool) -> None:
    assert is_jwt(token) is is_one


@pytest.mark.parametrize(("token", "scheme"), [(JWT, "Bearer"), ("qov_made-up-token", "Token")])
async def test_a_jwt_goes_as_bearer_and_an_api_token_as_token(token: str, scheme: str) -> None:
    replay = Replay(
        {"/organization/o/cluster": {"results": []}, "/organization/o/cluster/status": {"results": []}}
    )
    adapter = replay.open(QoveryAdapter, "o")
    client = httpx.AsyncClient(transport=httpx.MockTransport(replay))
    again = QoveryAdapter(adapter.account, SecretStr(token), replay, client=client, clock=StillClock())
    assert (await again.clusters()).items == ()
    assert replay.requests[-1].headers["Authorization"] == f"{scheme} {token}"


@pytest.mark.parametrize(
    ("claims", "expires"),
    [
        ({"exp": 1_767_225_600}, datetime(2026, 1, 1, tzinfo=UTC)),
        ({"exp": 1_767_225_600.0}, datetime(2026, 1, 1, tzinfo=UTC)),
        ({}, None),
        ({"exp": "tomorrow"}, None),
        ({"exp": True}, None),
        ({"exp": 10**30}, None),
        (["exp"], None),
    ],
)
def test_a_jwt_says_when_it_expires(claims: Any, expires: datetime | None) -> None:
    assert expires_at(f"{part({'alg': 'RS256'})}.{part(claims)}.made-up") == expires
    assert expires_at(f"{part({'typ': 'JWT'})}.{part(claims)}.made-up") is None


@pytest.mark.parametrize(
    ("left", "reason"),
    [
        (timedelta(days=2), None),
        (timedelta(hours=20), "the token expires at 2026-01-01 20:00 UTC"),
        (timedelta(hours=-1), "the token expired at 2025-12-31 23:00 UTC"),
    ],
)
def test_a_token_that_expires_soon_is_said_on_its_account(left: timedelta, reason: str | None) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    token = f"{part({'alg': 'RS256'})}.{part({'exp': (now + left).timestamp()})}.made-up"
    account = make_account(
        provider="qovery", name="acme", token=SecretStr(token), now=now, external_id="organization"
    )
    collections = {Collection.CLUSTERS: CollectionState(observed_at=now, next_attempt_at=now)}
    tracked = TrackedAccount(account=account, state=AccountState(collections=collections))
    assert freshness_of(tracked, Collection.CLUSTERS, now).reason == reason
    kept = TrackedAccount.model_validate_json(tracked.model_dump_json(), context=PROVIDERS)
    assert kept.account.token_expires_at == now + left
