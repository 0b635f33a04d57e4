"""Every provider of the house, with what it is held to: a module each in tests/providers."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from adapters import ADAPTERS
from fleetgraph.testing import Kit

FOLDER = Path(__file__).parents[1] / "providers"
KITS: Mapping[str, Kit] = {
    key: import_module(f"tests.providers.{key}").KIT
    for key in sorted(ADAPTERS.of_the_house)
    if (FOLDER / f"{key}.py").exists()
}
"""Of one that is not here, `test_places.py` says so."""
