"""Whether a request came by way of CloudFront, which adds a secret to each that it passes on (local/cloudfront.yaml).

CloudFront replaces a header of this name that a client sends. The environment has only digests of the secret, because
everybody who can read the function's configuration sees it; the secret is random, so they tell nothing of it.
"""

import re
from collections.abc import Mapping
from hashlib import sha256
from hmac import compare_digest

from functions.settings import SettingsError

HEADER = "x-origin-verify"
"""As AWS's own examples call it."""

STATUS = 403
BODY: Mapping[str, object] = {
    "errors": [
        {
            "message": "This is not the address for requests: send them to the one of CloudFront.",
            "extensions": {"code": "FORBIDDEN"},
        }
    ]
}

_DIGEST = re.compile(r"[0-9a-f]{64}")


def read_origin_digests(environment: Mapping[str, str]) -> tuple[str, ...]:
    """`ORIGIN_SECRET_DIGESTS`: SHA-256 digests in hex, separated by commas. None where nothing is in front. The message
    of a `SettingsError` leaves out what was given, which may be the secret itself.
    """
    given = tuple(filter(None, environment.get("ORIGIN_SECRET_DIGESTS", "").lower().split(",")))
    if not all(_DIGEST.fullmatch(one) for one in given):
        raise SettingsError(
            "ORIGIN_SECRET_DIGESTS is a list of SHA-256 digests, of 64 hexadecimal digits each"
        )
    return given


def came_by_cloudfront(secret: str, digests: tuple[str, ...]) -> bool:
    presented = sha256(secret.encode()).hexdigest()
    return any(compare_digest(presented, one) for one in digests)
