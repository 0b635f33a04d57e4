"""Providers that live in packages of their own: an installed package names one under the entry point of this group.

    [project.entry-points."fleetgraph.providers"]
    acme = "fleetgraph_acme:ACME"

where ACME is an `OutsideProvider`. Each floor imports the part that it needs when it is first asked for, so that no
package is imported halfway, and the functions that observe need no GraphQL.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any, Literal, TypeVar

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "fleetgraph.providers"

PartT = TypeVar("PartT")
Part = Literal["provider", "adapter", "types"]


@dataclass(frozen=True, kw_only=True)
class OutsideProvider:
    """Each part as `package.module:NAME`. The name of the entry point is the provider's key."""

    provider: str
    """A `fleet.model.provider.Provider`."""
    adapter: str
    """A subclass of `adapters.adapter.BaseAdapter`."""
    types: str
    """A `gateway.providers.members.ProviderTypes`."""
    fake: str | None = None
    """A subclass of `sandbox.api.Api`, where `make run` is to start it."""


class UnusableProvider(Exception):
    """An installed package names a provider and does not bring it. Nothing is served before it is mended or removed."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"The provider {key!r} of the entry points {GROUP} cannot be used: {reason}")


class Registry(Mapping[str, PartT]):
    """One part of each provider: of those of the house, and then of those that packages bring. `of_the_house` says
    where it is, as a package would, because a part is imported when it is first asked for: a function that starts knows
    the providers by their keys alone, and their records are a twentieth of what it would import.
    """

    def __init__(self, part: Part, of_the_house: Mapping[str, str]) -> None:
        self._part = part
        self.of_the_house = of_the_house

    @cached_property
    def _loaded(self) -> dict[str, PartT]:
        """Of the packages all of them, so that one that cannot be used is named before anything is served."""
        found: dict[str, PartT] = {}
        for key, outside in outside_providers().items():
            if key in self.of_the_house:
                raise UnusableProvider(key, "Fleetgraph has one of that name itself.")
            found[key] = _load(key, getattr(outside, self._part))
        return found

    @cached_property
    def _keys(self) -> Mapping[str, None]:
        return dict.fromkeys([*self.of_the_house, *self._loaded])

    def __getitem__(self, key: str) -> PartT:
        found = self._loaded.get(key)
        if found is None:
            found = self._loaded[key] = resolve_name(self.of_the_house[key])
        return found

    def load(self) -> None:
        """Imports all parts, for a function that will need any."""
        for key in self:
            _ = self[key]

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)


@cache
def outside_providers() -> Mapping[str, OutsideProvider]:
    """What the installed packages name, by the provider's key."""
    found = {}
    for entry in entries():
        outside = _load(entry.name, entry.value)
        if not isinstance(outside, OutsideProvider):
            raise UnusableProvider(entry.name, f"{entry.value} is no OutsideProvider.")
        if entry.name in found:
            raise UnusableProvider(entry.name, "two packages bring it.")
        found[entry.name] = outside
    return found


def entries() -> "Iterable[EntryPoint]":
    """What Python says that is installed of the group. It is asked where a look finds something alone: to import what
    asks takes longer than all of a start's looks.
    """
    if not any(_may_name_some(Path(folder)) for folder in sys.path):
        return ()
    from importlib.metadata import entry_points

    return entry_points(group=GROUP)


def _may_name_some(folder: Path) -> bool:
    """Whether one of the packages in a folder of Python's path has entry points of the group. Of a file, which would be
    an archive, that is not known.
    """
    if not folder.is_dir():
        return folder.is_file()
    for package in folder.iterdir():
        if package.suffix in (".dist-info", ".egg-info"):
            with suppress(OSError):
                if GROUP in (package / "entry_points.txt").read_text(encoding="utf-8", errors="replace"):
                    return True
    return False


def _load(key: str, name: str) -> Any:
    try:
        return resolve_name(name)
    except (ImportError, AttributeError, ValueError) as error:
        raise UnusableProvider(key, f"{name} cannot be imported ({error}).") from error
