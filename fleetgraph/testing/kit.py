"""What the contract takes: an adapter, its fake provider, and what is asked of them."""

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
    """One provider, with all that its adapter is held to."""

    adapter: type[BaseAdapter]
    fake: type[Api[Any]]
    """Written from the provider's documents and not from the adapter."""
    types: ProviderTypes
    """What the schema shows of it and takes."""
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

    def files(self) -> list[Path]:
        """Where the provider is written down, as far as the kit knows: adapter, fake, records, recorded answers."""
        folders = {Path(inspect.getfile(one)).parent for one in (self.adapter, self.fake)}
        beside = {path for folder in folders for path in folder.iterdir() if path.suffix in (".py", ".toml")}
        return sorted(
            beside | {Path(inspect.getfile(self.provider.details))} | set(self.fixtures.glob("*.json"))
        )

    @property
    def key(self) -> str:
        return self.provider.key


def load(name: str) -> Kit:
    """The kit that `package.module:NAME` names. `ValueError` where it is none."""
    module, _, attribute = name.partition(":")
    kit = getattr(import_module(module), attribute or "KIT", None)
    if not isinstance(kit, Kit):
        raise ValueError(f"{name} names no Kit of fleetgraph.testing")
    return kit
