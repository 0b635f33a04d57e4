"""One round of a webhook: it tries again what waits, and sends what is new in the feed.

The feed itself is the queue. A webhook stores its place in the feed, and only the messages that did not arrive.
The events of one cluster arrive in the order in which they happened: while one of them waits, the later ones wait
behind it. After a crash between sending and writing, a message arrives twice, with the same id.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter

from fleet.model.event import Event
from fleet.model.webhook import Delivery, KnownWebhook, Webhook, WebhookState, line_of
from fleet.ports.clock import Clock
from fleet.ports.reader import Reader
from fleet.ports.vault import Vault
from fleet.ports.webhooks import NotDelivered, Sender, Taken, TakenOver, Webhooks
from fleet.reading.activity import EventFilter
from fleet.webhooks.message import message_id, write_body, write_headers
from fleet.webhooks.target import LOST, Target, read_kept

RETRY_AFTER = tuple(
    timedelta(seconds=seconds) for seconds in (5, 300, 1800, 7200, 5 * 3600, 8 * 3600, 8 * 3600)
)
"""After the first failed attempt, the second, and so on: about a day in all."""
TRIED_FOR = timedelta(days=1)
"""What has waited for longer is given up when it fails once more."""
LONGEST_RETRY_AFTER = timedelta(hours=1)
"""The most that a receiver's `Retry-After` is believed."""
MOST_WAITING = 500
"""While so many wait, the feed is not read on. Nothing is lost: it is kept for 90 days."""
MOST_COUNTED = 1000
"""Deliveries that were given up."""
PAGE = 50
GONE = "Its receiver answered with 410: it wants nothing any more."
LEASE = timedelta(seconds=90)
"""Longer than a turn and its last attempt."""
TURN_SECONDS = 40.0


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What one turn did. `has_more`: it ended because its time was up."""

    delivered: int = 0
    failed: int = 0
    given_up: int = 0
    has_more: bool = False


@dataclass(frozen=True, kw_only=True)
class Deliverer:
    """`seconds` bounds a turn; the attempt that is going on then is finished."""

    webhooks: Webhooks
    reader: Reader
    vault: Vault
    sender: Sender
    clock: Clock
    seconds: float = TURN_SECONDS
    shorten: Callable[[], float] = field(default=lambda: random.uniform(0.8, 1.0))  # noqa: S311 - it spreads load
    """A factor for a pause, so that what failed at the same time is not tried again at the same time."""

    async def deliver(self, webhook_id: str) -> Turn | None:
        """Null where another process delivers for the webhook, or somebody has changed, paused or deleted it."""
        now = self.clock.now()
        taken = await self.webhooks.take(webhook_id, now=now, until=now + LEASE)
        if taken is None:
            return None
        work = _Work(self, taken, now + timedelta(seconds=self.seconds))
        try:
            return await work.run()
        except TakenOver:
            return None


class _Work:
    def __init__(self, by: Deliverer, taken: Taken, until: datetime) -> None:
        self._by = by
        self._taken = taken
        self._until = until
        self._webhook: Webhook = taken.known.webhook
        self._state: WebhookState = taken.known.state
        self._target: Target | None = None
        self._is_down = False
        self._waiting: dict[tuple[str, str], int] = {}
        self._counts = {"delivered": 0, "failed": 0, "given_up": 0}

    async def run(self) -> Turn:
        try:
            self._target = await read_kept(self._by.vault, self._webhook)
        except KeyError:
            self._failed(LOST)
            await self._note(is_last=True)
            return Turn(failed=1)
        await self._count_dead()
        await self._try_again()
        await self._follow()
        await self._note(is_last=True)
        return Turn(**self._counts, has_more=self._is_time_up)

    async def _count_dead(self) -> None:
        """Somebody may have replayed them meanwhile."""
        if self._state.dead_count:
            dead = await self._by.webhooks.dead(self._webhook.id, after=None, limit=MOST_COUNTED)
            self._state = self._state.model_copy(update={"dead_count": len(dead)})

    async def _try_again(self) -> None:
        """The first of each line, if it is due, and those behind it while they arrive."""
        waiting = sorted(
            await self._by.webhooks.waiting(self._webhook.id), key=lambda one: (one.line, one.order)
        )
        for line, deliveries in groupby(waiting, key=attrgetter("line")):
            rest = list(deliveries)
            while rest and not self._is_down and not self._is_over and rest[0].next_at <= self._now:
                if not await self._try_one(rest[0]):
                    break
                rest.pop(0)
                if rest:  # it waited for the one before it, and not for its own time
                    rest[0] = rest[0].model_copy(update={"next_at": self._now})
            if rest:
                self._waiting[line] = len(rest)

    async def _try_one(self, delivery: Delivery) -> bool:
        """Whether the line can go on: it has arrived, or is given up."""
        failure = await self._send(delivery.event)
        if failure is None:
            await self._by.webhooks.done(self._webhook.id, delivery)
            return True
        later = self._later(delivery, failure)
        if later is None:
            given_up = delivery.model_copy(
                update={"attempts": delivery.attempts + 1, "failure": str(failure)}
            )
            await self._by.webhooks.give_up(self._webhook.id, given_up)
            self._counts["given_up"] += 1
            self._state = self._state.model_copy(update={"dead_count": self._state.dead_count + 1})
            return True
        await self._by.webhooks.wait(self._webhook.id, later)
        return False

    async def _follow(self) -> None:
        """Sends what is new, page by page, and writes down how far it came."""
        is_more = True
        while is_more and not self._is_over and sum(self._waiting.values()) < MOST_WAITING:
            now = self._now
            events, end = await self._by.reader.activity(
                filter_of(self._webhook).matches,
                after=self._state.cursor,
                is_newest_first=False,
                since=self._webhook.created_at - timedelta(minutes=1),
                now=now,
                limit=PAGE,
            )
            is_more = end is not None
            for event in self._until_it_is_over(events):
                await self._pass_on(event)
                self._state = self._state.model_copy(update={"cursor": event.order})
            if not self._is_over:
                self._state = self._state.model_copy(update={"cursor": end or self._by.webhooks.place(now)})
            await self._note()

    def _until_it_is_over(self, events: list[Event]) -> Iterator[Event]:
        for event in events:
            if self._is_over:
                return
            yield event

    async def _pass_on(self, event: Event) -> None:
        line, now = line_of(event), self._now
        fresh = Delivery(event=event, order=event.order, since=now, next_at=now)
        if line in self._waiting or self._is_down:
            await self._by.webhooks.wait(self._webhook.id, fresh)
        else:
            failure = await self._send(event)
            if failure is None:
                return
            await self._by.webhooks.wait(self._webhook.id, self._later(fresh, failure) or fresh)
        self._waiting[line] = self._waiting.get(line, 0) + 1

    async def _send(self, event: Event) -> NotDelivered | None:
        assert self._target is not None
        body = write_body(self._webhook, event)
        headers = write_headers(self._target.secret, message_id(self._webhook, event), self._now, body)
        try:
            await self._by.sender.post(self._target.url, body, headers)
        except NotDelivered as failure:
            self._failed(str(failure))
            self._is_down = failure.is_down
            if failure.is_gone:
                self._pause()
            return failure
        self._counts["delivered"] += 1
        self._state = self._state.model_copy(
            update={"delivered_at": self._now, "failing_since": None, "failure": None}
        )
        return None

    def _failed(self, sentence: str) -> None:
        self._counts["failed"] += 1
        since = self._state.failing_since or self._now
        self._state = self._state.model_copy(update={"failing_since": since, "failure": sentence})

    def _pause(self) -> None:
        """Nothing is lost by it: what waits and what is to come is sent when somebody resumes it."""
        self._webhook = self._webhook.model_copy(update={"paused_at": self._now, "pause_reason": GONE})

    def _later(self, delivery: Delivery, failure: NotDelivered) -> Delivery | None:
        """The delivery with the time of its next attempt. Null where it has been tried for long enough."""
        attempts = delivery.attempts + 1
        if attempts > len(RETRY_AFTER):
            return None
        pause = RETRY_AFTER[attempts - 1] * self._by.shorten()
        if failure.retry_after_seconds is not None:
            believed = min(failure.retry_after_seconds, LONGEST_RETRY_AFTER.total_seconds())
            pause = max(pause, timedelta(seconds=believed))
        next_at = self._now + pause
        if self._now - delivery.since >= TRIED_FOR:
            return None
        return delivery.model_copy(update={"attempts": attempts, "next_at": next_at, "failure": str(failure)})

    async def _note(self, *, is_last: bool = False) -> None:
        state = self._state.model_copy(update={"waiting_count": sum(self._waiting.values())})
        known = KnownWebhook(webhook=self._webhook, state=state)
        self._taken = await self._by.webhooks.note(self._taken, known, is_last=is_last)

    @property
    def _now(self) -> datetime:
        return self._by.clock.now()

    @property
    def _is_over(self) -> bool:
        return self._is_time_up or not self._webhook.is_active

    @property
    def _is_time_up(self) -> bool:
        return self._now >= self._until


def filter_of(webhook: Webhook) -> EventFilter:
    return EventFilter(
        kinds=webhook.kinds,
        severities=webhook.severities,
        providers=webhook.providers,
        account_ids=webhook.account_ids,
    )
