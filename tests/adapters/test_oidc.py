"""Tokens signed by an issuer that listens on this machine: one that is right, and one for every defect."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from adapters.oidc import (
    ASKED_AT_MOST_EVERY,
    KEYS_KEPT,
    KEYS_KEPT_AT_MOST,
    LARGEST_DOCUMENT_BYTES,
    MOST_KEYS,
    Expected,
    Issuer,
)
from fleet.access.authentication import NotAuthenticated, Reason
from fleet.model.caller import Caller, Scope
from tests.adapters.issuer import AUDIENCE, CURVE, RSA, SHORT, STRANGER, Publisher, published, publishing


class MovedClock:
    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("nothing here waits")


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    with publishing() as made:
        yield made


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


def account_id(global_id: str) -> str | None:
    """As the API's IDs are read, in a form that a test can write."""
    kind, _, found = global_id.partition(":")
    return found if kind == "Account" else None


@pytest.fixture
def issuer(publisher: Publisher, clock: MovedClock) -> Issuer:
    return Issuer(Expected(issuer=publisher.url, audience=AUDIENCE), clock, account_id)


async def refusal(issuer: Issuer, token: str) -> NotAuthenticated:
    with pytest.raises(NotAuthenticated) as refused:
        await issuer.open(token)
    assert token not in refused.value.fact
    return refused.value


async def test_a_token_stands_for_who_it_is_about_with_the_scopes_it_carries(
    issuer: Issuer, publisher: Publisher
) -> None:
    caller = await issuer.open(publisher.sign({"scope": "openid fleetgraph:write"}))
    assert caller == Caller(
        id=f"oidc {publisher.url} ada", name="ada", scopes=frozenset({Scope.READ, Scope.WRITE})
    )
    assert caller.account_ids is None


async def test_a_token_may_be_signed_on_a_curve(issuer: Issuer, publisher: Publisher) -> None:
    assert (await issuer.open(publisher.sign({}, CURVE, "c1", "ES256"))).name == "ada"


@pytest.mark.parametrize(
    ("claim", "claimed"),
    [
        ("scope", "fleetgraph:read"),
        ("scp", ["fleetgraph:read", "openid"]),
        ("permissions", ["fleetgraph:read"]),
        ("https://fleet.example/scopes", "x fleetgraph:read y"),
    ],
)
async def test_scopes_are_in_the_claim_that_the_setting_names(
    claim: str, claimed: object, publisher: Publisher, clock: MovedClock
) -> None:
    issuer = Issuer(Expected(issuer=publisher.url, audience=AUDIENCE, scope_claim=claim), clock, account_id)
    caller = await issuer.open(publisher.sign({"scope": None, claim: claimed}))
    assert caller.scopes == frozenset({Scope.READ})


@pytest.mark.parametrize(
    "claimed", [None, "", "openid", "read", "fleetgraph:", "fleetgraph:root", 7, {"a": 1}, [7]]
)
async def test_without_a_scope_of_ours_somebody_is_known_and_may_nothing(
    claimed: object, issuer: Issuer, publisher: Publisher
) -> None:
    refused = await refusal(issuer, publisher.sign({"scope": claimed}))
    assert (refused.reason, refused.status) == (Reason.WITHOUT_SCOPE, 403)


@pytest.fixture
def limiting(publisher: Publisher, clock: MovedClock) -> Issuer:
    """Where a claim lists the accounts of a token."""
    expected = Expected(issuer=publisher.url, audience=AUDIENCE, accounts_claim="accounts")
    return Issuer(expected, clock, account_id)


@pytest.mark.parametrize(
    ("claimed", "accounts"),
    [
        (["Account:a", "Account:b"], {"a", "b"}),
        ("Account:a Account:b", {"a", "b"}),
        (["Account:a", "Cluster:c", 7, "a"], {"a"}),
        (["Account:a", "*"], None),
        ("*", None),
    ],
)
async def test_a_token_sees_the_accounts_that_its_claim_lists(
    claimed: object, accounts: set[str] | None, limiting: Issuer, publisher: Publisher
) -> None:
    caller = await limiting.open(publisher.sign({"accounts": claimed}))
    assert caller.account_ids == accounts


