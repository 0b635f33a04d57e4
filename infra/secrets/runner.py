"""Tokens of the runner. Tokens that it gets at every start stay in memory. Tokens of accounts that are connected while
it runs are stored in its file, which only its owner can read.
"""

import hashlib
from datetime import datetime

from pydantic import SecretStr

from infra.store.names import join
from infra.store.table import Table
from infra.store.writes import Key, delete, put, text


class RunnerVault:
    """Implements `fleet.ports.vault.Vault`. Without `table`, no token is kept after the process ends."""

    def __init__(self, table: Table | None) -> None:
        self._table = table
        self._tokens: dict[str, SecretStr] = {}
        self._given: dict[str, SecretStr] = {}

    async def give(self, account_id: str, token: SecretStr) -> SecretStr:
        """Sets a token for this process. Returns the valid one: a stored token that replaced this one is newer."""
        self._given[account_id] = token
        row = None if self._table is None else await self._table.get(_key(account_id), consistent=True)
        if row is not None and row.get("instead_of") == _digest(token):
            token = SecretStr(text(row, "token"))
        self._tokens[account_id] = token
        return token

    async def token(
        self, account_id: str, *, fresh: bool = False, replaced_at: datetime | None = None
    ) -> SecretStr:
        if account_id not in self._tokens:
            row = None if self._table is None else await self._table.get(_key(account_id), consistent=True)
            if row is None:
                raise KeyError(account_id)
            self._tokens[account_id] = SecretStr(text(row, "token"))
        return self._tokens[account_id]

    async def keep(self, account_id: str, token: SecretStr) -> None:
        if self._table is not None:
            pk, sk = _key(account_id)
            row: dict[str, str | int] = {"pk": pk, "sk": sk, "token": token.get_secret_value()}
            if account_id in self._given:
                row["instead_of"] = _digest(self._given[account_id])
            await self._table.write(put(row))
        self._tokens[account_id] = token

    async def forget(self, account_id: str) -> None:
        self._tokens.pop(account_id, None)
        self._given.pop(account_id, None)
        if self._table is not None:
            await self._table.write(delete(_key(account_id)))


def _key(account_id: str) -> Key:
    return join("token", account_id), "token"


def _digest(token: SecretStr) -> str:
    return hashlib.sha256(token.get_secret_value().encode()).hexdigest()
