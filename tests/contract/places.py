"""Where a provider of the house is written down: its modules, its line in each registry, its answers, its kit."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from adapters import ADAPTERS
from cli.specs import SPECS
from fleet.providers import PROVIDERS
from gateway.providers import TYPES
from sandbox.registry import FAKE_PROVIDERS

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True)
class Place:
    """`sentence` is for whoever has no such thing at this place: {key} is written as in files, {name} as in classes."""

    names: Callable[[Path], set[str]]
    """The providers that are there."""
    sentence: str


def modules(folder: str, *, besides: str = "") -> Callable[[Path], set[str]]:
    """Modules of one file, and packages."""
    return lambda root: (
        (
            {path.stem for path in (root / folder).glob("[!_]*.py")}
            | {path.parent.name for path in (root / folder).glob("[!_]*/__init__.py")}
        )
        - set(besides.split())
    )


def packages(folder: str, file: str) -> Callable[[Path], set[str]]:
    return lambda root: {path.parent.name for path in (root / folder).glob(f"*/{file}")}


PLACES: dict[str, Place] = {
    "records": Place(
        names=modules("fleet/providers", besides="outside"),
        sentence="{name} has no records. Write fleet/providers/{key}.py: what it is and what only it knows.",
    ),
    "adapter": Place(
        names=packages("adapters", "adapter.py"),
        sentence="{name} has no adapter. Write adapters/{key}/adapter.py.",
    ),
    "types": Place(
        names=modules("graphql/gateway/providers", besides="members"),
        sentence="{name} has no types in the schema. Write graphql/gateway/providers/{key}.py.",
    ),
    "fake": Place(
        names=packages("sandbox", "api.py"),
        sentence="{name} has no fake provider. Write sandbox/{key}/api.py, from the provider's documents.",
    ),
    "command": Place(
        names=modules("cli/specs", besides="members"),
        sentence="{name} has no flags for `fleetgraph create`. Write cli/specs/{key}.py.",
    ),
    "fixtures": Place(
        names=packages("tests/fixtures", "list-clusters*.json"),
        sentence="{name} has no recorded answers. Put what it was seen to answer into "
        "tests/fixtures/{key}/list-clusters.json.",
    ),
    "kit": Place(
        names=modules("tests/providers"),
        sentence="{name} is held to nothing. Write tests/providers/{key}.py: what the contract takes.",
    ),
    "line in PROVIDERS": Place(
        names=lambda _: set(PROVIDERS.of_the_house),
        sentence="{name} is missing in PROVIDERS: add a line to fleet/providers/__init__.py.",
    ),
    "line in ADAPTERS": Place(
        names=lambda _: set(ADAPTERS.of_the_house),
        sentence="{name} is missing in ADAPTERS: add a line to adapters/__init__.py.",
    ),
    "line in TYPES": Place(
        names=lambda _: set(TYPES.of_the_house),
        sentence="{name} is missing in TYPES: add a line to graphql/gateway/providers/__init__.py.",
    ),
    "line in FAKE_PROVIDERS": Place(
        names=lambda _: set(FAKE_PROVIDERS),
        sentence="{name} is missing in FAKE_PROVIDERS: add a line to sandbox/registry.py.",
    ),
    "line in SPECS": Place(
        names=lambda _: set(SPECS),
        sentence="{name} is missing in SPECS: add a line to cli/specs/__init__.py.",
    ),
}


def keys(root: Path = ROOT) -> list[str]:
    """Every provider that is at one of these places."""
    return sorted(set[str]().union(*(place.names(root) for place in PLACES.values())))


def missing(root: Path = ROOT) -> Iterator[str]:
    """A sentence for each place at which a provider is missing."""
    for key in keys(root):
        for place in PLACES.values():
            if key not in place.names(root):
                yield place.sentence.format(key=key, name=key.title())