@pytest.mark.parametrize("claimed", [None, "", [], "everything", ["Cluster:c"], {"Account:a": 1}, 7])
async def test_a_token_that_lists_no_account_is_refused_where_one_is_asked_for(
    claimed: object, limiting: Issuer, publisher: Publisher
) -> None:
    refused = await refusal(limiting, publisher.sign({"accounts": claimed}))
    assert (refused.reason, refused.status) == (Reason.WITHOUT_ACCOUNT, 403)


async def test_whoever_is_limited_to_accounts_makes_no_keys(limiting: Issuer, publisher: Publisher) -> None:
    claims = {"scope": "fleetgraph:admin", "accounts": ["Account:a"]}
    caller = await limiting.open(publisher.sign(claims))
    assert caller.scopes == {Scope.READ, Scope.WRITE}
    caller = await limiting.open(publisher.sign({**claims, "accounts": "*"}))
    assert Scope.ADMIN in caller.scopes


def raw(header: dict[str, Any], claims: dict[str, Any], signature: bytes) -> str:
    parts = [json.dumps(one).encode() for one in (header, claims)] + [signature]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def unsigned(publisher: Publisher, alg: str = "none") -> str:
    claims = jwt.decode(publisher.sign({}), options={"verify_signature": False})
    return raw({"alg": alg, "typ": "JWT", "kid": "r1"}, claims, b"")


def signed_with_the_public_key(publisher: Publisher) -> str:
    """As if what verifies signatures were a shared secret: the oldest trick there is."""
    claims = jwt.decode(publisher.sign({}), options={"verify_signature": False})
    token = raw({"alg": "HS256", "typ": "JWT", "kid": "r1"}, claims, b"").rstrip(".")
    signature = hmac.new(json.dumps(publisher.keys[0]).encode(), token.encode(), hashlib.sha256).digest()
    return token + "." + base64.urlsafe_b64encode(signature).decode().rstrip("=")


def with_other_claims(publisher: Publisher) -> str:
    header, _, signature = publisher.sign({}).split(".")
    _, claims, _ = publisher.sign({"scope": "fleetgraph:admin"}).split(".")
    return f"{header}.{claims}.{signature}"


DEFECTS: dict[str, Callable[[Publisher], str]] = {
    "no signature": unsigned,
    "no signature, spelt otherwise": lambda of: unsigned(of, "NoNe"),
    "signed with the public key": signed_with_the_public_key,
    "claims of another token": with_other_claims,
    "signed by a stranger": lambda of: of.sign({}, STRANGER),
    "signed by a stranger who names a key that is not there": lambda of: of.sign({}, STRANGER, "stranger"),
    "signed with another key than it names": lambda of: of.sign({}, RSA, "c1"),
    "a curve's key for another algorithm": lambda of: of.sign({}, CURVE, "r1", "ES256"),
    "an algorithm that is not on the list": lambda of: of.sign({}, RSA, "r1", "RS512"),
    "an algorithm of the same key that is not on the list": lambda of: of.sign({}, RSA, "r1", "PS256"),
    "a key that is too short": lambda of: of.sign({}, SHORT, "short"),
    "no key named where there are several": lambda of: of.sign({}, RSA, None),
    "another issuer": lambda of: of.sign({"iss": "https://issuer.example"}),
    "an issuer that begins alike": lambda of: of.sign({"iss": of.url + "/"}),
    "no issuer": lambda of: of.sign({"iss": None}),
    "another audience": lambda of: of.sign({"aud": "https://other.example"}),
    "several other audiences": lambda of: of.sign({"aud": ["https://other.example", "x"]}),
    "no audience": lambda of: of.sign({"aud": None}),
    "nobody it is about": lambda of: of.sign({"sub": None}),
    "no end": lambda of: of.sign({"exp": None}),
    "not valid yet": lambda of: of.sign({"nbf": int(time.time()) + 120}),
    "made in the future": lambda of: of.sign({"iat": int(time.time()) + 120}),
    "an end that is no time": lambda of: of.sign({"exp": "tomorrow"}),
    "no JSON": lambda of: "a.b.c",
    "nothing": lambda of: "..",
    "something that has to be understood": lambda of: jwt.encode(
        jwt.decode(of.sign({}), options={"verify_signature": False}),
        RSA,
        algorithm="RS256",
        headers={"kid": "r1", "crit": ["x"], "x": 1},
    ),
}


