"""What holds for every test: nothing leaves this machine, and no account of the person at it is used."""

import gc
import ipaddress
import os
import signal
import ssl
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from _pytest.runner import runtestprotocol
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from xdist.remote import Producer
    from xdist.scheduler import Scheduling

    from tests.runner import Runner
    from tests.tables import OpenTable

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

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell ignores it for what it runs in the background, and every process inherits that: Ctrl-C would end none.
    signal.signal(signal.SIGINT, signal.default_int_handler)

# No test is timed: a shared machine may stop for longer than any limit that would say something about the code.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

HERE = Path(__file__).parent

WORTH_TELLING_SECONDS = 0.05
"""What a test has to take before or after itself to stand among `--durations`."""


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

# Every client of httpx reads all certificates of this machine, which takes longer than most tests.
ssl.create_default_context = cache(ssl.create_default_context)  # type: ignore[assignment]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    from tests.scheduling import workers

    return workers()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: "Producer") -> "Scheduling | None":
    from tests.scheduling import LongestFirst

    return LongestFirst(config, log) if config.option.dist == "loadgroup" else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Lets the groups of tests count: pytest-xdist 3.8 writes a test's group into its id where pytest 9.2 does not
    read it (issue 1386 of pytest-xdist), and then every worker starts the runner, the table and the browser."""
    for item in items:
        with_group = getattr(item, "_nodeid", item.nodeid)
        if with_group != item.nodeid:
            item._id = item.id.parse(with_group)


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """A worker of pytest-xdist tells of a test once, and more only where there is more to tell. It would send five
    messages for each of thousands of tests, and to write and read them took seconds of a run. Where failed tests run
    once more, as in CI, pytest-rerunfailures does it.
    """
    if not hasattr(item.config, "workerinput") or item.config.getoption("reruns", 0):
        return None
    for report in runtestprotocol(item, nextitem=nextitem, log=False):
        if report.when == "call" or not report.passed or report.duration > WORTH_TELLING_SECONDS:
            item.ihook.pytest_runtest_logreport(report=report)
    return True


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--table", default="sqlite", help="what keeps the store of a test: sqlite, or dynamodb in moto"
    )


FOLDERS_APART = {"artefact", "attacks", "browser", "containers", "stack"}
"""Of which `make test` takes nothing, by their marks. Reading them takes every worker a second."""


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    is_quick = config.option.markexpr in config.getini("addopts")
    return (
        True
        if is_quick and collection_path.parent == HERE and collection_path.name in FOLDERS_APART
        else None
    )


def pytest_collectstart() -> None:
    """While tests are read, nearly all that is made stays. To collect garbage took a fifth of that time."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Libraries and tests stay to the end: the garbage collector need not walk through them again and again.

    That took a fifth of the time of the tests.
    """
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    gc.enable()


@pytest.fixture(scope="session")
def runner(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Runner]":
    """What `make run` starts, for the tests of the group `runner`. Those of the docs come first, and use it most."""
    from tests.runner import running

    with running(tmp_path_factory.mktemp("state")) as started:
        yield started


@pytest.fixture(scope="session")
def open_table(request: pytest.FixtureRequest) -> "Iterator[OpenTable]":
    """Opens an empty table for a store. Where a test does not care which table that is, this is where it comes from."""
    from tests.tables import tables  # not before it is needed: most workers of a small run need no moto

    with tables(str(request.config.getoption("--table"))) as open_one:
        yield open_one
