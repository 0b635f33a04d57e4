"""The text of API keys. It is made here, shown once, and stored as a digest."""

import hashlib
import hmac
import secrets
import string
import zlib

PREFIX = "fg_"
"""So that scanners for secrets, and people, know one when they see one."""

_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_RANDOM_BYTES = 32
_RANDOM_DIGITS = 43  # what 256 bits take in base 62
_CHECKSUM_DIGITS = 6  # what the 32 bits of a CRC take


# ---------------------------------------------------------------------------------------------------- the key itself


def make_token() -> str:
    number = int.from_bytes(secrets.token_bytes(_RANDOM_BYTES), "big")
    body = PREFIX + _write(number, _RANDOM_DIGITS)
    return body + _checksum(body)


def is_well_formed(token: str) -> bool:
    """Whether the checksum matches. It distinguishes a mistyped key from an unknown one without asking the table."""
    body, checksum = token[:-_CHECKSUM_DIGITS], token[-_CHECKSUM_DIGITS:]
    return token.isascii() and len(body) == len(PREFIX) + _RANDOM_DIGITS and checksum == _checksum(body)


def digest_token(token: str) -> str:
    """SHA-256 without salt. Salts and slow hashes protect what people choose; nobody guesses 256 random bits."""
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
