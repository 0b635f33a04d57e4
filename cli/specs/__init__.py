"""The flags of each provider's clusters, and the specifications and patches of the API."""

from collections.abc import Mapping

from cli.specs import cockroachdb, kupe, northflank, qovery
from cli.specs.members import Spec

SPECS: Mapping[str, Spec] = {
    "kupe": kupe.SPEC,
    "cockroachdb": cockroachdb.SPEC,
    "qovery": qovery.SPEC,
    "northflank": northflank.SPEC,
}
PROVIDERS = tuple(sorted(key.upper() for key in SPECS))
