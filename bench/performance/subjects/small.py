"""`python -m bench.performance.subjects.small`: two queries that need no table, from a text to the data of its answer.

What is around them is left out, as it is at the peer: HTTP, and the write that counts the caller's credits.
"""

import asyncio
import json
import time
from datetime import datetime
from typing import Any, cast

from strawberry.types.graphql import OperationType

from bench.performance.subjects.documents import SMALL, TYPENAME
from fleet.model.caller import trusted
from fleet.ports.clock import SystemClock
from fleet.ports.credits import WINDOW, CreditStatus
from gateway.context import Context
from gateway.execution.execute import execute
from gateway.http.request import Asked
from gateway.services import Policy, Services

TIMES = 400


class Free:
    """Credits that nobody counts."""

    async def spend(self, caller_id: str, cost: int, now: datetime) -> CreditStatus:
        return CreditStatus(cost=cost, limit=10**9, remaining=10**9, resets_at=now + WINDOW)

    def give_back(self, caller_id: str, credits: int, now: datetime) -> None:
        pass

    def used_up(self, caller_id: str, now: datetime) -> CreditStatus | None:
        return None


async def seconds(services: Services, document: str) -> float:
    """Of one query."""
    asked = Asked(query=document, variables=None, operation_name=None, extensions=None)
    caller = trusted("bench")

    async def ask() -> Any:
        return await execute(asked, Context(services, Policy(), caller=caller), {OperationType.QUERY})

    result = await ask()
    assert not result.errors, result.errors
    began = time.process_time()
    for _ in range(TIMES):
        await ask()
    return (time.process_time() - began) / TIMES


async def measure() -> dict[str, float]:
    none = cast("Any", None)
    services = Services(
        reader=none,
        open_changer=none,
        open_account_service=none,
        open_webhook_service=none,
        keys=none,
        envelopes=none,
        credits=Free(),
        audit=none,
        clock=SystemClock(),
    )
    return {"typename": await seconds(services, TYPENAME), "small": await seconds(services, SMALL)}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure())))
