"""Webhooks in the table: each has a partition, with the deliveries that wait and those that were given up."""

from collections.abc import Callable
from datetime import datetime

from fleet.model.webhook import KEPT, Delivery, KnownWebhook, Webhook, WebhookState
from fleet.ports.clock import Clock
from fleet.ports.webhooks import Taken, TakenOver
from infra.store.conditions import is_absent, is_still
from infra.store.indexes import LISTING
from infra.store.names import SEPARATOR, below, join, stamp
from infra.store.pages import read_page
from infra.store.placeholders import webhook_of_keys, webhook_state_of_keys
from infra.store.rows import entry, read_body, read_time, read_whole_body
from infra.store.table import ConditionFailed, Contended, Table, tries
from infra.store.transition_rows import HELD_BACK
from infra.store.writes import Key, Row, delete, put, update

_LISTED = join("webhooks")
_WAITING = "waiting"
_DEAD = "dead"


class TableWebhooks:
    """Implements `fleet.ports.webhooks.Webhooks`."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    def place(self, now: datetime) -> str:
        return stamp(now - HELD_BACK)

    async def keep(self, webhook: Webhook, state: WebhookState) -> None:
        pk, sk = _key(webhook.id)
        row: Row = {
            "pk": pk,
            "sk": sk,
            "body": webhook.model_dump_json(),
            "state": state.model_dump_json(),
            "version": 0,
            **entry(LISTING, _LISTED, join(*webhook.order)),
        }
        try:
            await self._table.write(put(row, is_absent()))
        except ConditionFailed:  # it is ours where the write was sent again because its answer was lost
            there = await self._table.get((pk, sk), consistent=True)
            if there is None or there.get("body") != row["body"]:
                raise

    async def find(self, webhook_id: str) -> KnownWebhook | None:
        row = await self._table.get(_key(webhook_id), consistent=True)
        return None if row is None else _to_webhook(row)

    async def page(self, *, after: tuple[str, str] | None, limit: int) -> list[KnownWebhook]:
        span = below(_LISTED, index=LISTING).after(after and join(*after))
        found = await read_page(self._table, span, _to_webhook, now=self._clock.now(), limit=limit)
        return [known for _, known in found]

    async def change(
        self, webhook_id: str, revise: Callable[[KnownWebhook], KnownWebhook]
    ) -> KnownWebhook | None:
        key = _key(webhook_id)
        async for _ in tries(self._clock):
            row = await self._table.get(key, consistent=True)
            if row is None:
                return None
            revised, version = revise(_to_webhook(row)), int(row["version"])
            keep: Row = {
                "body": revised.webhook.model_dump_json(),
                "state": revised.state.model_dump_json(),
                "version": version + 1,
                **entry(LISTING, _LISTED, join(*revised.webhook.order)),
            }
            try:
                await self._table.write(update(key, keep=keep, condition=is_still(version)))
            except (ConditionFailed, Contended):
                continue
            return revised
        raise Contended("others kept writing the same webhook")

    async def remove(self, webhook_id: str) -> None:
        """The webhook first, so that nobody delivers for it any more."""
        key = _key(webhook_id)
        await self._table.write(delete(key))
        await self._table.clear(below(key[0]), but=key)

    async def take(self, webhook_id: str, *, now: datetime, until: datetime) -> Taken | None:
        row = await self._table.get(_key(webhook_id), consistent=True)
        known = None if row is None else _to_webhook(row)
        if row is None or known is None or not known.webhook.is_active:
            return None
        lease_until = read_time(row, "lease_until")
        if lease_until is not None and lease_until > now:
            return None
        version = int(row["version"])
        taken = Taken(known=known, version=version + 1, until=until)
        keep: Row = {"version": taken.version, "lease_until": stamp(until)}
        try:
            await self._table.write(update(_key(webhook_id), keep=keep, condition=is_still(version)))
        except (ConditionFailed, Contended):
            return None
        return taken

    async def note(self, taken: Taken, known: KnownWebhook, *, is_last: bool = False) -> Taken:
        webhook_id = known.webhook.id
        noted = Taken(known=known, version=taken.version + 1, until=taken.until)
        keep: Row = {"state": known.state.model_dump_json(), "version": noted.version}
        if known.webhook != taken.known.webhook:
            keep = {**keep, "body": known.webhook.model_dump_json()}
        drop = ("lease_until",) if is_last else ()
        try:
            await self._table.write(
                update(_key(webhook_id), keep=keep, drop=drop, condition=is_still(taken.version))
            )
        except ConditionFailed as failure:
            raise TakenOver(webhook_id) from failure
        return noted

    async def waiting(self, webhook_id: str) -> list[Delivery]:
        return await self._deliveries(webhook_id, _WAITING)

    async def dead(self, webhook_id: str, *, after: str | None, limit: int) -> list[Delivery]:
        return await self._deliveries(webhook_id, _DEAD, after=after, limit=limit)

    async def wait(self, webhook_id: str, delivery: Delivery) -> None:
        await self._table.write(put(self._row(webhook_id, _WAITING, delivery)))

    async def done(self, webhook_id: str, delivery: Delivery) -> None:
        await self._table.write(delete(_delivery_key(webhook_id, _WAITING, delivery)))

    async def give_up(self, webhook_id: str, delivery: Delivery) -> None:
        await self._table.transact(
            [
                delete(_delivery_key(webhook_id, _WAITING, delivery)),
                put(self._row(webhook_id, _DEAD, delivery)),
            ]
        )

    async def revive(self, webhook_id: str, delivery: Delivery) -> None:
        await self._table.transact(
            [
                delete(_delivery_key(webhook_id, _DEAD, delivery)),
                put(self._row(webhook_id, _WAITING, delivery)),
            ]
        )

    async def _deliveries(
        self, webhook_id: str, kind: str, *, after: str | None = None, limit: int | None = None
    ) -> list[Delivery]:
        span = below(_key(webhook_id)[0], kind)
        if after is not None:
            span = span.after(kind + SEPARATOR + after)
        found = await read_page(
            self._table, span, _to_delivery, now=self._clock.now(), limit=limit, consistent=True
        )
        return [delivery for _, delivery in found]

    def _row(self, webhook_id: str, kind: str, delivery: Delivery) -> Row:
        """It expires, should nobody ever look at it again."""
        pk, sk = _delivery_key(webhook_id, kind, delivery)
        return {
            "pk": pk,
            "sk": sk,
            "body": delivery.model_dump_json(),
            "expires_at": int((self._clock.now() + KEPT).timestamp()),
        }


def _key(webhook_id: str) -> Key:
    return join("webhook", webhook_id), "webhook"


def _delivery_key(webhook_id: str, kind: str, delivery: Delivery) -> Key:
    """In the order of the feed."""
    return _key(webhook_id)[0], kind + SEPARATOR + delivery.order


def _to_webhook(row: Row) -> KnownWebhook:
    """One that does not read is there, so that it can be deleted. A filter that does not read must not become one that
    wants everything, so it sends nothing.
    """
    stored = read_whole_body(Webhook, row)
    state = read_body(WebhookState, row, "state") if "state" in row else None
    if stored is not None and stored.is_whole and state is not None:
        return KnownWebhook(webhook=stored.record, state=state)
    read = webhook_of_keys(row) if stored is None else stored.record
    webhook = read.model_copy(update={"is_understood": False, "kinds": frozenset()})
    return KnownWebhook(webhook=webhook, state=webhook_state_of_keys())


def _to_delivery(row: Row) -> Delivery | None:
    return read_body(Delivery, row)
