"""Identifiers that look random and depend only on the seed."""

from hashlib import sha256
from uuid import UUID


class Identifiers:
    def __init__(self, seed: int) -> None:
        self._seed = seed

    def uuid(self, *parts: object) -> str:
        return str(UUID(bytes=self._digest(parts)[:16], version=4))

    def hex(self, *parts: object, length: int) -> str:
        return self._digest(parts).hex()[:length]

    def _digest(self, parts: tuple[object, ...]) -> bytes:
        return sha256("/".join(map(str, (self._seed, *parts))).encode()).digest()
