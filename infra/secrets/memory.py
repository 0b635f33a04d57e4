"""Tokens in memory, for tests and for the local runner, which gets them at every start."""

from datetime import datetime

from pydantic import SecretStr


class MemoryVault:
    def __init__(self) -> None:
        self._tokens: dict[str, SecretStr] = {}

    async def token(
        self, account_id: str, *, fresh: bool = False, replaced_at: datetime | None = None
    ) -> SecretStr:
        return self._tokens[account_id]

    async def keep(self, account_id: str, token: SecretStr) -> None:
        self._tokens[account_id] = token

    async def forget(self, account_id: str) -> None:
        self._tokens.pop(account_id, None)
