"""What the contract takes: an adapter, its fake provider, and what is asked of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adapters.adapter import BaseAdapter
from fleet.model.money import LimitWanted
from fleet.model.provider import Provider
from fleet.model.spec import ClusterPatch, ClusterSpec
from sandbox.api import Api


@dataclass(frozen=True, kw_only=True)
class Kit:
    """One provider, with all that its adapter is held to."""

    adapter: type[BaseAdapter]
    fake: type[Api[Any]]
    """Written from the provider's documents and not from the adapter."""
    fixtures: Path
    """The folder of answers that the provider was seen to give, as JSON files."""
    listing: Mapping[str, str]
    """What the adapter asks to list clusters, path by path, and the file of `fixtures` that answers it."""
    spec: ClusterSpec | None = None
    """A cluster that the first account of the fake provider may create. Null where clusters cannot be created."""
    patch: ClusterPatch | None = None
    """What is changed of that cluster. Null where clusters cannot be updated."""
    limit: LimitWanted | None = None
    """A spend limit for it. Null where there is none."""
    credentials: Sequence[str] = field(default=())
    """Names in `fleetgraph.testing.credentials.KINDS` of what an integration can be made with."""
    external_id: str | None = "acme"
    """Of the account that asks for `listing`."""
    api_version: str | None = None
    """Likewise, where accounts pin a version of the API."""

    @property
    def provider(self) -> Provider:
        return self.adapter.provider

    @property
    def key(self) -> str:
        return self.provider.key
