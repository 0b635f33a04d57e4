"""What only one provider knows, one line each. Nothing else in the gateway knows a provider by name."""

from collections.abc import Sequence

from gateway.details import ClusterDetails
from gateway.providers import cockroachdb, kupe, northflank, qovery

DETAILS: Sequence[type[ClusterDetails]] = (
    cockroachdb.CockroachdbClusterDetails,
    kupe.KupeClusterDetails,
    northflank.NorthflankClusterDetails,
    qovery.QoveryClusterDetails,
)
