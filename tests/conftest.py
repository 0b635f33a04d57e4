"""What holds for every test: nothing leaves this machine, and no account of the person at it is used."""

import ipaddress
import os
import sys

import pytest

for name in [name for name in os.environ if name.startswith("AWS_") or name.lower().endswith("_proxy")]:
    del os.environ[name]
os.environ |= {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_REGION": "eu-central-1",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


class LeftTheMachine(RuntimeError):
    """A test tried to reach an address other than loopback.

    Not an OSError, which code under test would rightly treat as a provider that is down.
    """


def is_loopback(host: object) -> bool:
    if not isinstance(host, str):
        return True  # None and "" bind; bytes are paths of Unix sockets
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in ("", "localhost")


def stay_on_this_machine(event: str, arguments: tuple[object, ...]) -> None:
    """An audit hook: the interpreter asks before every connection, whichever library makes it."""
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    if not is_loopback(host.decode() if isinstance(host, bytes) else host):
        raise LeftTheMachine(f"tests reach loopback only, not {host!r}")


sys.addaudithook(stay_on_this_machine)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Lets the groups of tests count: pytest-xdist 3.8 writes a test's group into its id where pytest 9.2 does not
    read it (issue 1386 of pytest-xdist), and then every worker starts the runner, the table and the browser."""
    for item in items:
        with_group = getattr(item, "_nodeid", item.nodeid)
        if with_group != item.nodeid:
            item._id = item.id.parse(with_group)
