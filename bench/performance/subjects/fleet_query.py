"""`python -m bench.performance.subjects.fleet_query`: the whole fleet, read from the server that SERVER names.

AT_ONCE are numbers of readers. The server is started, asked until it is warm, and its clusters are compared with what
the providers list. Prints for each number of readers: the readings of the whole fleet in a second, the median and the
99th percentile of their seconds, and the server's seconds of CPU for each; and its memory in MiB in the end.
"""

import asyncio
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from bench.performance.gateways import ours, servers
from bench.performance.gateways.load import Reader, encoded, load
from bench.performance.gateways.upstream import EACH, LISTS
from bench.processes import processor_seconds, rss_mib

SECONDS = 3.0
"""Of each number of readers."""
WARM_UP_SECONDS = 2.0
"""Of as many readers, before: the peers compile what runs often."""

Names = Mapping[str, list[str]]


@contextmanager
def serving(name: str) -> Iterator[tuple[str, int]]:
    """The address of a server, and its process."""
    environment = os.environ
    upstream, paths = environment["UPSTREAM"], json.loads(environment["PATHS"])
    opened: AbstractContextManager[tuple[str, int]]
    match name:
        case "ours":
            with servers.told("bench.performance.gateways.ours") as (said, process):
                yield str(said["url"]), process
            return
        case "hive" | "hive_cached":
            opened = servers.hive(Path(environment["SUPERGRAPH"]), is_cached=name == "hive_cached")
        case "tailcall":
            opened = servers.tailcall(upstream, paths)
        case _:
            raise SystemExit(f"{name} is no server that is compared")
    with opened as served:
        yield served


def listed() -> Names:
    """The names that the providers list."""
    names = {}
    for provider, path in json.loads(os.environ["PATHS"]).items():
        with urlopen(f"{os.environ['UPSTREAM']}{path}", timeout=10) as answer:  # noqa: S310 - our own
            names[provider] = _names(provider, json.load(answer))
    return names


def _names(provider: str, body: Any) -> list[str]:
    return sorted(one["name"] for one in LISTS[provider].clusters_of(body))


async def ask_ours(reader: Reader) -> tuple[Sequence[bytes], Sequence[int], Names]:
    """The pages of all four providers, until there are no more."""
    bodies, sizes = [], []
    names: dict[str, list[str]] = {provider: [] for provider in LISTS}
    after: dict[str, str] = {}
    while True:
        bodies.append(encoded(ours.DOCUMENT, after))
        answer = await reader.ask(bodies[-1])
        sizes.append(len(answer))
        data = _data(answer)
        for provider, page in data.items():
            names[provider] += [one["name"] for one in page["nodes"]]
        if not any(page["pageInfo"]["hasNextPage"] for page in data.values()):
            return bodies, sizes, {provider: sorted(found) for provider, found in names.items()}
        after = {provider: page["pageInfo"]["endCursor"] for provider, page in data.items()}


async def ask_peer(reader: Reader) -> tuple[Sequence[bytes], Sequence[int], Names]:
    body = encoded((servers.HERE / "fleet.graphql").read_text(encoding="utf-8"), {})
    answer = await reader.ask(body)
    return [body], [len(answer)], {name: _names(name, part) for name, part in _data(answer).items()}


def _data(answer: bytes) -> dict[str, Any]:
    found = json.loads(answer)
    assert "errors" not in found, found["errors"]
    return dict(found["data"])


async def measure(name: str, url: str, process: int) -> Mapping[str, float]:
    async with Reader.open(url) as reader:
        bodies, sizes, names = await (ask_ours if name == "ours" else ask_peer)(reader)
    assert {provider: len(found) for provider, found in names.items()} == dict.fromkeys(LISTS, EACH), names
    assert names == listed()
    figures: dict[str, float] = {"bytes": sum(sizes)}
    for at_once in map(int, os.environ["AT_ONCE"].split()):
        await load(url, bodies, sizes, at_once, WARM_UP_SECONDS)
        used = _cpu(process)
        measured = await load(url, bodies, sizes, at_once, SECONDS)
        used = _cpu(process) - used
        figures |= {
            f"a second at {at_once}": measured.a_second,
            f"p50 at {at_once}": measured.percentile(0.5),
            f"p99 at {at_once}": measured.percentile(0.99),
            f"cpu at {at_once}": used / len(measured.readings),
        }
    return figures | {"memory": sum(map(rss_mib, servers.family(process)))}


def _cpu(process: int) -> float:
    return sum(map(processor_seconds, servers.family(process)))


def main() -> None:
    name = os.environ["SERVER"]
    with serving(name) as (url, process):
        print(json.dumps(asyncio.run(measure(name, url, process))))


if __name__ == "__main__":
    main()
