"""Telling a JSON web token from another token."""

import binascii
import json
from base64 import urlsafe_b64decode


def is_jwt(token: str) -> bool:
    """Three parts, of which the first decodes to an object with `alg`. Nothing of it is verified."""
    head, *rest = token.split(".")
    if len(rest) != 2:
        return False
    try:
        header = json.loads(urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (binascii.Error, ValueError):
        return False
    return isinstance(header, dict) and "alg" in header
