"""AWS in memory: one way to moto, because moto alone lets two threads pass each other's conditions, and keeps all."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import RLock
from typing import Any, Literal

import botocore.session
from botocore.awsrequest import AWSPreparedRequest
from moto import mock_aws
from moto.backends import get_backend
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.common_models import BaseModel
from moto.core.common_types import TYPE_RESPONSE
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table

SERVICES: tuple[Literal["secretsmanager", "sqs", "ssm"], ...] = ("secretsmanager", "sqs", "ssm")


def _one_after_the_other() -> None:
    """AWS checks a condition and writes in one step; moto in two, between which another thread's request may come.

    Every client that moto answers goes through this method of its stub.
    """
    lock, process = RLock(), BotocoreStubber.process_request

    def process_alone(self: BotocoreStubber, request: AWSPreparedRequest) -> TYPE_RESPONSE | None:
        with lock:
            return process(self, request)

    BotocoreStubber.process_request = process_alone  # type: ignore[method-assign]


def _copying_what_is_written() -> None:
    """Before a transaction moto copies the whole table once for each of its writes, to put it back if one fails.

    Copies of the rows that are written will do. It took an eighth of all the time of the tests.
    """
    transact = DynamoDBBackend.transact_write_items

    def transact_with_few_copies(self: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
        kept = []
        for (what,) in (item.values() for item in transact_items):
            table = self.get_table(what["TableName"])
            key = self.get_keys_value(table, what.get("Key") or what["Item"])
            kept.append((table, key, copy.deepcopy(table.get_item(*key))))
        try:
            transact(self, transact_items)
        except Exception:
            for table, (partition, sort), row in kept:
                rows: dict[object, object] = table.items[partition]
                rows.pop(sort, None)
                if row is not None:
                    rows[sort] = row
            raise

    DynamoDBBackend.transact_write_items = transact_with_few_copies  # type: ignore[method-assign]
    Table.__deepcopy__ = lambda self, memo: self  # type: ignore[attr-defined]


def _forgetting_what_is_gone() -> None:
    """moto keeps every row that there ever was, in a list for a page of its own; the collector walks through it."""
    BaseModel.__new__ = lambda cls, *_, **__: object.__new__(cls)  # type: ignore[method-assign]


def _reading_models_once() -> None:
    """Each session reads the models of the services anew, of 100 kB and more each. Here one reader serves all sessions.

    It took a quarter of the time of the tests of functions, each of which has sessions of its own.
    """
    botocore.session.create_loader = cache(botocore.session.create_loader)


_reading_models_once()
_one_after_the_other()
_copying_what_is_written()
_forgetting_what_is_gone()


@contextmanager
def aws_in_memory() -> Iterator[None]:
    """Uses nest and share what is in memory, so that a table needs a name of its own."""
    with mock_aws():
        yield


@contextmanager
def empty_aws() -> Iterator[None]:
    """Holds nothing in `SERVICES` at first. Tables are left alone: other tests of this process keep theirs open."""
    with aws_in_memory():
        for service in SERVICES:
            for regions in get_backend(service).values():
                for backend in regions.values():
                    backend.reset()
        yield


def empty_table(name: str) -> None:
    """Of this account and region, at once."""
    (table,) = (
        backend.tables[name]
        for regions in get_backend("dynamodb").values()
        for backend in regions.values()
        if name in backend.tables
    )
    table.items.clear()
