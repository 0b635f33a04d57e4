"""The providers, one line each. Nothing outside this registry and its modules knows a provider by name."""

from collections.abc import Mapping

from fleet.model.provider import Provider
from fleet.providers import cockroachdb, kupe, northflank, qovery

PROVIDERS: Mapping[str, Provider] = {
    provider.key: provider
    for provider in (
        cockroachdb.COCKROACHDB,
        kupe.KUPE,
        northflank.NORTHFLANK,
        qovery.QOVERY,
    )
}
