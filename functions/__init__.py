"""The functions on AWS: each module with a `handler` is one. `functions.wiring` puts a Fleetgraph together.

While a function starts, Python would look for garbage again and again among modules and types that stay for ever: a
tenth of the time. Each function ends its INIT with `start_collecting`.
"""

import gc
import os

IS_LAMBDA = "AWS_LAMBDA_RUNTIME_API" in os.environ

if IS_LAMBDA:
    gc.disable()


def start_collecting() -> None:
    """What there is by now stays for as long as the process."""
    if IS_LAMBDA:
        gc.freeze()
        gc.enable()
