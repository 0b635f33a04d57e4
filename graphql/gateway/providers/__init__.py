"""What only one provider knows and takes, one line each. Nothing else in the gateway knows a provider by name."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gateway.inputs.conversion import ClusterInput
from gateway.providers import cockroachdb, kupe, northflank, qovery
from gateway.types.details import ClusterDetails


class Inputs(NamedTuple):
    """What is asked of a new cluster, and of one that is there."""

    spec: type[ClusterInput]
    patch: type[ClusterInput]


DETAILS: Sequence[type[ClusterDetails]] = (
    cockroachdb.CockroachdbClusterDetails,
    kupe.KupeClusterDetails,
    northflank.NorthflankClusterDetails,
    qovery.QoveryClusterDetails,
)
INPUTS: Mapping[str, Inputs] = {
    "cockroachdb": Inputs(cockroachdb.CockroachdbClusterSpecInput, cockroachdb.CockroachdbClusterPatchInput),
    "kupe": Inputs(kupe.KupeClusterSpecInput, kupe.KupeClusterPatchInput),
    "northflank": Inputs(northflank.NorthflankClusterSpecInput, northflank.NorthflankClusterPatchInput),
    "qovery": Inputs(qovery.QoveryClusterSpecInput, qovery.QoveryClusterPatchInput),
}
