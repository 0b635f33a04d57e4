"""What only one provider knows and takes, one line each. Nothing else in the gateway knows a provider by name."""

from collections.abc import Mapping

from gateway.providers import cockroachdb, kupe, northflank, qovery
from gateway.providers.members import ProviderTypes

TYPES: Mapping[str, ProviderTypes] = {
    "cockroachdb": cockroachdb.TYPES,
    "kupe": kupe.TYPES,
    "northflank": northflank.TYPES,
    "qovery": qovery.TYPES,
}
