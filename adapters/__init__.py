"""The adapters, one line each: provider JSON on one side, the domain on the other."""

import httpx
from pydantic import SecretStr

from adapters.adapter import BaseAdapter
from adapters.cockroachdb import CockroachdbAdapter
from adapters.http import open_client
from adapters.kupe import KupeAdapter
from adapters.northflank import NorthflankAdapter
from adapters.qovery import QoveryAdapter
from fleet.model.account import Account
from fleet.ports.clock import Clock
from fleet.ports.permits import Permits
from fleet.providers.outside import Registry

ADAPTERS: Registry[type[BaseAdapter]] = Registry(
    "adapter",
    {
        adapter.provider.key: adapter
        for adapter in (
            CockroachdbAdapter,
            KupeAdapter,
            NorthflankAdapter,
            QoveryAdapter,
        )
    },
)

__all__ = ["ADAPTERS", "BaseAdapter", "open_adapter", "open_client"]


def open_adapter(
    account: Account, token: SecretStr, permits: Permits, *, client: httpx.AsyncClient, clock: Clock
) -> BaseAdapter:
    """A `fleet.ports.adapter.OpenAdapter` once `client` and `clock` are bound."""
    return ADAPTERS[account.provider](account, token, permits, client=client, clock=clock)
