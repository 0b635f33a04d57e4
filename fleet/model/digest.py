"""A short digest of data. Equal data has equal digests, and a digest does not reveal the data."""

import hashlib
import json


def digest(data: object) -> str:
    """The digest of the value as JSON. The order of members does not matter."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
