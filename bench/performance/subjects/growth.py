"""`python -m bench.performance.subjects.growth`: page, search, facets and feed over one fleet, each in a process anew.

Prints for each of them requests to DynamoDB, read units, and CPU seconds of the first time and of the second.
"""

import asyncio
import json
from typing import Any

from bench.performance.subjects.asking import cpu_of
from bench.performance.subjects.documents import GROWING
from bench.performance.subjects.gateway import gateway


async def measure() -> dict[str, Any]:
    figures: dict[str, Any] = {}
    for name, document in GROWING.items():
        with gateway() as (app, counted):
            figures[f"{name} cpu"] = await cpu_of(app, document)
            figures[f"{name} requests"] = counted.requests
            figures[f"{name} units"] = counted.units
            figures[f"{name} again"] = await cpu_of(app, document)
    return figures


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure())))
