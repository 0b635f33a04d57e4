"""Verifying tokens of an OpenID Connect issuer with the keys that the issuer publishes.

A token must be signed with RS256 or ES256 by one of those keys, and have this issuer, our audience, an expiry and a
subject. Its scopes that begin with `fleetgraph:` are the caller's scopes. A claim can limit it to accounts.
"""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import httpx
import jwt

from adapters.body import BadBody, read_body
from fleet.access.authentication import NotAuthenticated, Reason
from fleet.model.caller import Caller, Scope
from fleet.ports.clock import Clock

ALGORITHMS = ("RS256", "ES256")
LEEWAY = timedelta(seconds=30)
"""The accepted difference between the issuer's clock and ours."""

KEYS_KEPT = timedelta(hours=1)
KEYS_KEPT_AT_MOST = timedelta(days=1)
"""How long the last published keys are used while the issuer does not answer."""
ASKED_AT_MOST_EVERY = timedelta(minutes=1)
"""The shortest time between two requests for the keys, which an unknown key id in a token causes."""

SCOPES: Mapping[str, Scope] = {f"fleetgraph:{scope.value}": scope for scope in Scope}

ANSWER_SECONDS = 3
"""The deadline for both documents together, because callers wait for them."""
LARGEST_DOCUMENT_BYTES = 256 * 2**10
"""The most bytes of a document. A key with its chain of certificates takes some six kilobytes."""
MOST_KEYS = 100
"""The most keys of an issuer. Real issuers publish a few, and each takes some work to prepare."""
_VERIFIER = jwt.PyJWT(options={"enforce_minimum_key_length": True})


@dataclass(frozen=True, kw_only=True)
class Expected:
    """`issuer` is its exact URL. `scope_claim` is the claim with a token's scopes, as a text or a list, and
    `accounts_claim` the one with the IDs of the accounts that it may see; without one, a token may see every account.
    """

    issuer: str
    audience: str
    scope_claim: str = "scope"
    accounts_claim: str | None = None


ReadAccountId = Callable[[str], str | None]
"""The account id in an ID of the API. Null for anything else."""

EVERY_ACCOUNT = "*"


class IssuerSilent(Exception):
    """The issuer does not publish its keys as expected. The message says why."""


class Issuer:
    """Verifies tokens and keeps the issuer's keys. `open` is a `fleet.access.authentication.VerifyCredential`."""

    def __init__(self, expected: Expected, clock: Clock, read_account_id: ReadAccountId) -> None:
        self._expected = expected
        self._read_account_id = read_account_id
        self._clock = clock
        self._keys: Mapping[str | None, jwt.PyJWK] = MappingProxyType({})
        self._read_at: datetime | None = None
        self._asked_at: datetime | None = None
        self._asking = asyncio.Lock()

    async def open(self, token: str) -> Caller:
        try:
            claims = await self._verify(token)
        except jwt.ExpiredSignatureError:
            raise NotAuthenticated(Reason.EXPIRED) from None
        except jwt.PyJWTError as error:
            raise NotAuthenticated(Reason.NOT_VERIFIED, type(error).__name__) from None
        except IssuerSilent as error:
            raise NotAuthenticated(Reason.NOT_VERIFIED, str(error)) from None
        caller = to_caller(claims, self._expected, self._read_account_id)
        if not caller.scopes:
            raise NotAuthenticated(Reason.WITHOUT_SCOPE, caller.name)
        if caller.account_ids is not None and not caller.account_ids:
            raise NotAuthenticated(Reason.WITHOUT_ACCOUNT, caller.name)
        return caller

    async def _verify(self, token: str) -> Mapping[str, Any]:
        header = jwt.get_unverified_header(token)
        if header.get("alg") not in ALGORITHMS:
            raise jwt.InvalidAlgorithmError
        key = await self._key(header.get("kid"))
        verified: dict[str, Any] = _VERIFIER.decode(
            token,
            key,
            algorithms=ALGORITHMS,
            issuer=self._expected.issuer,
            audience=self._expected.audience,
            leeway=LEEWAY,
            options={"require": ["exp", "iss", "aud", "sub"]},
        )
        return verified

    async def _key(self, key_id: str | None) -> jwt.PyJWK:
        # A token with a known key does not wait while another request refreshes the keys.
        if not (self._asking.locked() and key_id in self._keys and self._are_believed()):
            async with self._asking:
                if self._is_to_ask(key_id):
                    await self._ask()
        if key_id is None and len(self._keys) == 1:
            return next(iter(self._keys.values()))
        if key_id not in self._keys:
            raise jwt.InvalidKeyError
        return self._keys[key_id]

    def _is_to_ask(self, key_id: str | None) -> bool:
        now = self._clock.now()
        if self._asked_at is not None and now - self._asked_at < ASKED_AT_MOST_EVERY:
            return False
        is_old = self._read_at is None or now - self._read_at >= KEYS_KEPT
        return is_old or (key_id is not None and key_id not in self._keys)

    def _are_believed(self) -> bool:
        return self._read_at is not None and self._clock.now() - self._read_at < KEYS_KEPT_AT_MOST

    async def _ask(self) -> None:
        self._asked_at = now = self._clock.now()
        try:
            self._keys = await read_keys(self._expected.issuer)
        except IssuerSilent:
            if not self._are_believed():
                self._keys = MappingProxyType({})
                raise
        else:
            self._read_at = now


