"""API keys in the table: what a key is for never changes, what became of it does."""

from datetime import datetime, timedelta

from fleet.model.api_key import ApiKey
from fleet.model.record import Instant, Record
from fleet.ports.clock import Clock
from infra.store.conditions import is_absent, state_is
from infra.store.indexes import LISTING, partition_key, sort_key
from infra.store.names import Span, below, join
from infra.store.rows import is_live
from infra.store.table import ConditionFailed, Contended, Table, tries
from infra.store.writes import Key, Row, put, text, update

KEPT = timedelta(days=90)
"""How long a key that opens nothing any more is still listed."""

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
        row = await self._row(key_id)
        return None if row is None else (_to_key(row), text(row, "digest"))

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
            # In seconds, because the last of all years has no day after it.
            row["expires_at"] = int(key.expires_at.timestamp() + KEPT.total_seconds())
        await self._table.write(put(row, is_absent()))

    async def revoke(self, key_id: str, now: datetime) -> ApiKey | None:
        async for _ in tries(self._clock):
            row = await self._row(key_id)
            if row is None:
                return None
            key = _to_key(row)
            if key.revoked_at is not None:
                return key
            revoked = key.model_copy(update={"revoked_at": now})
            forgotten_at = int((now + KEPT).timestamp())
            try:
                await self._replace(key, revoked, expires_at=forgotten_at)
            except ConditionFailed:
                continue
            return revoked
        raise Contended("others kept changing the same key")

    async def note_use(self, key: ApiKey, now: datetime) -> None:
        try:
            await self._replace(key, key.model_copy(update={"last_used_at": now}))
        except (ConditionFailed, Contended):
            return  # somebody else has noted it, or revoked the key

    async def page(self, *, after: tuple[str, str] | None, limit: int) -> list[ApiKey]:
        now = self._clock.now()
        span = _span().after(after and join(*after))
        rows = await self._table.query(span, limit=limit, wanted=lambda row: is_live(row, now))
        return [_to_key(row) for row in rows]

    async def _row(self, key_id: str) -> Row | None:
        row = await self._table.get(_key(key_id), consistent=True)
        return row if row is not None and is_live(row, self._clock.now()) else None

    async def _replace(self, key: ApiKey, changed: ApiKey, **more: int) -> None:
        keep: Row = {"state": _state(changed), **more}
        await self._table.write(update(_key(key.id), keep=keep, condition=state_is(_state(key))))


def _key(key_id: str) -> Key:
    return join("apikey", key_id), "apikey"


def _span() -> Span:
    return below(_LISTED, index=LISTING)


def _state(key: ApiKey) -> str:
    return KeyState(last_used_at=key.last_used_at, revoked_at=key.revoked_at).model_dump_json()


def _to_key(row: Row) -> ApiKey:
    state = KeyState.model_validate_json(text(row, "state"))
    return ApiKey.model_validate_json(text(row, "body")).model_copy(update=dict(state))
