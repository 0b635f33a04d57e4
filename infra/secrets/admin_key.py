"""The key that a deployment is born with, kept by Secrets Manager, which also made it up."""

import asyncio
import hmac
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import boto3

from fleet.ports.clock import Clock
from infra.aws import CONFIG

if TYPE_CHECKING:
    from types_boto3_secretsmanager import SecretsManagerClient

KEPT = timedelta(minutes=5)
"""How long a key that was replaced still opens."""


def open_client() -> "SecretsManagerClient":
    return boto3.client("secretsmanager", config=CONFIG)


class AdminKey:
    def __init__(self, client: "SecretsManagerClient", secret_id: str, clock: Clock) -> None:
        self._client = client
        self._secret_id = secret_id
        self._clock = clock
        self._read: tuple[bytes, datetime] | None = None

    async def matches(self, presented: str) -> bool:
        """In a time that does not depend on how much of it is right. Raises what AWS does: no key, no entry."""
        return hmac.compare_digest(await self._key(), presented.encode())

    async def _key(self) -> bytes:
        now = self._clock.now()
        if self._read is None or now - self._read[1] >= KEPT:
            ask = partial(self._client.get_secret_value, SecretId=self._secret_id)
            answer = await asyncio.to_thread(ask)
            self._read = answer["SecretString"].encode(), now
        return self._read[0]
