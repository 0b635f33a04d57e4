"""The functions on AWS: each module with a `handler` is one. `functions.wiring` puts a Fleetgraph together.

While a function starts, Python would look for garbage again and again among modules and types that stay for ever: a
tenth of the time. Each function ends its INIT with `start_collecting`.
"""

import gc
import os
import random
from contextlib import suppress

from functions import prepared

IS_LAMBDA = "AWS_LAMBDA_RUNTIME_API" in os.environ

if IS_LAMBDA:
    gc.disable()

prepared.use(os.path.dirname(os.path.dirname(__file__)))  # noqa: PTH120 - before pathlib is loaded


def draw_anew_after_a_restore() -> None:
    """Lambda can start many processes from one snapshot of a started one (SnapStart). All would draw the same numbers,
    botocore its pauses among them. What has to be secret or unique comes from the system, and differs in any case.
    """
    if IS_LAMBDA:
        with suppress(ImportError):  # of the runtime of Lambda, and of some emulators not
            from snapshot_restore_py import register_after_restore  # type: ignore[import-not-found]  # pyright: ignore[reportMissingImports]

            register_after_restore(random.seed)


BETWEEN_COLLECTIONS = 50_000
"""Objects that are made, beyond those that are gone, before Python looks for garbage: 700 by default. Reading 10,000
clusters makes 200,000 that stay: it took 1.45 s of CPU, and takes 0.76.
"""


def start_collecting() -> None:
    """What there is by now stays for as long as the process."""
    if IS_LAMBDA:
        collect_rarely()
        gc.enable()


def collect_rarely() -> None:
    """For a process that has started: what it has loaded by now is not looked at again."""
    gc.freeze()
    gc.set_threshold(BETWEEN_COLLECTIONS, 20, 20)
