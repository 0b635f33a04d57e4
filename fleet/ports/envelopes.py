"""Where envelopes are kept."""

from typing import Protocol

from fleet.model.envelope import Envelope


class TooManyEnvelopes(Exception):
    """There are as many as there may be."""


class Envelopes(Protocol):
    async def all(self) -> list[Envelope]:
        """In the order of their names. Strongly consistent."""
        ...

    async def put(self, envelope: Envelope) -> None:
        """Replaces the one of its name. `TooManyEnvelopes` where it would be one too many."""
        ...

    async def delete(self, name: str) -> Envelope | None:
        """The one that was deleted. Null when there was none."""
        ...