@pytest.mark.filterwarnings("ignore:.*key is.*")
@pytest.mark.parametrize("defect", DEFECTS)
async def test_a_token_that_is_not_right_opens_nothing(
    defect: str, issuer: Issuer, publisher: Publisher
) -> None:
    assert (await refusal(issuer, DEFECTS[defect](publisher))).reason is Reason.NOT_VERIFIED


async def test_a_token_ends_when_it_says_and_clocks_may_differ_a_little(
    issuer: Issuer, publisher: Publisher
) -> None:
    now = int(time.time())
    assert (await issuer.open(publisher.sign({"exp": now - 15}))).name == "ada"
    assert (await issuer.open(publisher.sign({"nbf": now + 15}))).name == "ada"
    assert (await refusal(issuer, publisher.sign({"exp": now - 45}))).reason is Reason.EXPIRED


async def test_one_audience_of_several_may_be_ours(issuer: Issuer, publisher: Publisher) -> None:
    assert (await issuer.open(publisher.sign({"aud": ["https://other.example", AUDIENCE]}))).name == "ada"


# -------------------------------------------------------------------------------------------------- the issuer's keys


async def test_keys_are_read_once_and_kept(issuer: Issuer, publisher: Publisher, clock: MovedClock) -> None:
    for _ in range(3):
        await issuer.open(publisher.sign({}))
    assert publisher.asked == ["/.well-known/openid-configuration", "/keys"]
    clock.at += KEYS_KEPT
    await issuer.open(publisher.sign({}))
    assert publisher.asked.count("/keys") == 2


async def test_a_new_key_is_found_and_strangers_do_not_make_us_ask_without_end(
    issuer: Issuer, publisher: Publisher, clock: MovedClock
) -> None:
    await issuer.open(publisher.sign({}))
    publisher.keys.append(published(STRANGER, "r2"))
    for _ in range(5):
        assert (await refusal(issuer, publisher.sign({}, STRANGER, "r3"))).reason is Reason.NOT_VERIFIED
    assert publisher.asked.count("/keys") == 1
    clock.at += ASKED_AT_MOST_EVERY
    assert (await issuer.open(publisher.sign({}, STRANGER, "r2"))).name == "ada"
    assert publisher.asked.count("/keys") == 2


async def test_a_key_that_was_taken_back_opens_no_more(
    issuer: Issuer, publisher: Publisher, clock: MovedClock
) -> None:
    await issuer.open(publisher.sign({}))
    publisher.keys = [published(CURVE, "c1")]
    clock.at += KEYS_KEPT
    await refusal(issuer, publisher.sign({}))


async def test_a_token_without_the_name_of_its_key_is_taken_where_there_is_one(
    issuer: Issuer, publisher: Publisher
) -> None:
    publisher.keys = publisher.keys[:1]
    assert (await issuer.open(publisher.sign({}, RSA, None))).name == "ada"


async def test_a_key_that_is_not_for_signatures_verifies_none(issuer: Issuer, publisher: Publisher) -> None:
    publisher.keys = [published(RSA, "r1", use="enc"), published(CURVE, "c1")]
    await refusal(issuer, publisher.sign({}))


async def test_while_the_issuer_is_silent_its_keys_are_believed_for_a_day(
    issuer: Issuer, publisher: Publisher, clock: MovedClock
) -> None:
    await issuer.open(publisher.sign({}))
    publisher.answers["/keys"] = (503, b"")
    clock.at += KEYS_KEPT_AT_MOST - timedelta(seconds=1)
    assert (await issuer.open(publisher.sign({}))).name == "ada"
    clock.at += ASKED_AT_MOST_EVERY
    refused = await refusal(issuer, publisher.sign({}))
    assert (refused.reason, refused.fact) == (
        Reason.NOT_VERIFIED,
        "its keys cannot be read: HTTPStatusError",
    )


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/.well-known/openid-configuration", (404, b"{}")),
        ("/.well-known/openid-configuration", (200, b"<html>")),
        ("/.well-known/openid-configuration", (200, b"[]")),
        ("/.well-known/openid-configuration", (302, b"")),
        ("/.well-known/openid-configuration", (200, b'{"issuer": "https://issuer.example"}')),
        ("/keys", (500, b"")),
        ("/keys", (200, b"")),
        ("/keys", (200, b"{}")),
        ("/keys", (200, b'{"keys": []}')),
        ("/keys", (200, b'{"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "r1", "alg": "RS256"}]}')),
    ],
)
async def test_an_issuer_that_does_not_publish_its_keys_opens_nothing(
    path: str, answer: tuple[int, bytes], issuer: Issuer, publisher: Publisher
) -> None:
    publisher.answers[path] = answer
    assert (await refusal(issuer, publisher.sign({}))).reason is Reason.NOT_VERIFIED


