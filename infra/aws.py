"""Opening clients of AWS: short timeouts, a few retries, then an error.

They are botocore's. boto3 adds the transfer of files to it, which takes 25 ms of a function's start and 700 KB.
"""

import sys
from typing import Any

from botocore.config import Config
from botocore.session import Session, get_session

CONFIG = Config(
    connect_timeout=2,
    read_timeout=5,
    max_pool_connections=16,
    retries={"mode": "standard", "total_max_attempts": 4},
)
"""A client. Region, credentials and endpoint come from the environment, as in every AWS tool."""


class _Shared:
    session: Session | None = None


def session() -> Session:
    """The one of this process: it looks for credentials once, and has the handlers of all of its clients."""
    if _Shared.session is None:
        _Shared.session = get_session()
    return _Shared.session


def open_client(service: str, config: Config = CONFIG, **options: Any) -> Any:
    """A client of a service by its name, e.g. `sqs`. The caller says which class of client that is."""
    return session().create_client(service, config=config, **options)


def forget_credentials() -> None:
    """Makes clients that are opened from now on look for credentials again: also those of boto3, where this process has
    it for something that is not on AWS.
    """
    _Shared.session = None
    if (loaded := sys.modules.get("boto3")) is not None:
        loaded.DEFAULT_SESSION = None  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
