"""AWS in memory, for tests that need more of it than a table."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from moto import mock_aws
from moto.backends import get_backend

SERVICES: tuple[Literal["secretsmanager", "sqs", "ssm"], ...] = ("secretsmanager", "sqs", "ssm")


@contextmanager
def empty_aws() -> Iterator[None]:
    """Holds nothing in `SERVICES` at first. Tables are left alone: moto may be running for other tests of this process,
    and they keep theirs open. So a table needs a name of its own.
    """
    with mock_aws():
        for service in SERVICES:
            for regions in get_backend(service).values():
                for backend in regions.values():
                    backend.reset()
        yield
