"""A JWT is told from another token, and goes to the provider under the scheme that it needs."""

import json
from base64 import urlsafe_b64encode
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from adapters.jwt import is_jwt
from adapters.qovery import QoveryAdapter
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
