"""The schema types of each provider. Nothing else in the gateway knows a provider's name."""

from fleet.providers.outside import Registry
from gateway.providers.members import ProviderTypes

TYPES: Registry[ProviderTypes] = Registry(
    "types",
    {
        "cockroachdb": "gateway.providers.cockroachdb:TYPES",
        "kupe": "gateway.providers.kupe:TYPES",
        "northflank": "gateway.providers.northflank:TYPES",
        "qovery": "gateway.providers.qovery:TYPES",
    },
)
