"""The providers, one line each. Nothing outside this registry and its modules knows a provider by name.

A package of its own can bring another: see `outside`.
"""

from fleet.model.provider import Provider
from fleet.providers.outside import Registry

PROVIDERS: Registry[Provider] = Registry(
    "provider",
    {
        "cockroachdb": "fleet.providers.cockroachdb:COCKROACHDB",
        "kupe": "fleet.providers.kupe:KUPE",
        "northflank": "fleet.providers.northflank:NORTHFLANK",
        "qovery": "fleet.providers.qovery:QOVERY",
    },
)
