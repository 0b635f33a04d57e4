"""Telling a JSON web token from another token, and when it expires. Nothing of it is verified."""

import binascii
import json
from base64 import urlsafe_b64decode
from datetime import UTC, datetime


def is_jwt(token: str) -> bool:
    """Three parts, of which the first decodes to an object with `alg`."""
    parts = token.split(".")
    header = _read(parts[0]) if len(parts) == 3 else None
    return isinstance(header, dict) and "alg" in header


def expires_at(token: str) -> datetime | None:
    """The end of a JWT, from its claim `exp`, in seconds since 1970 (source: RFC 7519). Null if the token is not a
    JWT, or does not have that claim.
    """
    claims = _read(token.split(".")[1]) if is_jwt(token) else None
    seconds = claims.get("exp") if isinstance(claims, dict) else None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _read(part: str) -> object:
    try:
        return json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return None
