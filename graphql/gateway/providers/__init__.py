"""The schema types of each provider. Nothing else in the gateway knows a provider's name."""

from fleet.providers.outside import Registry
from gateway.providers import cockroachdb, kupe, northflank, qovery
from gateway.providers.members import ProviderTypes

TYPES: Registry[ProviderTypes] = Registry(
    "types",
    {
        "cockroachdb": cockroachdb.TYPES,
        "kupe": kupe.TYPES,
        "northflank": northflank.TYPES,
        "qovery": qovery.TYPES,
    },
)
