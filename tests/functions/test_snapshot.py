"""A process may start from a snapshot of another (SnapStart), so that nothing of it may be unique."""

import os
import subprocess
import sys

from tests.functions.test_imports import ON_LAMBDA

RESTORED_TWICE = """
import json, random, socket, sys, types

asked, told, hooks = [], [], []
sys.addaudithook(lambda event, _: asked.append(event) if event in ("socket.connect", "socket.getaddrinfo") else None)
runtime = types.ModuleType("snapshot_restore_py")
runtime.register_after_restore = lambda hook: hooks.append(hook)
sys.modules["snapshot_restore_py"] = runtime

from fleet.ports.clock import SystemClock
from datetime import datetime, UTC
SystemClock.now = lambda self: told.append("now") or datetime.now(UTC)

import functions.api
from fleet.access.key_token import make_token
from fleet.model.operation import new_operation_id

at = datetime.now(UTC)
snapshot = random.getstate()

def restore():
    random.setstate(snapshot)
    for hook in hooks:
        hook()
    queue = functions.api._api()._queue
    return [random.random(), queue._chance.random(), make_token(), new_operation_id(at)]

first, second = restore(), restore()
same = [one for one, other in zip(first, second) if one == other]
assert not same, same
assert not asked, asked
assert not told, "a time of the snapshot was kept"
"""


def test_two_processes_that_start_from_one_snapshot_have_nothing_of_the_other() -> None:
    """No number that is drawn, no connection that is open, no time that was read at INIT."""
    environment = {**os.environ, **ON_LAMBDA}
    subprocess.run([sys.executable, "-c", RESTORED_TWICE], env=environment, check=True)
