"""The first admin key of a deployment, which Secrets Manager generates and keeps."""

import asyncio
import hmac
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from fleet.ports.clock import Clock
from infra import aws

if TYPE_CHECKING:
    from types_boto3_secretsmanager import SecretsManagerClient

KEPT = timedelta(minutes=5)
"""How long a replaced key is still accepted."""


def open_client() -> "SecretsManagerClient":
    client: SecretsManagerClient = aws.open_client("secretsmanager")
    return client


class AdminKey:
    def __init__(self, client: "SecretsManagerClient", secret_id: str, clock: Clock) -> None:
        self._client = client
        self._secret_id = secret_id
        self._clock = clock
        self._read: tuple[bytes, datetime] | None = None

    async def matches(self, presented: str) -> bool:
        """Whether a key is valid, in a time that does not depend on how much of it matches. Raises the errors of AWS:
        without the key, nobody is authenticated.
        """
        return hmac.compare_digest(await self._key(), presented.encode())

    async def _key(self) -> bytes:
        now = self._clock.now()
        if self._read is None or now - self._read[1] >= KEPT:
            ask = partial(self._client.get_secret_value, SecretId=self._secret_id)
            answer = await asyncio.to_thread(ask)
            self._read = answer["SecretString"].encode(), now
        return self._read[0]