def to_caller(claims: Mapping[str, Any], expected: Expected, read_account_id: ReadAccountId) -> Caller:
    """The scopes and accounts of a token. Scopes of other applications and unknown values are ignored."""
    scopes = frozenset(SCOPES[word] for word in _words(claims, expected.scope_claim) if word in SCOPES)
    account_ids = None
    if expected.accounts_claim is not None:
        named = list(_words(claims, expected.accounts_claim))
        if EVERY_ACCOUNT not in named:
            account_ids = frozenset(found for one in named if (found := read_account_id(one)) is not None)
            # Whoever makes keys can make one for every account, so ADMIN comes to WRITE within a limit.
            scopes = frozenset(Scope.WRITE if scope is Scope.ADMIN else scope for scope in scopes)
    subject = str(claims["sub"])
    return Caller(
        id=f"oidc {expected.issuer} {subject}", name=subject, scopes=scopes, account_ids=account_ids
    )


def _words(claims: Mapping[str, Any], claim: str) -> Iterator[str]:
    claimed = claims.get(claim)
    listed = claimed.split() if isinstance(claimed, str) else claimed if isinstance(claimed, list) else []
    yield from (word for word in listed if isinstance(word, str))


async def read_keys(issuer: str) -> Mapping[str | None, jwt.PyJWK]:
    """The keys by id. Raises `IssuerSilent` if they cannot be read."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS), httpx.AsyncClient(timeout=ANSWER_SECONDS) as client:
            about = await _get(client, issuer.rstrip("/") + "/.well-known/openid-configuration")
            if about.get("issuer") != issuer:
                raise IssuerSilent("the issuer's own name differs from the configured one")
            published = await _get(client, str(about.get("jwks_uri")))
        if len(published.get("keys") or ()) > MOST_KEYS:
            raise IssuerSilent(f"it publishes more than {MOST_KEYS} keys")
        keys = jwt.PyJWKSet.from_dict(published)
    except (
        httpx.HTTPError,
        httpx.InvalidURL,
        ValueError,
        TypeError,
        TimeoutError,
        BadBody,
        jwt.PyJWTError,
    ) as error:
        raise IssuerSilent(f"its keys cannot be read: {type(error).__name__}") from error
    return {key.key_id: key for key in keys if key.public_key_use in (None, "sig")}


async def _get(client: httpx.AsyncClient, url: str) -> dict[str, Any]:
    if not url.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
        raise IssuerSilent("keys are read only over https")
    async with client.stream("GET", url, headers={"Accept-Encoding": "gzip"}) as answer:
        answer.raise_for_status()
        body = await read_body(answer, LARGEST_DOCUMENT_BYTES)
    try:
        document = json.loads(body)
    except RecursionError:
        raise IssuerSilent("its document is nested too deeply") from None
    if not isinstance(document, dict):
        raise IssuerSilent("its document is not a JSON object")
    return document
