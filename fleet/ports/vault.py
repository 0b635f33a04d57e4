"""Where tokens are kept."""

from typing import Protocol

from pydantic import SecretStr


class Vault(Protocol):
    async def token(self, account_id: str, *, fresh: bool = False) -> SecretStr:
        """The token of an account. May be minutes old unless `fresh`. `KeyError` when there is none."""
        ...

    async def keep(self, account_id: str, token: SecretStr) -> None: ...

    async def forget(self, account_id: str) -> None:
        """Idempotent."""
        ...
