"""Authentication: which caller a credential stands for."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from fleet.access.key_token import PREFIX, digest_token, id_of, is_well_formed, matches
from fleet.model.caller import Caller
from fleet.ports.clock import Clock
from fleet.ports.keys import Keys

Authenticate = Callable[[str | None], Awaitable[Caller]]
"""Answers the caller for the value of an `Authorization` header. Raises `NotAuthenticated`."""

VerifyCredential = Callable[[str], Awaitable[Caller]]
"""Answers the caller for a credential of one kind. Raises `NotAuthenticated`."""


class Reason(StrEnum):
    """Why a request is not authenticated. There are few reasons, because metrics are counted by them."""

    MISSING = "missing"
    MISTYPED = "mistyped"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REVOKED = "revoked"
    NOT_VERIFIED = "not verified"
    WITHOUT_SCOPE = "without scope"
    WITHOUT_ACCOUNT = "without account"


_SENTENCES: Mapping[Reason, str] = {
    Reason.MISSING: "A key is needed. Send it in the header: Authorization: Bearer <key>",
    Reason.MISTYPED: "This key was not copied whole, or is mistyped: its checksum does not match.",
    Reason.UNKNOWN: "This key is not known here.",
    Reason.EXPIRED: "This key or token has expired.",
    Reason.REVOKED: "This key was revoked.",
    Reason.NOT_VERIFIED: "This token is not taken here: its signature, issuer, audience or form is not right.",
    Reason.WITHOUT_SCOPE: "This token carries none of the scopes that are asked for here.",
    Reason.WITHOUT_ACCOUNT: "This token names no account that it may see.",
}


class NotAuthenticated(Exception):
    """`message` is for the caller. `fact` is for the log; it does not contain the credential."""

    def __init__(self, reason: Reason, fact: str = "") -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.fact = fact
        self.message = _SENTENCES[reason]

    @property
    def is_known(self) -> bool:
        """Whether the credential is valid and allows nothing."""
        return self.reason in (Reason.WITHOUT_SCOPE, Reason.WITHOUT_ACCOUNT)

    @property
    def status(self) -> int:
        return 403 if self.is_known else 401

    @property
    def headers(self) -> Mapping[str, str]:
        """As RFC 6750 has them."""
        error = "insufficient_scope" if self.is_known else "invalid_token"
        challenge = "Bearer" + ("" if self.reason is Reason.MISSING else f' error="{error}"')
        return {"www-authenticate": challenge, "cache-control": "no-store"}

    @property
    def body(self) -> Mapping[str, object]:
        code = "FORBIDDEN" if self.is_known else "UNAUTHENTICATED"
        return {"errors": [{"message": self.message, "extensions": {"code": code}}]}


@dataclass(frozen=True, kw_only=True)
class Authenticator:
    """Verifies each kind of credential. Null where a kind is not accepted."""

    api_key: VerifyCredential | None = None
    token: VerifyCredential | None = None
    admin_key: VerifyCredential | None = None

    async def authenticate(self, authorization: str | None) -> Caller:
        credential = presented(authorization)
        if credential is None:
            raise NotAuthenticated(Reason.MISSING)
        verify = self._verifier(credential)
        if verify is None:
            raise NotAuthenticated(Reason.UNKNOWN)
        return await verify(credential)

    def _verifier(self, credential: str) -> VerifyCredential | None:
        if credential.startswith(PREFIX):
            return self.api_key
        return self.token if credential.count(".") == 2 else self.admin_key


def presented(authorization: str | None) -> str | None:
    scheme, _, credential = (authorization or "").partition(" ")
    return credential.strip() or None if scheme.lower() == "bearer" else None


async def authenticate_key(keys: Keys, clock: Clock, token: str) -> Caller:
    """The caller of an API key. Raises NotAuthenticated, which says that a key has expired or was revoked only if the
    token is that whole key.
    """
    if not is_well_formed(token):
        raise NotAuthenticated(Reason.MISTYPED)
    digest, now = digest_token(token), clock.now()
    found = await keys.find(id_of(digest))
    if found is None or not matches(digest, found[1]):
        raise NotAuthenticated(Reason.UNKNOWN)
    key = found[0]
    if key.revoked_at is not None:
        raise NotAuthenticated(Reason.REVOKED, f"key {key.id}")
    if key.has_expired(now):
        raise NotAuthenticated(Reason.EXPIRED, f"key {key.id}")
    if key.is_use_to_be_noted(now):
        await keys.note_use(key, now)
    return key.caller
