"""Bundles: all clusters or nodes of an account in one row, compressed, so that a process that starts reads those of
many accounts in one request.

A bundle repeats the bodies of rows as they stand. A query that has to read them makes it, once the account is quiet: an
observation writes none, so that a look costs what it did, and an account in motion has none. It is of one version of
the account: the fencing number of the latest observation that changed or failed anything. Whoever finds none of that
version, or one that does not read as it stands, reads the rows.

It is exact: it is written only if no observation has begun since the one whose account was read, and the rows were read
after that.
"""

import base64
import binascii
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from fleet.model.account import Account, AccountState, TrackedAccount
from fleet.model.cluster import Cluster
from fleet.model.node import Node
from fleet.model.tracking import Tracked, TrackedCluster
from fleet.ports.clock import Clock
from fleet.providers import PROVIDERS
from infra.store.conditions import fence_is
from infra.store.item_rows import KINDS
from infra.store.names import join, stamp
from infra.store.rows import account_key
from infra.store.table import ConditionFailed, Contended, Table, TableUnavailable
from infra.store.write_batches import ACTIONS_PER_BATCH, BYTES_PER_BATCH, BYTES_PER_ROW
from infra.store.writes import Action, Key, Put, Row, check, put, text

Kind = type[Cluster] | type[Node]
RowT = TypeVar("RowT", TrackedCluster, Tracked[Node])

PER_ROW: Mapping[Kind, int] = {Cluster: 128, Node: 2_000}
"""The most of one row: a page of clusters and one more, which tells whether there is another page."""
MOST: Mapping[Kind, int] = {Cluster: 64 * 128, Node: 2_000}
"""The most of an account: its rows have to fit a transaction, and a page needs few of them."""
MOST_BYTES = 4_000_000
"""Of the texts in one row of a bundle, twenty times what is usual. It is compressed in 0.1 s at most."""
KEPT = timedelta(days=7)
"""How long it stays. Who asks then makes it again."""

_LISTS: Mapping[Kind, Any] = {Cluster: list[TrackedCluster], Node: list[Tracked[Node]]}


class Bundles:
    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    async def clusters(self, accounts: Iterable[TrackedAccount]) -> dict[str, list[TrackedCluster]]:
        """All clusters of each account that has a bundle, in the order name, key; those that have expired, too."""
        return await self._all(Cluster, accounts)

    async def nodes(self, accounts: Iterable[TrackedAccount]) -> dict[str, list[Tracked[Node]]]:
        """As `clusters`, in the order of `Node.key`."""
        return await self._all(Node, accounts)

    async def first_clusters(self, account: TrackedAccount) -> tuple[list[TrackedCluster], bool]:
        """Of those that `clusters` has, as many as a row of a bundle holds, and whether these are all. None, and not
        all, where there is no bundle.
        """
        if may_have(account):
            key = _key(Cluster, account, 0)
            row = (await self._table.get_many([key])).get(key)
            read = None if row is None else _read(Cluster, [row], account)
            if row is not None and read is not None:
                return read, row["of"] == 1
        return [], False

    async def make(self, kind: Kind, wanted: Iterable[tuple[TrackedAccount, Sequence[str]]]) -> None:
        """Of the bodies of all rows of these accounts, which were read consistently after the account was. They are
        made again at any time, so it does not matter if this fails.
        """
        made = [
            actions
            for account, bodies in wanted
            if may_have(account) and (actions := self._actions(kind, account, bodies))
        ]
        together: list[Action] = []
        for actions in made:
            if (
                len(together) + len(actions) > ACTIONS_PER_BATCH
                or _bytes([*together, *actions]) > BYTES_PER_BATCH
            ):
                await self._write(together)
                together = []
            together += actions
        is_written = await self._write(together)
        if not is_written and len(made) > 1:  # one of them is being observed by now
            for actions in made:
                await self._write(actions)

    async def _write(self, actions: Sequence[Action]) -> bool:
        try:
            if actions:
                await self._table.transact(actions)
        except (ConditionFailed, Contended, TableUnavailable):
            return False
        return True

    def _actions(self, kind: Kind, account: TrackedAccount, bodies: Sequence[str]) -> list[Action]:
        """None for what is too large."""
        size = PER_ROW[kind]
        parts = [bodies[start : start + size] for start in range(0, len(bodies), size)] or [[]]
        packed = [_pack(part) for part in parts] if len(bodies) <= MOST[kind] else [None]
        if any(one is None or len(one) > BYTES_PER_ROW for one in packed):
            return []
        is_current = check(account_key(account.account.id), fence_is(account.state.fence or 0))
        actions: list[Action] = [
            is_current,
            *map(put, self._rows(kind, account, [one or "" for one in packed])),
        ]
        return actions if _bytes(actions) <= BYTES_PER_BATCH else []

    async def _all(self, kind: Kind, accounts: Iterable[TrackedAccount]) -> dict[str, list[Any]]:
        asked = [account for account in accounts if may_have(account)]
        keys = {account.account.id: _expected_keys(kind, account) for account in asked}
        rows = await self._table.get_many(key for those in keys.values() for key in those)
        more = {
            account.account.id: [_key(kind, account, number) for number in range(len(known), int(row["of"]))]
            for account in asked
            if (row := rows.get((known := keys[account.account.id])[0])) is not None
        }
        if any(more.values()):
            rows |= await self._table.get_many(key for those in more.values() for key in those)
        found: dict[str, list[Any]] = {}
        for account in asked:
            wanted = keys[account.account.id] + more.get(account.account.id, [])
            read = _read(kind, [rows[key] for key in wanted if key in rows], account, is_whole=True)
            if read is not None:
                found[account.account.id] = read
        return found

    def _rows(self, kind: Kind, account: TrackedAccount, packed: Sequence[str]) -> Iterator[Row]:
        now = self._clock.now()
        for number, body in enumerate(packed):
            pk, sk = _key(kind, account, number)
            yield {
                "pk": pk,
                "sk": sk,
                "version": _version(account),
                "of": len(packed),
                "made_at": stamp(now),
                "expires_at": int((now + KEPT).timestamp()),
                "body": body,
            }


