"""What an API key looks like, and what it opens."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from fleet.access.authentication import Authenticator, NotAuthenticated, Reason, authenticate_key, presented
from fleet.access.key_token import digest_token, id_of, is_well_formed, make_token
from fleet.model.api_key import ApiKey
from fleet.model.caller import Caller, Scope

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class StoodClock:
    def now(self) -> datetime:
        return NOON

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("nothing here waits")


@dataclass
class KnownKeys:
    """Keys by id, and when their use was noted."""

    known: dict[str, tuple[ApiKey, str]] = field(default_factory=dict)
    asked_for: list[str] = field(default_factory=list)
    noted: list[str] = field(default_factory=list)

    def add(self, token: str, **more: object) -> ApiKey:
        digest = digest_token(token)
        key = ApiKey.model_validate(
            {"id": id_of(digest), "name": "ci", "hint": token[-4:], "scopes": {"read"}, "created_at": NOON}
            | more
        )
        self.known[key.id] = (key, digest)
        return key

    async def find(self, key_id: str) -> tuple[ApiKey, str] | None:
        self.asked_for.append(key_id)
        return self.known.get(key_id)

    async def note_use(self, key: ApiKey, now: datetime) -> None:
        self.noted.append(key.id)

    async def keep(self, key: ApiKey, digest: str) -> None:
        raise AssertionError("a door makes no keys")

    async def revoke(self, key_id: str, now: datetime) -> ApiKey | None:
        raise AssertionError("a door revokes no keys")

    async def page(self, *, after: tuple[str, str] | None, limit: int) -> list[ApiKey]:
        raise AssertionError("a door lists no keys")


async def authenticate(keys: KnownKeys, token: str) -> Caller:
    return await authenticate_key(keys, StoodClock(), token)


async def refusal(keys: KnownKeys, token: str) -> NotAuthenticated:
    with pytest.raises(NotAuthenticated) as refused:
        await authenticate(keys, token)
    assert token not in str(refused.value) + refused.value.fact + refused.value.message
    return refused.value


def test_a_token_is_long_of_one_alphabet_and_never_the_same() -> None:
    tokens = {make_token() for _ in range(200)}
    assert len(tokens) == 200
    assert all(re.fullmatch(r"fg_[0-9A-Za-z]{49}", token) for token in tokens)
    assert all(map(is_well_formed, tokens))


@pytest.mark.parametrize("position", range(3, 52, 6))
def test_one_wrong_character_anywhere_breaks_the_checksum(position: int) -> None:
    token = make_token()
    other = "x" if token[position] != "x" else "y"
    assert not is_well_formed(token[:position] + other + token[position + 1 :])


@pytest.mark.parametrize("cut", [0, 1, 20, 51])
def test_part_of_a_token_is_not_well_formed(cut: int) -> None:
    assert not is_well_formed(make_token()[:cut])


def test_neighbours_that_changed_places_break_the_checksum() -> None:
    token = "fg_" + "AB" + make_token()[5:]
    assert not is_well_formed(token)


async def test_a_key_stands_for_its_name_its_scopes_and_its_accounts() -> None:
    keys, token = KnownKeys(), make_token()
    key = keys.add(token, scopes={"write"}, account_ids={"a1"})
    caller = await authenticate(keys, token)
    assert (caller.name, caller.account_ids) == ("ci", frozenset({"a1"}))
    assert (caller.may(Scope.READ), caller.may(Scope.WRITE), caller.may(Scope.ADMIN)) == (True, True, False)
    assert (caller.sees("a1"), caller.sees("a2")) == (True, False)
    assert keys.noted == [key.id]


async def test_use_is_noted_once_an_hour() -> None:
    keys, token = KnownKeys(), make_token()
    keys.add(token, last_used_at=NOON - timedelta(minutes=59))
    await authenticate(keys, token)
    assert keys.noted == []
    keys.add(token, last_used_at=NOON - timedelta(minutes=60))
    await authenticate(keys, token)
    assert len(keys.noted) == 1


async def test_a_mistyped_key_is_refused_as_mistyped_without_asking_anybody() -> None:
    keys, token = KnownKeys(), make_token()
    keys.add(token)
    refused = await refusal(keys, token[:-1] + ("x" if token[-1] != "x" else "y"))
    assert refused.reason is Reason.MISTYPED
    assert keys.asked_for == []


async def test_an_unknown_key_opens_nothing() -> None:
    assert (await refusal(KnownKeys(), make_token())).reason is Reason.UNKNOWN


async def test_the_id_of_a_key_is_not_enough() -> None:
    keys, token, other = KnownKeys(), make_token(), make_token()
    keys.add(token)
    keys.known[id_of(digest_token(other))] = next(iter(keys.known.values()))
    assert (await refusal(keys, other)).reason is Reason.UNKNOWN


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ({"expires_at": NOON}, Reason.EXPIRED),
        ({"expires_at": NOON + timedelta(seconds=1)}, None),
        ({"revoked_at": NOON - timedelta(days=1)}, Reason.REVOKED),
        ({"revoked_at": NOON, "expires_at": NOON - timedelta(days=1)}, Reason.REVOKED),
    ],
)
async def test_a_key_ends_when_it_expires_or_is_revoked(
    state: dict[str, datetime], reason: Reason | None
) -> None:
    keys, token = KnownKeys(), make_token()
    key = keys.add(token, **state)
    if reason is None:
        assert (await authenticate(keys, token)).id == f"key {key.id}"
    else:
        refused = await refusal(keys, token)
        assert (refused.reason, refused.fact) == (reason, f"key {key.id}")
        assert keys.noted == []


@pytest.mark.parametrize("scope", list(Scope))
def test_a_scope_includes_those_before_it_and_none_after(scope: Scope) -> None:
    caller = Caller(id="x", name="x", scopes=frozenset({scope}))
    order = list(Scope)
    assert [caller.may(other) for other in order] == [
        order.index(other) <= order.index(scope) for other in order
    ]


def test_a_caller_without_scopes_may_nothing() -> None:
    assert not any(Caller(id="x", name="x").may(scope) for scope in Scope)


@pytest.mark.parametrize(
    ("header", "credential"),
    [
        (None, None),
        ("", None),
        ("Bearer", None),
        ("Bearer  ", None),
        ("Basic abc", None),
        ("abc", None),
        ("bearer abc", "abc"),
        ("Bearer  abc ", "abc"),
    ],
)
def test_a_credential_is_what_follows_bearer(header: str | None, credential: str | None) -> None:
    assert presented(header) == credential


@pytest.mark.parametrize(
    ("credential", "verify"), [("fg_x", "key"), ("a.b.c", "token"), ("abc", "admin"), ("a.b", "admin")]
)
async def test_each_kind_of_credential_is_verified_in_its_own_way(credential: str, verify: str) -> None:
    def opening_for(name: str) -> dict[str, object]:
        async def open_it(credential: str) -> Caller:
            return Caller(id=name, name=name)

        return {"key": {"api_key": open_it}, "token": {"token": open_it}, "admin": {"admin_key": open_it}}[
            name
        ]  # type: ignore[return-value]

    openers = {"key", "token", "admin"}
    whole = Authenticator(**{name: value for one in openers for name, value in opening_for(one).items()})  # type: ignore[arg-type]
    assert (await whole.authenticate(f"Bearer {credential}")).name == verify
    lacking = Authenticator(**{n: v for one in openers - {verify} for n, v in opening_for(one).items()})  # type: ignore[arg-type]
    with pytest.raises(NotAuthenticated) as refused:
        await lacking.authenticate(f"Bearer {credential}")
    assert refused.value.reason is Reason.UNKNOWN


@pytest.mark.parametrize("reason", list(Reason))
def test_every_refusal_has_a_sentence_a_status_and_a_challenge(reason: Reason) -> None:
    refused = NotAuthenticated(reason)
    assert refused.message.endswith((".", "<key>"))
    assert refused.status == (403 if reason in (Reason.WITHOUT_SCOPE, Reason.WITHOUT_ACCOUNT) else 401)
    assert refused.headers["www-authenticate"].startswith("Bearer")
