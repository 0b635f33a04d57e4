"""API keys: made up here, shown once, kept as a digest."""

import hashlib
import hmac
import secrets
import string
import zlib
from datetime import datetime, timedelta
from typing import Protocol

from fleet.caller import Caller, Scopes
from fleet.record import Instant, Record

PREFIX = "fg_"
"""So that scanners for secrets, and people, know one when they see one."""

_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_RANDOM_BYTES = 32
_RANDOM_DIGITS = 43  # what 256 bits take in base 62
_CHECKSUM_DIGITS = 6  # what the 32 bits of a CRC take

USE_NOTED_EVERY = timedelta(hours=1)


class ApiKey(Record):
    """What is known of a key without the key. `hint` is its last four characters; `account_ids` null sees all."""

    id: str
    name: str
    hint: str
    scopes: Scopes
    account_ids: frozenset[str] | None = None
    created_at: Instant
    expires_at: Instant | None = None
    last_used_at: Instant | None = None
    revoked_at: Instant | None = None

    @property
    def order(self) -> tuple[str, str]:
        """Keys are listed by name."""
        return (self.name, self.id)

    @property
    def caller(self) -> Caller:
        return Caller(id=f"key {self.id}", name=self.name, scopes=self.scopes, account_ids=self.account_ids)

    def has_expired(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now

    def is_use_to_be_noted(self, now: datetime) -> bool:
        return self.last_used_at is None or now - self.last_used_at >= USE_NOTED_EVERY


class Keys(Protocol):
    """Where keys are kept, by id. None of these takes the key itself."""

    async def find(self, key_id: str) -> tuple[ApiKey, str] | None:
        """With its digest. Strongly consistent: what is revoked is revoked."""
        ...

    async def keep(self, key: ApiKey, digest: str) -> None: ...

    async def revoke(self, key_id: str, now: datetime) -> ApiKey | None:
        """Null when there is none. One that was revoked before stays as it is."""
        ...

    async def note_use(self, key: ApiKey, now: datetime) -> None:
        """Nothing when the key was changed since it was read."""
        ...

    async def page(self, *, after: tuple[str, str] | None, limit: int) -> list[ApiKey]:
        """In the order name, id."""
        ...


# ---------------------------------------------------------------------------------------------------- the key itself


def make_token() -> str:
    number = int.from_bytes(secrets.token_bytes(_RANDOM_BYTES), "big")
    body = PREFIX + _write(number, _RANDOM_DIGITS)
    return body + _checksum(body)


def is_well_formed(token: str) -> bool:
    """Whether its checksum matches: what is mistyped is told from what is not known, without asking the table."""
    body, checksum = token[:-_CHECKSUM_DIGITS], token[-_CHECKSUM_DIGITS:]
    return token.isascii() and len(body) == len(PREFIX) + _RANDOM_DIGITS and checksum == _checksum(body)


def digest_token(token: str) -> str:
    """SHA-256, once and without salt: slow hashes and salts protect what people think up and use twice. Nobody guesses
    256 random bits, however quickly each guess is tried.
    """
    return hashlib.sha256(token.encode()).hexdigest()


def id_of(digest: str) -> str:
    """A key is found by part of its digest; the whole is then compared in constant time."""
    return digest[:20]


def _checksum(body: str) -> str:
    return _write(zlib.crc32(body.encode()), _CHECKSUM_DIGITS)


def _write(number: int, width: int) -> str:
    digits = ""
    for _ in range(width):
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits


def matches(digest: str, kept: str) -> bool:
    return hmac.compare_digest(digest, kept)
