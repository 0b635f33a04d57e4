"""The adapters: they convert between provider JSON and records of the domain. Each has a line here."""

from collections.abc import Iterable

import httpx
from pydantic import SecretStr

from adapters import http
from adapters.adapter import BaseAdapter
from adapters.addresses import Addresses
from fleet.model.account import Account
from fleet.ports.clock import Clock
from fleet.ports.permits import Permits
from fleet.providers.outside import Registry

ADAPTERS: Registry[type[BaseAdapter]] = Registry(
    "adapter",
    {
        "cockroachdb": "adapters.cockroachdb:CockroachdbAdapter",
        "kupe": "adapters.kupe:KupeAdapter",
        "northflank": "adapters.northflank:NorthflankAdapter",
        "qovery": "adapters.qovery:QoveryAdapter",
    },
)


def open_client(given: Iterable[str] = ()) -> httpx.AsyncClient:
    """An HTTP client that connects only to the providers and to the addresses in `given`."""
    own = (url for adapter in ADAPTERS.values() for url in (adapter.base_url, *adapter.other_urls))
    return http.open_client(Addresses([*own, *given]))


__all__ = ["ADAPTERS", "BaseAdapter", "open_adapter", "open_client"]


def open_adapter(
    account: Account, token: SecretStr, permits: Permits, *, client: httpx.AsyncClient, clock: Clock
) -> BaseAdapter:
    """A `fleet.ports.adapter.OpenAdapter`, after `client` and `clock` are bound."""
    return ADAPTERS[account.provider](account, token, permits, client=client, clock=clock)
