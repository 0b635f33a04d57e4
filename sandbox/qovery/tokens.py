"""Tokens of people at Qovery: JSON web tokens, which go as `Bearer` and expire."""

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime

SIGNATURE = "c2FuZGJveA"


def make_jwt(organization_id: str, expires_at: datetime) -> str:
    claims = {"sub": organization_id, "exp": int(expires_at.timestamp())}
    return ".".join((_write({"alg": "HS256", "typ": "JWT"}), _write(claims), SIGNATURE))


def organization_of(token: str, now: datetime) -> str | None:
    """The id of the organization that a token is of. None for what is no JWT of this sandbox, or expired."""
    parts = token.split(".")
    if len(parts) != 3 or parts[2] != SIGNATURE:
        return None
    try:
        claims = json.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        expires_at = datetime.fromtimestamp(claims["exp"], UTC)
        organization_id: str = claims["sub"]
    except (binascii.Error, ValueError, KeyError, TypeError):
        return None
    return organization_id if now < expires_at else None


def _write(part: object) -> str:
    return urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