@pytest.mark.parametrize("url", ["http://keys.example/keys", "file:///etc/keys", "keys", "null"])
async def test_keys_are_not_read_from_just_anywhere(url: str, issuer: Issuer, publisher: Publisher) -> None:
    about = json.dumps({"issuer": publisher.url, "jwks_uri": url}).encode()
    publisher.answers["/.well-known/openid-configuration"] = (200, about)
    assert (await refusal(issuer, publisher.sign({}))).fact == "keys are read only over https"


# -------------------------------------------------------------------------------------------- an issuer that is hostile


@dataclass
class Held:
    """An address that keeps whoever asks it waiting."""

    url: str = ""
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)


@asynccontextmanager
async def held(after: bytes, drip: bytes = b"") -> AsyncIterator[Held]:
    """It sends `after`, then `drip` again and again, until it is released or the client leaves."""
    here = Held()
    released = here.released

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        here.asked.set()
        writer.write(after)
        with suppress(ConnectionError):
            while not released.is_set() and not reader.at_eof():
                writer.write(drip)
                await writer.drain()
                with suppress(TimeoutError):
                    await asyncio.wait_for(released.wait(), 0.005)
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        here.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield here
        released.set()


@pytest.mark.parametrize("drip", [b"", b" "], ids=["nothing", "a space at a time"])
async def test_an_issuer_that_is_slow_without_end_is_not_waited_for(
    drip: bytes, issuer: Issuer, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.oidc.ANSWER_SECONDS", 0.1)
    async with held(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", drip) as slow:
        about = json.dumps({"issuer": publisher.url, "jwks_uri": f"{slow.url}/keys"}).encode()
        publisher.answers["/.well-known/openid-configuration"] = (200, about)
        refused = await refusal(issuer, publisher.sign({}))
    assert (refused.reason, refused.fact) == (Reason.NOT_VERIFIED, "its keys cannot be read: TimeoutError")


async def test_whoever_has_a_known_key_does_not_wait_for_a_slow_issuer(
    issuer: Issuer, publisher: Publisher, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.oidc.ANSWER_SECONDS", 60)
    await issuer.open(publisher.sign({}))
    clock.at += KEYS_KEPT
    async with held(b"") as slow:
        about = json.dumps({"issuer": publisher.url, "jwks_uri": f"{slow.url}/keys"}).encode()
        publisher.answers["/.well-known/openid-configuration"] = (200, about)
        waiting = asyncio.create_task(issuer.open(publisher.sign({})))
        await slow.asked.wait()
        assert (await issuer.open(publisher.sign({}))).name == "ada"
        assert not waiting.done()
        slow.released.set()
        assert (await waiting).name == "ada"


async def test_the_right_keys_in_too_large_a_document_are_not_read(
    issuer: Issuer, publisher: Publisher
) -> None:
    _, right = publisher.answer("/keys")
    publisher.answers["/keys"] = (200, right[:-1] + b" " * LARGEST_DOCUMENT_BYTES + b"}")
    assert (await refusal(issuer, publisher.sign({}))).reason is Reason.NOT_VERIFIED


@pytest.mark.parametrize(
    "keys",
    [
        b'{"keys": []' + b" " * LARGEST_DOCUMENT_BYTES + b"}",
        b'{"keys": [' + b",".join([b"{}"] * (MOST_KEYS + 1)) + b"]}",
        b'{"keys": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"keys": 7}',
        b'{"keys": null}',
    ],
    ids=["large", "many", "deep", "a number", "null"],
)
async def test_more_than_an_issuer_has_to_publish_is_not_read(
    keys: bytes, issuer: Issuer, publisher: Publisher
) -> None:
    publisher.answers["/keys"] = (200, keys)
    assert (await refusal(issuer, publisher.sign({}))).reason is Reason.NOT_VERIFIED
