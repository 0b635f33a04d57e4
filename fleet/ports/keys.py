"""Where API keys are kept."""

from datetime import datetime
from typing import Protocol

from fleet.model.api_key import ApiKey


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
