"""AWS in memory: one door to moto, because moto alone lets two threads pass each other's conditions."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Literal

from botocore.awsrequest import AWSPreparedRequest
from moto import mock_aws
from moto.backends import get_backend
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.common_types import TYPE_RESPONSE

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


_one_after_the_other()


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
