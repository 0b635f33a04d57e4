"""Identifiers that become part of a request's path, from providers and from people."""

import re
from urllib.parse import unquote

LONGEST_IDENTIFIER = 512
"""Characters; providers use up to 253, which is what Kubernetes allows a name. Keys of the store take 1,024 bytes."""

_SEPARATORS = re.compile(r"[/\\]")
_CONTROLS = re.compile("[\x00-\x1f\x7f\ufffd]")
"""And the sign for what could not be read, which no identifier holds."""
_DOTS = re.compile(r"\s*\.{0,2}\s*(;.*)?", re.DOTALL)
"""Nothing, here, or above; some servers drop what follows a semicolon."""
_ROUNDS = 3
"""Servers, and proxies before them, decode more than once."""


def fits_a_path(identifier: str) -> bool:
    """Whether the identifier, quoted, names something below the path before it, however often it is decoded on the way.
    `..` would name what is above, and an empty one the collection instead of its member.
    """
    if len(identifier) > LONGEST_IDENTIFIER:
        return False
    for _ in range(_ROUNDS):
        if _CONTROLS.search(identifier) or any(map(_DOTS.fullmatch, _SEPARATORS.split(identifier))):
            return False
        identifier = unquote(identifier)
    return True
