"""The providers, one line each. Nothing outside this registry and its modules knows a provider by name.

A package of its own can bring another: see `outside`.
"""

from fleet.model.provider import Provider
from fleet.providers import cockroachdb, kupe, northflank, qovery
from fleet.providers.outside import Registry

PROVIDERS: Registry[Provider] = Registry(
    "provider",
    {
        provider.key: provider
        for provider in (
            cockroachdb.COCKROACHDB,
            kupe.KUPE,
            northflank.NORTHFLANK,
            qovery.QOVERY,
        )
    },
)
