"""Every provider of the house, with what it is held to: a module each in tests/providers."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from types import ModuleType

from adapters import ADAPTERS
from fleetgraph.testing import Kit
from tests.sandbox.facts import Facts

_FOLDER = Path(__file__).parents[1] / "providers"
_MODULES: Mapping[str, ModuleType] = {
    key: import_module(f"tests.providers.{key}")
    for key in sorted(ADAPTERS.of_the_house)
    if (_FOLDER / f"{key}.py").exists()
}
"""Of one that is not here, `test_places.py` says so."""

KITS: Mapping[str, Kit] = {key: module.KIT for key, module in _MODULES.items()}
"""What the contract and the crash tests take."""

FACTS: Mapping[str, Facts] = {key: module.FACTS for key, module in _MODULES.items()}
"""What the fake providers are compared with."""
