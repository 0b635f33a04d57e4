"""What a provider's HTTP looks like, written down a second time: what the fake of it is compared with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox import RateLimit

Json = dict[str, Any]


def retry_after(seconds: int, now: datetime) -> Mapping[str, str]:
    return {"Retry-After": str(seconds)}


@dataclass(frozen=True, kw_only=True)
class Facts:
    path: Callable[[str | None], str]
    """Where the clusters of an account are listed, by the account's external id."""
    items: Callable[[Json], list[Json]]
    """The clusters in that list."""
    identity: frozenset[str]
    """Members by which a cluster is recognised in it."""
    not_found: Json
    """The whole body of a 404. Every refusal has its members."""
    rate_limit: RateLimit
    """As the provider's documents have it."""
    scheme: str = "Bearer"
    """The word before the token."""
    wait: Callable[[int, datetime], Mapping[str, str]] = retry_after
    """The headers that say when to ask again: so many seconds from now."""
