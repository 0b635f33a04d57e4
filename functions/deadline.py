"""A deadline for an ASGI application: the time that its invocation has left.

API Gateway waits for 30 seconds, and a function that Lambda ends does not answer. So this answers before that.
"""

import asyncio
import json
from typing import TYPE_CHECKING

from functions.process import seconds_left

if TYPE_CHECKING:
    from mangum.types import ASGI, Message, Receive, Scope, Send

RESERVE_SECONDS = 1
"""The seconds for the answer. An open call to AWS is abandoned."""


def within_the_invocation(app: "ASGI") -> "ASGI":
    """Answers 504 if `app` does not answer in time. Mangum puts Lambda's context into the scope."""

    async def answer(scope: "Scope", receive: "Receive", send: "Send") -> None:
        is_begun = False

        async def note(message: "Message") -> None:
            nonlocal is_begun
            is_begun = True
            await send(message)

        deadline = asyncio.timeout(seconds_left(scope["aws.context"], reserve=RESERVE_SECONDS))
        try:
            async with deadline:
                await app(scope, receive, note)
        except TimeoutError:
            if is_begun or not deadline.expired():
                raise
            await _send_late(send)

    return answer


async def _send_late(send: "Send") -> None:
    error = {
        "message": "This took longer than an answer may. Ask for less at once.",
        "extensions": {"code": "TIMEOUT"},
    }
    body = json.dumps({"errors": [error]}).encode()
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 504, "headers": headers})
    await send({"type": "http.response.body", "body": body})
