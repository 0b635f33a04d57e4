"""Whether a cluster of CockroachDB Cloud shows what was asked, as far as it shows it at all."""

from collections.abc import Iterable

from fleet.model.cluster import Cluster
from fleet.model.spec import Compared
from fleet.model.upgrade import runs


def agree(shown: object, wanted: object) -> bool:
    """Whether they are the same, as far as both are there."""
    return shown is None or wanted is None or shown == wanted


def compared(field: str, asked: object, got: object) -> Iterable[Compared]:
    if asked is not None:
        yield Compared(field, asked, got, agree(got, asked))


def compared_version(cluster: Cluster, wanted: str | None) -> Iterable[Compared]:
    """A version is asked for by its major part and shown with its patch."""
    if wanted is not None:
        yield Compared(
            "version", wanted, cluster.version, cluster.version is None or runs(cluster.version, wanted)
        )
