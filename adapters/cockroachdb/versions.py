"""Since when CockroachDB Cloud's dated API knows what. Dates of this form compare as text."""

from collections.abc import Mapping

from fleet.model.refusal import Path, Unsupported

OLDEST = "2022-03-31"
"""Spend limits by a call of their own, in camel case."""
SPEND_LIMITS = "2022-09-20"
"""Spend limits are part of a cluster, and needed."""
BOTH_LIMITS = "2023-04-10"
"""Usage limits beside them; several regions, protection against deletion."""
USAGE_LIMITS = "2024-09-16"
"""Usage limits alone; plans by their present names, labels, upgrades."""

CLOUD_SINCE: Mapping[str, str] = {"AWS": OLDEST, "GCP": OLDEST, "AZURE": BOTH_LIMITS}


def require(since: str, version: str, what: str, path: Path) -> None:
    """`Unsupported` where a version of the API is too old. `what` begins a sentence."""
    if version < since:
        raise Unsupported(
            f"{what} can be asked for since version {since} of CockroachDB Cloud's API; this account uses {version}.",
            path=path,
        )
