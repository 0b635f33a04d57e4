"""The input of the contract: an adapter, its fake provider, and what to ask of them."""

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from adapters.adapter import BaseAdapter
from fleet.model.money import LimitWanted
from fleet.model.provider import Provider
from fleet.model.spec import ClusterPatch, ClusterSpec
from gateway.providers.members import ProviderTypes
from sandbox.api import Api


@dataclass(frozen=True, kw_only=True)
class Kit:
    """One provider, with everything that the contract needs."""

    adapter: type[BaseAdapter]
    fake: type[Api[Any]]
    """The fake provider. It must be written from the provider's documents and not from the adapter."""
    types: ProviderTypes
    """Its types in the schema."""
    fixtures: Path
    """The folder of recorded answers of the provider, as JSON files."""
    listing: Mapping[str, str]
    """The paths that the adapter requests to list clusters, each with the file in `fixtures` that answers it."""
    spec: ClusterSpec | None = None
    """A cluster that the first account of the fake provider can create. Null if clusters cannot be created."""
    patch: ClusterPatch | None = None
    """A change of that cluster. Null if clusters cannot be updated."""
    limit: LimitWanted | None = None
    """A spend limit for it. Null if it cannot have one."""
    credentials: Sequence[str] = field(default=())
    """Names in `fleetgraph.testing.credentials.KINDS`: the credentials that an integration can have."""
    external_id: str | None = "acme"
    """The external id of the account that requests `listing`."""
    api_version: str | None = None
    """Its version of the API, where accounts pin one."""

    @property
    def provider(self) -> Provider:
        return self.adapter.provider

    def files(self) -> list[Path]:
        """The folders of the provider that the kit knows: adapter, fake, records, recorded answers."""
        folders = {Path(inspect.getfile(one)).parent for one in (self.adapter, self.fake)}
        beside = {path for folder in folders for path in folder.iterdir() if path.suffix in (".py", ".toml")}
        return sorted(
            beside | {Path(inspect.getfile(self.provider.details))} | set(self.fixtures.glob("*.json"))
        )

    @property
    def key(self) -> str:
        return self.provider.key


def load(name: str) -> Kit:
    """The kit with the name `package.module:NAME`. Raises `ValueError` for anything else."""
    module, _, attribute = name.partition(":")
    kit = getattr(import_module(module), attribute or "KIT", None)
    if not isinstance(kit, Kit):
        raise ValueError(f"{name} names no Kit of fleetgraph.testing")
    return kit
