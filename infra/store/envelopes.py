"""Envelopes in the table: few, in one partition."""

import logging

from fleet.model.envelope import MOST_ENVELOPES, Envelope
from fleet.model.stored import Unreadable, read_stored
from fleet.ports.clock import Clock
from fleet.ports.envelopes import TooManyEnvelopes
from infra.store.names import below, join
from infra.store.pages import read_page
from infra.store.placeholders import envelope_of_keys
from infra.store.table import Table
from infra.store.writes import Key, Row, delete, put, text

logger = logging.getLogger(__name__)

_PARTITION = join("envelopes")


class TableEnvelopes:
    """Implements `fleet.ports.envelopes.Envelopes`."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    async def all(self) -> list[Envelope]:
        page = await read_page(
            self._table, below(_PARTITION), _to_envelope, now=self._clock.now(), consistent=True
        )
        return [one for _, one in page]

    async def put(self, envelope: Envelope) -> None:
        names = {one.name for one in await self.all()}
        if envelope.name not in names and len(names) >= MOST_ENVELOPES:
            raise TooManyEnvelopes
        pk, sk = _key(envelope.name)
        await self._table.write(put({"pk": pk, "sk": sk, "body": envelope.model_dump_json()}))

    async def delete(self, name: str) -> Envelope | None:
        found = next((one for one in await self.all() if one.name == name), None)
        if found is not None:
            await self._table.write(delete(_key(name)))
        return found


def _key(name: str) -> Key:
    return _PARTITION, join("envelope", name)


def _to_envelope(row: Row) -> Envelope:
    """One that does not read is there, so that nobody takes its name unseen, and can be deleted."""
    try:
        stored = read_stored(Envelope, text(row, "body"))
    except Unreadable as error:
        logger.warning("the envelope %r cannot be read: %s", row["sk"], error)
        return envelope_of_keys(row)
    return stored.record.model_copy(update={"is_understood": stored.is_whole})
