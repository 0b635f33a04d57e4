"""The next look at an account, sent by whoever knows of it instead of left to the next plan."""

from datetime import datetime, timedelta

from fleet.ports.store import Schedule
from functions.plan import QUEUED_FOR
from infra.queue import Look, Queue


async def send_look(
    account_id: str,
    due_at: datetime,
    *,
    schedule: Schedule,
    messages: Queue,
    now: datetime,
    correlation_id: str,
) -> bool:
    """False when somebody else was faster, or the account is due at another time by now."""
    if not await schedule.claim(account_id, due_at, now=now, queued_until=now + QUEUED_FOR):
        return False
    look = Look(account_id=account_id, due_at=due_at)
    await messages.send([look], correlation_id=correlation_id, jitter=timedelta())
    return True
