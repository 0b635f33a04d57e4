"""Opening clients of AWS: short timeouts, a few retries, then an error.

They are botocore's. boto3 adds the transfer of files to it, which takes 25 ms of a function's start and 700 KB.
"""

import os
import sys
from typing import Any

from botocore.config import Config
from botocore.credentials import CredentialResolver, EnvProvider
from botocore.handlers import BUILTIN_HANDLERS, REGISTER_FIRST, REGISTER_LAST
from botocore.session import Session

CONFIG = Config(
    connect_timeout=2,
    read_timeout=5,
    max_pool_connections=16,
    retries={"mode": "standard", "total_max_attempts": 4},
)
"""A client. Region, credentials and endpoint come from the environment, as in every AWS tool."""


SERVICES = frozenset({"dynamodb", "secretsmanager", "secrets-manager", "sqs", "ssm", "sts"})
"""Those that clients are opened for, as botocore's events name them, and the one that roles are taken on with."""


class _Shared:
    session: Session | None = None


def session() -> Session:
    """The one of this process: it looks for credentials once, and has the handlers of all of its clients."""
    if _Shared.session is None:
        _Shared.session = _open_session()
    return _Shared.session


def _open_session() -> Session:
    """As botocore opens one, without two things that take 7 ms of a function's start: what it does for other services,
    and looking elsewhere for credentials that the environment has. There botocore looks first, too.
    """
    opened = Session(include_builtin_handlers=False)
    events = opened.get_component("event_emitter")
    register = {REGISTER_FIRST: events.register_first, REGISTER_LAST: events.register_last}
    for name, handler, *place in BUILTIN_HANDLERS:
        if _concerns_ours(name):
            register.get(place[0] if place else None, events.register)(name, handler)
    if "AWS_ACCESS_KEY_ID" in os.environ:
        opened.register_component("credential_provider", CredentialResolver([EnvProvider()]))
    return opened


def _concerns_ours(event: str) -> bool:
    """By the second part of the event's name, the service. What documents methods is asked for by nobody."""
    kind, *of = event.split(".")
    return kind != "docs" and (not of or of[0] == "*" or of[0] in SERVICES)


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
