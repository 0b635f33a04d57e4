"""What runs beside the servers that are compared: the four APIs; and what is made of them first."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from bench.performance.gateways import ours, servers


@contextmanager
def four_apis() -> Iterator[Mapping[str, str]]:
    """The environment of the subjects: where the APIs are, our observed fleet, and the peers' composed schema."""
    upstream = servers.told("bench.performance.gateways.upstream")
    with upstream as (said, _), TemporaryDirectory(prefix="fleet-") as folder:
        url, paths, accounts = cast("tuple[str, Any, Any]", (said["url"], said["paths"], said["accounts"]))
        fleet, supergraph = Path(folder, "fleet.db"), Path(folder, "supergraph.graphql")
        asyncio.run(ours.observe(fleet, url, accounts))
        if servers.missing_for_hive() is None:
            servers.compose(url, paths, supergraph)
        yield {
            "UPSTREAM": url,
            "PATHS": json.dumps(paths),
            "FLEET": str(fleet),
            "SUPERGRAPH": str(supergraph),
        }
