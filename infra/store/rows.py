"""The conversion between records of the domain and rows of the table.

A row's body is the record as JSON. Other attributes are only those that a condition, an index or the expiry needs.
"""

import logging
from datetime import datetime

from fleet.model.stored import RecordT, Stored, Unreadable, read_stored
from fleet.providers import PROVIDERS
from infra.store.indexes import partition_key, sort_key
from infra.store.names import SEPARATOR, join, read_stamp
from infra.store.writes import Key, Row, text

logger = logging.getLogger(__name__)


def read_body(kind: type[RecordT], row: Row, name: str = "body") -> RecordT | None:
    """The record of a row. Null, with a line in the log, if the row cannot be read."""
    stored = read_whole_body(kind, row, name)
    return None if stored is None else stored.record


def read_whole_body(kind: type[RecordT], row: Row, name: str = "body") -> Stored[RecordT] | None:
    try:
        return read_stored(kind, text(row, name), context=PROVIDERS)
    except Unreadable as error:
        logger.warning("the %s of row %r %r cannot be read: %s", name, row.get("pk"), row.get("sk"), error)
        return None


def read_time(row: Row, name: str) -> datetime | None:
    return read_stamp(text(row, name)) if name in row else None


def is_live(row: Row, now: datetime) -> bool:
    """Whether a row has not expired. DynamoDB deletes expired rows within days, not at once."""
    return "expires_at" not in row or int(row["expires_at"]) > now.timestamp()


def account_key(account_id: str) -> Key:
    return join("account", account_id), "account"


def account_id_of(row: Row) -> str:
    """The account id, from the key, because the bare row of a removed account has no other attribute with it."""
    return text(row, "pk").partition(SEPARATOR)[2]


def held_row(key: Key, holder: str) -> Row:
    """The row of a claim: what only one can have, and who has it."""
    return {"pk": key[0], "sk": key[1], "holder": holder}


def entry(index: str, partition: str, sort: str) -> Row:
    return {partition_key(index): partition, sort_key(index): sort}
