"""Who comes in on this machine."""

import httpx
import pytest
from pydantic import SecretStr
from starlette.responses import PlainTextResponse

from fleet.access.authentication import NotAuthenticated, Reason
from fleet.access.key_token import digest_token, id_of, make_token
from fleet.model.api_key import ApiKey
from fleet.model.caller import Scope
from fleet.ports.clock import SystemClock
from local.authentication import LoopbackOnly, make_authenticate
from local.settings import SettingsError, read_settings


class OneKey:
    """Knows one key, and nothing else of what keys can do."""

    def __init__(self, token: str) -> None:
        self.digest = digest_token(token)
        self.key = ApiKey(
            id=id_of(self.digest),
            name="ci",
            hint=token[-4:],
            scopes=frozenset({Scope.READ}),
            created_at=SystemClock().now(),
            last_used_at=SystemClock().now(),
        )

    async def find(self, key_id: str) -> tuple[ApiKey, str] | None:
        return (self.key, self.digest) if key_id == self.key.id else None


TOKEN = make_token()
KEYS = OneKey(TOKEN)


async def test_on_loopback_anybody_may_everything() -> None:
    caller = await make_authenticate(KEYS, SystemClock(), None)(None)  # type: ignore[arg-type]
    assert (caller.name, caller.may(Scope.ADMIN), caller.account_ids) == ("local", True, None)


async def test_a_key_that_is_presented_counts_also_where_none_is_asked_for() -> None:
    authenticate = make_authenticate(KEYS, SystemClock(), None)  # type: ignore[arg-type]
    caller = await authenticate(f"Bearer {TOKEN}")
    assert (caller.name, caller.may(Scope.WRITE)) == ("ci", False)
    for wrong in (make_token(), "something"):
        with pytest.raises(NotAuthenticated):
            await authenticate(f"Bearer {wrong}")


async def test_where_a_key_is_asked_for_nobody_comes_in_without_one() -> None:
    authenticate = make_authenticate(KEYS, SystemClock(), SecretStr("made-up-admin-key"))  # type: ignore[arg-type]
    with pytest.raises(NotAuthenticated) as refused:
        await authenticate(None)
    assert refused.value.reason is Reason.MISSING
    with pytest.raises(NotAuthenticated):
        await authenticate("Bearer made-up-admin-kez")
    assert (await authenticate("Bearer made-up-admin-key")).name == "admin key"
    assert (await authenticate(f"Bearer {TOKEN}")).name == "ci"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "fleet.example"])
def test_binding_elsewhere_demands_a_key(host: str) -> None:
    with pytest.raises(SettingsError, match="Set ADMIN_KEY"):
        read_settings({"HOST": host})
    with pytest.raises(SettingsError, match="Set ADMIN_KEY"):
        read_settings({"HOST": host, "ADMIN_KEY": ""})
    settings = read_settings({"HOST": host, "ADMIN_KEY": "made-up-admin-key"})
    assert settings.admin_key is not None
    assert "made-up-admin-key" not in repr(settings)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_loopback_demands_none(host: str) -> None:
    assert read_settings({"HOST": host}).admin_key is None


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8000", 200),
        ("localhost", 200),
        ("localhost:8000", 200),
        ("[::1]:8000", 200),
        ("fleet.example", 421),
        ("127.0.0.1.fleet.example:8000", 421),
        ("localhost.fleet.example", 421),
        ("", 421),
    ],
)
async def test_a_page_elsewhere_whose_name_leads_here_is_not_answered(host: str, status: int) -> None:
    app = LoopbackOnly(PlainTextResponse("a fleet"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        answer = await client.get("/graphql", headers={"Host": host})
    assert answer.status_code == status
