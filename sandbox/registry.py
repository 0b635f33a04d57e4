"""The fake providers: one line for each, and those of installed packages."""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points
from pkgutil import resolve_name
from typing import Any

from sandbox.api import Api
from sandbox.cockroachdb.api import Cockroachdb
from sandbox.kupe.api import Kupe
from sandbox.northflank.api import Northflank
from sandbox.qovery.api import Qovery

FAKE_PROVIDERS: dict[str, type[Api[Any]]] = {
    Cockroachdb.provider: Cockroachdb,
    Kupe.provider: Kupe,
    Northflank.provider: Northflank,
    Qovery.provider: Qovery,
}


@cache
def startable() -> Mapping[str, type[Api[Any]]]:
    """Every available fake provider. Packages are asked once in a process, because that reads the metadata of all."""
    outside = {entry.name: entry.load().fake for entry in entry_points(group="fleetgraph.providers")}
    return FAKE_PROVIDERS | {key: resolve_name(name) for key, name in outside.items() if name is not None}
