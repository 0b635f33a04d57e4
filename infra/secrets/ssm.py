"""Tokens as SSM parameters: one encrypted parameter for each account, below the deployment's prefix."""

import asyncio
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING

from pydantic import SecretStr

from fleet.ports.clock import Clock
from infra import aws

if TYPE_CHECKING:
    from types_boto3_ssm import SSMClient

KEPT = timedelta(hours=6)
"""How long a token is cached. Each read costs a decryption. A token that was replaced by us is read again at once, and
one that was replaced elsewhere when the provider refuses the old one.
"""
APART = timedelta(minutes=1)
"""How far apart the clocks of two functions are at most, and how long a replaced token takes to be seen by all."""

SSM_KEY = "alias/aws/ssm"
"""The key that SSM encrypts with by default."""


class SsmVault:
    """Implements `fleet.ports.vault.Vault`. `prefix` ends with a slash. Without `key_id`, SSM encrypts with its own
    key. The client is opened with the first token, because that takes long and a query needs none.
    """

    def __init__(self, prefix: str, clock: Clock, *, key_id: str | None = None) -> None:
        self._prefix = prefix
        self._clock = clock
        self._key_id = key_id or SSM_KEY
        self._read: dict[str, tuple[SecretStr, datetime]] = {}

    @cached_property
    def _client(self) -> "SSMClient":
        client: SSMClient = aws.open_client("ssm")
        return client

    async def token(
        self, account_id: str, *, fresh: bool = False, replaced_at: datetime | None = None
    ) -> SecretStr:
        now = self._clock.now()
        if not fresh and account_id in self._read:
            token, read_at = self._read[account_id]
            is_outdated = replaced_at is not None and read_at < replaced_at + APART
            if now - read_at < KEPT and not is_outdated:
                return token
        ask = partial(self._client.get_parameter, Name=self._name(account_id), WithDecryption=True)
        try:
            answer = await asyncio.to_thread(ask)
        except self._client.exceptions.ParameterNotFound as error:
            self._read.pop(account_id, None)
            raise KeyError(account_id) from error
        token = SecretStr(answer["Parameter"]["Value"])
        self._read[account_id] = token, now
        return token

    async def keep(self, account_id: str, token: SecretStr) -> None:
        put = partial(
            self._client.put_parameter,
            Name=self._name(account_id),
            Value=token.get_secret_value(),
            Type="SecureString",
            KeyId=self._key_id,
            Overwrite=True,
        )
        await asyncio.to_thread(put)
        self._read[account_id] = token, self._clock.now()

    async def forget(self, account_id: str) -> None:
        self._read.pop(account_id, None)
        try:
            await asyncio.to_thread(partial(self._client.delete_parameter, Name=self._name(account_id)))
        except self._client.exceptions.ParameterNotFound:
            return

    def _name(self, account_id: str) -> str:
        return self._prefix + account_id
