"""Where tokens are kept."""

from datetime import datetime
from typing import Protocol

from pydantic import SecretStr


class Vault(Protocol):
    async def token(
        self, account_id: str, *, fresh: bool = False, replaced_at: datetime | None = None
    ) -> SecretStr:
        """The token of an account, `KeyError` when there is none. May be hours old unless `fresh`, but not from before
        `replaced_at`.
        """
        ...

    async def keep(self, account_id: str, token: SecretStr) -> None: ...

    async def forget(self, account_id: str) -> None:
        """Idempotent."""
        ...
