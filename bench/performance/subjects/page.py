"""`python -m bench.performance.subjects.page`: the page of 100 clusters, cold and then unchanged, from our gateway."""

import asyncio
import json
from statistics import median
from typing import Any

from bench.performance.subjects.asking import ask, cpu_of
from bench.performance.subjects.documents import PAGE
from bench.performance.subjects.gateway import gateway

TIMES = 7
"""How often the unchanged page is asked for."""


async def measure() -> dict[str, Any]:
    with gateway() as (app, counted):
        figures: dict[str, Any] = {"cold": await cpu_of(app, PAGE), "cold requests": counted.requests}
        answer = await ask(app, PAGE)
        counted.forget()
        figures["warm"] = median([await cpu_of(app, PAGE) for _ in range(TIMES)])
        figures["warm requests"] = counted.requests / TIMES
        page = answer["data"]["clusters"]["nodes"]
        assert len(page) == 100
        assert {len(one["nodes"]["nodes"]) for one in page} == {10}
        return figures


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure())))
