"""API keys in the table. What a key allows never changes; only its last use and its end do."""

import json
import logging
from datetime import datetime, timedelta

from fleet.model.api_key import ApiKey
from fleet.model.record import Instant, Record
from fleet.model.stored import Unreadable, read_stored
from fleet.ports.clock import Clock
from infra.store.conditions import is_absent, is_still
from infra.store.indexes import LISTING, partition_key, sort_key
from infra.store.names import Span, below, join, split
from infra.store.pages import read_page
from infra.store.placeholders import EPOCH
from infra.store.rows import is_live
from infra.store.table import ConditionFailed, Contended, Table, tries
from infra.store.writes import Key, Row, put, text, update

logger = logging.getLogger(__name__)

KEPT = timedelta(days=90)
"""How long an expired or revoked key is listed."""

_LISTED = join("apikeys")


class KeyState(Record):
    last_used_at: Instant | None = None
    revoked_at: Instant | None = None


class TableKeys:
    """Implements `fleet.ports.keys.Keys`."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    async def find(self, key_id: str) -> tuple[ApiKey, str] | None:
        """The key with a digest. Null if its row cannot be read: it is then refused."""
        row = await self._row(key_id)
        key = None if row is None else _to_key(row)
        return None if row is None or key is None else (key, text(row, "digest"))

    async def keep(self, key: ApiKey, digest: str) -> None:
        pk, sk = _key(key.id)
        row: dict[str, str | int] = {
            "pk": pk,
            "sk": sk,
            "body": key.model_dump_json(exclude={"last_used_at", "revoked_at"}),
            "state": KeyState().model_dump_json(),
            "digest": digest,
            partition_key(LISTING): _LISTED,
            sort_key(LISTING): join(*key.order),
        }
        if key.expires_at is not None:
            # In seconds, because the last year has no next day.
            row["expires_at"] = int(key.expires_at.timestamp() + KEPT.total_seconds())
        try:
            await self._table.write(put(row, is_absent()))
        except ConditionFailed:
            there = await self._row(key.id)
            if there is None or there.get("digest") != digest:
                raise  # another key: ours would be there where a write was sent again because its answer was lost

    async def revoke(self, key_id: str, now: datetime) -> ApiKey | None:
        async for _ in tries(self._clock):
            row = await self._row(key_id)
            if row is None:
                return None
            key = _to_shown_key(row)
            if key.revoked_at is not None:
                return key
            revoked = key.model_copy(update={"revoked_at": now})
            forgotten_at = int((now + KEPT).timestamp())
            try:
                await self._replace(row, revoked, expires_at=forgotten_at)
            except ConditionFailed:
                continue
            return revoked
        raise Contended("others kept changing the same key")

    async def note_use(self, key: ApiKey, now: datetime) -> None:
        row = await self._row(key.id)
        known = None if row is None else _to_key(row)
        if row is None or known is None or known.revoked_at is not None:
            return
        try:
            await self._replace(row, known.model_copy(update={"last_used_at": now}))
        except (ConditionFailed, Contended):
            return  # another process has written it, or the key was revoked

    async def page(self, *, after: tuple[str, str] | None, limit: int) -> list[ApiKey]:
        span = _span().after(after and join(*after))
        page = await read_page(self._table, span, _to_shown_key, now=self._clock.now(), limit=limit)
        return [key for _, key in page]

    async def _row(self, key_id: str) -> Row | None:
        row = await self._table.get(_key(key_id), consistent=True)
        return row if row is not None and is_live(row, self._clock.now()) else None

    async def _replace(self, row: Row, changed: ApiKey, **more: int) -> None:
        """The condition compares a version, not the state of the key, because another version of Fleetgraph can store
        the state differently. Members that this version does not know are kept.
        """
        version = int(row["version"]) if "version" in row else None
        state = {**_members(text(row, "state")), **json.loads(_state(changed))}
        keep: Row = {"state": json.dumps(state), "version": (version or 0) + 1, **more}
        await self._table.write(update(_key(changed.id), keep=keep, condition=is_still(version)))


def _key(key_id: str) -> Key:
    return join("apikey", key_id), "apikey"


def _span() -> Span:
    return below(_LISTED, index=LISTING)


def _state(key: ApiKey) -> str:
    return KeyState(last_used_at=key.last_used_at, revoked_at=key.revoked_at).model_dump_json()


def _to_key(row: Row) -> ApiKey | None:
    """The record of a key. Unknown scopes are ignored. Null if anything else cannot be read, because the key could then
    allow too much.
    """
    try:
        key = read_stored(ApiKey, text(row, "body"), mendable=frozenset({"scopes"})).record
        state = read_stored(KeyState, text(row, "state"), mendable=frozenset()).record
    except Unreadable as error:
        logger.warning("the key %s cannot be read: %s", split(text(row, "pk"))[-1], error)
        return None
    return key.model_copy(update=dict(state))


def _to_shown_key(row: Row) -> ApiKey:
    """A key that cannot be read opens nothing here. It may at another version: so it is listed, and can be revoked."""
    if (key := _to_key(row)) is not None:
        return key
    name, key_id = split(text(row, sort_key(LISTING)))
    nothing: dict[str, object] = {
        "id": key_id,
        "name": name,
        "scopes": frozenset(),
        "account_ids": frozenset(),
    }
    try:
        return read_stored(ApiKey, text(row, "body")).record.model_copy(update=nothing)
    except Unreadable:
        return ApiKey.model_validate({**nothing, "hint": "", "created_at": EPOCH})


def _members(state: str) -> dict[str, object]:
    """Of an object. Nothing of what another version stored in a form of its own."""
    try:
        members = json.loads(state)
    except ValueError:
        return {}
    return members if isinstance(members, dict) else {}
