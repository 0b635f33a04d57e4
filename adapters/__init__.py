"""The adapters, one line each: provider JSON on one side, the domain on the other."""

from collections.abc import Mapping

import httpx
from pydantic import SecretStr

from adapters.adapter import Adapter
from adapters.cockroachdb import CockroachdbAdapter
from adapters.http import open_client
from adapters.kupe import KupeAdapter
from adapters.northflank import NorthflankAdapter
from adapters.qovery import QoveryAdapter
from fleet.model.account import Account
from fleet.ports.clock import Clock
from fleet.ports.permits import Allowance

ADAPTERS: Mapping[str, type[Adapter]] = {
    adapter.provider.key: adapter
    for adapter in (
        CockroachdbAdapter,
        KupeAdapter,
        NorthflankAdapter,
        QoveryAdapter,
    )
}

__all__ = ["ADAPTERS", "Adapter", "open_adapter", "open_client"]


def open_adapter(
    account: Account, token: SecretStr, allowance: Allowance, *, client: httpx.AsyncClient, clock: Clock
) -> Adapter:
    """A `fleet.ports.adapter.OpenAdapter` once `client` and `clock` are bound."""
    return ADAPTERS[account.provider](account, token, allowance, client=client, clock=clock)
