"""The versions in which CockroachDB Cloud's API got each feature. Dates in this format compare as text."""

from collections.abc import Mapping

from fleet.model.refusal import Path, Unsupported

OLDEST = "2022-03-31"
"""Spend limits have a separate call, in camel case."""
SPEND_LIMITS = "2022-09-20"
"""Spend limits are part of a cluster, and required."""
BOTH_LIMITS = "2023-04-10"
"""Usage limits beside them; several regions, protection against deletion."""
USAGE_LIMITS = "2024-09-16"
"""Usage limits only; the current names of plans, labels, upgrades."""

CLOUD_SINCE: Mapping[str, str] = {"AWS": OLDEST, "GCP": OLDEST, "AZURE": BOTH_LIMITS}


def require(since: str, version: str, what: str, path: Path) -> None:
    """Raises `Unsupported` if the version of the API is too old. `what` begins its sentence."""
    if version < since:
        raise Unsupported(
            f"{what} can be asked for since version {since} of CockroachDB Cloud's API; this account uses {version}.",
            path=path,
        )
