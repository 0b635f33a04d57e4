"""What an account can create clusters from: regions, machine types and versions."""

import re
from dataclasses import dataclass

from fleet.model.cloud import Cloud
from fleet.model.cluster import Engine
from fleet.model.quantity import Count
from fleet.model.record import Instant, Record


class Region(Record):
    """`is_serverless` tells whether serverless clusters can run there; null where the provider has no such plans."""

    account_id: str
    name: str
    cloud: Cloud
    location: str | None = None
    is_serverless: bool | None = None

    @property
    def key(self) -> str:
        return f"{self.cloud}/{self.name}"


class InstanceType(Record):
    account_id: str
    name: str
    cloud: Cloud
    region: str | None = None
    cpu_millicores: Count = None
    memory_mib: Count = None

    @property
    def key(self) -> str:
        return f"{self.cloud}/{self.region or ''}/{self.name}"


@dataclass(frozen=True, kw_only=True)
class Pick:
    """A region or a machine type that somebody asks for by its name. A machine type is one in `region`."""

    kind: type[Region] | type[InstanceType]
    name: str
    cloud: Cloud
    region: str | None = None
    is_serverless: bool = False

    def is_about(self, offered: Region | InstanceType) -> bool:
        """Whether it could be this one. Machine types that are the same everywhere have no region."""
        if isinstance(offered, InstanceType):
            return offered.cloud is self.cloud and offered.region in (None, self.region)
        return offered.cloud is self.cloud and not (self.is_serverless and offered.is_serverless is False)


class OfferedVersion(Record):
    """A version that a new cluster can have, as its creation spells it. `plans` are those whose clusters can choose it,
    null for all; `release` is its kind in the provider's word. Without `support_ends_at` its end is not known.
    """

    account_id: str
    name: str
    engine: Engine
    plans: tuple[str, ...] | None = None
    release: str | None = None
    support_ends_at: Instant | None = None
    upgrades_to: tuple[str, ...] | None = None

    @property
    def key(self) -> str:
        """Numbers in it count as numbers: v25.10 comes after v25.9."""
        return re.sub(r"\d+", lambda digits: digits[0].zfill(8), self.name)
