"""Which worker of pytest-xdist takes which tests, and when.

A worker takes a whole file, or a group (`xdist_group`), so that what the tests of a file share is made once. What takes
longest goes first, so that no worker is left alone with it at the end.
"""

import os

from xdist.scheduler import LoadGroupScheduling
from xdist.workermanage import WorkerController

WAITING = 1
"""How many workers there are beyond the processors: tests that start a process wait for it half of their time."""

LONGEST = (
    "emulator",
    "examples",
    "node",
    "runner",
    "tests/contract/test_contract.py",
    "tests/local/test_sentences.py",
    "tests/functions/test_roles.py",
    "tests/changing/test_crash.py",
    "whole",
    "tests/cli/test_webhooks.py",
    "tests/functions/test_recursion.py",
    "tests/functions/test_upgrade.py",
    "tests/contract/test_outside.py",
    "tests/gateway/test_plans.py",
)
"""Groups and files that take more than some seconds, the longest first. The rest follows, the largest first."""


def workers() -> int:
    return len(os.sched_getaffinity(0)) + WAITING


class LongestFirst(LoadGroupScheduling):  # type: ignore[misc]
    def _split_scope(self, nodeid: str) -> str:
        group: str = super()._split_scope(nodeid)
        return nodeid.partition("::")[0] if group == nodeid else group

    def _assign_work_unit(self, node: WorkerController) -> None:
        first = min(self.workqueue, key=_rank)
        self.workqueue.move_to_end(first, last=False)
        super()._assign_work_unit(node)


def _rank(scope: str) -> int:
    return LONGEST.index(scope) if scope in LONGEST else len(LONGEST)