def may_have(account: TrackedAccount) -> bool:
    """Whether its latest observation changed and failed nothing."""
    return account.state.fence is not None and account.state.quiet > 0


def decode(kind: Kind, bodies: Sequence[str]) -> list[Any] | None:
    """The records of rows. Null if one of them does not read as it stands."""
    return _decode(kind, f"[{','.join(bodies)}]")


def _version(account: TrackedAccount) -> int:
    """Grows with each observation that changes a row, whatever becomes of the account's state: fencing numbers only
    grow, and a state that is lost is not quiet.
    """
    return (account.state.fence or 0) - account.state.quiet


def _key(kind: Kind, account: TrackedAccount, number: int) -> Key:
    return account_key(account.account.id)[0], join("bundle", KINDS[kind], f"{number:03}")


def _expected_keys(kind: Kind, account: TrackedAccount) -> list[Key]:
    """As many as it has if nothing of it is deleted."""
    count = account.state.summary.cluster_count if kind is Cluster else 0
    count = min(count, MOST[kind])
    return [_key(kind, account, number) for number in range(max(1, -(-count // PER_ROW[kind])))]


def _read(
    kind: Kind, rows: Sequence[Row], account: TrackedAccount, *, is_whole: bool = False
) -> list[Any] | None:
    """Null unless they are of this version of the account and were made together."""
    if not rows or any(row.get("version") != _version(account) for row in rows):
        return None
    if is_whole and ({row["of"] for row in rows} != {len(rows)} or len({row["made_at"] for row in rows}) > 1):
        return None
    found: list[Any] = []
    for row in rows:
        read = _decode(kind, _unpack(text(row, "body")))
        if read is None:
            return None
        found += read
    return found


def _bytes(actions: Iterable[Action]) -> int:
    """Of the bodies alone, as `BYTES_PER_BATCH` counts."""
    return sum(len(text(one.row, "body")) for one in actions if isinstance(one, Put))


def _pack(bodies: Sequence[str]) -> str | None:
    """Null for more than `MOST_BYTES`."""
    texts = f"[{','.join(bodies)}]".encode()
    return None if len(texts) > MOST_BYTES else base64.b64encode(zlib.compress(texts)).decode()


def _unpack(body: str) -> bytes:
    """Empty where it is nothing of ours."""
    try:
        unpacking = zlib.decompressobj()
        found = unpacking.decompress(base64.b64decode(body), MOST_BYTES)
    except (binascii.Error, zlib.error):
        return b""
    return found if unpacking.eof else b""


def _decode(kind: Kind, bodies: str | bytes) -> list[Any] | None:
    try:
        found: list[Any] = _adapter(kind).validate_json(bodies, context=PROVIDERS)
    except (ValidationError, AttributeError, KeyError, TypeError):
        return None
    return found


def make_validators() -> None:
    """Of what nearly every answer reads. The first would make them, which takes an eighth of a page of 100 clusters."""
    Account.model_rebuild()
    AccountState.model_rebuild()
    _adapter(Cluster)


@cache
def _adapter(kind: Kind) -> TypeAdapter[Any]:
    return TypeAdapter(_LISTS[kind])
