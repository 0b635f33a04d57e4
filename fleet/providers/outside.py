"""Providers that live in packages of their own: an installed package names one under the entry point of this group.

    [project.entry-points."fleetgraph.providers"]
    acme = "fleetgraph_acme:ACME"

where ACME is an `OutsideProvider`. Each floor imports the part that it needs when it is first asked for, so that no
package is imported halfway, and the functions that observe need no GraphQL.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import entry_points
from pkgutil import resolve_name
from typing import Any, Literal, TypeVar

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
    """One part of each provider: of those of the house, and then of those that packages bring."""

    def __init__(self, part: Part, of_the_house: Mapping[str, PartT]) -> None:
        self._part = part
        self.of_the_house = of_the_house

    @cached_property
    def _all(self) -> dict[str, PartT]:
        found = dict(self.of_the_house)
        for key, outside in outside_providers().items():
            if key in found:
                raise UnusableProvider(key, "Fleetgraph has one of that name itself.")
            found[key] = _load(key, getattr(outside, self._part))
        return found

    def __getitem__(self, key: str) -> PartT:
        return self._all[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)


@cache
def outside_providers() -> Mapping[str, OutsideProvider]:
    """What the installed packages name, by the provider's key."""
    found = {}
    for entry in entry_points(group=GROUP):
        outside = _load(entry.name, entry.value)
        if not isinstance(outside, OutsideProvider):
            raise UnusableProvider(entry.name, f"{entry.value} is no OutsideProvider.")
        if entry.name in found:
            raise UnusableProvider(entry.name, "two packages bring it.")
        found[entry.name] = outside
    return found


def _load(key: str, name: str) -> Any:
    try:
        return resolve_name(name)
    except (ImportError, AttributeError, ValueError) as error:
        raise UnusableProvider(key, f"{name} cannot be imported ({error}).") from error
